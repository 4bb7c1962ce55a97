/** What a try to connect tells; the tries themselves are plain data in the world's state. */
import type { SocketEvent } from '../../world/network.contract';
import type { World } from '../../world/world.contract';
import type { ReachRow } from './view';

export const REACH = 'sandbox.reach';

export interface Try {
  to: string;
  address: string;
  port: number;
  trace: number;
  begun: number;
  result: ReachRow['result'] | undefined;
  micros: number;
}

/** Names the callback; once per world. */
export function registerLenses(world: World): void {
  world.callback<{ index: number }, SocketEvent>(REACH, ({ data }, event) => {
    const tries = world.state.extra.get(REACH) as Try[] | undefined;
    const mine = tries?.[data.index];
    if (mine === undefined || mine.result !== undefined) return;
    mine.micros = world.kernel.now - mine.begun;
    if (event.type === 'connected') {
      mine.result = 'open';
      world.network.reset(event.connection, 'client');
    } else if (event.type === 'failed')
      mine.result =
        event.errno === 'ECONNREFUSED' ? 'refused' : event.errno === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
  });
}
