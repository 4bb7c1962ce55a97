/** Certificate signing requests. Source: RFC 2986; requested extensions: RFC 2985 §5.4.2. */
import { assert } from '../../std/assert';
import { failure, type Result, success } from '../../std/result';
import { asn1Errors } from './certificate';
import {
  BIT_STRING,
  bitString,
  bitsOf,
  contextTag,
  type Der,
  DerCursor,
  DerFault,
  derChildren,
  derInteger,
  derOid,
  INTEGER,
  integerOf,
  OBJECT_IDENTIFIER,
  oidOf,
  readDer,
  SEQUENCE,
  SET,
  sequence,
  setOf,
  taggedSetOf,
} from './der';
import { type Extension, readExtensions } from './extensions';
import { extensionsDer } from './issue';
import { type PrivateKey, type PublicKey, publicKeyInfo, publicKeyOf, readPublicKeyInfo } from './keys';
import { TextMemo } from './memo';
import { type Name, readName } from './names';
import { type OpensslError, opensslError } from './openssl-error';
import { readPem, writePem } from './pem';
import { type Digest, sign, signatureAlgorithmDer, verifySignature } from './signatures';

export interface CertificateRequest {
  readonly der: Uint8Array;
  readonly signedPart: Uint8Array;
  /** 1. */
  readonly version: number;
  readonly subject: Name;
  readonly publicKey: PublicKey;
  readonly attributes: readonly RequestAttribute[];
  /** What the attribute `extReq` asks for. */
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}
export interface RequestAttribute {
  readonly oid: string;
  readonly values: readonly Der[];
}

export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const LABELS = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
const requests = new TextMemo<Result<CertificateRequest, readonly OpensslError[]>>();

/** The first request of a text. */
export function readRequestFile(text: string): Result<CertificateRequest, readonly OpensslError[]> {
  return requests.get(text, () => {
    const { blocks, fault } = readPem(text);
    const block = blocks.find(({ label }) => LABELS.includes(label));
    if (block !== undefined) {
      const request = readRequest(block.bytes);
      return request.ok ? request : failure([...request.error, opensslError('pemAsn1')]);
    }
    return failure([fault?.error ?? opensslError('pemNoStartLine', 'Expecting: CERTIFICATE REQUEST')]);
  });
}

/** Reads a request's DER. */
export function readRequest(bytes: Uint8Array): Result<CertificateRequest, readonly OpensslError[]> {
  try {
    return success(requestOf(bytes));
  } catch (fault) {
    if (!(fault instanceof DerFault)) throw fault;
    return failure(asn1Errors(fault, 'X509_REQ'));
  }
}

function requestOf(bytes: Uint8Array): CertificateRequest {
  const whole = readDer(bytes);
  if (whole.tag !== SEQUENCE) throw new DerFault('wrong tag');
  const outer = new DerCursor(whole.content);
  const signed = outer.take(SEQUENCE);
  const algorithm = new DerCursor(outer.take(SEQUENCE).content);
  const parts = new DerCursor(signed.content);
  const version = Number(integerOf(parts.take(INTEGER).content)) + 1;
  const subject = readName(parts.take(SEQUENCE));
  const publicKey = readPublicKeyInfo(parts.take(SEQUENCE));
  const list = parts.optional(contextTag(0));
  const attributes = list === undefined ? [] : derChildren(list.content).map(readAttribute);
  const [asked] = attributes.find(({ oid }) => oid === EXTENSION_REQUEST)?.values ?? [];
  return {
    der: whole.whole,
    signedPart: signed.whole,
    version,
    subject,
    publicKey,
    attributes,
    extensions: asked === undefined ? [] : readExtensions(asked),
    signatureAlgorithm: oidOf(algorithm.take(OBJECT_IDENTIFIER).content),
    signature: bitsOf(outer.take(BIT_STRING)),
  };
}
function readAttribute(attribute: Der): RequestAttribute {
  const parts = new DerCursor(attribute.content);
  const oid = oidOf(parts.take(OBJECT_IDENTIFIER).content);
  return { oid, values: derChildren(parts.take(SET).content) };
}

export interface RequestParts {
  readonly subject: Name;
  readonly extensions?: readonly Extension[];
  /** Further attributes: `challengePassword`, `unstructuredName`; the value is DER. */
  readonly attributes?: readonly { readonly oid: string; readonly value: Uint8Array }[];
}

/** A request for a certificate of this key, signed with it. */
export function makeRequest(
  parts: RequestParts,
  key: PrivateKey,
  digest: Digest = 'sha256',
): CertificateRequest {
  const attributes = (parts.attributes ?? []).map(({ oid, value }) => sequence(derOid(oid), setOf(value)));
  const { extensions = [] } = parts;
  if (extensions.length > 0)
    attributes.push(sequence(derOid(EXTENSION_REQUEST), setOf(extensionsDer(extensions))));
  const signedPart = sequence(
    derInteger(0),
    parts.subject.der,
    publicKeyInfo(publicKeyOf(key)),
    taggedSetOf(contextTag(0), attributes),
  );
  const signature = sign(key, digest, signedPart);
  const made = readRequest(sequence(signedPart, signatureAlgorithmDer(key, digest), bitString(signature)));
  assert(made.ok, 'what was written can be read');
  return made.value;
}

/** Whether the request was signed with the key that it names (proof of possession). */
export function requestIsSigned(request: CertificateRequest): boolean {
  return verifySignature(
    request.publicKey,
    request.signatureAlgorithm,
    request.signedPart,
    request.signature,
  );
}

export function requestPem(request: CertificateRequest): string {
  return writePem('CERTIFICATE REQUEST', request.der);
}
