/**
 * Names of servers that are asked for again and again (`resolvers`): a server follows its name, and rests in
 * maintenance while the name leads nowhere.
 * Source: HAProxy 2.6 configuration manual §5.3 "Server IP address resolution using DNS"; src/resolvers.c
 * `process_resolvers`; src/server.c `snr_resolution_cb`, `snr_update_srv_status`; recorded.
 *
 * Not modelled: SRV records, IPv6, `resolve-net`, weights from DNS.
 */
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import type { Micros } from '../../../std/instant';
import type { DnsEvent } from '../../../world/network.contract';
import type { World } from '../../../world/world.contract';
import type { ResolverSettings } from '../config';
import { checkSwitch } from './checks';
import { sendLog } from './log-line';
import type { Runtime } from './runtime';
import { setAddressOf } from './server-address';
import { clearAdmin, setAdmin, type Which } from './server-status';
import { ADMIN, type ResolutionState } from './state';

const NOTICE = 5;
type Status = 'valid' | 'nx' | 'refused' | 'timeout' | 'other';
const CAUSES: Readonly<Record<Exclude<Status, 'valid'>, string>> = {
  nx: 'DNS NX status',
  refused: 'DNS refused status',
  timeout: 'DNS timeout status',
  other: 'unspecified DNS error',
};

/** Each name of each section is asked for once, for all servers that have it. */
export function startResolving(runtime: Runtime): void {
  const { resolutions } = runtime.state;
  for (const [proxy, settings] of runtime.configuration.proxies.entries()) {
    if (settings.disabled) continue;
    for (const [server, { resolvers, hostname }] of settings.servers.entries()) {
      const section = runtime.configuration.resolvers.findIndex(({ name }) => name === resolvers);
      if (section < 0 || hostname === undefined) continue;
      let resolution = resolutions.find((known) => known.section === section && known.name === hostname);
      if (resolution === undefined) {
        resolution = {
          section,
          name: hostname,
          servers: [],
          round: 0,
          tries: 0,
          pending: 0,
          status: 'timeout',
          validAt: -1,
          seen: new Map(),
        };
        resolutions.push(resolution);
      }
      resolution.servers.push({ proxy, server });
    }
  }
  for (const index of resolutions.keys()) plan(runtime, index, runtime.now);
}
export function stopResolving(runtime: Runtime): void {
  for (const index of runtime.state.resolutions.keys())
    runtime.world.clearTimer(runtime.host, runtime.pid, `resolve:${index}`);
  runtime.state.resolutions = [];
}
function plan(runtime: Runtime, index: number, at: Micros): void {
  runtime.world.timer(runtime.host, runtime.pid, `resolve:${index}`, at, {
    name: 'haproxy.resolve',
    data: index,
  });
}
function sectionOf(runtime: Runtime, { section }: ResolutionState): ResolverSettings | undefined {
  return runtime.configuration.resolvers[section];
}

function ask(runtime: Runtime, index: number): void {
  const resolution = runtime.state.resolutions[index];
  const section = resolution && sectionOf(runtime, resolution);
  if (resolution === undefined || section === undefined) return;
  resolution.round += 1;
  resolution.tries += 1;
  resolution.pending = section.nameservers.length;
  resolution.status = 'timeout';
  for (const [nameserver, { ip }] of section.nameservers.entries())
    runtime.network.dnsQuery(runtime.host, {
      pid: runtime.pid,
      server: ip,
      name: resolution.name,
      type: 'A',
      timeout: section.timeouts.retry,
      on: {
        name: 'haproxy.dns-answer',
        pid: runtime.pid,
        data: { index, nameserver, round: resolution.round },
      },
    });
  if (section.nameservers.length === 0) plan(runtime, index, runtime.now + section.timeouts.resolve);
}

type Answered = { index: number; nameserver: number; round: number };
function onAnswer(runtime: Runtime, { index, nameserver, round }: Answered, event: DnsEvent): void {
  const resolution = runtime.state.resolutions[index];
  const section = resolution && sectionOf(runtime, resolution);
  if (resolution === undefined || section === undefined || resolution.round !== round) return;
  resolution.pending -= 1;
  const addresses = event.ok
    ? event.answers.flatMap(({ type, data }) => (type === 'A' ? [parseIPv4(data) ?? 0] : []))
    : [];
  if (event.ok) resolution.status = statusOf(event.code, addresses);
  if (resolution.status !== 'valid' && resolution.pending > 0) return;
  if (resolution.status === 'timeout' && resolution.tries < section.retries) {
    plan(
      runtime,
      index,
      runtime.now + (event.ok || event.errno === 'ETIMEDOUT' ? 0 : section.timeouts.retry),
    );
    return;
  }
  // Later answers of the same round tell nothing new.
  resolution.round += 1;
  resolution.tries = 0;
  const name = `${section.name}/${section.nameservers[nameserver]?.name ?? ''}`;
  if (resolution.status === 'valid') follow(runtime, resolution, section, { addresses, name });
  else lose(runtime, resolution, section, resolution.status);
  plan(runtime, index, runtime.now + section.timeouts.resolve);
}
function statusOf(code: string, addresses: readonly number[]): Status {
  if (code === 'NOERROR') return addresses.length > 0 ? 'valid' : 'other';
  return code === 'NXDOMAIN' ? 'nx' : code === 'REFUSED' ? 'refused' : 'other';
}

