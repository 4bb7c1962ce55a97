/** What `openssl x509` prints of a certificate, item by item in the order of its options. */
import {
  type Certificate,
  certificateText,
  colonHex,
  digestOf,
  extensionsText,
  matchesEmail,
  matchesHost,
  matchesIp,
  type Name,
  nameHash,
  publicKeyPem,
  purposesText,
  type Seconds,
  serialHex,
  shortName,
  timeIso,
  timeText,
} from '../../protocols/x509/index';
import { digestOfName, noSuchDigest } from './digests';
import type { Options } from './options';
import type { Session, Step } from './session';

interface View {
  readonly certificate: Certificate;
  readonly options: Options;
  readonly nameText: (name: Name) => string;
}
type Printer = (view: View) => string;

const timeOf = ({ options }: View, at: Seconds): string =>
  options.value('dateopt') === 'iso_8601' ? timeIso(at) : timeText(at);
const startDate: Printer = (view) => `notBefore=${timeOf(view, view.certificate.notBefore)}\n`;
const endDate: Printer = (view) => `notAfter=${timeOf(view, view.certificate.notAfter)}\n`;

const PRINTERS: Readonly<Record<string, Printer>> = {
  text: ({ certificate, nameText }) => certificateText(certificate, nameText),
  subject: ({ certificate, nameText }) => `subject=${nameText(certificate.subject)}\n`,
  issuer: ({ certificate, nameText }) => `issuer=${nameText(certificate.issuer)}\n`,
  serial: ({ certificate }) => `serial=${serialHex(certificate.serial)}\n`,
  next_serial: ({ certificate }) => `${serialHex(certificate.serial + 1n)}\n`,
  startdate: startDate,
  enddate: endDate,
  dates: (view) => startDate(view) + endDate(view),
  hash: ({ certificate }) => `${nameHash(certificate.subject)}\n`,
  subject_hash: ({ certificate }) => `${nameHash(certificate.subject)}\n`,
  issuer_hash: ({ certificate }) => `${nameHash(certificate.issuer)}\n`,
  modulus: ({ certificate: { publicKey } }) =>
    `Modulus=${publicKey.type === 'rsa' ? publicKey.modulus.toString(16).toUpperCase() : 'No modulus for this public key type'}\n`,
  pubkey: ({ certificate }) => publicKeyPem(certificate.publicKey),
  ext: ({ certificate }) => extensionsText(certificate.extensions, ''),
  purpose: ({ certificate }) => purposesText(certificate),
  alias: () => '<No Alias>\n',
  email: ({ certificate }) =>
    (certificate.subjectAltNames ?? [])
      .map((name) => (name.kind === 'email' ? `${name.value}\n` : ''))
      .join(''),
  ocsp_uri: () => '',
};

/** All items that the options ask for. */
export function* printItems(session: Session, view: View): Step<string> {
  let out = '';
  for (const { name } of view.options.given) {
    if (name === 'fingerprint') out += yield* fingerprintLine(session, view);
    else if (name === 'ext' && view.certificate.extensions.length === 0)
      yield* session.say('No extensions in certificate\n');
    else out += PRINTERS[name]?.(view) ?? '';
  }
  return out;
}
function* fingerprintLine(session: Session, { certificate, options }: View): Step<string> {
  const name = options.value('*') ?? 'SHA1';
  const digest = digestOfName(name);
  if (digest === undefined) return yield* session.fail('Unknown digest\n', [noSuchDigest(name)]);
  return `${name} Fingerprint=${colonHex(digestOf(digest, certificate.der))}\n`;
}

/** -checkhost, -checkemail, -checkip; they change nothing in the exit code. */
export function checksText({ certificate, options }: View): string {
  const line = (kind: string, name: string, does: boolean): string =>
    `${kind} ${name} does${does ? '' : ' NOT'} match certificate\n`;
  const host = options.value('checkhost');
  const email = options.value('checkemail');
  const ip = options.value('checkip');
  return [
    host === undefined ? '' : line('Hostname', host, matchesHost(certificate, host)),
    email === undefined ? '' : line('Email', email, matchesEmail(certificate, email)),
    ip === undefined ? '' : line('IP', ip, matchesIp(certificate, ip)),
  ].join('');
}

/** -ext: only the named extensions are left. */
export function withNamedExtensions(certificate: Certificate, names: string | undefined): Certificate {
  if (names === undefined) return certificate;
  return {
    ...certificate,
    extensions: certificate.extensions.filter(({ oid }) => names.includes(shortName(oid))),
  };
}
