/**
 * Extensions from OpenSSL's configuration words (x509v3_config(5)): `subjectAltName = DNS:shop.example`,
 * `basicConstraints = critical, CA:TRUE`, `1.2.3.4 = DER:0500`, with OpenSSL's errors.
 * Not modelled, and named: ASN1: values, TLS features, policy constraints and the other extensions not listed in MAKERS.
 */
import { failure, type Result, success } from '../../std/result';
import { KEY_USAGE_LONG_NAMES } from './extension-names';
import {
  bitString,
  bytesOfHex,
  contextTag,
  der,
  derBoolean,
  derInteger,
  derOid,
  derText,
  IA5_STRING,
  implicitTag,
  naturalBytes,
  octetString,
  sequence,
} from './der';
import { type Extension, KEY_USAGES, OID } from './extensions';
import { generalNameDer, generalNamesDer } from './general-name-config';
import { type PublicKey, publicKeyBits } from './keys';
import type { Name } from './names';
import { oidOfName } from './object-identifiers';
import { type OpensslError, opensslError } from './openssl-error';
import { digestOf } from './signatures';

/** What the words may refer to. */
export interface ExtensionContext {
  /** `@name` and `dirName:name`: the settings of another section. */
  readonly section?: (name: string) => readonly ConfigPair[] | undefined;
  /** The new certificate's key and subject, for `subjectKeyIdentifier = hash` and `email:copy`. */
  readonly subject?: { readonly name: Name; readonly publicKey: PublicKey };
  /** Whoever signs; for a certificate that signs itself, itself. */
  readonly issuer?: ExtensionIssuer;
}
export interface ExtensionIssuer {
  readonly subjectKeyId?: Uint8Array;
  readonly issuer: Name;
  readonly serial: bigint;
  /** The new certificate is its own issuer. */
  readonly isItself?: boolean;
}
export type ConfigPair = readonly [name: string, value: string];
type Problem = readonly OpensslError[];
/** A maker gives the extension's own DER. */
type Maker = (value: string, context: ExtensionContext) => Result<Uint8Array, Problem>;

/** Makes one extension. @param section where it stands, for the error */
export function makeExtension(
  name: string,
  text: string,
  context: ExtensionContext = {},
  section = 'default',
): Result<Extension, Problem> {
  const critical = text.startsWith('critical,');
  const value = critical ? text.slice('critical,'.length).trimStart() : text;
  if (value.startsWith('DER:')) return generic(name, value.slice(4).trimStart(), critical);
  const oid = oidOfName(name);
  const known = oid !== undefined && oid !== name;
  const maker = MAKERS[oid ?? ''];
  const made = !known
    ? fault(opensslError('extensionName'))
    : maker === undefined
      ? fault(opensslError('extensionUnknown'))
      : maker(value, context);
  if (made.ok && oid !== undefined) return success({ oid, critical, value: made.value });
  const place = `section=${section}, name=${name}, value=${value}`;
  return failure([...(made.ok ? [] : made.error), opensslError('extensionError', place)]);
}

function generic(name: string, hex: string, critical: boolean): Result<Extension, Problem> {
  const bytes = hexBytes(hex);
  if (!bytes.ok) return failure([...bytes.error, opensslError('extensionValue', `value=${hex}`)]);
  const oid = oidOfName(name);
  if (oid === undefined) return fault(opensslError('extensionName'));
  return success({ oid, critical, value: bytes.value });
}

/** `CA:TRUE, pathlen:0` → pairs; a part without colon has no value. @throws nothing: an empty part is an error */
export function parseList(line: string): Result<readonly (readonly [string, string | undefined])[], Problem> {
  const parts = (line.split(/[\r\n]/)[0] ?? '').split(',');
  const pairs: (readonly [string, string | undefined])[] = [];
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    const colon = part.indexOf(':');
    const name = (colon < 0 ? part : part.slice(0, colon)).trim();
    const value = colon < 0 ? undefined : part.slice(colon + 1).trim();
    if (name === '') {
      const where = colon >= 0 ? 'emptyNameBeforeColon' : isLast ? 'emptyLastName' : 'emptyNameBeforeComma';
      return fault(opensslError(where));
    }
    if (value === '') return fault(opensslError(isLast ? 'nullLastValue' : 'nullValue'));
    pairs.push([name, value]);
  }
  return success(pairs);
}

