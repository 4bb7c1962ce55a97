/** Bytes written as hexadecimal digits. Source: 2.6.12 `standard.c` `parse_binary`. */
import { textFromBytes } from '../../../std/bytes';
import type { Outcome } from './outcome';

/** Text as `lib/std/bytes` has it. */
export function parseBinary(text: string): Outcome<string> {
  if (text.length % 2 !== 0) return { error: 'an even number of hex digit is expected' };
  const odd = /[^0-9a-fA-F]/.exec(text)?.[0];
  if (odd !== undefined) return { error: `an hex digit is expected (found '${odd}')` };
  const pairs = text.match(/../g) ?? [];
  return { value: textFromBytes(new Uint8Array(pairs.map((pair) => Number.parseInt(pair, 16)))) };
}
