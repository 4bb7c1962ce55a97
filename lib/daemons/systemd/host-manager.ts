/** Which systemd this is, and the manager of a host. */
import type { DaemonContext } from '../../world/process.contract';
import type { Host } from '../../world/world.contract';
import { Manager } from './manager';
import type { ManagerState } from './state';

export const INIT = 'systemd';
export const VERSION = '252.39-1~deb12u2';
export const FEATURES =
  '+PAM +AUDIT +SELINUX +APPARMOR +IMA +SMACK +SECCOMP +GCRYPT -GNUTLS +OPENSSL +ACL +BLKID +CURL +ELFUTILS +FIDO2 +IDN2 -IDN +IPTC +KMOD +LIBCRYPTSETUP +LIBFDISK +PCRE2 -PWQUALITY +P11KIT +QRENCODE +TPM2 +BZIP2 +LZ4 +XZ +ZLIB +ZSTD -BPF_FRAMEWORK -XKBCOMMON +UTMP +SYSVINIT default-hierarchy=unified';
/** The manager of a running host, undefined while there is none. */
export function managerOf(host: Host): Manager | undefined {
  const context = host.daemonContext(1);
  if (context?.process.daemon?.kind !== INIT) return undefined;
  // The daemon's kind says what its state is.
  return new Manager(context as DaemonContext<ManagerState>);
}
