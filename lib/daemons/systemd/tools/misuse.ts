/** What systemd's small tools say of options that they do not know. */
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { getoptComplaint, type ParsedOptions } from '../../command-options';

export const VERSION_LINE =
  'systemd 252 (252.39-1~deb12u2)\n+PAM +AUDIT +SELINUX +APPARMOR +IMA +SMACK +SECCOMP +GCRYPT -GNUTLS +OPENSSL +ACL +BLKID +CURL +ELFUTILS +FIDO2 +IDN2 -IDN +IPTC +KMOD +LIBCRYPTSETUP +LIBFDISK +PCRE2 -PWQUALITY +P11KIT +QRENCODE +TPM2 +BZIP2 +LZ4 +XZ +ZLIB +ZSTD -BPF_FRAMEWORK -XKBCOMMON +UTMP +SYSVINIT default-hierarchy=unified\n';

/** @returns the exit code when something is wrong with them */
export function* refuseOptions(
  context: ProgramContext,
  name: string,
  { problem }: ParsedOptions,
): Generator<Wait, number | undefined, Wake> {
  if (problem === undefined) return undefined;
  yield* context.err(`${name}: ${getoptComplaint(problem)}\n`);
  return 1;
}
