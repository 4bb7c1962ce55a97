/**
 * The world that a scenario's run sees when its lab is played on real daemons: the simulator's world with its
 * files, in which nothing runs. What the run does to it is done to the real hosts; what was seen of the
 * real hosts is written into it.
 */
import { parseCidr, parseIPv4 } from '../../../std/ipv4';
import type { Micros } from '../../../std/instant';
import { FileError } from '../../../world/files.contract';
import { ROOT } from '../../../world/files';
import type { SimulatedWorld } from '../../../world/world';
import type { Host } from '../../../world/world.contract';
import type { Scenario } from '../../../scenario/schema';

/** What is done to a real host, and when the run decided it. */
export type Deed = { readonly at: Micros; readonly host: string } & (
  | { readonly kind: 'power-on' | 'power-off' | 'reboot' }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'carrier'; readonly device: string; readonly state: 'up' | 'down' }
  | { readonly kind: 'file'; readonly path: string; readonly text: string | undefined; readonly mode: string }
);
type DeedPart = Deed extends infer D ? (D extends Deed ? Omit<D, 'at' | 'host'> : never) : never;

const FAULTS = ['power-loss', 'power-return', 'power-cycle', 'reboot', 'link', 'command', 'file'];
const OBJECTIVES = [
  ...['service-answers', 'service-fails', 'outage-after', 'error-budget', 'availability', 'latency', 'alert'],
  ...['single-holder', 'holder', 'listening', 'all', 'any', 'not', 'holds-for', 'within', 'after', 'never'],
];

/** Kinds of faults and objectives that cannot be played, or judged, on real hosts. */
export function notPlayed(scenario: Scenario): string[] {
  const { tomorrow } = scenario;
  const faults = [
    ...scenario.timeline.flatMap(({ fault, faults: more }) => [
      ...(fault === undefined ? [] : [fault]),
      ...more,
    ]),
    ...(tomorrow?.faults ?? []),
  ];
  const entries: unknown[] = [...scenario.objectives, ...scenario.guards, ...(tomorrow?.expect ?? [])];
  const conditions = scenario.timeline.flatMap(({ when }) => when ?? []);
  return [
    ...faults.filter(({ kind }) => !FAULTS.includes(kind)).map(({ kind }) => `fault ${kind}`),
    ...kindsIn([...entries, ...conditions])
      .filter((kind) => !OBJECTIVES.includes(kind))
      .map((kind) => `objective ${kind}`),
  ];
}
function kindsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(kindsIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'kind' in value && typeof value.kind === 'string' ? [value.kind] : [];
  return [...own, ...Object.values(value).flatMap(kindsIn)];
}

export function makeShadow(world: SimulatedWorld, act: (deed: Deed) => void): void {
  const deed = (host: Host, what: DeedPart): void => act({ at: world.kernel.now, host: host.name, ...what });
  const power = (host: Host, state: 'on' | 'off'): void => {
    host.state.power = state;
    for (const device of host.state.interfaces.values()) device.addresses = [];
    world.record(host.name, `power.${state}`, {});
  };
  world.powerOn = (host) => {
    if (host.state.power !== 'off') return;
    power(host, 'on');
    deed(host, { kind: 'power-on' });
  };
  world.powerOff = (host) => {
    if (host.state.power === 'off') return;
    power(host, 'off');
    deed(host, { kind: 'power-off' });
  };
  world.reboot = (host) => deed(host, { kind: 'reboot' });
  world.spawn = (host, { argv }) => {
    deed(host, { kind: 'command', command: argv.at(-1) ?? '' });
    return 1;
  };
  world.network.setCarrier = (host, device, up) =>
    deed(host, { kind: 'carrier', device, state: up ? 'up' : 'down' });
  const open = listenersOf(world);
  world.network.listeners = (host) =>
    (open.get(host.name) ?? []).map(({ ip, port }, listener) => ({
      listener,
      pid: 1,
      ip: parseIPv4(ip) ?? 0,
      port,
      backlog: 0,
      queued: 0,
      six: false,
      dual: false,
      name: undefined,
    }));
  const record = world.record.bind(world);
  world.record = (source, type, data, options) => {
    const { path } = (data ?? {}) as { path?: string };
    const host = world.findHost(source);
    if (type === 'file.changed' && path !== undefined && host !== undefined)
      deed(host, { kind: 'file', path, ...fileOf(host, path) });
    return record(source, type, data, options);
  };
}
function fileOf(host: Host, path: string): { text: string | undefined; mode: string } {
  const text = host.fs.readFile(path, ROOT);
  const stat = host.fs.stat(path, ROOT);
  return {
    text: text instanceof FileError ? undefined : text,
    mode: stat instanceof FileError ? '644' : (stat.mode & 0o7777).toString(8),
  };
}

// ---------------------------------------------------------------- what was seen
type Listeners = Map<string, readonly { ip: string; port: number }[]>;
const listeners = new WeakMap<SimulatedWorld, Listeners>();
function listenersOf(world: SimulatedWorld): Listeners {
  const known = listeners.get(world) ?? new Map();
  listeners.set(world, known);
  return known;
}
export function setListeners(
  world: SimulatedWorld,
  host: string,
  open: readonly { ip: string; port: number }[],
): void {
  listenersOf(world).set(host, open);
}
export function setAddresses(
  world: SimulatedWorld,
  host: string,
  addresses: Readonly<Record<string, readonly string[]>>,
): void {
  const { state } = world.host(host);
  if (state.power === 'off') return;
  for (const [name, device] of state.interfaces)
    device.addresses = (addresses[name] ?? []).flatMap((text) => {
      const cidr = parseCidr(text);
      return cidr === undefined
        ? []
        : [
            {
              ip: parseIPv4(text.split('/')[0] ?? '') ?? cidr.address,
              prefix: cidr.prefix,
              scope: 'global' as const,
              secondary: false,
              label: name,
            },
          ];
    });
}
