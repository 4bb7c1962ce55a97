/** Certificates: reading them. Source: RFC 5280 §4.1. */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { failure, type Result, success } from '../../std/result';
import {
  BIT_STRING,
  bitsOf,
  contextTag,
  DerCursor,
  DerFault,
  hexOf,
  implicitTag,
  INTEGER,
  integerOf,
  OBJECT_IDENTIFIER,
  oidOf,
  readDer,
  SEQUENCE,
} from './der';
import { type Extension, type KnownExtensions, knownExtensions, readExtensions } from './extensions';
import { type PublicKey, readPublicKeyInfo } from './keys';
import { type Name, readName } from './names';
import { type OpensslError, opensslError } from './openssl-error';
import { writePem } from './pem';
import { readTime, type Seconds } from './times';

export interface Certificate extends KnownExtensions {
  readonly der: Uint8Array;
  /** The part that is signed. */
  readonly signedPart: Uint8Array;
  /** 1 to 3. */
  readonly version: number;
  readonly serial: bigint;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Seconds;
  readonly notAfter: Seconds;
  readonly publicKey: PublicKey;
  readonly extensions: readonly Extension[];
  /** Object identifier of the signature's algorithm. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

/** Reads a certificate's DER; the error is what d2i_X509 leaves. */
export function readCertificate(bytes: Uint8Array): Result<Certificate, readonly OpensslError[]> {
  try {
    return success(certificateOf(bytes));
  } catch (fault) {
    if (!(fault instanceof DerFault)) throw fault;
    return failure(asn1Errors(fault, 'X509'));
  }
}

/** The queue after DER of a structure could not be read. */
export function asn1Errors(fault: DerFault, type: string): OpensslError[] {
  const nested = opensslError('asn1Nested', `Type=${fault.type === '' ? type : fault.type}`);
  if (fault.reason === 'wrong tag') return [opensslError('asn1WrongTag'), nested];
  return [opensslError('asn1TooLong'), opensslError('asn1BadObjectHeader'), nested];
}

function certificateOf(bytes: Uint8Array): Certificate {
  const whole = readDer(bytes);
  if (whole.tag !== SEQUENCE) throw new DerFault('wrong tag');
  const outer = new DerCursor(whole.content);
  const signed = outer.take(SEQUENCE);
  const algorithm = new DerCursor(outer.take(SEQUENCE).content);
  const signature = bitsOf(outer.take(BIT_STRING));
  const parts = new DerCursor(signed.content);
  const version = parts.optional(contextTag(0));
  const serial = integerOf(parts.take(INTEGER).content);
  parts.take(SEQUENCE);
  const issuer = readName(parts.take(SEQUENCE));
  const validity = new DerCursor(parts.take(SEQUENCE).content);
  const notBefore = readTime(validity.any());
  const notAfter = readTime(validity.any());
  const subject = readName(parts.take(SEQUENCE));
  const publicKey = readPublicKeyInfo(parts.take(SEQUENCE));
  parts.optional(implicitTag(1));
  parts.optional(implicitTag(2));
  const list = parts.optional(contextTag(3));
  const extensions = list === undefined ? [] : readExtensions(readDer(list.content));
  return {
    der: whole.whole,
    signedPart: signed.whole,
    version: version === undefined ? 1 : Number(integerOf(readDer(version.content).content)) + 1,
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey,
    extensions,
    signatureAlgorithm: oidOf(algorithm.take(OBJECT_IDENTIFIER).content),
    signature,
    ...knownExtensions(extensions),
  };
}

const pems = new WeakMap<Certificate, string>();

/** The certificate's text form. Made once: daemons that trust what the host trusts write all its roots down. */
export function certificatePem(certificate: Certificate): string {
  let pem = pems.get(certificate);
  if (pem === undefined) {
    pem = writePem('CERTIFICATE', certificate.der);
    pems.set(certificate, pem);
  }
  return pem;
}

/** Certificates one after the other, as a file of a chain has them. */
export function writeCertificates(certificates: readonly Certificate[]): string {
  return certificates.map(certificatePem).join('');
}

/** `AB:CD:…`, of the whole certificate. */
export function fingerprint(certificate: Certificate, digest: 'sha256' | 'sha1' = 'sha256'): string {
  const bytes = digest === 'sha256' ? sha256(certificate.der) : sha1(certificate.der);
  return colonHex(bytes);
}
/** `AB:CD:…` */
export function colonHex(bytes: Uint8Array): string {
  return (hexOf(bytes).toUpperCase().match(/../g) ?? []).join(':');
}
