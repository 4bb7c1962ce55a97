/**
 * DER, the bytes that certificates and keys are made of: reading with positions, writing. Source: X.690 §8, §10.
 * Ours because packages for it bring the machine's `Date` and decorators along.
 */
import { bytesFromText, textFromBytes } from '../../std/bytes';

/** One value: its identifier octet, its content and all its octets. High tag numbers are not read. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const UTF8_STRING = 0x0c;
export const PRINTABLE_STRING = 0x13;
export const T61_STRING = 0x14;
export const IA5_STRING = 0x16;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const UNIVERSAL_STRING = 0x1c;
export const BMP_STRING = 0x1e;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** Thrown while reading; the doors of this folder turn it into OpenSSL's words. */
export class DerFault extends Error {
  constructor(
    readonly reason: 'too long' | 'wrong tag',
    /** The innermost structure that was being read. */
    readonly type = '',
  ) {
    super(reason);
  }
}

/** `[n]` constructed. */
export const contextTag = (n: number): number => 0xa0 | n;
/** `[n]` primitive. */
export const implicitTag = (n: number): number => 0x80 | n;

/** Reads one value at `at`. @throws DerFault */
export function readDer(bytes: Uint8Array, at = 0): Der {
  const tag = bytes[at];
  let length = bytes[at + 1];
  if (tag === undefined || length === undefined || (tag & 0x1f) === 0x1f) throw new DerFault('too long');
  let start = at + 2;
  if (length & 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4) throw new DerFault('too long');
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[start++] ?? 0);
  }
  if (start + length > bytes.length) throw new DerFault('too long');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) };
}

/** The values inside a constructed one, or inside any octets. @throws DerFault */
export function derChildren(content: Uint8Array): Der[] {
  const children: Der[] = [];
  for (let at = 0; at < content.length; ) {
    const child = readDer(content, at);
    children.push(child);
    at += child.whole.length;
  }
  return children;
}

/** Reads the parts of a sequence in order. */
export class DerCursor {
  readonly #parts: readonly Der[];
  #at = 0;

  /** @throws DerFault */
  constructor(content: Uint8Array) {
    this.#parts = derChildren(content);
  }
  /** The next part, whatever it is, without taking it. */
  peek(): Der | undefined {
    return this.#parts[this.#at];
  }
  /** The next part, which must have this tag. @throws DerFault */
  take(tag: number): Der {
    const part = this.any();
    if (part.tag !== tag) throw new DerFault('wrong tag');
    return part;
  }
  /** The next part if it has this tag. */
  optional(tag: number): Der | undefined {
    return this.peek()?.tag === tag ? this.any() : undefined;
  }
  /** The next part. @throws DerFault at the end */
  any(): Der {
    const part = this.#parts[this.#at++];
    if (part === undefined) throw new DerFault('wrong tag');
    return part;
  }
  rest(): readonly Der[] {
    return this.#parts.slice(this.#at);
  }
}

/** Two's complement, as INTEGER holds it. */
export function integerOf(content: Uint8Array): bigint {
  let value = naturalOf(content);
  if ((content[0] ?? 0) & 0x80) value -= 1n << BigInt(content.length * 8);
  return value;
}
/** The octets as one number without sign. */
export function naturalOf(content: Uint8Array): bigint {
  return content.length === 0 ? 0n : BigInt(`0x${hexOf(content)}`);
}
/** `1.2.840.113549.1.1.11` */
export function oidOf(content: Uint8Array): string {
  const arcs: string[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet & 0x80) continue;
    if (arcs.length === 0) {
      const first = arc < 40n ? 0n : arc < 80n ? 1n : 2n;
      arcs.push(String(first), String(arc - first * 40n));
    } else arcs.push(String(arc));
    arc = 0n;
  }
  return arcs.join('.');
}
/** A BIT STRING's octets (unused bits not counted off). */
export function bitsOf(der: Der): Uint8Array {
  return der.content.subarray(1);
}
/** The text of one of the string types. */
export function stringOf(der: Der): string {
  if (der.tag === BMP_STRING) {
    let text = '';
    for (let i = 0; i + 1 < der.content.length; i += 2)
      text += String.fromCharCode(((der.content[i] ?? 0) << 8) | (der.content[i + 1] ?? 0));
    return text;
  }
  return textFromBytes(der.content);
}

/** A value from its tag and the parts of its content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concatBytes([lengthHeader(tag, length), ...parts]);
}
function lengthHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets);
}
export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(SEQUENCE, ...parts);
/** A SET OF, its parts in DER's order. */
export const setOf = (...parts: readonly Uint8Array[]): Uint8Array => taggedSetOf(SET, parts);
export const taggedSetOf = (tag: number, parts: readonly Uint8Array[]): Uint8Array =>
  der(tag, ...parts.toSorted(compareBytes));
export function derInteger(value: bigint | number): Uint8Array {
  const number = BigInt(value);
  let width = 1n;
  while (number >= 1n << (8n * width - 1n) || number < -(1n << (8n * width - 1n))) width += 1n;
  return der(INTEGER, naturalBytes(BigInt.asUintN(Number(width) * 8, number), Number(width)));
}
export function derOid(oid: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = oid.split('.').map(BigInt);
  const octets: number[] = [];
  for (const arc of [first * 40n + second, ...rest]) {
    const group = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) group.unshift(Number(left & 0x7fn) | 0x80);
    octets.push(...group);
  }
  return der(OBJECT_IDENTIFIER, Uint8Array.from(octets));
}
export const derNull = (): Uint8Array => der(NULL);
export const derBoolean = (value: boolean): Uint8Array => der(BOOLEAN, Uint8Array.of(value ? 0xff : 0));
export const octetString = (bytes: Uint8Array): Uint8Array => der(OCTET_STRING, bytes);
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
  der(BIT_STRING, Uint8Array.of(unusedBits), bytes);
export const derText = (tag: number, text: string): Uint8Array => der(tag, bytesFromText(text));

/** A UTF8String. */
export const utf8Der = (text: string): Uint8Array => derText(UTF8_STRING, text);

/** A number without sign as octets, most significant first, padded to `length`. */
export function naturalBytes(value: bigint, length?: number): Uint8Array {
  const plain = value.toString(16);
  const hex = plain.padStart(length === undefined ? plain.length + (plain.length % 2) : length * 2, '0');
  return bytesOfHex(hex);
}
export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
export function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
