/** The zlib format around deflate, which HTTP calls `deflate`. Source: RFC 1950. */
import { bytesFromText, textFromBytes } from '../bytes';
import { deflate } from './deflate';
import { Corrupt, inflate } from './inflate';

const HEAD = [0x78, 0x01];

/** Text as `lib/std/bytes` has it, before and after. */
export function zlibCompress(text: string): string {
  const input = bytesFromText(text);
  const sum = adler32(input);
  const tail = [24, 16, 8, 0].map((shift) => (sum >>> shift) & 0xff);
  return textFromBytes(new Uint8Array([...HEAD, ...deflate(input), ...tail]));
}

/** Undefined: it is none. Without the head of zlib the bare data is taken, as clients do. */
export function zlibDecompress(text: string): string | undefined {
  const bytes = bytesFromText(text);
  const isZlib = ((bytes[0] ?? 0) & 0x0f) === 8 && ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % 31 === 0;
  try {
    return textFromBytes(inflate(bytes, isZlib ? HEAD.length : 0).bytes);
  } catch (problem) {
    if (problem instanceof Corrupt) return undefined;
    throw problem;
  }
}

const MODULUS = 65_521;
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % MODULUS;
    high = (high + low) % MODULUS;
  }
  return ((high << 16) | low) >>> 0;
}
