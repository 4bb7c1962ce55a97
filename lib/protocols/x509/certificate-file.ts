/** Files of certificates, as programs load them through OpenSSL. */
import { failure, type Result, success } from '../../std/result';
import { type Certificate, readCertificate } from './certificate';
import { TextMemo } from './memo';
import { type OpensslError, opensslError } from './openssl-error';
import { readPem } from './pem';

export interface CertificateFileError {
  /** The function that failed, which nginx names: the first certificate, or a further one. */
  readonly call: 'PEM_read_bio_X509_AUX' | 'PEM_read_bio_X509';
  readonly errors: readonly OpensslError[];
  /** In the file, counted from 1: the BEGIN line of the certificate that cannot be read. */
  readonly line?: number;
}

const CERTIFICATE_LABELS = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];
const chains = new TextMemo<Result<readonly Certificate[], CertificateFileError>>();

/**
 * A server's certificate file (nginx ssl_certificate, HAProxy crt): the server's own certificate first, then those
 * that it sends along. Other blocks (a key in the same file) are skipped.
 * @returns at least one certificate
 */
export function readCertificateChain(text: string): Result<readonly Certificate[], CertificateFileError> {
  return chains.get(text, () => readChain(text));
}

function readChain(text: string): Result<readonly Certificate[], CertificateFileError> {
  const { blocks, fault } = readPem(text);
  const certificates: Certificate[] = [];
  const call = (): CertificateFileError['call'] =>
    certificates.length === 0 ? 'PEM_read_bio_X509_AUX' : 'PEM_read_bio_X509';
  for (const block of blocks) {
    if (!CERTIFICATE_LABELS.includes(block.label)) continue;
    const certificate = readCertificate(block.bytes);
    if (!certificate.ok)
      return failure({
        call: call(),
        errors: [...certificate.error, opensslError('pemAsn1')],
        line: block.line,
      });
    certificates.push(certificate.value);
  }
  if (fault !== undefined) return failure({ call: call(), errors: [fault.error], line: fault.line });
  if (certificates.length === 0)
    return failure({
      call: 'PEM_read_bio_X509_AUX',
      errors: [opensslError('pemNoStartLine', 'Expecting: TRUSTED CERTIFICATE')],
    });
  return success(certificates);
}

const bundles = new TextMemo<readonly Certificate[]>();

/**
 * A file of trusted certificates (curl --cacert, openssl -CAfile, nginx ssl_client_certificate), as
 * X509_load_cert_crl_file reads it: the certificates up to the first block that cannot be read.
 * @returns none when the file has none: the program then says so in its own words
 */
export function readTrustedCertificates(text: string): readonly Certificate[] {
  return bundles.get(text, () => {
    const certificates: Certificate[] = [];
    for (const block of readPem(text).blocks) {
      if (!CERTIFICATE_LABELS.includes(block.label)) continue;
      const certificate = readCertificate(block.bytes);
      if (!certificate.ok) break;
      certificates.push(certificate.value);
    }
    return certificates;
  });
}

/** What a file of trusted certificates and revocation lists holds. */
export interface TrustFile {
  readonly certificates: readonly Certificate[];
  /** Blocks that are revocation lists. */
  readonly revocationLists: number;
}

/**
 * A file of trusted certificates and revocation lists, or what X509_load_cert_crl_file says of it: one that holds
 * neither, or a block of whatever kind that cannot be read (nginx ssl_client_certificate, ssl_crl).
 */
export function readTrustFile(text: string): Result<TrustFile, readonly OpensslError[]> {
  const { blocks, fault } = readPem(text);
  const certificates: Certificate[] = [];
  for (const block of blocks) {
    if (!CERTIFICATE_LABELS.includes(block.label)) continue;
    const certificate = readCertificate(block.bytes);
    if (!certificate.ok)
      return failure([...certificate.error, opensslError('pemAsn1'), opensslError('x509PemLib')]);
    certificates.push(certificate.value);
  }
  if (fault !== undefined) return failure([fault.error, opensslError('x509PemLib')]);
  const revocationLists = blocks.filter(({ label }) => label === 'X509 CRL').length;
  return certificates.length + revocationLists === 0
    ? failure([opensslError('noCertificateOrCrl')])
    : success({ certificates, revocationLists });
}