/** A list in the words, or `@section`. */
function listOf(
  name: string,
  value: string,
  context: ExtensionContext,
): Result<readonly (readonly [string, string | undefined])[], Problem> {
  const invalid = opensslError('extensionString', `name=${name},section=${value}`);
  if (value.startsWith('@')) {
    const section = context.section?.(value.slice(1)) ?? [];
    return section.length === 0 ? fault(invalid) : success(section);
  }
  const list = parseList(value);
  return list.ok ? list : failure([...list.error, invalid]);
}

const MAKERS: Readonly<Record<string, Maker>> = {
  [OID.basicConstraints]: basicConstraints,
  [OID.keyUsage]: keyUsage,
  [OID.extendedKeyUsage]: extendedKeyUsage,
  [OID.subjectKeyIdentifier]: subjectKeyIdentifier,
  [OID.authorityKeyIdentifier]: authorityKeyIdentifier,
  [OID.subjectAltName]: (value, context) => alternativeNames('subjectAltName', value, context),
  [OID.issuerAltName]: (value, context) => alternativeNames('issuerAltName', value, context),
  '2.5.29.31': crlDistributionPoints,
  '2.5.29.32': certificatePolicies,
  '1.3.6.1.5.5.7.1.1': authorityInfoAccess,
  '2.16.840.1.113730.1.13': (value) => success(derText(IA5_STRING, value)),
};

function basicConstraints(value: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  const list = listOf('basicConstraints', value, context);
  if (!list.ok) return list;
  let ca = false;
  let pathLength: bigint | undefined;
  for (const [name, given] of list.value) {
    const data = `name=${name}, value=${given ?? '<NULL>'}`;
    if (name === 'CA') {
      const flag = booleanOf(given);
      if (flag === undefined) return fault(opensslError('invalidBoolean', data));
      ca = flag;
    } else if (name === 'pathlen') {
      if (!/^(\d+|0x[0-9a-fA-F]+)$/.test(given ?? '')) return fault(opensslError('invalidNumber', data));
      pathLength = BigInt(given ?? '0');
    } else return fault(opensslError('invalidConstraint', data));
  }
  return success(
    sequence(
      ...(ca ? [derBoolean(true)] : []),
      ...(pathLength === undefined ? [] : [derInteger(pathLength)]),
    ),
  );
}
function booleanOf(text: string | undefined): boolean | undefined {
  if (/^(TRUE|true|Y|y|YES|yes)$/.test(text ?? '')) return true;
  return /^(FALSE|false|N|n|NO|no)$/.test(text ?? '') ? false : undefined;
}

function keyUsage(value: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  const list = listOf('keyUsage', value, context);
  if (!list.ok) return list;
  let bits = 0;
  for (const [name] of list.value) {
    const bit = KEY_USAGES.findIndex((usage, i) => usage === name || KEY_USAGE_LONG_NAMES[i] === name);
    if (bit < 0) return fault(opensslError('unknownBit', name));
    bits |= 0x8000 >> bit;
  }
  return success(namedBits(bits));
}
/** Sixteen bits as a BIT STRING of named bits: trailing zeros are not written. */
function namedBits(bits: number): Uint8Array {
  let unused = 0;
  while (unused < 16 && ((bits >> unused) & 1) === 0) unused += 1;
  if (unused === 16) return bitString(new Uint8Array(0));
  const octets = unused >= 8 ? Uint8Array.of(bits >> 8) : Uint8Array.of(bits >> 8, bits & 255);
  return bitString(octets, unused % 8);
}

function extendedKeyUsage(value: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  const list = listOf('extendedKeyUsage', value, context);
  if (!list.ok) return list;
  const oids: Uint8Array[] = [];
  for (const [name, given] of list.value) {
    const oid = oidOfName(given ?? name);
    if (oid === undefined)
      return failure([opensslError('unknownObject'), opensslError('usageObject', given ?? name)]);
    oids.push(derOid(oid));
  }
  return success(sequence(...oids));
}

function subjectKeyIdentifier(value: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  if (value === 'none') return success(octetString(new Uint8Array(0)));
  if (value === 'hash') {
    const bits = context.subject === undefined ? new Uint8Array(0) : publicKeyBits(context.subject.publicKey);
    return success(octetString(digestOf('sha1', bits)));
  }
  const bytes = hexBytes(value);
  return bytes.ok ? success(octetString(bytes.value)) : bytes;
}

