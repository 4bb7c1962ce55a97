/** AES. Source: FIPS 197. Small, not fast, not constant in time. */
import { type BlockCipher, xorInto } from './cbc';

const SBOX = new Uint8Array(256);
const INVERSE_SBOX = new Uint8Array(256);
const double = (x: number): number => ((x << 1) ^ (x & 0x80 ? 0x11b : 0)) & 0xff;
fillTables();

/** The S-box: inverse in GF(2^8), walked along the powers of the generator 3, then the affine map. */
function fillTables(): void {
  let power = 1;
  let inverse = 1;
  do {
    power ^= double(power);
    inverse ^= inverse << 1;
    inverse ^= inverse << 2;
    inverse ^= inverse << 4;
    inverse &= 0xff;
    if (inverse & 0x80) inverse ^= 0x09;
    const rotated = [1, 2, 3, 4].map((n) => (inverse << n) | (inverse >> (8 - n)));
    const value = (rotated.reduce((sum, x) => sum ^ x, inverse) ^ 0x63) & 0xff;
    SBOX[power] = value;
    INVERSE_SBOX[value] = power;
  } while (power !== 1);
  SBOX[0] = 0x63;
  INVERSE_SBOX[0x63] = 0;
}

/** @param key 16, 24 or 32 octets */
export function aes(key: Uint8Array): BlockCipher {
  const keys = expandKey(key);
  return {
    size: 16,
    encrypt: (block) => encryptBlock(keys, block),
    decrypt: (block) => decryptBlock(keys, block),
  };
}

/** The round keys, one after the other. */
function expandKey(key: Uint8Array): Uint8Array {
  const words = key.length / 4;
  const rounds = words + 6;
  const out = new Uint8Array(16 * (rounds + 1));
  out.set(key);
  let constant = 1;
  for (let i = key.length; i < out.length; i += 4) {
    let word = [...out.subarray(i - 4, i)];
    const n = i / 4;
    if (n % words === 0) {
      word = [...word.slice(1), word[0] ?? 0].map((octet) => SBOX[octet] ?? 0);
      word[0] = (word[0] ?? 0) ^ constant;
      constant = double(constant);
    } else if (words > 6 && n % words === 4) word = word.map((octet) => SBOX[octet] ?? 0);
    for (let k = 0; k < 4; k++) out[i + k] = (out[i + k - key.length] ?? 0) ^ (word[k] ?? 0);
  }
  return out;
}

function encryptBlock(keys: Uint8Array, block: Uint8Array): void {
  const last = keys.length - 16;
  xorInto(block, keys.subarray(0, 16));
  for (let at = 16; at <= last; at += 16) {
    substitute(block, SBOX);
    shiftRows(block, 1);
    if (at < last) mixColumns(block);
    xorInto(block, keys.subarray(at, at + 16));
  }
}
function decryptBlock(keys: Uint8Array, block: Uint8Array): void {
  const last = keys.length - 16;
  for (let at = last; at > 0; at -= 16) {
    xorInto(block, keys.subarray(at, at + 16));
    // The inverse of mixing columns is mixing them three times.
    if (at < last) for (let i = 0; i < 3; i++) mixColumns(block);
    shiftRows(block, 3);
    substitute(block, INVERSE_SBOX);
  }
  xorInto(block, keys.subarray(0, 16));
}
function substitute(block: Uint8Array, box: Uint8Array): void {
  for (let i = 0; i < 16; i++) block[i] = box[block[i] ?? 0] ?? 0;
}
/** Row r goes r × `step` places to the left. */
function shiftRows(block: Uint8Array, step: number): void {
  const old = block.slice();
  for (let row = 1; row < 4; row++)
    for (let column = 0; column < 4; column++)
      block[column * 4 + row] = old[((column + row * step) % 4) * 4 + row] ?? 0;
}
function mixColumns(block: Uint8Array): void {
  for (let at = 0; at < 16; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = block.subarray(at, at + 4);
    const all = a ^ b ^ c ^ d;
    block[at] = a ^ all ^ double(a ^ b);
    block[at + 1] = b ^ all ^ double(b ^ c);
    block[at + 2] = c ^ all ^ double(c ^ d);
    block[at + 3] = d ^ all ^ double(d ^ a);
  }
}
