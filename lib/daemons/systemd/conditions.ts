/** Condition…= and Assert…= checks. Source: systemd.unit(5) "CONDITIONS AND ASSERTS". */
import { FileError, type Stat } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import type { Condition } from './state';
import { globMatches } from './unit-file/names';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

/** The first check that is not met, as systemd prints it (`ConditionPathExists=/etc/x`); undefined when all are. */
export function unmetCondition(host: Host, conditions: readonly Condition[]): string | undefined {
  let triggered: boolean | undefined;
  let lastTrigger: Condition | undefined;
  for (const condition of conditions) {
    const met = isMet(host, condition) !== condition.negate;
    if (condition.trigger) {
      triggered = triggered === true || met;
      if (!met) lastTrigger = condition;
    } else if (!met) return printed(condition);
  }
  return triggered === false && lastTrigger !== undefined ? printed(lastTrigger) : undefined;
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
      return globExists(host, parameter);
    case 'PathIsDirectory':
      return follow()?.kind === 'directory';
    case 'PathIsSymbolicLink': {
      const info = host.fs.lstat(parameter, ROOT);
      return !(info instanceof FileError) && info.kind === 'symlink';
    }
    case 'PathIsMountPoint':
      return host.fs.mounts().some(({ point }) => point === parameter);
    case 'PathIsReadWrite':
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
      return parameter === 'yes' || parameter === 'vm' || parameter === 'kvm' || parameter === 'true';
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
    // Not modelled: capabilities, kernel version, memory, processors, pressure; they count as met.
    default:
      return true;
  }
}
function globExists(host: Host, pattern: string): boolean {
  const cut = pattern.lastIndexOf('/');
  const names = host.fs.readdir(pattern.slice(0, cut) || '/', ROOT);
  return Array.isArray(names) && names.some((name) => globMatches(pattern.slice(cut + 1), name));
}
