/**
 * Sample fetches about TLS: of the client's connection (`ssl_fc_…`, `ssl_c_…`,
 * `ssl_f_…`), of the server's (`ssl_bc_…`, `ssl_s_…`), and what a client's first
 * record says when it is passed on unread (`req.ssl_sni`).
 *
 * Source: HAProxy 2.6 configuration manual §7.3.4 "Fetching samples at Layer 5",
 * §7.3.5 "…from buffer contents (Layer 6)"; recorded values.
 * Not modelled: session ids, randoms, keys, early data, resumption: absent or false.
 */

import {
  type Certificate,
  fingerprint,
  nameCompat,
  nameRfc2253,
  readCertificateChain,
} from '../../../protocols/x509';
import { hexOf } from '../../../protocols/x509/der';
import { longName, shortName } from '../../../protocols/x509/object-identifiers';
import type { Name } from '../../../protocols/x509/names';
import { civilFromMicros } from '../../../std/civil';
import type { ClientHello, TlsInfo, TlsVerifyResult } from '../../../world/tls.contract';
import { shownChain } from '../worker/tls-material';
import type { Subject } from './subject';

type Value = string | number | boolean;
type Computation = (subject: Subject, args: readonly string[]) => readonly Value[];

const NOTHING: readonly Value[] = [];
function one(value: Value | undefined): readonly Value[] {
  return value === undefined ? NOTHING : [value];
}
const front = ({ session }: Subject): TlsInfo | undefined => session.tls;
const back = ({ session }: Subject): TlsInfo | undefined => session.serverTls;

/** A fetch that has a value on connections with TLS only. */
function of(
  side: (subject: Subject) => TlsInfo | undefined,
  value: (info: TlsInfo) => Value | undefined,
): Computation {
  return (subject) => {
    const info = side(subject);
    return info === undefined ? NOTHING : one(value(info));
  };
}

const named = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
const PASSED = 0;

function connectionFetches(
  prefix: string,
  side: (subject: Subject) => TlsInfo | undefined,
): [string, Computation][] {
  return [
    [prefix, (subject) => [side(subject) !== undefined]],
    [`${prefix}_protocol`, of(side, ({ version }) => version)],
    [`${prefix}_cipher`, of(side, ({ cipher }) => named(cipher))],
    [`${prefix}_alg_keysize`, of(side, ({ bits }) => bits)],
    [`${prefix}_use_keysize`, of(side, ({ bits }) => bits)],
    [`${prefix}_alpn`, of(side, ({ alpn }) => alpn)],
    [`${prefix}_is_resumed`, () => [false]],
  ];
}

/** The first trouble with the client's own certificate, and with those above it. */
function troubles(verified: TlsVerifyResult | undefined): {
  leaf: number;
  issuer: number;
  issuerDepth: number;
} {
  if (verified?.passed !== undefined) return verified.passed;
  const { code, depth } = verified ?? { code: PASSED, depth: 0 };
  return depth === 0
    ? { leaf: code, issuer: PASSED, issuerDepth: 0 }
    : { leaf: PASSED, issuer: code, issuerDepth: depth };
}

// ---------------------------------------------------------------- certificates
function certificateFetches(
  prefix: string,
  chain: (subject: Subject) => string | undefined,
): [string, Computation][] {
  const fetch =
    (value: (certificate: Certificate, args: readonly string[]) => Value | undefined): Computation =>
    (subject, args) => {
      const certificate = leafOf(chain(subject));
      return certificate === undefined ? NOTHING : one(value(certificate, args));
    };
  return [
    [`${prefix}_s_dn`, fetch(({ subject }, args) => nameText(subject, args))],
    [`${prefix}_i_dn`, fetch(({ issuer }, args) => nameText(issuer, args))],
    [`${prefix}_notafter`, fetch(({ notAfter }) => timeText(notAfter))],
    [`${prefix}_notbefore`, fetch(({ notBefore }) => timeText(notBefore))],
    [`${prefix}_version`, fetch(({ version }) => version)],
    [`${prefix}_sig_alg`, fetch(({ signatureAlgorithm }) => shortName(signatureAlgorithm))],
    [`${prefix}_key_alg`, fetch(({ publicKey }) => KEY_ALGORITHMS[publicKey.type])],
    [`${prefix}_serial`, fetch(({ serial }) => binary(serialHex(serial)))],
    [`${prefix}_sha1`, fetch((own) => binary(fingerprint(own, 'sha1').replaceAll(':', '')))],
    [`${prefix}_der`, fetch(({ der }) => binary(hexOf(der)))],
  ];
}
const KEY_ALGORITHMS = {
  rsa: 'rsaEncryption',
  ec: 'id-ecPublicKey',
  ed25519: 'ED25519',
  unknown: undefined,
} as const;

