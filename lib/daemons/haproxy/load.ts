/**
 * From the files on a host to a configuration that can be run: which files,
 * what they need of the host, the addresses behind server names.
 * Source: HAProxy 2.6 src/haproxy.c `cfgfiles_expand_directories`, src/server.c `srv_init_addr`.
 */
import { strerror } from '../../std/errno';
import type { ServerSettings } from './config';
import { parseClassicIPv4, parseIPv4 } from '../../std/ipv4';
import { ROOT } from '../../world/files';
import { type Credentials, FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { checkConfiguration, type CheckResult, type ConfigurationFile } from './checker';
import type { Surroundings } from './parse/context';

/** The files that `-f` names, those of directories in order; or what is wrong with one. */
export function configurationFiles(
  host: Host,
  who: Credentials,
  paths: readonly string[],
  resolve: (path: string) => string,
): ConfigurationFile[] | string {
  const files: ConfigurationFile[] = [];
  for (const path of paths) {
    const info = host.fs.stat(resolve(path), who);
    if (info instanceof FileError)
      return `Cannot open configuration file/directory ${path} : ${strerror(info.errno)}`;
    if (info.kind !== 'directory') {
      const read = oneFile(host, who, path, resolve);
      if (typeof read === 'string') return read;
      files.push(read);
      continue;
    }
    const names = host.fs.readdir(resolve(path), who);
    if (names instanceof FileError)
      return `Cannot open configuration directory ${path} : ${strerror(names.errno)}`;
    for (const name of [...names].sort()) {
      if (!name.endsWith('.cfg') || name.startsWith('.')) continue;
      const inside = `${path.replace(/\/$/, '')}/${name}`;
      const found = host.fs.stat(resolve(inside), who);
      if (found instanceof FileError || found.kind !== 'file') continue;
      const read = oneFile(host, who, inside, resolve);
      if (typeof read === 'string') return read;
      files.push(read);
    }
  }
  return files;
}
function oneFile(
  host: Host,
  who: Credentials,
  path: string,
  resolve: (path: string) => string,
): ConfigurationFile | string {
  const text = host.fs.readFile(resolve(path), who);
  return text instanceof FileError
    ? `Could not open configuration file ${path} : ${strerror(text.errno)}`
    : { path, text };
}

/** Reads and checks. `addresses`: names that a resolver was asked for already. */
export function load(
  host: Host,
  files: readonly ConfigurationFile[],
  env: ReadonlyMap<string, string>,
  who: Credentials,
): CheckResult {
  return checkConfiguration(files, surroundingsOf(host, env, who));
}
function surroundingsOf(host: Host, env: ReadonlyMap<string, string>, who: Credentials): Surroundings {
  return {
    variable: (name) => env.get(name),
    user: (name) => host.user(name)?.uid,
    group: (name) => host.group(name)?.gid,
    readFile: (path) => {
      const text = host.fs.readFile(path, who);
      return text instanceof FileError ? { error: strerror(text.errno) } : { text };
    },
    kindOf: (path) => {
      const info = host.fs.stat(path, who);
      if (info instanceof FileError) return { error: strerror(info.errno) };
      return { kind: info.kind === 'directory' ? 'directory' : 'file' };
    },
    list: (path) => {
      const names = host.fs.readdir(path, who);
      return names instanceof FileError ? { error: strerror(names.errno) } : { names };
    },
    address: (name) => parseClassicIPv4(name) ?? fromHostsFile(host, name),
    hostname: host.state.hostname,
  };
}
function fromHostsFile(host: Host, name: string): number | undefined {
  const text = host.fs.readFile('/etc/hosts', ROOT);
  if (text instanceof FileError) return undefined;
  const wanted = name.toLowerCase();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (!names.some((own) => own.toLowerCase() === wanted)) continue;
    const ip = parseIPv4(address);
    if (ip !== undefined) return ip;
  }
  return undefined;
}

/** `init-addr`: whether the host's own resolver is asked when the daemon starts. */
export function asksLibc(server: ServerSettings): boolean {
  return methodsOf(server).includes('libc');
}
/** Without the word: the state file, then the host's resolver; with `resolvers` a start without an address too. */
function methodsOf({ initAddresses, resolvers }: ServerSettings): readonly string[] {
  if (initAddresses.length > 0) return initAddresses;
  return resolvers === undefined ? ['last', 'libc'] : ['last', 'libc', 'none'];
}

/** Servers without an address after all: alerts, unless `init-addr` allows a start without one. */
export function reportUnresolved(result: CheckResult, addresses: ReadonlyMap<string, number>): number {
  let failed = 0;
  for (const { proxy, server } of result.unresolved) {
    if (addresses.has(server.hostname ?? '')) continue;
    const methods = methodsOf(server);
    if (methods.includes('none')) {
      if (methods.slice(0, methods.indexOf('none')).includes('libc'))
        result.log.warning(
          `[${server.file}:${server.line}] : 'server ${proxy}/${server.name}' : could not resolve address '${server.hostname}', disabling server.`,
        );
      continue;
    }
    result.log.alert(
      `[${server.file}:${server.line}] : 'server ${proxy}/${server.name}' : could not resolve address '${server.hostname}'.`,
    );
    failed += 1;
  }
  if (failed > 0) result.log.alert('Failed to initialize server(s) addr.');
  return failed;
}
