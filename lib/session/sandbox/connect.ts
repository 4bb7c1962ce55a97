/**
 * Connecting two machines: a line in the file of whoever sends, and a rule on
 * each router between. Taking a connection away takes out what it wrote.
 */
import { freeAddress, gatewayOf, routersBetween } from './addresses';
import {
  addressOf,
  type Flow,
  freshName,
  takenNames,
  type HostPart,
  type LinkPart,
  type SandboxDocument,
} from './document';
import { isBetween, routeOf, serviceAddress, sharedBy } from './links';
import { paletteEntry, usualRate } from './palette';
import type { Draft } from './plan';
import { haproxyPorts, haproxyServers, loadTarget, nginxPorts, nginxServers, vrrpInstances } from './reading';
import { NGINX, nginxText, proxyText, withoutUpstream, withUpstream } from './writers-nginx';
import {
  HAPROXY,
  haproxyText,
  KEEPALIVED,
  keepalivedText,
  LOADGEN,
  loadgenText,
  NFTABLES,
  nftablesText,
  type PassRule,
  withoutRule,
  withoutServer,
  withRule,
  withServer,
} from './writers';

const WORD: Readonly<Record<Flow, string>> = { http: 'HTTP', vrrp: 'VRRP', ssh: 'ssh', any: 'Anything' };
const FIRST_ROUTER_ID = 51;

/** What was done; what begins with `!` says why not. */
export function connect(draft: Draft, from: string, to: string, flow: Flow): string {
  const source = draft.host(from);
  const target = draft.host(to);
  if (source === undefined || target === undefined) return '!Connect two machines.';
  if (from === to) return '!A machine reaches itself without a link.';
  if (flow === 'vrrp') return share(draft, from, to);
  const far = target.kind === 'router' ? undefined : joinZones(draft, source.zone, target.zone);
  if (far !== undefined) return far;
  if (flow === 'http') return requests(draft, from, to);
  const isNear = source.zone === target.zone || target.kind === 'router' || source.kind === 'router';
  if (isNear) draft.add({ edit: 'link', link: { from, to, flow }, add: true });
  permit(draft, from, to, {
    ...(flow === 'ssh' ? { port: 22 } : {}),
    why: `${WORD[flow]} from ${from} to ${to}`,
  });
  return `${WORD[flow]} may flow from ${from} to ${to}`;
}

// ---------------------------------------------------------------- HTTP
function requests(draft: Draft, from: string, to: string): string {
  const source = draft.host(from);
  const target = draft.host(to);
  if (source === undefined || target === undefined) return '!Connect two machines.';
  const read = (host: string, path: string) => draft.text(host, path);
  const address = isBetween(target) ? serviceAddress(to, target, read) : addressOf(target);
  const port = portOf(draft, to, target);
  if (source.packages.includes('loadgen')) {
    const before = loadTarget(draft.text(from, LOADGEN));
    const rate = before?.rate ?? usualRate(source.kind);
    draft.write(
      from,
      LOADGEN,
      loadgenText({ name: from, target: port === 80 ? address : `${address}:${port}`, rate }),
    );
    draft.enable(from, 'loadgen', true);
  } else if (source.packages.includes('haproxy')) {
    const text = draft.text(from, HAPROXY) || haproxyText();
    if (!haproxyServers(text).some((server) => server.address === address))
      draft.write(from, HAPROXY, withServer(text, { name: to, address, port }));
  } else if (source.packages.includes('nginx')) {
    const text = draft.text(from, NGINX) || (source.kind === 'proxy' ? proxyText() : nginxText());
    const known = nginxServers(text);
    const isThere = known.some((server) => server.address === address);
    const written = isThere ? text : withUpstream(text, { name: to, address, port });
    if (written === undefined)
      return known[0] === undefined
        ? `!The nginx site of ${from} has no place for a server: write an upstream into ${NGINX}.`
        : `!${from} stands in front of ${known[0].address} already. Take that away first, or use a load balancer.`;
    draft.write(from, NGINX, written);
  } else if (source.zone === target.zone) {
    draft.add({ edit: 'link', link: { from, to, flow: 'any' }, add: true });
  }
  permit(draft, from, to, { port, to: address, why: `HTTP from ${from} to ${to}` });
  return `${from} sends requests to ${to}, ${address}:${port}`;
}
function portOf(draft: Draft, id: string, host: HostPart): number {
  if (host.packages.includes('haproxy')) return haproxyPorts(draft.text(id, HAPROXY))[0] ?? 80;
  if (host.packages.includes('nginx')) return nginxPorts(draft.text(id, NGINX))[0] ?? 80;
  return host.packages.includes('shop-app') ? 8080 : 80;
}

