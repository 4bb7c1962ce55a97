/** Whether a certificate is for a host as browsers see it: the common name does not count (RFC 9525 §6.3). */
import { ipOctets } from '../../protocols/x509/ip-octets';
import { matchesHost, matchesIp, readCertificateChain } from '../../protocols/x509';

/** @param chain PEM, leaf first @param host a name or an address */
export function isForBrowser(chain: string, host: string): boolean {
  const read = readCertificateChain(chain);
  const leaf = read.ok ? read.value[0] : undefined;
  if (leaf === undefined) return false;
  if (ipOctets(host) !== undefined) return matchesIp(leaf, host);
  const hasNames = leaf.subjectAltNames?.some(({ kind }) => kind === 'dns') === true;
  return hasNames && matchesHost(leaf, host);
}
