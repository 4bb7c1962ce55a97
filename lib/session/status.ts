/** How each host stands, for the cards on the canvas. */
import { formatIPv4, parseIPv4 } from '../std/ipv4';
import type { Run } from '../scenario/run';
import type { ChartView, DaemonContext, DaemonDefinition } from '../world/process.contract';
import type { Host } from '../world/world.contract';
import type { HostStatus } from './messages';
import type { Requests } from './requests';
import { unitTones } from './units';

const WINDOW = 2_000_000;

/** Processor time at an earlier moment, to tell how busy a host was since. */
export type BusyMarks = Map<string, { at: number; cpu: number; share: number }>;

/** How the hosts of a run stand, told again only where something is different. */
export class HostStatuses<I> {
  readonly #busy: BusyMarks = new Map();
  /** What was told last, by host. */
  readonly #told = new Map<string, HostStatus>();

  constructor(
    private readonly run: Run<I>,
    private readonly requests: Requests,
  ) {}

  /** Whoever is told knows nothing yet. */
  tellAgain(): void {
    this.#told.clear();
  }
  /** Another moment of the run: how busy a host was since says nothing. */
  leap(): void {
    this.#told.clear();
    this.#busy.clear();
  }

  /**
   * The hosts that stand otherwise than they were last told to.
   * @param here hosts on which the learner has a terminal
   */
  news(here: ReadonlySet<string>): HostStatus[] {
    const sources = sourcesOf(this.run);
    const news: HostStatus[] = [];
    for (const host of this.run.world.hosts()) {
      const before = this.#told.get(host.name);
      const status = this.#statusOf(host, sources.get(host.name), here.has(host.name), before);
      if (before !== undefined && isSame(before, status)) continue;
      this.#told.set(host.name, status);
      news.push(status);
    }
    return news;
  }

  #statusOf(
    host: Host,
    source: Source | undefined,
    here: boolean,
    before: HostStatus | undefined,
  ): HostStatus {
    const { state } = host;
    const lab = this.run.scenario.lab.hosts[host.name];
    const isOutside = lab?.kind === 'clients' || lab?.kind === 'probe';
    const services = isOutside || lab === undefined ? [] : servicesOf(host, lab.enable, before?.services);
    const power = state.frozen ? 'frozen' : state.power;
    const root = state.mounts[0];
    const note = noteOf(this.run, host, source, this.requests);
    const disk = root === undefined ? 0 : round(root.used / root.size);
    return {
      id: host.name,
      power,
      health: healthOf(power, services, note.health === 'ok' && disk >= FULL ? 'risk' : note.health),
      services,
      cpu: power === 'on' ? busyShare(host, this.#busy) : 0,
      memory: power === 'off' ? 0 : memoryShare(host),
      disk,
      note: note.text,
      here,
    };
  }
}
/** Services are the same objects as long as nothing about them changes. */
function isSame(before: HostStatus, after: HostStatus): boolean {
  return (
    before.power === after.power &&
    before.health === after.health &&
    before.cpu === after.cpu &&
    before.memory === after.memory &&
    before.disk === after.disk &&
    before.note === after.note &&
    before.here === after.here &&
    before.services.length === after.services.length &&
    before.services.every((service, i) => service === after.services[i])
  );
}

/** Whom a host's requests come from: the first traffic source on it. */
function sourcesOf<I>(run: Run<I>): Map<string, Source> {
  const sources = new Map<string, Source>();
  for (const [name, { host, rate }] of Object.entries(run.scenario.lab.traffic))
    if (!sources.has(host)) sources.set(host, { name, rate });
  return sources;
}
interface Source {
  name: string;
  /** Requests per second that it means to make. */
  rate: number;
}

/** Services that a host's installer enabled, with the names of their units; written once for one list. */
const NAMED = new WeakMap<readonly string[], readonly { name: string; unit: string }[]>();
function namesOf(enabled: readonly string[]): readonly { name: string; unit: string }[] {
  const known = NAMED.get(enabled);
  if (known !== undefined) return known;
  const made = enabled.map((name) => ({
    name: name.endsWith('.service') ? name.slice(0, -'.service'.length) : name,
    unit: name.includes('.') ? name : `${name}.service`,
  }));
  NAMED.set(enabled, made);
  return made;
}

