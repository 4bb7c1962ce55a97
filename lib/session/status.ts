/** How each host stands, for the cards on the canvas. */
import { formatIPv4 } from '../std/ipv4';
import type { Run } from '../scenario/run';
import type { ChartView, DaemonContext, DaemonDefinition } from '../world/process.contract';
import type { Host } from '../world/world.contract';
import type { HostStatus } from './messages';
import type { Requests } from './requests';
import { unitTones } from './units';

const WINDOW = 2_000_000;

/** Processor time at an earlier moment, to tell how busy a host was since. */
export type BusyMarks = Map<string, { at: number; cpu: number; share: number }>;

export function hostStatus<I>(
  run: Run<I>,
  host: Host,
  { requests, busy, here }: { requests: Requests; busy: BusyMarks; here: ReadonlySet<string> },
): HostStatus {
  const { state } = host;
  const lab = run.scenario.lab.hosts[host.name];
  const isOutside = lab?.kind === 'clients' || lab?.kind === 'probe';
  const services = isOutside ? [] : servicesOf(host, lab?.enable ?? []);
  const power = state.frozen ? 'frozen' : state.power;
  const root = state.mounts[0];
  const note = noteOf(run, host, requests);
  return {
    id: host.name,
    power,
    health: healthOf(power, services, note.health),
    services,
    cpu: power === 'on' ? busyShare(host, busy) : 0,
    memory: power === 'off' ? 0 : memoryShare(host),
    disk: root === undefined ? 0 : round(root.used / root.size),
    note: note.text,
    here: here.has(host.name),
  };
}

function servicesOf(host: Host, enabled: readonly string[]): HostStatus['services'] {
  const names = enabled.map((name) => (name.includes('.') ? name : `${name}.service`));
  const units = unitTones(host, names);
  return names.flatMap((name): HostStatus['services'] => {
    const unit = units.find((candidate) => candidate.name === name);
    const short = name.replace(/\.service$/, '');
    if (unit === undefined) return [{ name: short, state: 'off', text: 'not running' }];
    return [{ name: short, state: unit.tone, text: unit.active === 'active' ? unit.sub : unit.active }];
  });
}

function healthOf(
  power: HostStatus['power'],
  services: HostStatus['services'],
  seen: NoteHealth,
): HostStatus['health'] {
  if (power === 'off') return 'off';
  if (power === 'frozen' || seen === 'broken' || services.some(({ state }) => state === 'broken'))
    return 'broken';
  if (
    power === 'booting' ||
    seen === 'risk' ||
    services.some(({ state }) => state === 'risk' || state === 'off')
  )
    return 'risk';
  return 'ok';
}

type NoteHealth = 'ok' | 'risk' | 'broken';
/** From this share of failed requests on a source is at risk, or broken. */
const SHARE = { risk: 0.01, broken: 0.5 };

function noteOf<I>(run: Run<I>, host: Host, requests: Requests): { text: string; health: NoteHealth } {
  const { now } = run.kernel;
  const source = Object.entries(run.scenario.lab.traffic).find(([, traffic]) => traffic.host === host.name);
  if (source !== undefined) {
    const [name, { rate }] = source;
    const recent = requests.recent(now, name);
    const { last } = recent;
    if (host.state.power === 'off' || last === undefined) return { text: '', health: 'ok' };
    if (rate < 2) {
      const result = last.error === '' ? `${last.status} · ${Math.round(last.micros / 1000)} ms` : last.error;
      return { text: result, health: last.ok ? 'ok' : 'broken' };
    }
    const { failed } = recent;
    if (failed < SHARE.risk) return { text: `${Math.round(recent.rate)} req/s`, health: 'ok' };
    const health = failed > SHARE.broken ? 'broken' : 'risk';
    return { text: `${Math.round(failed * 100)} % errors`, health };
  }
  if (host.state.power !== 'on')
    return { text: host.state.power === 'booting' ? 'booting' : '', health: 'ok' };
  const roles = eachDaemon(host, ({ roles: tell }, context) => tell?.(context));
  if (roles.length > 0) return { text: [...new Set(roles)].join(' '), health: 'ok' };
  const handled = requests.handledBy(host.name, now);
  return { text: handled === 0 ? '' : `${handled} req/s`, health: 'ok' };
}

/** The live charts of every daemon on a host. */
export function chartsOf(host: Host): ChartView[] {
  return eachDaemon(host, ({ charts }, context) => charts?.(context));
}
function eachDaemon<T>(
  host: Host,
  ask: (definition: DaemonDefinition, context: DaemonContext) => readonly T[] | undefined,
): T[] {
  if (host.state.power === 'off') return [];
  return host.processes().flatMap((process) => {
    const definition =
      process.daemon === undefined ? undefined : host.world.registry.findDaemon(process.daemon.kind);
    const context =
      definition?.charts === undefined && definition?.roles === undefined
        ? undefined
        : host.daemonContext(process.pid);
    return definition === undefined || context === undefined ? [] : (ask(definition, context) ?? []);
  });
}

function busyShare(host: Host, busy: BusyMarks): number {
  const { now } = host.world.kernel;
  const { cpuMicros, cores } = host.state;
  const mark = busy.get(host.name);
  if (mark === undefined || now < mark.at || cpuMicros < mark.cpu) {
    busy.set(host.name, { at: now, cpu: cpuMicros, share: mark?.share ?? 0 });
    return mark?.share ?? 0;
  }
  if (now - mark.at < WINDOW / 4) return mark.share;
  const share = round(Math.min(1, (cpuMicros - mark.cpu) / ((now - mark.at) * cores)));
  if (now - mark.at >= WINDOW) busy.set(host.name, { at: now, cpu: cpuMicros, share });
  return share;
}
function memoryShare(host: Host): number {
  const used = host.processes().reduce((sum, { rssKiB }) => sum + rssKiB, 90_000);
  return round(Math.min(1, used / (host.state.memoryMiB * 1024)));
}
function round(share: number): number {
  return Math.round(share * 100) / 100;
}

/** Addresses that no installer wrote and more than one host could have: who holds each now. */
export function sharedAddresses<I>(run: Run<I>): { address: string; holders: string[] }[] {
  const own = new Set(
    Object.values(run.scenario.lab.hosts).flatMap((host) =>
      Object.values(host.interfaces).map(({ address }) => address.split('/')[0] ?? ''),
    ),
  );
  const wanted = new Set(Object.values(run.scenario.lab.names).filter((address) => !own.has(address)));
  const holders = new Map<string, string[]>([...wanted].map((address) => [address, []]));
  for (const host of run.world.hosts()) {
    if (host.state.power === 'off') continue;
    for (const device of host.state.interfaces.values()) {
      if (device.name === 'lo') continue;
      for (const { ip } of device.addresses) {
        const address = formatIPv4(ip);
        if (own.has(address)) continue;
        holders.set(address, [...(holders.get(address) ?? []), host.name]);
      }
    }
  }
  return [...holders].map(([address, names]) => ({ address, holders: names }));
}
