/** The packages openssl and ca-certificates: openssl(1), update-ca-certificates(8), and what they keep in /etc/ssl. */
import type { Registry } from '../../world/world.contract';
import { openssl } from './openssl';
import { CA_CERTIFICATES_FILES, OPENSSL_FILES } from './package-files';
import { updateCaCertificates } from './update-ca-certificates';

export const OPENSSL_PACKAGES: readonly string[] = ['openssl', 'ca-certificates'];

export function register(registry: Registry): void {
  registry.program('openssl/openssl', openssl);
  registry.program('ca-certificates/update', updateCaCertificates);
  registry.package('openssl', { '/usr/bin/openssl': { program: 'openssl/openssl' }, ...OPENSSL_FILES });
  registry.package('ca-certificates', {
    '/usr/sbin/update-ca-certificates': { program: 'ca-certificates/update' },
    ...CA_CERTIFICATES_FILES,
  });
}
