/**
 * A peer's chain judged by a host's clock: where certificates (lib/protocols/x509) and handshakes meet.
 * Many connections ask the same question; the answer changes only when a certificate begins or ends to be valid.
 */
import { ipOctets } from '../../protocols/x509/ip-octets';
import {
  type Certificate,
  type ChainCheck,
  type ChainProblem,
  type Purpose,
  readCertificateChain,
  readRevocationLists,
  readTrustedCertificates,
  type RevocationList,
  verifyChain,
} from '../../protocols/x509';
import type { Micros } from '../../std/instant';
import type { IgnoredErrors, TlsVerifyResult } from '../tls.contract';

export interface PeerCheck {
  /** PEM, leaf first. */
  chain: string;
  /** PEM of trusted roots. */
  roots: string;
  /** PEM of revocation lists; undefined: nobody looks for any. */
  crls?: string | undefined;
  purpose: Purpose;
  level: number;
  depth: number | undefined;
  expectedName: string | undefined;
  /** Of several troubles: the one that OpenSSL meets first, or last. */
  which: 'first' | 'last';
  /** Troubles that are let pass; then the last of them is the result. */
  ignored?: IgnoredErrors;
}

const GOOD: TlsVerifyResult = { code: 0, text: 'ok', depth: 0 };
const TOO_LONG = 'certificate chain too long';
const SECOND = 1_000_000;
/** Answers kept before all are forgotten; they are no part of the state. */
const MOST_KNOWN = 256;

type Known = { from: number; until: number; result: TlsVerifyResult };
const known = new Map<string, Map<string, Map<string, Known>>>();
let count = 0;

/** @param at the host's wall clock, microseconds since 1970 */
export function verifyPeer(check: PeerCheck, at: Micros): TlsVerifyResult {
  const seconds = Math.floor(at / SECOND);
  const place = placeOf(check);
  const rest = `${check.purpose} ${check.level} ${check.depth ?? ''} ${check.which} ${ignoredText(check.ignored)} ${check.expectedName ?? ''}`;
  const before = place.get(rest);
  if (before !== undefined && before.from <= seconds && seconds < before.until) return before.result;
  const made = judge(check, seconds);
  place.set(rest, made);
  count++;
  return made.result;
}

function placeOf({ chain, roots: trusted, crls }: PeerCheck): Map<string, Known> {
  if (count > MOST_KNOWN) {
    known.clear();
    count = 0;
  }
  const roots = crls === undefined ? trusted : `${trusted}\n${crls}`;
  let byRoots = known.get(chain);
  if (byRoots === undefined) known.set(chain, (byRoots = new Map<string, Map<string, Known>>()));
  let place = byRoots.get(roots);
  if (place === undefined) byRoots.set(roots, (place = new Map<string, Known>()));
  return place;
}

function judge(check: PeerCheck, at: number): Known {
  const read = readCertificateChain(check.chain);
  if (!read.ok)
    return {
      from: at,
      until: at + 1,
      result: { code: 1, text: 'unspecified certificate verification error', depth: 0 },
    };
  const [leaf, ...untrusted] = read.value;
  const trusted = readTrustedCertificates(check.roots);
  if (leaf === undefined) return { from: at, until: at + 1, result: GOOD };
  const lists = check.crls === undefined ? undefined : readRevocationLists(check.crls);
  return {
    ...validity([leaf, ...untrusted, ...trusted], lists ?? [], at),
    result: resultOf(check, { leaf, untrusted, trusted, at, ...(lists && { revocationLists: lists }) }),
  };
}

function resultOf(
  check: PeerCheck,
  asked: Pick<ChainCheck, 'leaf' | 'untrusted' | 'trusted' | 'at' | 'revocationLists'>,
): TlsVerifyResult {
  const { purpose, level, depth, expectedName } = check;
  const isAddress = expectedName !== undefined && ipOctets(expectedName) !== undefined;
  const { chain, problems } = verifyChain({
    ...asked,
    purpose,
    securityLevel: level,
    ...(expectedName === undefined ? {} : isAddress ? { ip: expectedName } : { host: expectedName }),
  });
  if (depth !== undefined && chain.length - 2 > depth) return { code: 22, text: TOO_LONG, depth: depth + 1 };
  if (check.ignored !== undefined) return afterIgnoring(problems, check.ignored);
  const problem = check.which === 'first' ? problems[0] : problems.at(-1);
  return problem === undefined ? GOOD : { code: problem.code, text: problem.text, depth: problem.depth };
}

function afterIgnoring(problems: readonly ChainProblem[], { leaf, issuers }: IgnoredErrors): TlsVerifyResult {
  const passes = ({ code, depth }: ChainProblem): boolean => {
    const list = depth === 0 ? leaf : issuers;
    return list === 'all' || list.includes(code);
  };
  const problem = problems.find((one) => !passes(one));
  if (problem !== undefined) return { code: problem.code, text: problem.text, depth: problem.depth };
  const last = problems.at(-1);
  if (last === undefined) return GOOD;
  const ofLeaf = problems.find(({ depth }) => depth === 0);
  const ofIssuer = problems.find(({ depth }) => depth > 0);
  const passed = {
    leaf: ofLeaf?.code ?? 0,
    issuer: ofIssuer?.code ?? 0,
    issuerDepth: ofIssuer?.depth ?? 0,
  };
  return { code: last.code, text: last.text, depth: last.depth, passed };
}
function ignoredText(ignored: IgnoredErrors | undefined): string {
  return ignored === undefined ? '' : `${ignored.leaf.toString()}/${ignored.issuers.toString()}`;
}

/** The seconds around `at` in which no certificate and no list begins or ends. */
function validity(
  certificates: readonly Certificate[],
  lists: readonly RevocationList[],
  at: number,
): { from: number; until: number } {
  let from = -Infinity;
  let until = Infinity;
  const spans = [
    ...certificates.map(({ notBefore, notAfter }) => [notBefore, notAfter + 1]),
    ...lists.map(({ thisUpdate, nextUpdate }) => [thisUpdate, (nextUpdate ?? Infinity) + 1]),
  ];
  for (const span of spans)
    for (const change of span) {
      if (change <= at) from = Math.max(from, change);
      else until = Math.min(until, change);
    }
  return { from, until };
}
