/**
 * The routing table: longest prefix, then lowest metric; local addresses first;
 * which source address a packet gets.
 * Sources: linux/net/ipv4/fib_trie.c, fib_semantics.c, devinet.c
 * (`inet_select_addr`); ip-route(8), ip-rule(8).
 */
import { isLoopback, maskOf, networkOf } from '../../std/ipv4';
import type { Errno } from '../files.contract';
import type { Route } from '../network.contract';
import type { InterfaceState } from '../world.contract';
import { type Flow, holdsFor } from './policy';
import { routesOf } from './policy-store';
import type { Stack } from './stack';

export type RouteAnswer =
  | { kind: 'local'; device: InterfaceState; source: number; route: Route }
  | { kind: 'unicast'; device: InterfaceState; nextHop: number; source: number; route: Route }
  | { kind: 'blackhole' | 'unreachable' | 'prohibit'; route: Route }
  | { kind: 'none' };

/**
 * Where packets to `destination` go, without a bound device. Remembered until something changes,
 * unless the host has rules: then it depends on more than the destination.
 */
export function route(stack: Stack, destination: number, flow?: Flow): RouteAnswer {
  if (stack.state.policy !== undefined) return lookUp(stack, destination, undefined, flow);
  const memory = stack.routeMemory;
  const known = memory.get(destination);
  if (known !== undefined) return known;
  const answer = lookUp(stack, destination, undefined);
  memory.set(destination, answer);
  return answer;
}

/** The same for packets from an address of the host's own; 0: it is still to be chosen. */
export function routeFrom(stack: Stack, destination: number, source: number): RouteAnswer {
  return stack.state.policy === undefined ? route(stack, destination) : route(stack, destination, { source });
}

/** The same with a bound device (SO_BINDTODEVICE, `ip route get … oif`). */
export function lookUp(
  stack: Stack,
  destination: number,
  device: string | undefined,
  flow?: Flow,
): RouteAnswer {
  const local = localAnswer(stack, destination);
  if (local !== undefined && (device === undefined || device === 'lo' || local.device.addressed === device))
    return local.answer;
  const best = chosen(stack, destination, device, flow);
  if (best === undefined) return device === undefined ? { kind: 'none' } : onLink(stack, destination, device);
  if (best.type !== 'unicast') return { kind: best.type, route: best };
  const out = stack.device(best.device);
  if (out === undefined || !out.up) return { kind: 'none' };
  const nextHop = best.via ?? destination;
  return {
    kind: 'unicast',
    device: out,
    nextHop,
    source: best.source ?? sourceFor(stack, out, nextHop),
    route: best,
  };
}

/** The route of the first rule whose table has one. */
function chosen(
  stack: Stack,
  destination: number,
  device: string | undefined,
  flow: Flow | undefined,
): Route | undefined {
  const { policy, routes } = stack.state;
  if (policy === undefined) return bestOf(routes, destination, device);
  const asked: Flow = device === undefined ? (flow ?? {}) : { ...flow, oif: device };
  for (const rule of policy.rules) {
    if (!holdsFor(rule, destination, asked)) continue;
    if (rule.action !== 'lookup') return refusing(rule.action);
    const table = routesOf(stack.state, rule.table) ?? [];
    const found = bestOf(table, destination, device);
    if (found !== undefined) return found;
  }
  return undefined;
}
function refusing(type: 'blackhole' | 'unreachable' | 'prohibit'): Route {
  return {
    destination: 0,
    prefix: 0,
    via: undefined,
    device: '',
    metric: 0,
    protocol: 'kernel',
    scope: 'global',
    type,
  };
}

/** Longest prefix, then lowest metric. */
function bestOf(
  routes: readonly Route[],
  destination: number,
  device: string | undefined,
): Route | undefined {
  let best: Route | undefined;
  for (const candidate of routes) {
    if (device !== undefined && candidate.device !== device && candidate.type === 'unicast') continue;
    if (networkOf(destination, candidate.prefix) !== candidate.destination) continue;
    if (
      best === undefined ||
      candidate.prefix > best.prefix ||
      (candidate.prefix === best.prefix && candidate.metric < best.metric)
    )
      best = candidate;
  }
  return best;
}

