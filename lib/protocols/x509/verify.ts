/**
 * Whether a chain of certificates can be trusted: OpenSSL 3.0's X509_verify_cert (crypto/x509/x509_vfy.c), its checks
 * in its order, with its codes. Not modelled: policies, name constraints, proxy certificates.
 */
import { buildChain, isSelfSigned, signedBy } from './chain';
import type { Certificate } from './certificate';
import { isCaFor, isLeafFor, issuerKind, type Purpose } from './purposes';
import { isStrongKey, isStrongSignature } from './security-level';
import { matchesEmail, matchesHost, matchesIp } from './host-names';
import { checkRevocation, type RevocationList } from './revocation';
import type { Seconds } from './times';
import { type VerifyCode, verifyText } from './verify-codes';

export interface ChainCheck {
  /** The certificate that is to be verified. */
  readonly leaf: Certificate;
  /** What the other side sent along, in any order. */
  readonly untrusted?: readonly Certificate[];
  /** The own store: -CAfile, /etc/ssl/certs. */
  readonly trusted: readonly Certificate[];
  /** The checking machine's clock. */
  readonly at: Seconds;
  /** Not given: extended key usage and key usage of the leaf are not looked at (`openssl verify`). TLS gives one. */
  readonly purpose?: Purpose;
  /** X509_VERIFY_PARAM_set1_host and _ip: not given by curl, which looks itself (`curlNameProblem`). */
  readonly host?: string;
  readonly ip?: string;
  /** 0 to 5; TLS on Debian has 2 (112 bits: RSA 2048, no SHA-1), `openssl verify` none. */
  readonly securityLevel?: number;
  /** X509_V_FLAG_PARTIAL_CHAIN: a trusted certificate ends the chain although it is no root. */
  readonly partialChain?: boolean;
  /** -verify_depth: authorities allowed between leaf and root. */
  readonly depth?: number;
  /** X509_VERIFY_PARAM_set1_email. */
  readonly email?: string;
  /** Lists of revoked certificates; with them (even none) each certificate of the chain needs one of its issuer's (-crl_check_all). */
  readonly revocationLists?: readonly RevocationList[];
  /** -no_check_time. */
  readonly ignoreTime?: boolean;
}

export interface ChainProblem {
  readonly code: VerifyCode;
  /** `certificate has expired` */
  readonly text: string;
  /** 0 is the leaf. */
  readonly depth: number;
  readonly certificate: Certificate;
}

export interface Verification {
  /** From the leaf to the root, as far as it could be built. */
  readonly chain: readonly Certificate[];
  /** How many of the chain's certificates did not come from the store. */
  readonly untrustedCount: number;
  /**
   * In the order in which OpenSSL meets them when nobody stops it. Who refuses at the first one (curl, nginx,
   * HAProxy) takes `problems[0]`; who goes on (s_client) prints all and reports the last one. Empty: the chain is good.
   */
  readonly problems: readonly ChainProblem[];
  /** The calls of OpenSSL's verify callback: each problem, and each certificate whose signature and dates were looked at. */
  readonly calls: readonly (ChainProblem | SeenCertificate)[];
}
/** A certificate that was looked at to the end. */
export interface SeenCertificate {
  readonly code: undefined;
  readonly depth: number;
  readonly certificate: Certificate;
}