type Service = HostStatus['services'][number];
/** @param before what was told last: what is still true of it is told by the same objects */
function servicesOf(
  host: Host,
  enabled: readonly string[],
  before: readonly Service[] | undefined,
): Service[] {
  const tones = unitTones(host);
  return namesOf(enabled).map(({ name, unit }, i) => {
    const found = tones(unit);
    const state = found?.tone ?? 'off';
    const text = found === undefined ? 'not running' : found.active === 'active' ? found.sub : found.active;
    const old = before?.[i];
    return old?.name === name && old.state === state && old.text === text ? old : { name, state, text };
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

/** A disk of which so much is used is a trouble of its own, whatever still runs. */
const FULL = 0.99;

type NoteHealth = 'ok' | 'risk' | 'broken';
/** From this share of failed requests on a source is at risk, or broken. */
const SHARE = { risk: 0.01, broken: 0.5 };

function noteOf<I>(
  run: Run<I>,
  host: Host,
  source: Source | undefined,
  requests: Requests,
): { text: string; health: NoteHealth } {
  const { now } = run.kernel;
  if (source !== undefined) {
    const { name, rate } = source;
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
  const roles = eachDaemon(host, ({ roles }) => roles);
  // An instance in FAULT runs, and its host takes no address.
  if (roles.length > 0)
    return { text: [...new Set(roles)].join(' '), health: roles.includes('FAULT') ? 'risk' : 'ok' };
  const handled = requests.handledBy(host.name, now);
  return { text: handled === 0 ? '' : `${handled} req/s`, health: 'ok' };
}

/** The live charts of every daemon on a host. */
export function chartsOf(host: Host): ChartView[] {
  return eachDaemon(host, ({ charts }) => charts);
}
/** What every daemon on a host that can be asked tells of itself, by process id. */
function eachDaemon<T>(
  host: Host,
  askable: (definition: DaemonDefinition) => ((context: DaemonContext) => readonly T[]) | undefined,
): T[] {
  if (host.state.power === 'off') return [];
  const { registry } = host.world;
  const asked: { pid: number; ask: (context: DaemonContext) => readonly T[] }[] = [];
  for (const { pid, daemon } of host.state.processes.values()) {
    const definition = daemon === undefined ? undefined : registry.findDaemon(daemon.kind);
    const ask = definition === undefined ? undefined : askable(definition);
    if (ask !== undefined) asked.push({ pid, ask });
  }
  asked.sort((a, b) => a.pid - b.pid);
  return asked.flatMap(({ pid, ask }) => {
    const context = host.daemonContext(pid);
    return context === undefined ? [] : ask(context);
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
  let used = 90_000;
  for (const { rssKiB } of host.state.processes.values()) used += rssKiB;
  return round(Math.min(1, used / (host.state.memoryMiB * 1024)));
}
function round(share: number): number {
  return Math.round(share * 100) / 100;
}

/** The addresses that the installer gave, as text and as numbers; read once for one set of hosts. */
const INSTALLED = new WeakMap<object, { texts: ReadonlySet<string>; numbers: ReadonlySet<number> }>();
function installedAddresses<I>(run: Run<I>): { texts: ReadonlySet<string>; numbers: ReadonlySet<number> } {
  const { hosts } = run.scenario.lab;
  const known = INSTALLED.get(hosts);
  if (known !== undefined) return known;
  const texts = Object.values(hosts).flatMap((host) =>
    Object.values(host.interfaces).map(({ address }) => address.split('/')[0] ?? ''),
  );
  const made = { texts: new Set(texts), numbers: new Set(texts.map((text) => parseIPv4(text) ?? -1)) };
  INSTALLED.set(hosts, made);
  return made;
}

interface SharedAddress {
  address: string;
  holders: string[];
}
/** Told anew only when an address, a link or a machine has changed. */
const SHARED = new WeakMap<object, { names: object; revision: number; addresses: SharedAddress[] }>();
/** Addresses that no installer wrote and more than one host could have: who holds each now. */
export function sharedAddresses<I>(run: Run<I>): SharedAddress[] {
  const { names } = run.scenario.lab;
  const { revision } = run.world.network;
  const known = SHARED.get(run);
  if (known !== undefined && known.names === names && known.revision === revision) return known.addresses;
  const addresses = findShared(run);
  SHARED.set(run, { names, revision, addresses });
  return addresses;
}
function findShared<I>(run: Run<I>): SharedAddress[] {
  const own = installedAddresses(run);
  const holders = new Map<string, string[]>();
  for (const address of Object.values(run.scenario.lab.names))
    if (!own.texts.has(address)) holders.set(address, []);
  for (const host of run.world.hosts()) {
    if (host.state.power === 'off') continue;
    for (const device of host.state.interfaces.values()) {
      if (device.name === 'lo') continue;
      for (const { ip } of device.addresses) {
        if (own.numbers.has(ip)) continue;
        const address = formatIPv4(ip);
        holders.set(address, [...(holders.get(address) ?? []), host.name]);
      }
    }
  }
  return [...holders].map(([address, names]) => ({ address, holders: names }));
}
