/** What became of a packet that was sent. */
import type { Micros } from '../../std/instant';
import type { Errno } from '../files.contract';
import type { Packet } from './packet';
import type { Stack } from './stack';

export interface Result {
  /** `underway`: an event goes on; `answered`: the sender is told why not. */
  outcome: 'delivered' | 'dropped' | 'underway' | 'answered';
  elapsed: Micros;
  target: Stack | undefined;
  device: string;
  packet: Packet;
  /** What a local sendmsg(2) would return. */
  error: Errno | undefined;
  /** Journal entry that explains a loss; -1 none. */
  cause: number;
}

/** It goes no further. `isAnswered`: the sender is told. */
export function lost(
  packet: Packet,
  elapsed: Micros,
  why: { error?: Errno | undefined; cause?: number; isAnswered?: boolean },
): Result {
  return {
    outcome: why.isAnswered === true ? 'answered' : 'dropped',
    elapsed,
    target: undefined,
    device: '',
    packet,
    error: why.error,
    cause: why.cause ?? -1,
  };
}