/** Verifies a chain. Pure: same question, same answer. */
export function verifyChain(check: ChainCheck): Verification {
  const { chain, untrustedCount, ending } = buildChain(check);
  const calls: (ChainProblem | SeenCertificate)[] = [];
  const report = (code: VerifyCode, depth: number): void => {
    const certificate = chain[depth];
    if (certificate !== undefined) calls.push({ code, text: verifyText(code), depth, certificate });
  };
  const done = (depth: number, certificate: Certificate): void =>
    void calls.push({ code: undefined, depth, certificate });
  const seen: Seen = { check, chain, untrustedCount, report, done };
  if (check.securityLevel !== undefined && !isStrongKey(check.leaf, check.securityLevel)) report(66, 0);
  if (ending !== undefined) report(ending, chain.length - 1);
  checkExtensions(seen);
  if (check.securityLevel !== undefined) checkStrength(seen, check.securityLevel);
  if (check.host !== undefined && !matchesHost(check.leaf, check.host)) report(62, 0);
  if (check.email !== undefined && !matchesEmail(check.leaf, check.email)) report(63, 0);
  if (check.ip !== undefined && !matchesIp(check.leaf, check.ip)) report(64, 0);
  if (check.revocationLists !== undefined)
    checkRevocation(chain, { known: check.revocationLists, at: check.at }, report);
  checkSignaturesAndTimes(seen);
  return { chain, untrustedCount, problems: calls.filter((call) => call.code !== undefined), calls };
}

interface Seen {
  readonly check: ChainCheck;
  readonly chain: readonly Certificate[];
  readonly untrustedCount: number;
  readonly report: (code: VerifyCode, depth: number) => void;
  readonly done: (depth: number, certificate: Certificate) => void;
}

/** check_extensions: may each certificate do what it does here? */
function checkExtensions({ check, chain, report }: Seen): void {
  let pathLength = 0;
  for (const [depth, certificate] of chain.entries()) {
    if (certificate.extensions.some(({ oid, critical }) => critical && !UNDERSTOOD.has(oid)))
      report(34, depth);
    if (depth > 0) {
      const kind = issuerKind(certificate);
      if (kind === 'none' || (depth + 1 < chain.length && kind !== 'ca')) report(79, depth);
    }
    const { purpose } = check;
    if (purpose !== undefined) {
      const suits = depth === 0 ? isLeafFor(certificate, purpose) : isCaFor(certificate, purpose);
      if (!suits) report(26, depth);
    }
    const most = certificate.basicConstraints?.pathLength;
    if (depth > 1 && most !== undefined && pathLength > most) report(25, depth);
    if (depth > 0 && !isSelfIssued(certificate)) pathLength += 1;
  }
}

/** check_auth_level: issuers' keys, and all signatures but the anchor's. */
function checkStrength({ chain, report }: Seen, level: number): void {
  for (const [depth, certificate] of chain.entries()) {
    if (depth > 0 && !isStrongKey(certificate, level)) report(67, depth);
    if (depth < chain.length - 1 && !isStrongSignature(certificate, level)) report(68, depth);
  }
}

/** internal_verify: from the root down. */
function checkSignaturesAndTimes({ check, chain, report, done }: Seen): void {
  const top = chain.length - 1;
  let from = top;
  const root = chain[top];
  if (root !== undefined && !isSelfSigned(root) && check.partialChain !== true) {
    if (top === 0) report(21, 0);
    else from = top - 1;
  }
  for (let depth = from; depth >= 0; depth--) {
    const certificate = chain[depth];
    const issuer = chain[depth + 1];
    if (certificate === undefined) continue;
    if (issuer?.keyUsage?.includes('keyCertSign') === false) report(32, depth + 1);
    if (issuer !== undefined && !signedBy(certificate, issuer)) report(7, depth);
    if (check.ignoreTime !== true) {
      if (check.at < certificate.notBefore) report(9, depth);
      if (check.at > certificate.notAfter) report(10, depth);
    }
    done(depth, certificate);
  }
}

function isSelfIssued(certificate: Certificate): boolean {
  return issuerKind(certificate) !== 'none' && isSelfSigned(certificate);
}

/** Extensions that OpenSSL handles when they are critical (X509_supported_extension). */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.18',
  '2.5.29.19',
  '2.5.29.30',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.33',
  '2.5.29.35',
  '2.5.29.36',
  '2.5.29.37',
  '2.5.29.54',
  '2.16.840.1.113730.1.1',
]);
