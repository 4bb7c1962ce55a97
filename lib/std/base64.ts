/** Base 64 and base 32. Source: RFC 4648 §4, §6. */
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const PADDING = 0x3d;

interface Code {
  readonly alphabet: string;
  /** What a character stands for, by its code; -1 when it is foreign. */
  readonly values: Int8Array;
  readonly bits: number;
  /** Characters in a group. */
  readonly group: number;
}
const CODE64: Code = { alphabet: BASE64, values: valuesOf(BASE64), bits: 6, group: 4 };
const CODE32: Code = { alphabet: BASE32, values: valuesOf(BASE32), bits: 5, group: 8 };

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}

export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, CODE64);
}
export function encodeBase32(bytes: Uint8Array): string {
  return encode(bytes, CODE32);
}
/** undefined when a character is foreign. Padding is optional. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return decode(text, CODE64);
}
export function decodeBase32(text: string): Uint8Array | undefined {
  return decode(text, CODE32);
}

function encode(bytes: Uint8Array, code: Code): string {
  let out = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= code.bits) {
      bits -= code.bits;
      out += code.alphabet[(held >> bits) & ((1 << code.bits) - 1)] ?? '';
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) out += code.alphabet[(held << (code.bits - bits)) & ((1 << code.bits) - 1)] ?? '';
  return out.padEnd(Math.ceil(out.length / code.group) * code.group, '=');
}

function decode(text: string, code: Code): Uint8Array | undefined {
  const out: number[] = [];
  let held = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === PADDING) continue;
    const value = code.values[character] ?? -1;
    if (value < 0) return undefined;
    held = (held << code.bits) | value;
    bits += code.bits;
    if (bits >= 8) {
      bits -= 8;
      out.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(out);
}