function leafOf(chain: string | undefined): Certificate | undefined {
  if (chain === undefined || chain === '') return undefined;
  const read = readCertificateChain(chain);
  return read.ok ? read.value[0] : undefined;
}
/** Whole bytes, as `show ssl cert` prints it. */
export function serialHex(serial: bigint): string {
  const hex = serial.toString(16).toUpperCase();
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
/** Binary samples are texts of one character for each byte. */
function binary(hex: string): string {
  return hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)));
}
/** `270924142001Z` */
function timeText(seconds: number): string {
  const { year, month, day, hour, minute, second } = civilFromMicros(seconds * 1_000_000);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${year < 2050 ? two(year % 100) : year}${[month, day, hour, minute, second].map(two).join('')}Z`;
}
/** The whole name, or the part that is asked for: the first, or one by its number. */
function nameText(
  name: Name,
  [part = '', occurrence = '1', format = '']: readonly string[],
): string | undefined {
  if (part === '') return format === 'rfc2253' ? nameRfc2253(name) : named(nameCompat(name));
  const wanted = part.toLowerCase();
  const values = name.parts
    .flat()
    .filter(({ oid }) => shortName(oid).toLowerCase() === wanted || longName(oid).toLowerCase() === wanted)
    .map(({ value }) => value);
  const number = Number(occurrence);
  return number > 0 ? values[number - 1] : values.at(number === 0 ? 0 : number);
}

// ---------------------------------------------------------------- bytes that are passed on
const HELLO = 1;
/** The wire's numbers. */
const WIRE_VERSIONS = { TLSv1: 0x30001, 'TLSv1.1': 0x30002, 'TLSv1.2': 0x30003, 'TLSv1.3': 0x30003 } as const;

function helloOf({ session }: Subject): ClientHello | undefined {
  const [first] = session.waiting;
  return first?.kind === 'tls' ? first.hello : undefined;
}
function ofHello(value: (hello: ClientHello) => Value | undefined): Computation {
  return (subject) => {
    const hello = helloOf(subject);
    return hello === undefined ? NOTHING : one(value(hello));
  };
}
function helloFetches(prefix: string): [string, Computation][] {
  return [
    [`${prefix}sni`, ofHello(({ serverName }) => serverName)],
    [`${prefix}hello_type`, ofHello(() => HELLO)],
    [`${prefix}ver`, ofHello(({ versions }) => WIRE_VERSIONS[versions.at(-1) ?? 'TLSv1.2'])],
    [`${prefix}alpn`, ofHello(({ alpn }) => named(alpn.join(',')))],
    [`${prefix}ec_ext`, ofHello(() => true)],
    [`${prefix}st_ext`, ofHello(() => HELLO)],
  ];
}

export const TLS_FETCHES: readonly (readonly [string, Computation])[] = [
  ...connectionFetches('ssl_fc', front),
  ['ssl_fc_sni', of(front, ({ serverName }) => serverName)],
  ['ssl_fc_has_sni', (subject) => [front(subject)?.serverName !== undefined]],
  ['ssl_fc_has_crt', of(front, ({ peerChain }) => peerChain !== '')],
  ['ssl_fc_has_early', of(front, () => false)],
  [
    'ssl_fc_err',
    (subject) => {
      const { tls, handshakeError } = subject.session;
      const code = handshakeError?.openssl?.code;
      if (code !== undefined) return [Number.parseInt(code, 16)];
      return tls === undefined && handshakeError === undefined ? NOTHING : [PASSED];
    },
  ],
  [
    'ssl_fc_err_str',
    ({ session }) => {
      const error = session.handshakeError?.openssl;
      return one(error && `error:${error.code}:SSL routines::${error.reason}`);
    },
  ],
  ['fc_err', ({ session }) => [session.handshakeError?.code ?? PASSED]],
  ['fc_err_str', ({ session }) => [session.handshakeError?.text ?? 'Success']],
  ['ssl_c_used', of(front, ({ peerChain }) => peerChain !== '')],
  ['ssl_c_verify', of(front, ({ verified }) => verified?.code ?? PASSED)],
  ['ssl_c_err', of(front, ({ verified }) => troubles(verified).leaf)],
  ['ssl_c_ca_err', of(front, ({ verified }) => troubles(verified).issuer)],
  ['ssl_c_ca_err_depth', of(front, ({ verified }) => troubles(verified).issuerDepth)],
  ...certificateFetches('ssl_c', (subject) => front(subject)?.peerChain),
  ...certificateFetches('ssl_f', ({ runtime, session }) => shownChain(runtime, session)),
  ...connectionFetches('ssl_bc', back),
  ['ssl_bc_err', of(back, () => PASSED)],
  ...certificateFetches('ssl_s', (subject) => back(subject)?.peerChain),
  ...helloFetches('req.ssl_'),
  ...helloFetches('req_ssl_'),
];