// ---------------------------------------------------------------- VRRP
function share(draft: Draft, from: string, to: string): string {
  const pair = [from, to].map((id) => ({ id, host: draft.host(id) }));
  const zone = pair[0]?.host?.zone ?? '';
  if (pair.some(({ host }) => host?.zone !== zone))
    return '!VRRP advertisements pass no router: both must stand in one zone.';
  const known = pair.map(({ id }) =>
    isSharing(draft, id) ? vrrpInstances(draft.text(id, KEEPALIVED))[0] : undefined,
  );
  const instance = known.find((candidate) => candidate !== undefined);
  if (known.every((candidate) => candidate !== undefined) && known[0]?.router === known[1]?.router)
    return '!They share an address already.';
  const router = instance?.router ?? freeRouterId(draft.document, zone, draft);
  const address = instance?.addresses[0] ?? freeAddress(draft.document, zone, 'shared');
  if (address === undefined) return `!${zone} has no free address left.`;
  let priority = instance === undefined ? 150 : instance.priority - 10;
  pair.forEach(({ id, host }, index) => {
    if (host === undefined || known[index]?.router === router) return;
    if (!host.packages.includes('keepalived'))
      draft.add({ edit: 'host', id, part: { ...host, packages: [...host.packages, 'keepalived'] } });
    const device = Object.keys(host.interfaces)[0] ?? 'eth0';
    const state = instance === undefined && index === 0 ? 'MASTER' : 'BACKUP';
    draft.write(
      id,
      KEEPALIVED,
      keepalivedText({ host: id, device, router, priority: Math.max(1, priority), state, address }),
    );
    draft.enable(id, 'keepalived', true);
    priority -= 50;
  });
  // Whoever asked one of them so far asks the shared address from now on.
  for (const { id } of pair) moveCallers(draft, id, address.split('/')[0] ?? '');
  return `${from} and ${to} share ${address.split('/')[0]}, virtual router ${router}`;
}
function isSharing(draft: Draft, id: string): boolean {
  return draft.host(id)?.enable.includes('keepalived') === true;
}
function freeRouterId(document: SandboxDocument, zone: string, draft: Draft): number {
  const taken = new Set(
    Object.entries(document.hosts)
      .filter(([, host]) => host.zone === zone)
      .flatMap(([id]) => vrrpInstances(draft.text(id, KEEPALIVED)).map(({ router }) => router)),
  );
  let router = FIRST_ROUTER_ID;
  while (taken.has(router)) router += 1;
  return router;
}
function moveCallers(draft: Draft, id: string, shared: string): void {
  const own = addressOf(draft.host(id));
  for (const [caller, host] of Object.entries(draft.document.hosts)) {
    const target = host.enable.includes('loadgen') ? loadTarget(draft.text(caller, LOADGEN)) : undefined;
    for (const path of [HAPROXY, NGINX]) followShared(draft, { caller, id, path, own, shared });
    if (target?.host !== own) continue;
    draft.write(caller, LOADGEN, draft.text(caller, LOADGEN).replace(`//${own}`, `//${shared}`));
    permit(draft, caller, id, { port: target.port, to: shared, why: `HTTP from ${caller} to ${id}` });
  }
}
/** What stands in front of one of the two asks the shared address, too. */
function followShared(
  draft: Draft,
  {
    caller,
    id,
    path,
    own,
    shared,
  }: { caller: string; id: string; path: string; own: string; shared: string },
): void {
  const text = draft.text(caller, path);
  const servers = path === HAPROXY ? haproxyServers(text) : nginxServers(text);
  const asked = servers.find(({ address }) => address === own);
  if (asked === undefined || caller === id) return;
  draft.write(caller, path, text.replaceAll(`${own}:`, `${shared}:`));
  permit(draft, caller, id, { port: asked.port, to: shared, why: `HTTP from ${caller} to ${id}` });
}

