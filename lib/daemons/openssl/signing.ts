/** Signing certificates as `x509`, `req -x509` and `ca` do (apps.c do_X509_sign). */
import {
  type Certificate,
  type ConfigPair,
  type Digest,
  type Extension,
  type ExtensionContext,
  issueCertificate,
  type Name,
  opensslError,
  type PrivateKey,
  type PublicKey,
  publicKeyOf,
  samePublicKey,
  type Seconds,
} from '../../protocols/x509/index';
import { digestOfName, noSuchDigest } from './digests';
import { withKeyIdentifiers } from './extension-sections';
import type { Session, Step } from './session';

/** A certificate about to be signed. */
export interface Draft {
  readonly subject: Name;
  readonly publicKey: PublicKey;
  readonly serial: bigint;
  readonly notBefore: Seconds;
  readonly notAfter: Seconds;
  /** undefined: it signs itself. */
  readonly authority: Certificate | undefined;
}

/** What the words of extensions may refer to. @param section looks up `@name` */
export function contextOf(
  draft: Pick<Draft, 'subject' | 'publicKey' | 'serial' | 'authority'>,
  section?: (name: string) => readonly ConfigPair[] | undefined,
): ExtensionContext {
  const { authority, subject, serial } = draft;
  return {
    subject: { name: subject, publicKey: draft.publicKey },
    issuer: authority ?? { issuer: subject, serial, isItself: true },
    ...(section === undefined ? {} : { section }),
  };
}

/** Completes the key identifiers and signs. */
export function signCertificate(
  draft: Draft,
  extensions: readonly Extension[],
  signer: PrivateKey,
  digest: Digest,
): Certificate {
  const { authority } = draft;
  const signsItself = samePublicKey(draft.publicKey, publicKeyOf(signer));
  return issueCertificate(
    {
      ...draft,
      issuer: authority?.subject ?? draft.subject,
      extensions: withKeyIdentifiers(extensions, contextOf(draft), signsItself),
    },
    signer,
    digest,
  );
}

/** The digest to sign with; ends the command when there is none of that name. */
export function* signingDigest(session: Session, name: string | undefined): Step<Digest> {
  if (name === undefined || name === 'default') return 'sha256';
  const digest = digestOfName(name);
  return digest ?? (yield* session.fail('', [noSuchDigest(name), opensslError('signatureInit')]));
}