function authorityKeyIdentifier(value: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  const list = listOf('authorityKeyIdentifier', value, context);
  if (!list.ok) return list;
  const wishes = new Map<string, string | undefined>();
  for (const [name, given] of list.value) {
    if (name === 'none' && list.value.length === 1) return success(sequence());
    if (name !== 'keyid' && name !== 'issuer')
      return fault(opensslError('unknownKeyIdOption', `name=${name}`));
    wishes.set(name, given);
  }
  const { issuer } = context;
  if (issuer === undefined) return success(sequence());
  const keyId = wishes.has('keyid') ? issuerKeyId(issuer, context) : undefined;
  if (wishes.get('keyid') === 'always' && keyId === undefined) return fault(opensslError('noIssuerKeyId'));
  const namesIssuer =
    wishes.get('issuer') === 'always' ||
    (wishes.has('issuer') && keyId === undefined && issuer.isItself !== true);
  return success(
    sequence(
      ...(keyId === undefined ? [] : [der(implicitTag(0), keyId)]),
      ...(namesIssuer
        ? [
            der(contextTag(1), der(contextTag(4), issuer.issuer.der)),
            der(implicitTag(2), integerContent(issuer.serial)),
          ]
        : []),
    ),
  );
}
function issuerKeyId(issuer: ExtensionIssuer, context: ExtensionContext): Uint8Array | undefined {
  if (issuer.subjectKeyId !== undefined && issuer.subjectKeyId.length > 0) return issuer.subjectKeyId;
  if (issuer.isItself !== true || context.subject === undefined) return undefined;
  return digestOf('sha1', publicKeyBits(context.subject.publicKey));
}
/** A positive INTEGER's content. */
function integerContent(value: bigint): Uint8Array {
  const bytes = naturalBytes(value);
  return (bytes[0] ?? 0) & 0x80 ? Uint8Array.of(0, ...bytes) : bytes;
}

function alternativeNames(
  name: string,
  value: string,
  context: ExtensionContext,
): Result<Uint8Array, Problem> {
  const list = listOf(name, value, context);
  return list.ok ? generalNamesDer(list.value, context) : list;
}

function crlDistributionPoints(value: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  const list = listOf('crlDistributionPoints', value, context);
  if (!list.ok) return list;
  const points: Uint8Array[] = [];
  for (const [name, given] of list.value) {
    if (given === undefined) return failure([]);
    const point = generalNameDer(name, given, context);
    if (!point.ok) return point;
    points.push(sequence(der(contextTag(0), der(contextTag(0), point.value))));
  }
  return success(sequence(...points));
}

function authorityInfoAccess(value: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  const list = listOf('authorityInfoAccess', value, context);
  if (!list.ok) return list;
  const descriptions: Uint8Array[] = [];
  for (const [name, given] of list.value) {
    const [method = '', kind] = name.split(';');
    const oid = oidOfName(method);
    if (kind === undefined || given === undefined || oid === undefined)
      return fault(opensslError('accessSyntax'));
    const location = generalNameDer(kind, given, context);
    if (!location.ok) return location;
    descriptions.push(sequence(derOid(oid), location.value));
  }
  return success(sequence(...descriptions));
}

function certificatePolicies(value: string, context: ExtensionContext): Result<Uint8Array, Problem> {
  const list = listOf('certificatePolicies', value, context);
  if (!list.ok) return list;
  const policies: Uint8Array[] = [];
  for (const [name] of list.value) {
    const oid = oidOfName(name);
    if (oid === undefined)
      return failure([opensslError('unknownObject'), opensslError('policyObject', name)]);
    policies.push(sequence(derOid(oid)));
  }
  return success(sequence(...policies));
}

function hexBytes(text: string): Result<Uint8Array, Problem> {
  const digits = text.replaceAll(':', '');
  if (digits.length % 2 === 1 && /^[0-9a-fA-F]*$/.test(digits)) return fault(opensslError('oddHex'));
  if (!/^[0-9a-fA-F]*$/.test(digits)) return fault(opensslError('illegalHex'));
  return success(bytesOfHex(digits));
}

function fault(error: OpensslError): Result<never, Problem> {
  return failure([error]);
}
