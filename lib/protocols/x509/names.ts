/** Distinguished names: reading, writing, and the ways OpenSSL prints them. Sources: RFC 5280 §4.1.2.4, a_strex.c. */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesFromText } from '../../std/bytes';
import {
  BMP_STRING,
  concatBytes,
  type Der,
  DerCursor,
  derChildren,
  derOid,
  derText,
  hexOf,
  IA5_STRING,
  OBJECT_IDENTIFIER,
  oidOf,
  PRINTABLE_STRING,
  sequence,
  setOf,
  stringOf,
  T61_STRING,
  UNIVERSAL_STRING,
  UTF8_STRING,
} from './der';
import { shortName } from './object-identifiers';

export interface NameAttribute {
  readonly oid: string;
  /** Which of ASN.1's string types it has. */
  readonly tag: number;
  readonly value: string;
}
/** From the root (C, O, …) to the leaf (CN); each part is a set, of one attribute nearly always. */
export interface Name {
  readonly parts: readonly (readonly NameAttribute[])[];
  readonly der: Uint8Array;
}

const COMMON_NAME = '2.5.4.3';
const COUNTRY = '2.5.4.6';
const EMAIL = '1.2.840.113549.1.9.1';
const DOMAIN_COMPONENT = '0.9.2342.19200300.100.1.25';

/** @throws DerFault */
export function readName(whole: Der): Name {
  const parts = derChildren(whole.content).map((set) =>
    derChildren(set.content).map((pair): NameAttribute => {
      const cursor = new DerCursor(pair.content);
      const oid = oidOf(cursor.take(OBJECT_IDENTIFIER).content);
      const value = cursor.any();
      return { oid, tag: value.tag, value: stringOf(value) };
    }),
  );
  return { parts, der: whole.whole };
}

/** A name of single attributes: `[['2.5.4.6', 'DE'], ['2.5.4.3', 'shop.example']]`. */
export function nameOf(attributes: readonly (readonly [oid: string, value: string])[]): Name {
  return nameOfParts(attributes.map(([oid, value]) => [{ oid, tag: stringTypeOf(oid), value }]));
}
export function nameOfParts(parts: readonly (readonly NameAttribute[])[]): Name {
  const sets = parts.map((set) =>
    setOf(...set.map(({ oid, tag, value }) => sequence(derOid(oid), derText(tag, value)))),
  );
  return { parts, der: sequence(...sets) };
}
/** What OpenSSL writes an attribute as, with string_mask = utf8only. */
export function stringTypeOf(oid: string): number {
  if (oid === EMAIL || oid === DOMAIN_COMPONENT) return IA5_STRING;
  return oid === COUNTRY || oid === '2.5.4.5' || oid === '2.5.4.46' ? PRINTABLE_STRING : UTF8_STRING;
}
/** The last common name, which is the one that counts; undefined when there is none. */
export function commonName(name: Name): string | undefined {
  return name.parts.flat().findLast(({ oid }) => oid === COMMON_NAME)?.value;
}

/** Two names are one when their attributes are, whatever their case, string type and spaces (X509_NAME_cmp). */
export function sameName(a: Name, b: Name): boolean {
  return canonical(a) === canonical(b);
}
/** One space between words, none around them; only ASCII letters lose their case. */
function folded(value: string): string {
  return value
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
function canonical(name: Name): string {
  return name.parts
    .map((set) =>
      set
        .map(({ oid, value }) => `${oid}=${folded(value)}`)
        .sort()
        .join('+'),
    )
    .join('\0');
}

/** `CN = shop.example, O = Shop`: as openssl x509 -subject and -text print it (-nameopt oneline). */
export function nameOneLine(name: Name): string {
  return name.parts
    .map((set) => set.map(({ oid, value }) => `${shortName(oid)} = ${quoted(value)}`).join(' + '))
    .join(', ');
}
/** `CN=shop.example,O=Shop`, from leaf to root: RFC 2253, as nginx's $ssl_client_s_dn. */
export function nameRfc2253(name: Name): string {
  return name.parts
    .toReversed()
    .map((set) => set.map(({ oid, value }) => `${shortName(oid)}=${escaped(value)}`).join('+'))
    .join(',');
}
/** `/C=DE/CN=shop.example`: X509_NAME_oneline, as HAProxy and `-nameopt compat` print it. */
export function nameCompat(name: Name): string {
  return name.parts
    .flat()
    .map(({ oid, value }) => `/${shortName(oid)}=${escapedBytes(value, '\\x')}`)
    .join('');
}

/** `C=DE, CN=shop.example`: X509_NAME_print, as `openssl ca` writes names into its files. */
export function nameCommas(name: Name): string {
  return name.parts
    .flat()
    .map(({ oid, value }) => `${shortName(oid)}=${escapedBytes(value, '\\x')}`)
    .join(', ');
}

/** X509_NAME_hash: by it the links in /etc/ssl/certs are called (`6e4313b2.0`). */
export function nameHash(name: Name): string {
  const sets = name.parts.map((set) =>
    setOf(
      ...set.map(({ oid, tag, value }) => {
        const isText = CANONICAL_STRINGS.has(tag);
        const text = isText ? folded(value) : value;
        return sequence(derOid(oid), derText(isText ? UTF8_STRING : tag, text));
      }),
    ),
  );
  const [a = 0, b = 0, c = 0, d = 0] = sha1(concatBytes(sets));
  return hexOf(Uint8Array.of(d, c, b, a));
}
const CANONICAL_STRINGS: ReadonlySet<number> = new Set([
  UTF8_STRING,
  BMP_STRING,
  UNIVERSAL_STRING,
  PRINTABLE_STRING,
  T61_STRING,
  IA5_STRING,
]);

const SPECIAL = /[,+"\\<>;]/;
function quoted(value: string): string {
  if (!SPECIAL.test(value) && !/^[ #]| $/.test(value)) return escapedBytes(value);
  return `"${escapedBytes(value.replace(/["\\]/g, '\\$&'))}"`;
}
function escaped(value: string): string {
  const text = value
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
  return escapedBytes(text);
}
/** Bytes outside printable ASCII as `\C3\A4`. */
function escapedBytes(value: string, mark = '\\'): string {
  return value.replace(/[^\x20-\x7e]/gu, (character) =>
    [...bytesFromText(character)]
      .map((byte) => `${mark}${hexOf(Uint8Array.of(byte)).toUpperCase()}`)
      .join(''),
  );
}
