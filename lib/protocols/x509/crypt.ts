/**
 * Hashes of passwords, as htpasswd files and /etc/shadow hold them: MD5-crypt ($1$, $apr1$) and SHA-crypt ($5$, $6$).
 * Sources: FreeBSD's md5crypt by Poul-Henning Kamp, "Unix crypt using SHA-256 and SHA-512" by Ulrich Drepper.
 */
import { digestOf } from './signatures';
import { bytesFromText as bytesOf } from '../../std/bytes';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
/** `bytes` again and again up to `length`. */
function repeated(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length] ?? 0);
}
/** Three octets as four characters, six bits each, lowest first. */
function characters(octets: readonly number[], count: number): string {
  let value = octets.reduce((sum, octet) => (sum << 8) | octet, 0);
  let text = '';
  for (let i = 0; i < count; i++) {
    text += ALPHABET[value & 63] ?? '';
    value >>>= 6;
  }
  return text;
}

/** `$1$salt$…` and Apache's `$apr1$salt$…`. @param salt at most eight characters count */
export function md5Crypt(password: string, salt: string, magic: '1' | 'apr1'): string {
  const secret = bytesOf(password);
  const short = salt.slice(0, 8);
  const grain = bytesOf(short);
  const hash = (...parts: readonly Uint8Array[]): Uint8Array => digestOf('md5', joined(...parts));
  const inner = hash(secret, grain, secret);
  const bits: number[] = [];
  for (let length = secret.length; length > 0; length >>= 1) bits.push(length & 1 ? 0 : (secret[0] ?? 0));
  let last = hash(
    secret,
    bytesOf(`$${magic}$`),
    grain,
    repeated(inner, secret.length),
    Uint8Array.from(bits),
  );
  for (let round = 0; round < 1000; round++)
    last = hash(
      round & 1 ? secret : last,
      round % 3 === 0 ? NOTHING : grain,
      round % 7 === 0 ? NOTHING : secret,
      round & 1 ? last : secret,
    );
  const order = [0, 1, 2, 3, 4].map((i) => [i, i + 6, i === 4 ? 5 : i + 12]);
  const at = (i: number): number => last[i] ?? 0;
  const text = order.map((group) => characters(group.map(at), 4)).join('') + characters([at(11)], 2);
  return `$${magic}$${short}$${text}`;
}
const NOTHING = new Uint8Array(0);

/** `$5$salt$…` (SHA-256) and `$6$salt$…` (SHA-512), 5000 rounds. @param salt at most sixteen characters count */
export function shaCrypt(password: string, salt: string, magic: '5' | '6'): string {
  const digest = magic === '5' ? 'sha256' : 'sha512';
  const hash = (...parts: readonly Uint8Array[]): Uint8Array => digestOf(digest, joined(...parts));
  const secret = bytesOf(password);
  const short = salt.slice(0, 16);
  const grain = bytesOf(short);
  const inner = hash(secret, grain, secret);
  const bits: Uint8Array[] = [];
  for (let length = secret.length; length > 0; length >>= 1) bits.push(length & 1 ? inner : secret);
  let last = hash(secret, grain, repeated(inner, secret.length), ...bits);
  const secretSequence = repeated(hash(...Array.from(secret, () => secret)), secret.length);
  const grains = Array.from({ length: 16 + (last[0] ?? 0) }, () => grain);
  const saltSequence = repeated(hash(...grains), grain.length);
  for (let round = 0; round < 5000; round++)
    last = hash(
      round & 1 ? secretSequence : last,
      round % 3 === 0 ? NOTHING : saltSequence,
      round % 7 === 0 ? NOTHING : secretSequence,
      round & 1 ? last : secretSequence,
    );
  return `$${magic}$${short}$${shaText(last)}`;
}
/** Octets in triples a third apart, rotated by one from triple to triple. */
function shaText(bytes: Uint8Array): string {
  const third = Math.floor(bytes.length / 3);
  const at = (i: number): number => bytes[i] ?? 0;
  let text = '';
  for (let i = 0; i < third; i++) {
    const group = [i, i + third, i + 2 * third];
    // SHA-256 turns the other way round than SHA-512.
    const turn = bytes.length === 32 ? (3 - (i % 3)) % 3 : i % 3;
    text += characters(
      [0, 1, 2].map((k) => at(group[(k + turn) % 3] ?? 0)),
      4,
    );
  }
  return text + (bytes.length === 32 ? characters([at(31), at(30)], 3) : characters([at(63)], 2));
}
