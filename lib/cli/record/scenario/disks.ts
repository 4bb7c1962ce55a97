/** The disks of a scenario's hosts before their first boot, taken from the simulator's world. */
import { ROOT } from '../../../world/files';
import { FileError } from '../../../world/files.contract';
import type { Host } from '../../../world/world.contract';
import type { DiskFile } from '../protocol';

/** What of a simulated Debian's /etc a real host gets; accounts and the rest are the machine's. */
const TAKEN = [
  ...[
    '/etc/hosts',
    '/etc/network',
    '/etc/loadgen.conf',
    '/etc/shop.conf',
    '/etc/systemd/system',
    '/etc/sysctl.d',
  ],
  ...['/etc/sysctl.conf', '/etc/haproxy', '/etc/keepalived', '/etc/nftables.conf', '/etc/default/haproxy'],
  ...['/etc/default/keepalived', '/etc/resolv.conf'],
];
const UNITS = '/lib/systemd/system';
/** All others come from the machine's own packages. */
const SCENARIO_UNITS = ['shop.service', 'loadgen.service'];

export function diskOf(host: Host, scenarioFiles: readonly string[]): DiskFile[] {
  const files: DiskFile[] = [];
  const seen = new Set<string>();
  const take = (path: string): void => {
    const stat = host.fs.lstat(path, ROOT);
    if (stat instanceof FileError || seen.has(path)) return;
    seen.add(path);
    const names = host.fs.readdir(path, ROOT);
    if (stat.kind === 'directory') {
      if (!(names instanceof FileError)) for (const name of names) take(`${path}/${name}`);
      return;
    }
    if (stat.kind === 'symlink') {
      const link = host.fs.readlink(path, ROOT);
      if (!(link instanceof FileError)) files.push({ path, link });
      return;
    }
    const text = host.fs.readFile(path, ROOT);
    if (!(text instanceof FileError)) files.push({ path, text, mode: stat.mode & 0o7777 });
  };
  for (const path of [...TAKEN, ...scenarioFiles]) take(path);
  return files;
}
/** Units of programs that only exist in the simulator. */
export function unitsOf(host: Host): Record<string, string> {
  const units: Record<string, string> = {};
  for (const name of SCENARIO_UNITS) {
    const text = host.fs.readFile(`${UNITS}/${name}`, ROOT);
    if (!(text instanceof FileError)) units[name] = text;
  }
  return units;
}
