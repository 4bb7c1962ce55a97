/**
 * Revocation lists: what issuers say of certificates before their time is over. Source: RFC 5280 §5;
 * OpenSSL 3.0 crypto/x509/x509_vfy.c `check_revocation` with X509_V_FLAG_CRL_CHECK_ALL. Recorded with
 * `openssl verify -crl_check_all`. Not modelled: delta lists, indirect lists, distribution points.
 */
import type { Certificate } from './certificate';
import {
  BIT_STRING,
  bitsOf,
  DerCursor,
  derChildren,
  DerFault,
  GENERALIZED_TIME,
  INTEGER,
  integerOf,
  OBJECT_IDENTIFIER,
  oidOf,
  readDer,
  SEQUENCE,
  UTC_TIME,
} from './der';
import { TextMemo } from './memo';
import { type Name, readName, sameName } from './names';
import { readPem } from './pem';
import { verifySignature } from './signatures';
import { readTime, type Seconds } from './times';
import type { VerifyCode } from './verify-codes';

export interface RevocationList {
  readonly issuer: Name;
  readonly thisUpdate: Seconds;
  readonly nextUpdate: Seconds | undefined;
  /** Serial numbers. */
  readonly revoked: ReadonlySet<bigint>;
  readonly signedPart: Uint8Array;
  /** Object identifier of the signature's algorithm. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

const lists = new TextMemo<readonly RevocationList[]>();
/** The lists of a file (nginx ssl_crl, openssl -CRLfile), up to the first that cannot be read. */
export function readRevocationLists(text: string): readonly RevocationList[] {
  return lists.get(text, () => {
    const found: RevocationList[] = [];
    for (const { label, bytes } of readPem(text).blocks) {
      if (label !== 'X509 CRL') continue;
      try {
        found.push(listOf(bytes));
      } catch (fault) {
        if (!(fault instanceof DerFault)) throw fault;
        break;
      }
    }
    return found;
  });
}
function listOf(bytes: Uint8Array): RevocationList {
  const outer = new DerCursor(readDer(bytes).content);
  const signed = outer.take(SEQUENCE);
  const algorithm = new DerCursor(outer.take(SEQUENCE).content);
  const signature = bitsOf(outer.take(BIT_STRING));
  const parts = new DerCursor(signed.content);
  parts.optional(INTEGER);
  parts.take(SEQUENCE);
  const issuer = readName(parts.take(SEQUENCE));
  const thisUpdate = readTime(parts.any());
  const next = parts.optional(UTC_TIME) ?? parts.optional(GENERALIZED_TIME);
  const entries = parts.optional(SEQUENCE);
  return {
    issuer,
    thisUpdate,
    nextUpdate: next === undefined ? undefined : readTime(next),
    revoked: new Set(
      (entries === undefined ? [] : derChildren(entries.content)).map(({ content }) =>
        integerOf(new DerCursor(content).take(INTEGER).content),
      ),
    ),
    signedPart: signed.whole,
    signatureAlgorithm: oidOf(algorithm.take(OBJECT_IDENTIFIER).content),
    signature,
  };
}

/** Every certificate of a chain needs a list of its issuer's; what is wrong, from the leaf up. */
export function checkRevocation(
  chain: readonly Certificate[],
  { known, at }: { readonly known: readonly RevocationList[]; readonly at: Seconds },
  report: (code: VerifyCode, depth: number) => void,
): void {
  for (const [depth, certificate] of chain.entries()) {
    const list = listFor(certificate, known, at);
    if (list === undefined) {
      report(3, depth);
      continue;
    }
    const issuer = chain[depth + 1] ?? certificate;
    if (issuer.keyUsage !== undefined && !issuer.keyUsage.includes('cRLSign')) report(35, depth);
    if (at < list.thisUpdate) report(11, depth);
    if (list.nextUpdate !== undefined && at > list.nextUpdate) report(12, depth);
    if (!isSignedBy(list, issuer)) report(8, depth);
    if (list.revoked.has(certificate.serial)) report(23, depth);
  }
}
/** One that is valid now is better than one that is not. */
function listFor(
  { issuer }: Certificate,
  known: readonly RevocationList[],
  at: Seconds,
): RevocationList | undefined {
  const own = known.filter((list) => sameName(list.issuer, issuer));
  return own.find((list) => list.thisUpdate <= at && at <= (list.nextUpdate ?? at)) ?? own[0];
}

const checked = new WeakMap<RevocationList, WeakMap<Certificate, boolean>>();
/** Looked at once for each pair. */
function isSignedBy(list: RevocationList, issuer: Certificate): boolean {
  let issuers = checked.get(list);
  if (issuers === undefined) checked.set(list, (issuers = new WeakMap()));
  const before = issuers.get(issuer);
  if (before !== undefined) return before;
  const value = verifySignature(issuer.publicKey, list.signatureAlgorithm, list.signedPart, list.signature);
  issuers.set(issuer, value);
  return value;
}
