/** What a host gives to somebody who reads a configuration on it: files, patterns, users, names. */
import { parseClassicIPv4, parseIPv4 } from '../../std/ipv4';
import { ROOT } from '../../world/files';
import { type Credentials, FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { systemError } from './messages';
import type { Surroundings } from './parse/conf';
import { glob } from '../../world/glob';
import { fnmatch } from '../../std/fnmatch';

/** `known`: names that a resolver was asked for already. `override`: a file as it would be. Made anew for each reading. */
export function surroundingsOf(
  host: Host,
  who: Credentials,
  known: ReadonlyMap<string, readonly number[]>,
  {
    override,
    answers,
  }: {
    readonly override?: { readonly path: string; readonly text: string };
    /** Passphrases that were asked for, in order; none: there is nobody to ask. */
    readonly answers?: readonly string[];
  } = {},
): Surroundings {
  let asked = 0;
  return {
    readFile: (path) => {
      if (override !== undefined && isSame(host, override.path, path)) return { text: override.text };
      const info = host.fs.stat(path, who);
      if (!(info instanceof FileError) && info.kind === 'directory')
        return { problem: systemError('EISDIR') };
      const text = host.fs.readFile(path, who);
      return text instanceof FileError ? { problem: systemError(text.errno) } : { text };
    },
    glob: (pattern) => {
      const found = glob(host.fs, pattern, who);
      const added = override !== undefined && !found.includes(override.path) && fits(pattern, override.path);
      return added ? [...found, override.path].sort() : found;
    },
    user: (name) => host.user(name),
    group: (name) => host.group(name)?.gid,
    isRoot: who.uid === 0,
    hostname: host.state.hostname.toLowerCase(),
    cores: host.state.cores,
    addresses: (name) => {
      const literal = parseClassicIPv4(name);
      if (literal !== undefined) return [literal];
      const found = fromHostsFile(host, name);
      return found.length > 0 ? found : (known.get(name) ?? 'unknown');
    },
    passphrase: () => {
      if (answers === undefined) return { answer: undefined };
      const answer = answers[asked++];
      return answer === undefined ? undefined : { answer };
    },
  };
}
function isSame(host: Host, path: string, other: string): boolean {
  return path === other || host.fs.realpath(path, ROOT) === host.fs.realpath(other, ROOT);
}
function fromHostsFile(host: Host, name: string): number[] {
  const text = host.fs.readFile('/etc/hosts', ROOT);
  if (text instanceof FileError) return [];
  const wanted = name.toLowerCase();
  const found: number[] = [];
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const ip = parseIPv4(address);
    if (ip !== undefined && names.some((own) => own.toLowerCase() === wanted) && !found.includes(ip))
      found.push(ip);
  }
  return found;
}
/** Whether somebody could be asked for names at all. */
export function hasNameServer(host: Host): boolean {
  const text = host.fs.readFile('/etc/resolv.conf', ROOT);
  return !(text instanceof FileError) && /^\s*nameserver\s+\S/m.test(text);
}

/** A file that is not there yet, but will be. */
function fits(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const names = path.split('/');
  return (
    parts.length === names.length &&
    parts.every((part, index) => fnmatch(part)(names[index] ?? '')) &&
    !(names[names.length - 1] ?? '').startsWith('.')
  );
}
