/**
 * The certificate authorities of a lab, wherever they are: what its certificates are issued by, and what faults
 * issue others with. Everything follows from a seed, so that the same lab has the same certificates.
 * State is PEM texts. Source for what an authority puts in: RFC 5280 §4.2, CA/Browser Forum's server certificates.
 */
import {
  type Certificate,
  certificatePem,
  type Extension,
  generateKey,
  issueCertificate,
  type KeyKind,
  makeExtension,
  type Name,
  nameOf,
  type PrivateKey,
  privateKeyPem,
  type PublicKey,
  publicKeyOf,
  randomSerial,
  readCertificateChain,
  readPrivateKey,
  type Seconds,
} from '../protocols/x509';
import { oidOfName } from '../protocols/x509/object-identifiers';
import { assert } from '../std/assert';
import { parseIPv4 } from '../std/ipv4';
import { RandomStream } from '../std/random';
import type { World } from './world.contract';

export interface Authority {
  name: string;
  /** PEM. */
  certificate: string;
  /** PEM, not enciphered. */
  key: string;
  /** The authority that signed it; undefined for a root. */
  signedBy?: string;
}
/** A server's certificate that is asked for. */
export interface CertificateOrder {
  subject: Name;
  /** DNS names and IPv4 addresses, the subjectAltName. */
  names: readonly string[];
  notBefore: Seconds;
  notAfter: Seconds;
}

const AUTHORITIES = 'pki.authorities';

/** The authorities that the lab has, by name. */
export function authoritiesOf(world: World): ReadonlyMap<string, Authority> {
  return (world.state.extra.get(AUTHORITIES) as Map<string, Authority> | undefined) ?? new Map();
}
export function setAuthorities(world: World, authorities: ReadonlyMap<string, Authority>): void {
  world.state.extra.set(AUTHORITIES, new Map(authorities));
}

/** Texts that follow from a seed, kept: a proof builds the same lab a hundred times. */
const MADE = new Map<string, string>();
const MOST_MADE = 500;
function remembered(key: string, make: () => string): string {
  const known = MADE.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (MADE.size >= MOST_MADE) MADE.clear();
  MADE.set(key, made);
  return made;
}

/** A private key as PEM; the same seed gives the same one. */
export function keyFromSeed(seed: string, kind: KeyKind): string {
  return remembered(`key ${JSON.stringify(kind)} ${seed}`, () =>
    privateKeyPem(generateKey(kind, new RandomStream(0, `key/${seed}`))),
  );
}

/** `/C=CZ/O=Shop/CN=shop.example`; undefined when that is no name. Source: openssl-req(1) -subj. */
export function parseSubject(text: string): Name | undefined {
  if (!text.startsWith('/')) return undefined;
  const attributes: (readonly [oid: string, value: string])[] = [];
  for (const part of text.slice(1).split('/')) {
    const [, word = '', value = ''] = /^([A-Za-z]+)=(.+)$/.exec(part) ?? [];
    const oid = oidOfName(word);
    if (oid === undefined) return undefined;
    attributes.push([oid, value]);
  }
  return nameOf(attributes);
}

/** A new authority, signed by its parent or by itself. */
export function makeAuthority(
  {
    name,
    subject,
    notBefore,
    notAfter,
    seed,
  }: Omit<CertificateOrder, 'names'> & { name: string; seed: string },
  parent?: Authority,
): Authority {
  const key = keyFromSeed(`${seed}/${name}`, { type: 'ec', curve: 'P-256' });
  const certificate = remembered(
    `authority ${seed} ${name} ${notBefore} ${notAfter} ${parent?.certificate ?? ''}`,
    () =>
      sign({
        order: { subject, names: [], notBefore, notAfter },
        publicKey: publicKeyOf(privateKeyOf(key)),
        by: parent === undefined ? { key } : parent,
        extensions: [
          ['basicConstraints', parent === undefined ? 'critical,CA:TRUE' : 'critical,CA:TRUE,pathlen:0'],
          ['keyUsage', 'critical,keyCertSign,cRLSign'],
        ],
        seed: `${seed}/${name}`,
      }),
  );
  return { name, certificate, key, ...(parent === undefined ? {} : { signedBy: parent.name }) };
}

/**
 * A server's certificate as PEM, without its chain.
 * @param by the authority, or `{ key }`: it signs itself
 */
