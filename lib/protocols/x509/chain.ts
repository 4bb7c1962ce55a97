/** Building a chain from the leaf towards a trusted root. Source: OpenSSL 3.0 x509_vfy.c, build_chain (trusted first). */
import type { Certificate } from './certificate';
import { sameBytes } from './der';
import { sameName } from './names';
import { signsLike, verifySignature } from './signatures';
import type { Seconds } from './times';

export interface ChainParts {
  readonly leaf: Certificate;
  readonly untrusted?: readonly Certificate[];
  readonly trusted: readonly Certificate[];
  readonly at: Seconds;
  readonly partialChain?: boolean;
  /** Authorities allowed between leaf and root; 100 unless told otherwise. */
  readonly depth?: number;
}
export interface BuiltChain {
  readonly chain: readonly Certificate[];
  readonly untrustedCount: number;
  /** Why it does not end at a trusted certificate; undefined when it does. */
  readonly ending: 2 | 18 | 19 | 20 | 22 | undefined;
}

/** X509_VERIFY_PARAM's default. */
const DEFAULT_DEPTH = 100;

export function buildChain(parts: ChainParts): BuiltChain {
  const chain: Certificate[] = [parts.leaf];
  let untrustedCount = 1;
  while (chain.length <= (parts.depth ?? DEFAULT_DEPTH) + 1) {
    const last = chain[chain.length - 1] ?? parts.leaf;
    const issuer = findIssuer(last, parts.trusted, chain, parts.at);
    if (isSelfSigned(last)) {
      const isOurs = issuer !== undefined && sameBytes(issuer.der, last.der);
      if (isOurs && chain.length === untrustedCount) untrustedCount -= 1;
      if (isOurs) return { chain, untrustedCount, ending: undefined };
      return { chain, untrustedCount, ending: chain.length === 1 ? 18 : 19 };
    }
    if (parts.partialChain === true && parts.trusted.some((own) => sameBytes(own.der, last.der)))
      return { chain, untrustedCount: untrustedCount - 1, ending: undefined };
    if (issuer !== undefined) {
      chain.push(issuer);
      if (isSelfSigned(issuer) || parts.partialChain === true)
        return { chain, untrustedCount, ending: undefined };
      continue;
    }
    const sent =
      chain.length === untrustedCount ? findIssuer(last, parts.untrusted ?? [], chain, parts.at) : undefined;
    if (sent === undefined) return { chain, untrustedCount, ending: untrustedCount < chain.length ? 2 : 20 };
    chain.push(sent);
    untrustedCount += 1;
  }
  return { chain, untrustedCount, ending: 22 };
}

/** The first candidate that is valid now, otherwise the one that lives longest. */
function findIssuer(
  certificate: Certificate,
  candidates: readonly Certificate[],
  chain: readonly Certificate[],
  at: Seconds,
): Certificate | undefined {
  let best: Certificate | undefined;
  for (const candidate of candidates) {
    if (!couldHaveIssued(candidate, certificate)) continue;
    const isLeafItself = chain.length === 1 && isSelfSigned(certificate);
    if (!isLeafItself && chain.some((member) => sameBytes(member.der, candidate.der))) {
      if (!isSelfSigned(certificate)) continue;
    }
    if (candidate.notBefore <= at && at <= candidate.notAfter) return candidate;
    if (best === undefined || candidate.notAfter > best.notAfter) best = candidate;
  }
  return best;
}

/** ossl_x509_likely_issued: names, key identifiers and the kind of key; neither key usage nor the signature itself. */
export function couldHaveIssued(issuer: Certificate, subject: Certificate): boolean {
  if (!sameName(issuer.subject, subject.issuer)) return false;
  const { authorityKeyId } = subject;
  if (authorityKeyId?.keyId !== undefined && issuer.subjectKeyId !== undefined) {
    if (!sameBytes(authorityKeyId.keyId, issuer.subjectKeyId)) return false;
  }
  if (authorityKeyId?.serial !== undefined && authorityKeyId.serial !== issuer.serial) return false;
  const named = authorityKeyId?.issuer?.find((name) => name.kind === 'directory');
  if (named?.kind === 'directory' && !sameName(named.name, issuer.issuer)) return false;
  return signsLike(issuer.publicKey, subject.signatureAlgorithm);
}

const selfSigned = new WeakMap<Certificate, boolean>();

/** EXFLAG_SS: it names itself as its issuer, and its identifiers and usages fit. The signature is not looked at. */
export function isSelfSigned(certificate: Certificate): boolean {
  const known = selfSigned.get(certificate);
  if (known !== undefined) return known;
  const { authorityKeyId, subjectKeyId } = certificate;
  const value =
    sameName(certificate.subject, certificate.issuer) &&
    (authorityKeyId?.keyId === undefined ||
      subjectKeyId === undefined ||
      sameBytes(authorityKeyId.keyId, subjectKeyId)) &&
    (authorityKeyId?.serial === undefined || authorityKeyId.serial === certificate.serial);
  selfSigned.set(certificate, value);
  return value;
}

const checked = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

/** Whether the issuer's key made the certificate's signature. Looked at once for each pair. */
export function signedBy(certificate: Certificate, issuer: Certificate): boolean {
  let issuers = checked.get(certificate);
  if (issuers === undefined) {
    issuers = new WeakMap();
    checked.set(certificate, issuers);
  }
  const known = issuers.get(issuer);
  if (known !== undefined) return known;
  const { signatureAlgorithm, signedPart, signature } = certificate;
  const value = verifySignature(issuer.publicKey, signatureAlgorithm, signedPart, signature);
  issuers.set(issuer, value);
  return value;
}