// ---------------------------------------------------------------- routers
function permit(
  draft: Draft,
  from: string,
  to: string,
  rule: { port?: number; to?: string; why: string },
): void {
  const source = draft.host(from);
  const target = draft.host(to);
  if (source === undefined || target === undefined) return;
  const sender = source.kind === 'router' ? undefined : addressOf(source);
  if (sender === undefined) return;
  for (const router of routeOf(draft.document, source.zone, target.zone) ?? []) {
    if (router === to) continue;
    const text = draft.text(router, NFTABLES) || nftablesText();
    const added: PassRule = {
      from: sender,
      to: rule.to ?? addressOf(target),
      why: rule.why,
      ...(rule.port === undefined ? {} : { port: rule.port }),
    };
    draft.write(router, NFTABLES, withRule(text, added));
  }
}
/** Makes a way between two zones: a router that exists gets one more interface, else a new one is placed. */
function joinZones(draft: Draft, from: string, to: string): string | undefined {
  if (routeOf(draft.document, from, to) !== undefined) return undefined;
  const near = [...routersBetween(draft.document, [from]), ...routersBetween(draft.document, [to])][0];
  const router = near ?? newRouter(draft, from, to);
  for (const zone of [from, to]) {
    const host = draft.host(router);
    if (host === undefined || Object.values(host.interfaces).some((card) => card.zone === zone)) continue;
    const address = freeAddress(draft.document, zone, 'gateway');
    if (address === undefined) return `!${zone} has no free address left.`;
    const device = freshDevice(host);
    draft.add({
      edit: 'host',
      id: router,
      part: { ...host, interfaces: { ...host.interfaces, [device]: { zone, address } } },
    });
  }
  for (const zone of [from, to]) leadThrough(draft, zone);
  if (routeOf(draft.document, from, to) === undefined) return `!No router joins ${from} and ${to}.`;
  draft.told.push(
    near === undefined
      ? `${router} was placed between the zones`
      : `${router} has an interface in both zones now`,
  );
  return undefined;
}
function leadThrough(draft: Draft, zone: string): void {
  const gateway = gatewayOf(draft.document, zone);
  if (gateway === undefined) return;
  for (const [id, host] of Object.entries(draft.document.hosts))
    if (host.kind !== 'router' && host.zone === zone && host.gateway === undefined)
      draft.add({ edit: 'host', id, part: { ...host, gateway } });
}
function newRouter(draft: Draft, from: string, to: string): string {
  const id = freshName(takenNames(draft.document), 'fw');
  const entry = paletteEntry('router');
  const right = rightmost(draft.document, from, to);
  draft.add({
    edit: 'host',
    id,
    part: {
      kind: 'router',
      zone: right,
      description: 'Joins zones; nftables decides what passes',
      interfaces: {},
      packages: ['nftables'],
      enable: ['nftables'],
      files: entry?.sort === 'host' ? { ...entry.files } : {},
      x: -42,
      y: 150,
    },
  });
  draft.made.push(id);
  return id;
}
function rightmost({ zones }: SandboxDocument, a: string, b: string): string {
  return (zones[a]?.x ?? 0) > (zones[b]?.x ?? 0) ? a : b;
}
function freshDevice({ interfaces }: HostPart): string {
  let number = 0;
  while (interfaces[`eth${number}`] !== undefined) number += 1;
  return `eth${number}`;
}

// ---------------------------------------------------------------- and back
export function disconnect(draft: Draft, flows: readonly { from: string; to: string; flow: Flow }[]): string {
  for (const { from, to, flow } of flows) {
    const [source, target] = [draft.host(from), draft.host(to)];
    if (source === undefined || target === undefined) continue;
    if (flow === 'vrrp') for (const id of [from, to]) draft.enable(id, 'keepalived', false);
    if (flow === 'http') stopRequests(draft, from, to, target);
    if (flow === 'ssh' || flow === 'any') draft.add(...unlinked({ from, to, flow }));
    const addresses = new Set([
      addressOf(target),
      ...sharedBy(to, target, (host, path) => draft.text(host, path)),
    ]);
    const port = flow === 'ssh' ? 22 : flow === 'http' ? portOf(draft, to, target) : undefined;
    for (const [router, host] of Object.entries(draft.document.hosts))
      if (host.kind === 'router' && host.files[NFTABLES] !== undefined)
        for (const address of addresses)
          draft.write(
            router,
            NFTABLES,
            withoutRule(draft.text(router, NFTABLES), {
              from: addressOf(source),
              to: address,
              ...(port === undefined ? {} : { port }),
            }),
          );
  }
  return `Disconnected ${flows.map(({ from, to }) => `${from} and ${to}`).join(', ')}`;
}
function unlinked(link: LinkPart): { edit: 'link'; link: LinkPart; add: false }[] {
  return [{ edit: 'link', link, add: false }];
}
function stopRequests(draft: Draft, from: string, to: string, target: HostPart): void {
  const source = draft.host(from);
  if (source?.packages.includes('loadgen') === true) draft.enable(from, 'loadgen', false);
  if (source?.packages.includes('haproxy') === true) {
    const read = (host: string, path: string) => draft.text(host, path);
    const addresses = [addressOf(target), ...sharedBy(to, target, read)];
    draft.write(from, HAPROXY, addresses.reduce(withoutServer, draft.text(from, HAPROXY)));
  }
  if (source?.packages.includes('nginx') === true && draft.text(from, NGINX) !== '') {
    const read = (host: string, path: string) => draft.text(host, path);
    const addresses = [addressOf(target), ...sharedBy(to, target, read)];
    draft.write(from, NGINX, addresses.reduce(withoutUpstream, draft.text(from, NGINX)));
  }
}
