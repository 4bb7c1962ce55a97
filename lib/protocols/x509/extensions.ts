/** The extensions of a certificate. Source: RFC 5280 §4.2. */
import { ipText } from './ip-octets';
import {
  BIT_STRING,
  BOOLEAN,
  contextTag,
  type Der,
  DerCursor,
  DerFault,
  derChildren,
  implicitTag,
  INTEGER,
  integerOf,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  oidOf,
  readDer,
  SEQUENCE,
  stringOf,
} from './der';
import { type Name, readName } from './names';

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** What the OCTET STRING holds: DER of the extension's own type. */
  readonly value: Uint8Array;
}

export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly value: string }
  /** `10.0.1.11`, or IPv6 in OpenSSL's full writing. */
  | { readonly kind: 'ip'; readonly value: string; readonly octets: Uint8Array }
  | { readonly kind: 'directory'; readonly name: Name }
  | { readonly kind: 'other'; readonly tag: number };

export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

/** What the extensions say; a part is undefined when the certificate does not have that extension. */
export interface KnownExtensions {
  readonly subjectAltNames?: readonly GeneralName[];
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  readonly keyUsage?: readonly KeyUsage[];
  /** Object identifiers, `1.3.6.1.5.5.7.3.1` for TLS servers. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectKeyId?: Uint8Array;
  readonly authorityKeyId?: AuthorityKeyId;
  /** Extensions that are there but cannot be read; OpenSSL then calls the certificate invalid (code 24 as an issuer). */
  readonly unreadable: readonly string[];
}
export interface AuthorityKeyId {
  readonly keyId?: Uint8Array;
  readonly issuer?: readonly GeneralName[];
  readonly serial?: bigint;
}

export const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Reads `SEQUENCE OF Extension`. @throws DerFault */
export function readExtensions(list: Der): Extension[] {
  if (list.tag !== SEQUENCE) throw new DerFault('wrong tag', 'X509_EXTENSIONS');
  return derChildren(list.content).map((entry) => {
    const parts = new DerCursor(entry.content);
    const oid = oidOf(parts.take(OBJECT_IDENTIFIER).content);
    const critical = (parts.optional(BOOLEAN)?.content[0] ?? 0) !== 0;
    return { oid, critical, value: parts.take(OCTET_STRING).content };
  });
}

/** Reads those that the rest of this folder understands. */
export function knownExtensions(extensions: readonly Extension[]): KnownExtensions {
  const unreadable: string[] = [];
  const read = <T>(oid: string, reader: (value: Der) => T): T | undefined => {
    const extension = extensions.find((candidate) => candidate.oid === oid);
    if (extension === undefined) return undefined;
    try {
      return reader(readDer(extension.value));
    } catch (fault) {
      if (!(fault instanceof DerFault)) throw fault;
      unreadable.push(oid);
      return undefined;
    }
  };
  return {
    subjectAltNames: read(OID.subjectAltName, readGeneralNames),
    basicConstraints: read(OID.basicConstraints, readBasicConstraints),
    keyUsage: read(OID.keyUsage, readKeyUsage),
    extendedKeyUsage: read(OID.extendedKeyUsage, (value) =>
      derChildren(value.content).map(({ content }) => oidOf(content)),
    ),
    subjectKeyId: read(OID.subjectKeyIdentifier, ({ content }) => content),
    authorityKeyId: read(OID.authorityKeyIdentifier, readAuthorityKeyId),
    unreadable,
  };
}

function readBasicConstraints(value: Der): { ca: boolean; pathLength?: number } {
  const parts = new DerCursor(value.content);
  const ca = (parts.optional(BOOLEAN)?.content[0] ?? 0) !== 0;
  const length = parts.optional(INTEGER);
  return length === undefined ? { ca } : { ca, pathLength: Number(integerOf(length.content)) };
}

function readKeyUsage(value: Der): KeyUsage[] {
  if (value.tag !== BIT_STRING) throw new DerFault('wrong tag');
  const octets = value.content.subarray(1);
  return KEY_USAGES.filter((_, bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function readAuthorityKeyId(value: Der): AuthorityKeyId {
  const parts = new DerCursor(value.content);
  const keyId = parts.optional(implicitTag(0))?.content;
  const issuer = parts.optional(contextTag(1));
  const serial = parts.optional(implicitTag(2));
  return {
    ...(keyId === undefined ? {} : { keyId }),
    ...(issuer === undefined ? {} : { issuer: readGeneralNames(issuer) }),
    ...(serial === undefined ? {} : { serial: integerOf(serial.content) }),
  };
}

/** @throws DerFault */
export function readGeneralNames(value: Der): GeneralName[] {
  return derChildren(value.content).map(readGeneralName);
}
/** @throws DerFault */
export function readGeneralName(name: Der): GeneralName {
  switch (name.tag) {
    case implicitTag(1):
      return { kind: 'email', value: stringOf(name) };
    case implicitTag(2):
      return { kind: 'dns', value: stringOf(name) };
    case implicitTag(6):
      return { kind: 'uri', value: stringOf(name) };
    case implicitTag(7):
      return { kind: 'ip', value: ipText(name.content), octets: name.content };
    case contextTag(4):
      return { kind: 'directory', name: readName(readDer(name.content)) };
    default:
      return { kind: 'other', tag: name.tag & 0x1f };
  }
}
