/** Making keys and numbers from seeded randomness. The caller owns the stream; the same stream makes the same key. */
import type { RandomStream } from '../../std/random';
import { naturalOf } from './der';
import { type Curve, ecKey, ed25519Key, nobleCurve, type PrivateKey } from './keys';
import { generateRsaKey, randomOctets } from './rsa-generation';

export type KeyKind =
  /** `bits` even, 512 to 4096; 2048 takes about a quarter of a second of real time. */
  | { readonly type: 'rsa'; readonly bits: number }
  | { readonly type: 'ec'; readonly curve: Curve }
  | { readonly type: 'ed25519' };

export function generateKey(kind: KeyKind, random: RandomStream): PrivateKey {
  switch (kind.type) {
    case 'rsa':
      return generateRsaKey(kind.bits, random);
    case 'ec':
      return ecKey(kind.curve, randomScalar(kind.curve, random));
    case 'ed25519':
      return ed25519Key(randomOctets(32, random));
  }
}
/** From 1 to the order less 1; 64 bits more than needed make the bias immeasurable. */
function randomScalar(curve: Curve, random: RandomStream): bigint {
  const order = nobleCurve(curve).Point.Fn.ORDER;
  return (naturalOf(randomOctets(curve === 'P-256' ? 40 : 56, random)) % (order - 1n)) + 1n;
}

/** A serial number of 159 random bits, as OpenSSL makes one when none is given. */
export function randomSerial(random: RandomStream): bigint {
  return naturalOf(randomOctets(20, random)) >> 1n;
}
