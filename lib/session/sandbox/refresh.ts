/** The document with the files as they are on the hosts now: what was edited by hand is part of it. */
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import type { SimulatedWorld } from '../../world/world';
import type { Host } from '../../world/world.contract';
import type { FilePart, HostPart, SandboxDocument } from './document';
import { packageText } from './live';
import { HAPROXY, KEEPALIVED } from './writers';
import { NGINX } from './writers-nginx';

/** Where people put configuration and scripts. */
const FOLDERS = [
  '/etc/haproxy',
  '/etc/keepalived',
  '/etc/nginx',
  '/etc/sysctl.d',
  '/etc/systemd/system',
  '/etc/cron.d',
  '/etc/dnsmasq.d',
  '/etc/nftables.d',
  '/usr/local/bin',
  '/usr/local/sbin',
];
const SINGLE = [
  '/etc/nftables.conf',
  '/etc/sysctl.conf',
  '/etc/loadgen.conf',
  '/etc/shop.conf',
  '/etc/crontab',
];
/** Written from the document itself. */
const DERIVED: ReadonlySet<string> = new Set(['/etc/network/interfaces', '/etc/hosts', '/etc/hostname']);
const MOST_TEXT = 200_000;
const DEEPEST = 4;

/** `wanted`: which files of a host are read again; the others stay as the document has them. */
export function refreshed(
  world: SimulatedWorld,
  document: SandboxDocument,
  wanted: (id: string, part: HostPart) => readonly string[] | 'all' = () => 'all',
): SandboxDocument {
  const hosts: Record<string, HostPart> = {};
  for (const [id, part] of Object.entries(document.hosts)) {
    const paths = wanted(id, part);
    const host = paths.length === 0 ? undefined : world.findHost(id);
    if (host === undefined) hosts[id] = part;
    else if (paths === 'all')
      hosts[id] = { ...part, files: liveFiles(world, host, allPaths(world, host, part)) };
    else hosts[id] = { ...part, files: { ...without(part.files, paths), ...liveFiles(world, host, paths) } };
  }
  return { ...document, hosts };
}

function allPaths(world: SimulatedWorld, host: Host, part: HostPart): string[] {
  const paths = new Set([...Object.keys(part.files), ...SINGLE]);
  for (const name of part.packages)
    for (const [path, spec] of Object.entries(world.registry.packageFiles(name) ?? {}))
      if (spec.text !== undefined && path.startsWith('/etc/')) paths.add(path);
  for (const folder of FOLDERS) collect(host, folder, paths, 0);
  return [...paths].sort();
}
function liveFiles(world: SimulatedWorld, host: Host, paths: readonly string[]): Record<string, FilePart> {
  const files: Record<string, FilePart> = {};
  for (const path of paths) {
    if (DERIVED.has(path)) continue;
    const file = liveFile(host, path);
    if (file === undefined || file.text === packageText(world, host, path)) continue;
    files[path] = file;
  }
  return files;
}
function without(files: HostPart['files'], paths: readonly string[]): HostPart['files'] {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)));
}
function collect(host: Host, folder: string, paths: Set<string>, depth: number): void {
  const names = host.fs.readdir(folder, ROOT);
  if (names instanceof FileError || depth > DEEPEST) return;
  for (const name of names) {
    const path = `${folder}/${name}`;
    const info = host.fs.lstat(path, ROOT);
    if (info instanceof FileError) continue;
    if (info.kind === 'directory') collect(host, path, paths, depth + 1);
    else if (info.kind === 'file') paths.add(path);
  }
}
function liveFile(host: Host, path: string): FilePart | undefined {
  const info = host.fs.lstat(path, ROOT);
  if (info instanceof FileError || info.kind !== 'file') return undefined;
  const text = host.fs.readFile(path, ROOT);
  // Binaries are made by packages.
  if (
    text instanceof FileError ||
    text.length > MOST_TEXT ||
    text.includes('\0') ||
    text.startsWith('\u007fELF')
  )
    return undefined;
  const mode = info.mode & 0o777;
  return mode === 0o644 ? { text } : { text, mode: mode.toString(8) };
}

/** What a daemon runs with, and where none runs what is saved. */
export function textInForce(host: Host | undefined, path: string): string {
  if (host === undefined) return '';
  if (path === HAPROXY || path === KEEPALIVED || path === NGINX)
    for (const process of host.processes()) {
      const kind = process.daemon?.kind;
      const definition = kind === undefined ? undefined : host.world.registry.findDaemon(kind);
      if (definition?.runningFiles === undefined) continue;
      const context = host.daemonContext(process.pid);
      const files = context === undefined ? [] : definition.runningFiles(context);
      // What nginx includes may stand anywhere.
      if (path === NGINX && process.comm === 'nginx' && files.length > 0)
        return files.map(({ text }) => text).join('\n');
      const found = files.find((file) => file.path === path);
      if (found !== undefined) return found.text;
    }
  const text = host.fs.readFile(path, ROOT);
  return text instanceof FileError ? '' : text;
}