export function issueFor(
  order: CertificateOrder,
  publicKey: PublicKey,
  by: Authority | { key: string },
  seed: string,
): string {
  const names = order.names.map((name) => `${parseIPv4(name) === undefined ? 'DNS' : 'IP'}:${name}`);
  const usage =
    publicKey.type === 'rsa' ? 'critical,digitalSignature,keyEncipherment' : 'critical,digitalSignature';
  return sign({
    order,
    publicKey,
    by,
    extensions: [
      ['basicConstraints', 'critical,CA:FALSE'],
      ['keyUsage', usage],
      ['extendedKeyUsage', 'serverAuth'],
      ...(names.length === 0 ? [] : ([['subjectAltName', names.join(',')]] as const)),
    ],
    seed,
  });
}

/** The same certificate once more with another validity, by the same issuer; undefined when that one is not of the lab. */
export function issueAgain(
  world: World,
  certificate: Certificate,
  { notBefore, notAfter }: Pick<CertificateOrder, 'notBefore' | 'notAfter'>,
  selfKey: string | undefined,
): string | undefined {
  const by = issuerOf(world, certificate) ?? (selfKey === undefined ? undefined : { key: selfKey });
  if (by === undefined) return undefined;
  const { subject, issuer, publicKey, extensions } = certificate;
  const serial = randomSerial(new RandomStream(0, `again/${certificate.serial}/${notAfter}`));
  return certificatePem(
    issueCertificate(
      { serial, issuer, subject, notBefore, notAfter, publicKey, extensions },
      privateKeyOf(by.key),
    ),
  );
}

/** Whichever authority of the lab has signed it, by name. */
export function issuerOf(world: World, { issuer }: Certificate): Authority | undefined {
  const wanted = hex(issuer.der);
  return [...authoritiesOf(world).values()].find(
    ({ certificate }) => hex(certificateOf(certificate).subject.der) === wanted,
  );
}

/** What a server must send besides its own certificate: the authorities between it and the root, as PEM. */
export function intermediatesOf(authorities: ReadonlyMap<string, Authority>, name: string): string {
  const chain: string[] = [];
  for (let at = authorities.get(name); at?.signedBy !== undefined; at = authorities.get(at.signedBy))
    chain.push(at.certificate);
  return chain.join('');
}

/** The first certificate of a PEM text that is known to be good. */
export function certificateOf(pem: string): Certificate {
  const read = readCertificateChain(pem);
  const certificate = read.ok ? read.value[0] : undefined;
  assert(certificate !== undefined, 'a certificate that was made here can be read');
  return certificate;
}
function privateKeyOf(pem: string): PrivateKey {
  const read = readPrivateKey(pem);
  assert(read.ok, 'a key that was made here can be read');
  return read.value;
}
function hex(bytes: Uint8Array): string {
  return bytes.reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '');
}

interface Signing {
  order: CertificateOrder;
  publicKey: PublicKey;
  by: Authority | { key: string };
  extensions: readonly (readonly [name: string, words: string])[];
  seed: string;
}
function sign({ order, publicKey, by, extensions, seed }: Signing): string {
  const { subject, notBefore, notAfter } = order;
  const serial = randomSerial(new RandomStream(0, `serial/${seed}/${notBefore}/${notAfter}`));
  const issuer = 'certificate' in by ? certificateOf(by.certificate) : undefined;
  const above =
    issuer === undefined
      ? { issuer: subject, serial, isItself: true }
      : {
          issuer: issuer.issuer,
          serial: issuer.serial,
          ...(issuer.subjectKeyId === undefined ? {} : { subjectKeyId: issuer.subjectKeyId }),
        };
  const context = { subject: { name: subject, publicKey }, issuer: above };
  const words = [
    ...extensions,
    ['subjectKeyIdentifier', 'hash'] as const,
    ...(issuer === undefined ? [] : ([['authorityKeyIdentifier', 'keyid']] as const)),
  ];
  return certificatePem(
    issueCertificate(
      {
        serial,
        issuer: issuer?.subject ?? subject,
        subject,
        notBefore,
        notAfter,
        publicKey,
        extensions: words.map(([name, value]): Extension => {
          const made = makeExtension(name, value, context);
          assert(made.ok, `the extension ${name} = ${value} can be made`);
          return made.value;
        }),
      },
      privateKeyOf(by.key),
    ),
  );
}
