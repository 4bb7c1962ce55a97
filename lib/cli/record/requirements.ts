/** What a machine needs so that real daemons can be played on it, and what to say when it has not. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** A program, and the Debian package that has it. */
export interface Requirement {
  readonly program: string;
  readonly package: string;
}

/** Without these no lab can be made. */
export const LAB_PROGRAMS: readonly Requirement[] = [
  { program: 'ip', package: 'iproute2' },
  { program: 'unshare', package: 'util-linux' },
  { program: 'mount', package: 'mount' },
  { program: 'bash', package: 'bash' },
  { program: 'perl', package: 'perl-base' },
  { program: 'sysctl', package: 'procps' },
];
const DAEMONS: readonly Requirement[] = [
  { program: 'keepalived', package: 'keepalived' },
  { program: 'haproxy', package: 'haproxy' },
  { program: 'nginx', package: 'nginx' },
];
/** Commands of cases whose absence would look like a finding. */
const COMMANDS: readonly Requirement[] = [
  { program: 'nft', package: 'nftables' },
  { program: 'conntrack', package: 'conntrack' },
  { program: 'ipset', package: 'ipset' },
  { program: 'curl', package: 'curl' },
  { program: 'ping', package: 'iputils-ping' },
];

/** The daemons that are started, and the commands that are named in `texts`. */
export function requirementsOf(services: readonly string[], texts: readonly string[]): Requirement[] {
  const named = (program: string): boolean =>
    texts.some((text) => new RegExp(`(^|[^\\w/.-])${program}\\b`, 'm').test(text));
  return [
    ...LAB_PROGRAMS,
    ...DAEMONS.filter(({ program }) => services.includes(program)),
    ...COMMANDS.filter(({ program }) => named(program)),
  ];
}

/** Why nothing can be played here; undefined when it can. */
export function complaint(
  machine: { platform: string; uid: number | undefined; has: (program: string) => boolean },
  requirements: readonly Requirement[],
): string | undefined {
  if (machine.platform !== 'linux')
    return `real daemons are played in Linux network namespaces; this is ${machine.platform}. Use a Debian 12 machine, virtual or not.`;
  if (machine.uid !== 0)
    return 'network namespaces need root: run it with sudo, on a machine that you may break.';
  const missing = requirements.filter(({ program }) => !machine.has(program));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((one) => one.package))];
  return `missing here: ${missing.map(({ program }) => program).join(', ')}. Install with: apt-get install -y ${packages.join(' ')}`;
}

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export function hasProgram(program: string): boolean {
  return FOLDERS.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function complaintAbout(requirements: readonly Requirement[]): string | undefined {
  return complaint({ platform: process.platform, uid: process.getuid?.(), has: hasProgram }, requirements);
}
