/** Questions that are answered by letting it happen: the caller goes back afterwards. */
import type { Run } from '../../scenario/run';
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import type { Hop } from '../../world/network.contract';
import type { World } from '../../world/world.contract';
import type { RunInput } from '../messages';
import type { SandboxDocument } from './document';
import { sharedBy } from './links';
import { REACH, type Try } from './reach-callback';
import { textInForce } from './refresh';
import type { LossRow, ReachRow } from './view';

const SECOND = 1_000_000;
/** Longer than the first two tries of connect(2) take. */
const WAIT = 4 * SECOND;
const USUAL_PORTS: readonly number[] = [22, 80, 8080];
const MOST_TRIES = 900;

/** Tries to connect from a host to every other on the ports that matter. */
export function reachFrom(run: Run<RunInput>, document: SandboxDocument, from: string): ReachRow[] {
  const { world } = run;
  const host = world.findHost(from);
  if (host === undefined || host.state.power !== 'on') return [];
  const tries: Try[] = targetsOf(world, document, from)
    .slice(0, MOST_TRIES)
    .map(({ to, address, port }) => ({
      to,
      address,
      port,
      trace: world.startTrace(`${from} to ${address}:${port}`),
      begun: world.kernel.now,
      result: undefined,
      micros: 0,
    }));
  world.state.extra.set(REACH, tries);
  tries.forEach(({ address, port, trace }, index) =>
    world.network.connect(host, {
      pid: 0,
      ip: parseIPv4(address) ?? 0,
      port,
      trace,
      on: { name: REACH, pid: 0, data: { index } },
    }),
  );
  world.kernel.runUntil(world.kernel.now + WAIT);
  return tries.map((mine) => rowOf(world, mine));
}
function targetsOf(
  world: World,
  document: SandboxDocument,
  from: string,
): { to: string; address: string; port: number }[] {
  const targets: { to: string; address: string; port: number }[] = [];
  for (const [id, part] of Object.entries(document.hosts)) {
    const host = world.findHost(id);
    if (id === from || host === undefined || part.kind === 'clients' || part.kind === 'probe') continue;
    const listening = host.state.power === 'on' ? world.network.listeners(host) : [];
    const addresses = new Set(
      Object.values(part.interfaces).map(({ address }) => address.split('/')[0] ?? ''),
    );
    const shared = [...host.state.interfaces.values()]
      .flatMap((device) => (device.name === 'lo' ? [] : device.addresses.map(({ ip }) => formatIPv4(ip))))
      .filter((address) => !addresses.has(address));
    for (const address of [...addresses, ...shared].slice(0, 6)) {
      const ip = parseIPv4(address);
      const open = listening
        .filter((socket) => !socket.six && (socket.ip === 0 || socket.ip === ip))
        .map(({ port }) => port);
      for (const port of [
        ...new Set([...open, ...USUAL_PORTS.filter((usual) => isWorthwhile(part.kind, usual))]),
      ])
        targets.push({ to: id, address, port });
    }
  }
  return targets;
}
function isWorthwhile(kind: string, port: number): boolean {
  if (port === 22) return true;
  return port === 80 ? ['load-balancer', 'proxy', 'server'].includes(kind) : kind === 'app';
}
function rowOf(world: World, { to, address, port, trace, result, micros }: Try): ReachRow {
  const hops = world.trace(trace)?.hops ?? [];
  const bad = hops.findLast(({ outcome }) => outcome === 'bad');
  const passed = hops.find(({ rule }) => rule !== undefined);
  const outcome = result ?? 'timeout';
  const decisive = outcome === 'open' ? passed : (bad ?? hops.at(-1));
  return {
    to,
    address,
    port,
    result: outcome,
    micros,
    why: whyOf(outcome, decisive),
    ...(decisive === undefined ? {} : { at: decisive.host }),
  };
}

function whyOf(outcome: ReachRow['result'], hop: Hop | undefined): string {
  if (hop?.rule !== undefined) return `${hop.rule.table} ${hop.rule.chain}: ${hop.rule.text || hop.text}`;
  return outcome === 'open' ? 'nothing stands between' : (hop?.text ?? 'no answer');
}

/** What becomes of the people outside and of shared addresses when some machines lose power. */
export function lossesWithout(
  run: Run<RunInput>,
  document: SandboxDocument,
  ids: readonly string[],
): LossRow[] {
  const { world, kernel } = { world: run.world, kernel: run.world.kernel };
  const dying = Object.entries(document.hosts)
    .filter(([id, { zone }]) => ids.includes(id) || ids.includes(zone))
    .map(([id]) => id);
  const sources = Object.entries(run.scenario.lab.traffic);
  const shared = sharedAddresses(world, document);
  const before = new Map(sources.map(([name]) => [name, failing(run, name, 5)]));
  const held = new Map(shared.map((address) => [address, holders(world, address)]));
  for (const id of dying) {
    const host = world.findHost(id);
    if (host !== undefined) world.powerOff(host);
  }
  kernel.runUntil(kernel.now + 20 * SECOND);
  const rows: LossRow[] = sources.map(([name, { host }]) =>
    dying.includes(host)
      ? { what: name, before: percent(before.get(name)), after: 'is off itself', tone: 'risk' }
      : lossRow(name, before.get(name), failing(run, name, 5)),
  );
  for (const address of shared) {
    const now = holders(world, address);
    const then = held.get(address) ?? [];
    rows.push({
      what: address,
      before: then.join(' and ') || 'nobody',
      after: now.join(' and ') || 'nobody',
      tone: now.length !== 1 ? 'broken' : now.join() === then.join() ? 'ok' : 'risk',
    });
  }
  return rows;
}
function lossRow(what: string, before: number | undefined, after: number | undefined): LossRow {
  const tone = (after ?? 0) > 0.5 ? 'broken' : (after ?? 0) > (before ?? 0) ? 'risk' : 'ok';
  return { what, before: percent(before), after: percent(after), tone };
}
/** Share of requests that failed in the last seconds; undefined without any. */
function failing(run: Run<RunInput>, source: string, seconds: number): number | undefined {
  const rows = run.progress.seconds.get(source) ?? [];
  const now = Math.floor(run.now / SECOND);
  let [all, failed] = [0, 0];
  for (let second = Math.max(0, now - seconds); second < now; second++) {
    all += (rows[second]?.ok ?? 0) + (rows[second]?.failed ?? 0);
    failed += rows[second]?.failed ?? 0;
  }
  return all === 0 ? undefined : failed / all;
}
function percent(share: number | undefined): string {
  return share === undefined ? 'no requests' : `${Math.round(share * 100)} % fail`;
}
function sharedAddresses(world: World, document: SandboxDocument): string[] {
  const read = (host: string, path: string) => textInForce(world.findHost(host), path);
  return [...new Set(Object.entries(document.hosts).flatMap(([id, host]) => sharedBy(id, host, read)))];
}
function holders(world: World, address: string): string[] {
  const ip = parseIPv4(address);
  return world
    .hosts()
    .filter(
      ({ state }) =>
        state.power !== 'off' &&
        [...state.interfaces.values()].some((device) => device.addresses.some((entry) => entry.ip === ip)),
    )
    .map(({ name }) => name);
}
