/** Block ciphers in CBC mode with PKCS#7 padding, for encrypted keys. Source: NIST SP 800-38A. */

/** A cipher with its key: works on one block, in place. */
export interface BlockCipher {
  /** Octets of a block. */
  readonly size: number;
  readonly encrypt: (block: Uint8Array) => void;
  readonly decrypt: (block: Uint8Array) => void;
}
/** A wrong key shows by the padding: its length makes no sense, or its octets differ. */
export type PaddingFault = 'length' | 'octets';

/** @param iv as long as a block */
export function encryptCbc({ size, encrypt }: BlockCipher, iv: Uint8Array, plain: Uint8Array): Uint8Array {
  const padding = size - (plain.length % size);
  const out = new Uint8Array(plain.length + padding).fill(padding);
  out.set(plain);
  let before = iv;
  for (let at = 0; at < out.length; at += size) {
    const block = out.subarray(at, at + size);
    xorInto(block, before);
    encrypt(block);
    before = block;
  }
  return out;
}

export function decryptCbc(
  { size, decrypt }: BlockCipher,
  iv: Uint8Array,
  cipher: Uint8Array,
): Uint8Array | PaddingFault {
  if (cipher.length === 0 || cipher.length % size !== 0) return 'length';
  const out = cipher.slice();
  for (let at = 0; at < out.length; at += size) {
    const block = out.subarray(at, at + size);
    decrypt(block);
    xorInto(block, at === 0 ? iv : cipher.subarray(at - size, at));
  }
  const padding = out[out.length - 1] ?? 0;
  if (padding < 1 || padding > size) return 'length';
  for (let i = out.length - padding; i < out.length; i++) if (out[i] !== padding) return 'octets';
  return out.subarray(0, out.length - padding);
}

export function xorInto(block: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < block.length; i++) block[i] = (block[i] ?? 0) ^ (other[i] ?? 0);
}
