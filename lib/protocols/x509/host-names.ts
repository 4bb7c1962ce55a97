/**
 * Whether a certificate is for a host. Sources: OpenSSL 3.0 v3_utl.c (X509_check_host, X509_check_ip), curl 7.88
 * vtls/openssl.c and hostcheck.c. Both look at the subject's common name only when there is no alternative name.
 */
import type { Certificate } from './certificate';
import { sameBytes } from './der';
import { ipOctets } from './ip-octets';
import { commonName } from './names';

/** X509_check_host: a DNS name. With a DNS alternative name the common name does not count. */
export function matchesHost(certificate: Certificate, host: string): boolean {
  return matchingName(certificate, host) !== undefined;
}
/** The certificate's name that a host's name matches: itself, or a wildcard. */
export function matchingName(certificate: Certificate, host: string): string | undefined {
  const names = dnsNames(certificate);
  return (names.length > 0 ? names : commonNames(certificate)).find((pattern) =>
    matchesDnsName(pattern, host),
  );
}

/** X509_check_ip_asc: an address, IPv4 or IPv6. Only alternative names count. */
export function matchesIp(certificate: Certificate, address: string): boolean {
  const octets = ipOctets(address);
  return octets !== undefined && ipNames(certificate).some((name) => sameBytes(name, octets));
}

/** X509_check_email: an address in the alternative names, or the subject's emailAddress. */
export function matchesEmail(certificate: Certificate, address: string): boolean {
  const given = (certificate.subjectAltNames ?? []).flatMap((name) =>
    name.kind === 'email' ? [name.value] : [],
  );
  const subject = certificate.subject.parts
    .flat()
    .flatMap(({ oid, value }) => (oid === '1.2.840.113549.1.9.1' ? [value] : []));
  const [local, domain] = emailParts(address);
  return (given.length > 0 ? given : subject).some((name) => {
    const [ownLocal, ownDomain] = emailParts(name);
    return ownLocal === local && ownDomain === domain;
  });
}
/** The domain's case does not count. */
function emailParts(address: string): readonly [string, string] {
  const at = address.lastIndexOf('@');
  return [address.slice(0, at), address.slice(at + 1).toLowerCase()];
}

/** What curl finds wrong with a certificate's names; the last two say the name they compared. */
export type CurlNameProblem =
  /** `SSL: no alternative certificate subject name matches target host name '…'` */
  | { readonly kind: 'no-alternative-name' }
  /** `SSL: unable to obtain common name from peer certificate` */
  | { readonly kind: 'no-common-name' }
  /** `SSL: certificate subject name '…' does not match target host name '…'` */
  | { readonly kind: 'common-name'; readonly commonName: string };

/** curl's own check of a host name or address, after OpenSSL found the chain good; undefined when it is right. */
export function curlNameProblem(certificate: Certificate, host: string): CurlNameProblem | undefined {
  const octets = ipOctets(host);
  const dns = dnsNames(certificate);
  const ips = ipNames(certificate);
  const matches =
    octets === undefined
      ? dns.some((pattern) => matchesDnsName(pattern, host))
      : ips.some((name) => sameBytes(name, octets));
  if (matches) return undefined;
  if (dns.length + ips.length > 0) return { kind: 'no-alternative-name' };
  const name = commonName(certificate.subject);
  if (name === undefined) return { kind: 'no-common-name' };
  const isRight = octets === undefined ? matchesDnsName(name, host) : name === host;
  return isRight ? undefined : { kind: 'common-name', commonName: name };
}

function dnsNames(certificate: Certificate): string[] {
  return (certificate.subjectAltNames ?? []).flatMap((name) => (name.kind === 'dns' ? [name.value] : []));
}
function ipNames(certificate: Certificate): Uint8Array[] {
  return (certificate.subjectAltNames ?? []).flatMap((name) => (name.kind === 'ip' ? [name.octets] : []));
}
function commonNames(certificate: Certificate): string[] {
  return certificate.subject.parts.flat().flatMap(({ oid, value }) => (oid === '2.5.4.3' ? [value] : []));
}

/**
 * A name or a wildcard. The wildcard is the whole left-most label, stands for exactly one label, and needs two more
 * labels behind it: `*.example` matches nothing.
 */
function matchesDnsName(pattern: string, host: string): boolean {
  const wanted = withoutFinalDot(host.toLowerCase());
  const given = withoutFinalDot(pattern.toLowerCase());
  if (!given.startsWith('*.')) return given === wanted && wanted !== '';
  const suffix = given.slice(1);
  if (suffix.includes('*') || !/^\.[^.]+\.[^.]/.test(suffix)) return false;
  const label = wanted.slice(0, wanted.length - suffix.length);
  return wanted.endsWith(suffix) && /^[a-z0-9_-]+$/.test(label);
}
function withoutFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