/** A socket bound to a device takes a destination without a route to be on the link (ip_route_output_key with oif). */
function onLink(stack: Stack, destination: number, name: string): RouteAnswer {
  const device = stack.device(name);
  if (device === undefined || !device.up || device.name === 'lo') return { kind: 'none' };
  const made: Route = {
    destination,
    prefix: 32,
    via: undefined,
    device: name,
    metric: 0,
    protocol: 'kernel',
    scope: 'link',
    type: 'unicast',
  };
  return {
    kind: 'unicast',
    device,
    nextHop: destination,
    source: sourceFor(stack, device, destination),
    route: made,
  };
}

function localAnswer(
  stack: Stack,
  destination: number,
): { answer: RouteAnswer; device: { addressed: string } } | undefined {
  if (!stack.isLocal(destination)) return undefined;
  const lo = stack.device('lo');
  if (lo === undefined) return undefined;
  const owner = ownerOf(stack, destination);
  const made: Route = {
    destination,
    prefix: 32,
    via: undefined,
    device: 'lo',
    metric: 0,
    source: destination,
    protocol: 'kernel',
    scope: 'host',
    type: 'unicast',
  };
  return {
    answer: {
      kind: 'local',
      device: lo,
      source: isLoopback(destination) ? 0x7f000001 : destination,
      route: made,
    },
    device: { addressed: owner },
  };
}

/** Name of the interface that has the address. */
export function ownerOf(stack: Stack, ip: number): string {
  for (const device of stack.state.interfaces.values()) {
    if (device.up && device.addresses.some((address) => address.ip === ip)) return device.name;
  }
  return 'lo';
}

/** The address a packet leaves with (`inet_select_addr`): a primary one in the next hop's subnet, else the first primary one. */
export function sourceFor(stack: Stack, device: InterfaceState, nextHop: number): number {
  let first: number | undefined;
  for (const address of device.addresses) {
    if (address.secondary === true || address.scope === 'host') continue;
    if (networkOf(nextHop, address.prefix) === networkOf(address.ip, address.prefix)) return address.ip;
    first ??= address.ip;
  }
  if (first !== undefined) return first;
  for (const other of stack.state.interfaces.values()) {
    if (!other.up || other.name === 'lo') continue;
    const primary = other.addresses.find(
      (address) => address.secondary !== true && address.scope !== 'host' && address.scope !== 'link',
    );
    if (primary !== undefined) return primary.ip;
  }
  return 0;
}

/** What `ip route add` refuses (fib_check_nh, fib_table_insert). */
export function checkRoute(stack: Stack, added: Route): Errno | undefined {
  if (networkOf(added.destination, added.prefix) !== added.destination) return 'EINVAL';
  if (added.type === 'unicast') {
    const device = stack.device(added.device);
    if (device === undefined) return 'ENODEV';
    if (!device.up) return 'ENETDOWN';
    if (added.via !== undefined && !isUsableGateway(stack, added.via, added))
      return stack.isLocal(added.via) ? 'EINVAL' : 'ENETUNREACH';
    if (added.source !== undefined && !stack.isLocal(added.source)) return 'EINVAL';
  }
  return undefined;
}

function isUsableGateway(stack: Stack, gateway: number, added: Route): boolean {
  if (stack.isLocal(gateway)) return false;
  if (added.onlink === true) return true;
  const answer = lookUp(stack, gateway, undefined);
  return answer.kind === 'unicast' && answer.route.via === undefined && answer.device.name === added.device;
}

export function sameRoute(a: Route, b: Partial<Route>): boolean {
  return (
    a.table === b.table &&
    (b.destination === undefined || a.destination === b.destination) &&
    (b.prefix === undefined || a.prefix === b.prefix) &&
    (b.via === undefined || a.via === b.via) &&
    (b.device === undefined || b.device === '' || a.device === b.device) &&
    (b.metric === undefined || a.metric === b.metric) &&
    (b.type === undefined || a.type === b.type) &&
    (b.scope === undefined || a.scope === b.scope) &&
    (b.protocol === undefined || a.protocol === b.protocol) &&
    (b.source === undefined || a.source === b.source)
  );
}

/** Kernel order of `ip route`: by destination, then longer prefixes after shorter ones, as the trie is walked; default first. */
export function compareRoutes(a: Route, b: Route): number {
  return a.destination - b.destination || a.prefix - b.prefix || a.metric - b.metric;
}

/** Broadcast address of a subnet, or undefined for /31 and /32. */
export function broadcastOfSubnet(ip: number, prefix: number): number | undefined {
  return prefix >= 31 ? undefined : (networkOf(ip, prefix) | ~maskOf(prefix)) >>> 0;
}
