/** Condition…= and Assert…= checks. Source: systemd.unit(5) "CONDITIONS AND ASSERTS". */
import { FileError, type Stat } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import type { Condition } from './state';
import { globMatches } from './unit-file/names';
import { glob } from '../../world/glob';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

/** The first check that is not met, as systemd prints it (`ConditionPathExists=/etc/x`); undefined when all are. */
export function unmetCondition(host: Host, conditions: readonly Condition[]): string | undefined {
  let triggered: boolean | undefined;
  let lastTrigger: Condition | undefined;
  for (const condition of conditions) {
    const met = isConditionMet(host, condition);
    if (condition.trigger) {
      triggered = triggered === true || met;
      if (!met) lastTrigger = condition;
    } else if (!met) return printed(condition);
  }
  return triggered === false && lastTrigger !== undefined ? printed(lastTrigger) : undefined;
}
export function isConditionMet(host: Host, condition: Condition): boolean {
  return isMet(host, condition) !== condition.negate;
}
export function printed(condition: Condition): string {
  return `${condition.assert ? 'Assert' : 'Condition'}${condition.kind}=${condition.trigger ? '|' : ''}${condition.negate ? '!' : ''}${condition.parameter}`;
}
function isMet(host: Host, { kind, parameter }: Condition): boolean {
  const follow = (): Stat | undefined => {
    const info = host.fs.stat(parameter, ROOT);
    return info instanceof FileError ? undefined : info;
  };
  switch (kind) {
    case 'PathExists':
      return follow() !== undefined;
    case 'PathExistsGlob':
      return glob(host.fs, parameter, ROOT).length > 0;
    case 'PathIsDirectory':
      return follow()?.kind === 'directory';
    case 'PathIsSymbolicLink': {
      const info = host.fs.lstat(parameter, ROOT);
      return !(info instanceof FileError) && info.kind === 'symlink';
    }
    case 'PathIsMountPoint':
      return host.fs.mounts().some(({ point }) => point === parameter);
    case 'PathIsReadWrite':
      if (isContainer(host) && /^\/(sys|proc\/sys(?!\/net))(\/|$)/.test(parameter)) return false;
      return follow() !== undefined && host.fs.access(parameter, 2, ROOT)?.errno !== 'EROFS';
    case 'DirectoryNotEmpty': {
      const names = host.fs.readdir(parameter, ROOT);
      return Array.isArray(names) && names.length > 0;
    }
    case 'FileNotEmpty': {
      const info = follow();
      return info?.kind === 'file' && info.size > 0;
    }
    case 'FileIsExecutable': {
      const info = follow();
      return info?.kind === 'file' && (info.mode & 0o111) !== 0;
    }
    case 'Host':
      return globMatches(parameter, host.state.hostname);
    case 'User':
      return parameter === 'root' || parameter === '0' || parameter === '@system';
    case 'Virtualization':
      return isVirtualization(host, parameter);
    case 'Capability':
      return !isContainer(host) || !WITHHELD.has(parameter);
    case 'Architecture':
      return parameter === 'x86-64' || parameter === 'native';
    case 'FirstBoot':
      return parameter === 'no' || parameter === 'false';
    case 'NeedsUpdate':
    case 'KernelCommandLine':
    case 'Credential':
    case 'Security':
    case 'Firmware':
    case 'PathIsEncrypted':
      return false;
    // Not modelled: kernel version, memory, processors, pressure; they count as met.
    default:
      return true;
  }
}
/** What a container's manager withholds (systemd-nspawn(1) "--capability="), and mounts for reading only: /sys, /proc/sys but for its network's part. */
const WITHHELD = new Set([
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_TIME',
  'CAP_SYS_PACCT',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
]);
const CONTAINERS = ['systemd-nspawn', 'lxc', 'lxc-libvirt', 'docker', 'podman', 'openvz', 'container-other'];
/** What the machine is, in the words of systemd-detect-virt(1); a virtual machine under KVM unless it was made otherwise. */
export function virtualizationOf(host: Host): string {
  const made = host.state.extra.get(VIRTUALIZATION);
  return typeof made === 'string' ? made : 'kvm';
}
/** Key of `HostState.extra`. */
export const VIRTUALIZATION = 'disk:virtualization';
export function isContainer(host: Host): boolean {
  return CONTAINERS.includes(virtualizationOf(host));
}
/** Key of `HostState.extra`: 'v1' on a host whose kernel has the old control groups, which tell less. */
export const CONTROL_GROUPS = 'disk:cgroups';
export function hasUnifiedGroups(host: Host): boolean {
  return host.state.extra.get(CONTROL_GROUPS) !== 'v1';
}
function isVirtualization(host: Host, wanted: string): boolean {
  if (/^(1|yes|y|true|t|on)$/.test(wanted)) return true;
  if (/^(0|no|n|false|f|off)$/.test(wanted)) return false;
  if (wanted === 'container') return isContainer(host);
  if (wanted === 'vm') return !isContainer(host);
  return wanted === virtualizationOf(host);
}
