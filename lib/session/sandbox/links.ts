/** Who talks to whom, as the configuration files say it; and over which routers. */
import { addressOf, type Flow, type HostPart, type SandboxDocument } from './document';
import { haproxyServers, loadTarget, nginxServers, passRules, vrrpInstances } from './reading';
import { HAPROXY, KEEPALIVED, LOADGEN, NFTABLES } from './writers';
import { NGINX } from './writers-nginx';

/** One thing that flows from a host to another. */
export interface FlowView {
  from: string;
  to: string;
  flow: Flow;
  port?: number;
}
/** A wire of the canvas, and what flows over it. */
export interface LinkPicture {
  id: string;
  from: string;
  to: string;
  kind: 'traffic' | 'vrrp' | 'management';
  label?: string;
  flows: FlowView[];
}

/** Text of a host's file. */
export type ReadFile = (host: string, path: string) => string;

/** Everything that flows, from all files. */
export function flowsOf(document: SandboxDocument, read: ReadFile): FlowView[] {
  const owners = ownersOf(document, read);
  const flows: FlowView[] = [];
  const instances = new Map<string, string[]>();
  for (const [id, host] of Object.entries(document.hosts)) {
    if (host.packages.includes('haproxy'))
      for (const { address, port } of haproxyServers(read(id, HAPROXY)))
        for (const to of owners.get(address) ?? []) flows.push({ from: id, to, flow: 'http', port });
    if (host.packages.includes('nginx'))
      for (const { address, port } of nginxServers(read(id, NGINX)))
        for (const to of owners.get(address) ?? []) flows.push({ from: id, to, flow: 'http', port });
    if (host.packages.includes('loadgen') && host.enable.includes('loadgen')) {
      const target = loadTarget(read(id, LOADGEN));
      for (const to of target === undefined ? [] : (owners.get(target.host) ?? []))
        flows.push({ from: id, to, flow: 'http', port: target?.port ?? 80 });
    }
    if (host.enable.includes('keepalived'))
      for (const { router } of vrrpInstances(read(id, KEEPALIVED))) {
        const key = `${host.zone} ${router}`;
        instances.set(key, [...(instances.get(key) ?? []), id]);
      }
    if (host.kind === 'router') flows.push(...permitted(read(id, NFTABLES), owners));
  }
  for (const [key, members] of instances)
    members
      .slice(1)
      .forEach((to, index) =>
        flows.push({ from: members[index] ?? '', to, flow: 'vrrp', port: Number(key.split(' ')[1]) }),
      );
  for (const { from, to, flow } of document.links)
    if (document.hosts[from] !== undefined && document.hosts[to] !== undefined)
      flows.push({ from, to, flow });
  return unique(flows);
}
/** What a firewall's rules join beside the requests that other files tell of. */
function permitted(text: string, owners: ReadonlyMap<string, string[]>): FlowView[] {
  return passRules(text).flatMap(({ from, to, port }): FlowView[] => {
    if (port !== undefined && port !== 22) return [];
    const flow = port === 22 ? 'ssh' : 'any';
    return (owners.get(from) ?? []).flatMap((source) =>
      (owners.get(to) ?? []).map((target) => ({
        from: source,
        to: target,
        flow,
        ...(port === undefined ? {} : { port }),
      })),
    );
  });
}
function unique(flows: readonly FlowView[]): FlowView[] {
  const known = new Map<string, FlowView>();
  for (const flow of flows) {
    const key = `${flow.from} ${flow.to} ${flow.flow}`;
    if (flow.from !== flow.to && !known.has(key)) known.set(key, flow);
  }
  return [...known.values()];
}

/** Hosts by address and name; a shared address belongs to all that may hold it. */
export function ownersOf(document: SandboxDocument, read: ReadFile): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  const add = (key: string, id: string) => owners.set(key, [...(owners.get(key) ?? []), id]);
  for (const [id, host] of Object.entries(document.hosts)) {
    add(id, id);
    for (const { address } of Object.values(host.interfaces)) add(address.split('/')[0] ?? '', id);
    for (const address of sharedBy(id, host, read)) add(address, id);
  }
  return owners;
}
/** Shared addresses that a host may hold, without prefix. */
export function sharedBy(id: string, host: HostPart, read: ReadFile): string[] {
  if (!host.packages.includes('keepalived') || !host.enable.includes('keepalived')) return [];
  return vrrpInstances(read(id, KEEPALIVED)).flatMap(({ addresses }) =>
    addresses.map((address) => address.split('/')[0] ?? ''),
  );
}

/** Routers on the way from one zone to another, fewest first; [] within one zone, undefined when there is no way. */
export function routeOf(document: SandboxDocument, from: string, to: string): string[] | undefined {
  if (from === to) return [];
  const cameBy = new Map<string, { zone: string; router: string }>();
  const queue = [from];
  const routers = Object.entries(document.hosts).filter(([, { kind }]) => kind === 'router');
  for (const zone of queue) {
    for (const [router, { interfaces }] of routers) {
      const zones = Object.values(interfaces).map((device) => device.zone);
      if (!zones.includes(zone)) continue;
      for (const next of zones) {
        if (next === from || cameBy.has(next)) continue;
        cameBy.set(next, { zone, router });
        queue.push(next);
      }
    }
  }
  const way: string[] = [];
  for (let at = to; at !== from; ) {
    const step = cameBy.get(at);
    if (step === undefined) return undefined;
    way.unshift(step.router);
    at = step.zone;
  }
  return way;
}

/** The wires: requests from outside run over the routers they pass, those between servers straight. */
export function linksOf(document: SandboxDocument, read: ReadFile): LinkPicture[] {
  const links = new Map<string, LinkPicture>();
  const routes = new Map<string, string[]>();
  const routed = (from: string, to: string): string[] => {
    const key = `${from} ${to}`;
    const known = routes.get(key) ?? routeOf(document, from, to) ?? [];
    routes.set(key, known);
    return known;
  };
  for (const flow of flowsOf(document, read)) {
    const from = document.hosts[flow.from];
    const to = document.hosts[flow.to];
    if (from === undefined || to === undefined) continue;
    const isInside = isBetween(from) || flow.flow === 'vrrp';
    const way = isInside ? [] : routed(from.zone, to.zone);
    const stops = [flow.from, ...way.filter((id) => id !== flow.from && id !== flow.to), flow.to];
    stops.slice(1).forEach((stop, index) => addWire(links, stops[index] ?? '', stop, flow));
  }
  return [...links.values()];
}
function addWire(links: Map<string, LinkPicture>, from: string, to: string, flow: FlowView): void {
  const kind = flow.flow === 'http' ? 'traffic' : flow.flow === 'vrrp' ? 'vrrp' : 'management';
  const key = kind === 'vrrp' ? `${from}=${to}` : `${from}-${to}`;
  const known = links.get(key);
  if (known === undefined)
    links.set(key, {
      id: key,
      from,
      to,
      kind,
      flows: [flow],
      ...(kind === 'vrrp' ? { label: `VRRP ${flow.port ?? ''}` } : {}),
    });
  else {
    known.flows.push(flow);
    if (kind === 'traffic') known.kind = 'traffic';
  }
}

/** Stands between those who ask and those who answer. */
export function isBetween({ kind }: Pick<HostPart, 'kind'>): boolean {
  return kind === 'load-balancer' || kind === 'proxy';
}
/** The address that a connection to a host should name: the shared one when it may hold one. */
export function serviceAddress(id: string, host: HostPart, read: ReadFile): string {
  return sharedBy(id, host, read)[0] ?? addressOf(host);
}
