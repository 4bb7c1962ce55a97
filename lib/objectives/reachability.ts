/** Who reaches whom: a matrix of connections that must open, and of those that must not. */
import { parseIPv4 } from '../std/ipv4';
import { SECOND } from '../std/instant';
import { numberOf, type ParameterValues, textsOf } from '../world/parameters';
import type { Host, World } from '../world/world.contract';
import { type ObjectiveDefinition, WAITING } from './definition';
import { lookAtPort, registerProbes } from './probes';

const PATH = /^(\S+)\s*->\s*([^\s:]+):(\d{1,5})\s+(open|closed)$/;
const EVERY = 5 * SECOND;

/** One line of the matrix; undefined when it cannot be read. */
export function readPath(
  line: string,
): { from: string; to: string; port: number; isOpen: boolean } | undefined {
  const match = PATH.exec(line.trim());
  if (match === null || Number(match[3]) > 65_535) return undefined;
  const [, from = '', to = '', port = '', wanted = ''] = match;
  return { from, to, port: Number(port), isOpen: wanted === 'open' };
}
type Line = NonNullable<ReturnType<typeof readPath>>;
const read = new WeakMap<ParameterValues, readonly Line[]>();
/** The matrix of an entry, read once: it is looked at every second. */
function linesOf(values: ParameterValues): readonly Line[] {
  const known = read.get(values);
  if (known !== undefined) return known;
  const lines = textsOf(values, 'paths').flatMap((line) => readPath(line) ?? []);
  read.set(values, lines);
  return lines;
}

export const reachability: ObjectiveDefinition<Record<string, never>> = {
  kind: 'reachability',
  title: 'Reachability',
  description: 'Connections that must open and connections that must not, tried from the hosts themselves.',
  parameters: [
    {
      name: 'paths',
      type: 'paths',
      required: true,
      description:
        'Lines `FROM -> TO:PORT open` or `… closed`. FROM: host or zone. TO: host, zone or address.',
    },
    {
      name: 'every',
      type: 'duration',
      required: false,
      description: 'How often it is tried; 5s unless given.',
    },
  ],
  start: () => ({}),
  sample(_state, values, seen) {
    const every = numberOf(values, 'every', EVERY);
    const tried = triedNow(seen.world, linesOf(values));
    let right = 0;
    let wrong: string | undefined;
    let isPending = false;
    for (const { line, host, ip, name } of tried) {
      const result = lookAtPort(host, { ip, port: line.port }, every);
      if (result === undefined) isPending = true;
      else if ((result.answer === 'open') === line.isOpen) right += 1;
      else
        wrong ??= `${host.name} ${line.isOpen ? 'cannot' : 'can'} reach ${name}:${line.port}${line.isOpen ? ` (${result.answer})` : ''}`;
    }
    if (tried.length === 0 || (isPending && wrong === undefined)) return WAITING;
    return {
      state: wrong === undefined ? 'met' : 'measuring',
      progress: right / tried.length,
      measured: wrong ?? `${tried.length} as they should be`,
    };
  },
  register: registerProbes,
};

interface Tried {
  line: Line;
  host: Host;
  ip: number;
  name: string;
}
function triedNow(world: World, lines: readonly Line[]): Tried[] {
  const tried: Tried[] = [];
  const known = new Map<string, ReturnType<typeof addressesOf>>();
  for (const line of lines) {
    const targets = known.get(line.to) ?? addressesOf(world, line.to);
    known.set(line.to, targets);
    for (const host of hostsOf(world, line.from))
      for (const { ip, name } of targets) if (name !== host.name) tried.push({ line, host, ip, name });
  }
  return tried;
}
function hostsOf(world: World, name: string): Host[] {
  const host = world.findHost(name);
  return host === undefined ? world.hosts().filter(({ state }) => state.zone === name) : [host];
}
function addressesOf(world: World, name: string): { ip: number; name: string }[] {
  const ip = parseIPv4(name);
  if (ip !== undefined) return [{ ip, name }];
  return hostsOf(world, name).flatMap((host) => {
    const address = configuredAddress(host);
    return address === undefined ? [] : [{ ip: address, name: host.name }];
  });
}
const ROOT = { uid: 0, gid: 0, groups: [] };
const addresses = new WeakMap<Host, { text: string; address: number | undefined }>();
/** The first address of the host's file of interfaces: it stays known while the host is down. */
function configuredAddress(host: Host): number | undefined {
  const text = host.fs.readFile('/etc/network/interfaces', ROOT);
  if (typeof text !== 'string') return undefined;
  const known = addresses.get(host);
  if (known?.text === text) return known.address;
  const found = /^\s*address\s+(\d+\.\d+\.\d+\.\d+)/m.exec(text)?.[1];
  const address = found === undefined ? undefined : parseIPv4(found);
  addresses.set(host, { text, address });
  return address;
}
