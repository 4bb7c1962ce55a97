/** getent(1) of glibc 2.36: what the name service switch knows. Recorded in truth/host/b04. */
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { SECOND } from '../../std/instant';
import { lookUpName } from '../host-names';
import { ask, bare, resolverOf, reverseName } from './dns/query';

const NOT_FOUND = 2;
/** Databases that are files of lines `key…:…`. */
const FILES: Readonly<Record<string, { path: string; keys: readonly number[] }>> = {
  passwd: { path: '/etc/passwd', keys: [0, 2] },
  group: { path: '/etc/group', keys: [0, 2] },
  shadow: { path: '/etc/shadow', keys: [0] },
  gshadow: { path: '/etc/gshadow', keys: [0] },
};

const HINT = "Try `getent --help' or `getent --usage' for more information.\n";

export function* getent(context: ProgramContext): ProgramRun {
  const [database, ...keys] = context.argv
    .slice(1)
    .filter((word) => !/^-(s|i|-service.*|-no-idn)$/.test(word));
  if (database === undefined) {
    yield* context.err('getent: wrong number of arguments\n');
    yield* context.out(HINT);
    return 1;
  }
  if (database === 'hosts') return yield* hosts(context, keys);
  if (database === 'ahosts' || database === 'ahostsv4' || database === 'ahostsv6')
    return yield* addresses(context, keys, database);
  if (database === 'services') return yield* services(context, keys);
  if (database === 'protocols') return yield* protocols(context, keys);
  if (database === 'networks') return yield* networks(context, keys);
  const file = FILES[database];
  if (file === undefined) {
    const isKnown = /^(aliases|ethers|initgroups|netgroup|rpc)$/.test(database);
    yield* context.err(isKnown ? `not modelled: getent ${database}\n` : `Unknown database: ${database}\n`);
    if (!isKnown) yield* context.out(HINT);
    return 1;
  }
  const text = context.fs.readFile(file.path, context.who);
  const lines = (text instanceof FileError ? '' : text).split('\n').filter((line) => line.includes(':'));
  if (keys.length === 0) {
    yield* context.out(lines.map((line) => `${line}\n`).join(''));
    return 0;
  }
  let worst = 0;
  for (const key of keys) {
    const found = lines.find((line) => {
      const fields = line.split(':');
      return file.keys.some((index) => fields[index] === key);
    });
    if (found === undefined) worst = NOT_FOUND;
    else yield* context.out(`${found}\n`);
  }
  return worst;
}

