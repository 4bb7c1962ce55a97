/** `openssl x509 -purpose`. Source: OpenSSL 3.0 v3_purp.c, the purposes' checks in the table's order. */
import type { Certificate } from './certificate';
import { isSelfSigned } from './chain';
import type { KeyUsage } from './extensions';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const EMAIL = '1.3.6.1.5.5.7.3.4';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const GATED = ['1.3.6.1.4.1.311.10.3.3', '2.16.840.1.113730.4.1'];

/** X509_check_purpose's result: 0 no, 1 yes, others yes with a warning. */
type Verdict = number;
interface Row {
  readonly name: string;
  readonly leaf: (certificate: Certificate) => Verdict;
  readonly ca: (certificate: Certificate) => Verdict;
}

const allows = (certificate: Certificate, ...usages: readonly KeyUsage[]): boolean =>
  certificate.keyUsage === undefined || usages.some((usage) => certificate.keyUsage?.includes(usage));
const isMeantFor = (certificate: Certificate, ...usages: readonly string[]): boolean =>
  certificate.extendedKeyUsage === undefined ||
  usages.some((usage) => certificate.extendedKeyUsage?.includes(usage));

/** X509_check_ca. */
function caVerdict(certificate: Certificate): Verdict {
  const { basicConstraints, keyUsage, version } = certificate;
  if (!allows(certificate, 'keyCertSign')) return 0;
  if (basicConstraints !== undefined) return basicConstraints.ca ? 1 : 0;
  if (version === 1 && isSelfSigned(certificate)) return 3;
  return keyUsage === undefined ? 0 : 4;
}
/** Authorities without Netscape's own extension: an old root counts in full. */
const tlsCa = (certificate: Certificate): Verdict => (caVerdict(certificate) === 0 ? 0 : 1);
const verdict = (is: boolean): Verdict => (is ? 1 : 0);
const server = (certificate: Certificate): boolean => isMeantFor(certificate, SERVER_AUTH, ...GATED);
const mail = (certificate: Certificate): boolean => isMeantFor(certificate, EMAIL);

const ROWS: readonly Row[] = [
  {
    name: 'SSL client',
    leaf: (c) => verdict(isMeantFor(c, CLIENT_AUTH) && allows(c, 'digitalSignature', 'keyAgreement')),
    ca: (c) => (isMeantFor(c, CLIENT_AUTH) ? tlsCa(c) : 0),
  },
  {
    name: 'SSL server',
    leaf: (c) => verdict(server(c) && allows(c, 'digitalSignature', 'keyEncipherment', 'keyAgreement')),
    ca: (c) => (server(c) ? tlsCa(c) : 0),
  },
  {
    name: 'Netscape SSL server',
    leaf: (c) => verdict(server(c) && allows(c, 'keyEncipherment')),
    ca: (c) => (server(c) ? tlsCa(c) : 0),
  },
  {
    name: 'S/MIME signing',
    leaf: (c) => verdict(mail(c) && allows(c, 'digitalSignature', 'nonRepudiation')),
    ca: (c) => (mail(c) ? caVerdict(c) : 0),
  },
  {
    name: 'S/MIME encryption',
    leaf: (c) => verdict(mail(c) && allows(c, 'keyEncipherment')),
    ca: (c) => (mail(c) ? caVerdict(c) : 0),
  },
  { name: 'CRL signing', leaf: (c) => verdict(allows(c, 'cRLSign')), ca: caVerdict },
  { name: 'Any Purpose', leaf: () => 1, ca: () => 1 },
  { name: 'OCSP helper', leaf: () => 1, ca: caVerdict },
  { name: 'Time Stamp signing', leaf: timeStampLeaf, ca: caVerdict },
];

/** Exactly the one extended usage, critical, and signatures at most. */
function timeStampLeaf(certificate: Certificate): Verdict {
  const usages = certificate.keyUsage ?? ['digitalSignature'];
  const extended = certificate.extendedKeyUsage ?? [];
  const critical = certificate.extensions.find(({ oid }) => oid === '2.5.29.37')?.critical === true;
  const signsOnly = usages.every((usage) => usage === 'digitalSignature' || usage === 'nonRepudiation');
  return verdict(signsOnly && critical && extended.length === 1 && extended[0] === TIME_STAMPING);
}

/** All purposes, for the certificate and for it as an authority. */
export function purposesText(certificate: Certificate): string {
  const line = (name: string, value: Verdict): string =>
    `${name} : ${value === 0 ? 'No' : value === 1 ? 'Yes' : `Yes (WARNING code=${value})`}\n`;
  return `Certificate purposes:\n${ROWS.map(
    ({ name, leaf, ca }) => line(name, leaf(certificate)) + line(`${name} CA`, ca(certificate)),
  ).join('')}`;
}
