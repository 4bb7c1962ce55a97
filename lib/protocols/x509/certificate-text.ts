/** Certificates and requests as `openssl x509 -text` and `openssl req -text` print them (X509_print_ex, X509_REQ_print_ex). */
import type { Certificate } from './certificate';
import { hexOf, naturalBytes, stringOf } from './der';
import { extensionsText } from './extension-text';
import { hexLines, publicKeyText } from './key-text';
import { publicKeyAlgorithm } from './keys';
import { type Name, nameOneLine } from './names';
import { longName } from './object-identifiers';
import { type CertificateRequest, EXTENSION_REQUEST } from './requests';
import { timeText } from './times';

/** @param nameText how names are printed (-nameopt) */
export function certificateText(
  certificate: Certificate,
  nameText: (name: Name) => string = nameOneLine,
): string {
  const { version, serial, signatureAlgorithm, extensions } = certificate;
  return [
    'Certificate:\n    Data:\n',
    `        Version: ${version} (0x${version - 1})\n`,
    `        Serial Number:${serialText(serial)}\n`,
    `        Signature Algorithm: ${longName(signatureAlgorithm)}\n`,
    `        Issuer: ${nameText(certificate.issuer)}\n`,
    '        Validity\n',
    `            Not Before: ${timeText(certificate.notBefore)}\n`,
    `            Not After : ${timeText(certificate.notAfter)}\n`,
    `        Subject: ${nameText(certificate.subject)}\n`,
    keyPart(certificate),
    extensions.length === 0 ? '' : '        X509v3 extensions:\n',
    extensionsText(extensions, ' '.repeat(12)),
    signaturePart(certificate),
  ].join('');
}

/** What `openssl ca` shows before it signs, with Debian's `cert_opt = ca_default`. */
export function certificateDetails(
  draft: Pick<Certificate, 'serial' | 'notBefore' | 'notAfter' | 'subject' | 'extensions'>,
): string {
  return [
    `        Serial Number:${serialText(draft.serial)}\n`,
    '        Validity\n',
    `            Not Before: ${timeText(draft.notBefore)}\n`,
    `            Not After : ${timeText(draft.notAfter)}\n`,
    '        Subject:\n',
    ...draft.subject.parts
      .flat()
      .map(({ oid, value }) => `            ${longName(oid).padEnd(25)} = ${value}\n`),
    draft.extensions.length === 0 ? '' : '        X509v3 extensions:\n',
    extensionsText(draft.extensions, ' '.repeat(12)),
  ].join('');
}

export function requestText(
  request: CertificateRequest,
  nameText: (name: Name) => string = nameOneLine,
): string {
  const { version, attributes, extensions } = request;
  return [
    'Certificate Request:\n    Data:\n',
    `        Version: ${version} (0x${version - 1})\n`,
    `        Subject: ${nameText(request.subject)}\n`,
    keyPart(request),
    '        Attributes:\n',
    attributes.length === 0 ? `${' '.repeat(12)}(none)\n` : '',
    ...attributes.filter(({ oid }) => oid !== EXTENSION_REQUEST).flatMap(attributeLines),
    `${' '.repeat(12)}Requested Extensions:\n`,
    extensionsText(extensions, ' '.repeat(16)),
    signaturePart(request),
  ].join('');
}
function attributeLines({ oid, values }: CertificateRequest['attributes'][number]): string[] {
  return values.map((value) => `${' '.repeat(12)}${longName(oid).padEnd(25)}:${stringOf(value)}\n`);
}

function keyPart({ publicKey }: Pick<Certificate, 'publicKey'>): string {
  return [
    '        Subject Public Key Info:\n',
    `            Public Key Algorithm: ${longName(publicKeyAlgorithm(publicKey))}\n`,
    publicKeyText(publicKey, ' '.repeat(16)),
  ].join('');
}
function signaturePart(signed: Pick<Certificate, 'signatureAlgorithm' | 'signature'>): string {
  return [
    `    Signature Algorithm: ${longName(signed.signatureAlgorithm)}\n    Signature Value:\n`,
    hexLines(signed.signature, { perLine: 18, indent: '        ' }),
  ].join('');
}

/** ` 4 (0x4)`, or a line of octets for what does not fit into a C long. */
function serialText(serial: bigint): string {
  const size = serial < 0n ? -serial : serial;
  const sign = serial < 0n ? '-' : '';
  if (size < 1n << 63n) return ` ${serial} (${sign}0x${size.toString(16)})`;
  const pairs = hexOf(naturalBytes(size)).match(/../g) ?? [];
  return `\n            ${serial < 0n ? ' (Negative)' : ''}${pairs.join(':')}`;
}
/** `0BADCAFE`, as -serial prints it (i2a_ASN1_INTEGER). */
export function serialHex(serial: bigint): string {
  const size = serial < 0n ? -serial : serial;
  return `${serial < 0n ? '-' : ''}${hexOf(naturalBytes(size)).toUpperCase()}`;
}