interface HostsLine {
  address: string;
  names: string[];
}
function hostsFile(context: ProgramContext): HostsLine[] {
  const text = context.fs.readFile('/etc/hosts', context.who);
  return (text instanceof FileError ? '' : text).split('\n').flatMap((line) => {
    const [address, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    return address === undefined || address === '' || names.length === 0 ? [] : [{ address, names }];
  });
}
function lineOf(address: string, names: readonly string[]): string {
  return `${address.padEnd(15)} ${names.join(' ')}\n`;
}

/** The lines of a name, IPv6 before IPv4, each with the names of all; an address has the first that is its own. */
function linesOf(lines: readonly HostsLine[], key: string): HostsLine[] {
  const own = lines.find(({ address }) => address === key);
  if (own !== undefined) return [own];
  const named = lines.filter(({ names }) => names.includes(key));
  const six = named.filter(({ address }) => address.includes(':'));
  const used = six.length > 0 ? six : named;
  const [canonical] = used[0]?.names ?? [];
  const names = used.flatMap(({ names: [first = '', ...aliases] }, i) => [
    ...(i > 0 && first === canonical ? [] : [first]),
    ...aliases,
  ]);
  return used.map(({ address }) => ({ address, names }));
}
function* hosts(context: ProgramContext, keys: readonly string[]): Generator<Wait, number, Wake> {
  const lines = hostsFile(context);
  if (keys.length === 0) {
    yield* context.out(lines.map(({ address, names }) => lineOf(address, names)).join(''));
    return 0;
  }
  let worst = 0;
  for (const key of keys) {
    const listed = linesOf(lines, key);
    if (listed.length > 0) {
      yield* context.out(listed.map(({ address, names }) => lineOf(address, names)).join(''));
      continue;
    }
    if (parseIPv4(key) !== undefined) {
      const name = yield* nameOfAddress(context, key);
      if (name === undefined) worst = NOT_FOUND;
      else yield* context.out(lineOf(key, [name]));
      continue;
    }
    const found = yield* lookUpName(context, key);
    if (typeof found === 'string') worst = NOT_FOUND;
    else for (const ip of found.addresses) yield* context.out(lineOf(formatIPv4(ip), [found.canonical]));
  }
  return worst;
}
/** What DNS says that an address is called. */
function* nameOfAddress(context: ProgramContext, address: string): Generator<Wait, string | undefined, Wake> {
  const { servers, attempts = 2, timeout = 5 } = resolverOf(context);
  for (let attempt = 0; attempt < attempts; attempt++)
    for (const server of servers) {
      const event = yield* ask(context, {
        server,
        port: 53,
        name: reverseName(address),
        type: 'PTR',
        timeout: timeout * SECOND,
      });
      if (!event.ok || event.code === 'SERVFAIL' || event.code === 'REFUSED') continue;
      const found = event.answers.find(({ type }) => type === 'PTR');
      return found === undefined ? undefined : bare(found.data);
    }
  return undefined;
}
function* addresses(
  context: ProgramContext,
  keys: readonly string[],
  database: string,
): Generator<Wait, number, Wake> {
  let worst = 0;
  for (const key of keys) {
    const found = database === 'ahostsv6' ? 'none' : yield* lookUpName(context, key);
    if (typeof found === 'string') {
      worst = NOT_FOUND;
      continue;
    }
    for (const [index, ip] of found.addresses.entries()) {
      const address = formatIPv4(ip).padEnd(15);
      yield* context.out(
        `${address} STREAM ${index === 0 ? found.canonical : ''}\n${address} DGRAM  \n${address} RAW    \n`,
      );
    }
  }
  return worst;
}
/** Lines of a file of /etc: a name, a value, other names. */
function namedRows(
  context: ProgramContext,
  path: string,
): { name: string; value: string; aliases: string[] }[] {
  const text = context.fs.readFile(path, context.who);
  return (text instanceof FileError ? '' : text).split('\n').flatMap((line) => {
    const [name, value, ...aliases] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    return name === undefined || value === undefined ? [] : [{ name, value, aliases }];
  });
}
function* services(context: ProgramContext, keys: readonly string[]): Generator<Wait, number, Wake> {
  const rows = namedRows(context, '/etc/services');
  let worst = 0;
  const wanted = keys.length === 0 ? rows : [];
  for (const key of keys) {
    const [wantedName = '', protocol] = key.split('/');
    const row = rows.find(
      ({ name, value, aliases }) =>
        (name === wantedName || aliases.includes(wantedName) || value.split('/')[0] === wantedName) &&
        (protocol === undefined || value.endsWith(`/${protocol}`)),
    );
    if (row === undefined) worst = NOT_FOUND;
    else wanted.push(row);
  }
  yield* context.out(
    wanted
      .map(({ name, value, aliases }) => `${name.padEnd(21)} ${[value, ...aliases].join(' ')}\n`)
      .join(''),
  );
  return worst;
}
function* protocols(context: ProgramContext, keys: readonly string[]): Generator<Wait, number, Wake> {
  const rows = namedRows(context, '/etc/protocols');
  const found = keys.map((key) =>
    rows.find(({ name, value, aliases }) => name === key || value === key || aliases.includes(key)),
  );
  const wanted = keys.length === 0 ? rows : found.filter((row) => row !== undefined);
  yield* context.out(
    wanted
      .map(({ name, value, aliases }) => `${name.padEnd(21)} ${[value, ...aliases].join(' ')}\n`)
      .join(''),
  );
  return found.includes(undefined) ? NOT_FOUND : 0;
}
function* networks(context: ProgramContext, keys: readonly string[]): Generator<Wait, number, Wake> {
  const rows = namedRows(context, '/etc/networks');
  const found = keys.map((key) => rows.find(({ name, value }) => name === key || value === key));
  const wanted = keys.length === 0 ? rows : found.filter((row) => row !== undefined);
  yield* context.out(
    wanted.map(({ name, value, aliases }) => `${name.padEnd(22)}${[value, ...aliases].join(' ')}\n`).join(''),
  );
  return found.includes(undefined) ? NOT_FOUND : 0;
}
