/** `openssl verify`. Source: OpenSSL 3.0 apps/verify.c. */
import { type Certificate, type Verification, verifyChain } from '../../protocols/x509/index';
import { loadCertificate, loadCertificates } from './load';
import { nameStyle } from './name-options';
import { parseOptions } from './options';
import { Quit, type Session, type Step } from './session';
import { type Trust, TRUST_OPTIONS, trustedFor, trustOf } from './trust';
import { VERIFY_OPTIONS, verificationOf } from './verify-options';

/** Errors after which it looks on, to name all of them; the certificate is refused all the same. */
const GOES_ON: ReadonlySet<number> = new Set([10, 25, 34, 79]);

export function* verify(session: Session): Step<number> {
  const options = yield* parseOptions(session, {
    ...TRUST_OPTIONS,
    ...VERIFY_OPTIONS,
    verbose: '-',
    nameopt: 's',
    untrusted: '<',
    trusted: '<',
    CRLfile: '<',
    crl_download: '-',
    show_chain: '-',
    vfyopt: 's',
  });
  const nameText = yield* nameStyle(session, options);
  for (const name of ['CRLfile', 'crl_download', 'vfyopt'])
    if (options.has(name)) return yield* session.notModelled(`-${name}`);
  const untrusted: Certificate[] = [];
  for (const path of options.values('untrusted'))
    untrusted.push(
      ...(yield* loadCertificates(session, { path, description: 'certs of untrusted certificates' })),
    );
  const check = yield* verificationOf(session, options);
  const trust: Trust = yield* trustOf(session, options);
  let allGood = true;
  for (const path of options.rest.length === 0 ? [undefined] : options.rest) {
    const leaf = yield* loaded(session, path);
    if (leaf === undefined) {
      allGood = false;
      continue;
    }
    const trusted = trustedFor(session, trust, [leaf, ...untrusted]);
    const verification = verifyChain({ ...check, leaf, untrusted, trusted });
    const name = path ?? 'stdin';
    for (const { certificate, code, depth, text } of told(verification)) {
      yield* session.say(`${nameText(certificate.subject)}\n`);
      yield* session.say(`error ${code} at ${depth} depth lookup: ${text}\n`);
    }
    if (verification.problems.length > 0) {
      allGood = false;
      yield* session.say(`error ${name}: verification failed\n`);
      continue;
    }
    yield* session.print(`${name}: OK\n`);
    if (options.has('show_chain')) yield* session.print(chainText(verification, nameText));
  }
  return allGood ? 0 : 2;
}

function* loaded(session: Session, path: string | undefined): Step<Certificate | undefined> {
  try {
    return yield* loadCertificate(session, { path, description: 'certificate file' });
  } catch (problem) {
    if (problem instanceof Quit) return undefined;
    throw problem;
  }
}
/** Up to the first error that it does not look beyond. */
function told({ problems }: Verification): Verification['problems'] {
  const end = problems.findIndex(({ code }) => !GOES_ON.has(code));
  return end < 0 ? problems : problems.slice(0, end + 1);
}
function chainText(
  { chain, untrustedCount }: Verification,
  nameText: (name: Certificate['subject']) => string,
): string {
  const lines = chain.map(
    ({ subject }, depth) =>
      `depth=${depth}: ${nameText(subject)}${depth < untrustedCount ? ' (untrusted)' : ''}\n`,
  );
  return `Chain:\n${lines.join('')}`;
}
