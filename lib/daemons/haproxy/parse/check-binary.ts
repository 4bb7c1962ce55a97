/** Bytes written as hexadecimal digits. Source: 2.6.12 `standard.c` `parse_binary`. */
import type { Outcome } from './outcome';

/** One character for each byte. */
export function parseBinary(text: string): Outcome<string> {
  if (text.length % 2 !== 0) return { error: 'an even number of hex digit is expected' };
  if (!/^[0-9a-fA-F]*$/.test(text)) return { error: 'an hex digit is expected' };
  return { value: text.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))) };
}