function whichOf(runtime: Runtime, { proxy, server }: { proxy: number; server: number }): Which | undefined {
  const found = runtime.server(proxy, server);
  return found && { proxy, server: found };
}

/** Each server gets an address of its own, and keeps the one it has while the name still leads there. */
function follow(
  runtime: Runtime,
  resolution: ResolutionState,
  section: ResolverSettings,
  said: { addresses: readonly number[]; name: string },
): void {
  resolution.validAt = runtime.now;
  for (const ip of said.addresses) resolution.seen.set(ip, runtime.now);
  for (const [ip, at] of resolution.seen)
    if (at + section.hold.obsolete < runtime.now) resolution.seen.delete(ip);
  const all = resolution.servers.flatMap((place) => whichOf(runtime, place) ?? []);
  const taken = new Map<number, Set<number>>();
  const takenIn = (proxy: number): Set<number> => {
    const set = taken.get(proxy) ?? new Set<number>();
    taken.set(proxy, set);
    return set;
  };
  const seeking: Which[] = [];
  for (const which of all) {
    const { server } = which;
    if (!resolution.seen.has(server.ip) || takenIn(which.proxy).has(server.ip)) seeking.push(which);
    else {
      takenIn(which.proxy).add(server.ip);
      settle(runtime, which);
    }
  }
  for (const which of seeking) {
    const ip = [...resolution.seen.keys()].find((candidate) => !takenIn(which.proxy).has(candidate));
    if (ip === undefined) {
      rest(runtime, which, 'No IP for server ');
      continue;
    }
    takenIn(which.proxy).add(ip);
    move(runtime, which, ip, said.name);
    settle(runtime, which);
  }
}
function move(runtime: Runtime, which: Which, ip: number, by: string): void {
  const { server, proxy } = which;
  const before = server.ip === 0 ? '(none)' : formatIPv4(server.ip);
  const text = `${runtime.settings(proxy).id}/${server.name} changed its IP from ${before} to ${formatIPv4(ip)} by ${by}.`;
  setAddressOf(runtime, which, ip, server.port);
  runtime.say('WARNING', text);
  sendLog(runtime, proxy, NOTICE, text);
}
/** It has an address: it is used again. */
function settle(runtime: Runtime, which: Which): void {
  const { server, proxy } = which;
  if ((server.nextAdmin & ADMIN.resolveMaintenance) === 0) return;
  clearAdmin(runtime, which, ADMIN.resolveMaintenance, checkSwitch(runtime));
  const text = `Server ${runtime.settings(proxy).id}/${server.name} administratively READY thanks to valid DNS answer.`;
  runtime.say('WARNING', text);
  sendLog(runtime, proxy, NOTICE, text);
}
function rest(runtime: Runtime, which: Which, cause: string): void {
  if ((which.server.nextAdmin & ADMIN.resolveMaintenance) === 0)
    setAdmin(runtime, which, ADMIN.resolveMaintenance, checkSwitch(runtime), cause);
  which.server.ip = 0;
}

/** No address for so long that the last one no longer holds. */
function lose(
  runtime: Runtime,
  resolution: ResolutionState,
  section: ResolverSettings,
  status: Exclude<Status, 'valid'>,
): void {
  if (resolution.validAt >= 0 && resolution.validAt + section.hold[status] > runtime.now) return;
  for (const place of resolution.servers) {
    const which = whichOf(runtime, place);
    if (which !== undefined) rest(runtime, which, CAUSES[status]);
  }
  resolution.seen.clear();
}

export function registerResolving(
  world: World,
  within: (host: Parameters<World['exit']>[0], pid: number, run: (runtime: Runtime) => void) => void,
): void {
  world.callback<number, undefined>('haproxy.resolve', ({ host, pid, data }) =>
    within(host, pid, (runtime) => ask(runtime, data)),
  );
  world.callback<Answered, DnsEvent>('haproxy.dns-answer', ({ host, pid, data }, event) =>
    within(host, pid, (runtime) => onAnswer(runtime, data, event)),
  );
}
