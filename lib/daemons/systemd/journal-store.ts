/**
 * Where the journal is kept: in /run until /var/log/journal exists and is
 * flushed to (Storage=auto). Which boots are on disk survives a power loss;
 * that the last seconds before one may be missing is not modelled.
 * Source: journald.conf(5) "Storage=".
 */
import { FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { isContainer } from './conditions';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const ON_DISK = 'disk:journal-boots';
/** Group systemd-journal. tmpfiles.d/systemd.conf gives it the folders and files of the journal. */
export const JOURNAL_GROUP = 999;
export const PERSISTENT = '/var/log/journal';
export const VOLATILE = '/run/log/journal';

export function machineOf(host: Host): string {
  const text = host.fs.readFile('/etc/machine-id', ROOT);
  return text instanceof FileError ? '' : text.trim();
}
/** Boots whose messages are in /var/log/journal. */
function bootsOnDisk(host: Host): string[] {
  const stored = host.state.extra.get(ON_DISK);
  return Array.isArray(stored) ? stored.map(String) : [];
}
/** At boot: what was only in memory is gone. */
export function startJournal(host: Host): void {
  const kept = hasFolder(host, PERSISTENT) ? bootsOnDisk(host) : [];
  host.state.extra.set(ON_DISK, kept);
  host.state.log = host.state.log.filter(({ boot }) => boot === host.state.bootId || kept.includes(boot));
}
function hasFolder(host: Host, path: string): boolean {
  const info = host.fs.stat(path, ROOT);
  return !(info instanceof FileError) && info.kind === 'directory';
}
/** journald starts, or is told to flush: from now on this boot is on disk if it can be. */
export function openJournal(host: Host): 'persistent' | 'volatile' {
  const storage =
    /^\s*Storage\s*=\s*(\S+)/m.exec(readText(host, '/etc/systemd/journald.conf'))?.[1] ?? 'auto';
  if (storage === 'persistent' && !hasFolder(host, PERSISTENT)) makeFolder(host, PERSISTENT);
  const machine = machineOf(host);
  if (storage !== 'volatile' && hasFolder(host, PERSISTENT)) {
    const file = `${PERSISTENT}/${machine}/system.journal`;
    makeFolder(host, `${PERSISTENT}/${machine}`);
    if (!host.fs.exists(file)) {
      host.fs.writeFile(file, 'LPKSHHRH', ROOT, { mode: 0o640 });
      host.fs.chown(file, 0, JOURNAL_GROUP, ROOT);
    }
    const boots = bootsOnDisk(host);
    if (!boots.includes(host.state.bootId)) host.state.extra.set(ON_DISK, [...boots, host.state.bootId]);
    return 'persistent';
  }
  host.state.extra.set(ON_DISK, []);
  host.state.log = host.state.log.filter(({ boot }) => boot === host.state.bootId);
  makeFolder(host, VOLATILE);
  makeFolder(host, `${VOLATILE}/${machine}`);
  return 'volatile';
}
/** Key of `HostState.extra`: the boot in which journald was started. */
const STARTED = 'journal-started';
/** From now on somebody keeps what is said. */
export function beginJournal(host: Host): void {
  host.state.extra.set(STARTED, host.state.bootId);
}
/** Before journald only the kernel's log keeps anything, and a container has none of its own. */
export function isHeard(host: Host): boolean {
  return !isContainer(host) || host.state.extra.get(STARTED) === host.state.bootId;
}
/** journald's last words, when everything is told to end. */
export function stopJournal(host: Host): void {
  const journald = host.processes().find((process) => process.unit === 'systemd-journald.service');
  if (journald !== undefined) journaldSays(host, journald.pid, 'Journal stopped');
}
/** What journald itself writes into its journal. */
export function journaldSays(host: Host, pid: number, text: string): void {
  host.syslog({
    facility: 'daemon',
    priority: 'info',
    tag: 'systemd-journald',
    pid,
    text,
    transport: 'journal',
    uid: 0,
    unit: 'systemd-journald.service',
  });
}
export function isPersistent(host: Host): boolean {
  return bootsOnDisk(host).includes(host.state.bootId) && hasFolder(host, PERSISTENT);
}
function makeFolder(host: Host, path: string): void {
  const parts = path.split('/').slice(1);
  let current = '';
  for (const part of parts) {
    current += `/${part}`;
    if (host.fs.exists(current)) continue;
    host.fs.mkdir(current, 0o755, ROOT);
    if (!current.includes('/journal')) continue;
    host.fs.chown(current, 0, JOURNAL_GROUP, ROOT);
    host.fs.chmod(current, 0o2755, ROOT);
  }
}
export function readText(host: Host, path: string): string {
  const text = host.fs.readFile(path, ROOT);
  return text instanceof FileError ? '' : text;
}
