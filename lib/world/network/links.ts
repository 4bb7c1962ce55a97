/**
 * Interfaces: administrative state, carrier, addresses, routes, and who is told
 * of their changes (netlink).
 * Sources: linux/net/ipv4/devinet.c, fib_frontend.c (`fib_add_ifaddr`,
 * `fib_disable_ip`), linux/net/core/link_watch.c; ip-address(8), ip-link(8).
 */
import type { HandlerId } from '../../kernel/kernel';
import { formatIPv4, networkOf } from '../../std/ipv4';
import { SECOND } from '../../std/instant';
import type { Errno } from '../files.contract';
import type { Callback, InterfaceAddress, NetlinkEvent, PolicyRule, Route } from '../network.contract';
import type { Host, InterfaceState } from '../world.contract';
import type { Core } from './core';
import type { Neighbours } from './neighbours';
import { addRule, policyOf, removeRule, routesOf } from './policy-store';
import { checkRoute, sameRoute } from './routing';
import type { Stack } from './stack';

/** linkwatch runs at most once a second for links that come up (link_watch.c `linkwatch_nextevent`). */
const LINKWATCH_PERIOD = SECOND;

export class Links {
  readonly #notify: HandlerId;
  readonly #linkwatch: HandlerId;

  constructor(
    private readonly core: Core,
    private readonly neighbours: Neighbours,
  ) {
    this.#notify = core.kernel.handler<{ host: string; on: Callback; event: NetlinkEvent }>(
      'net.netlink',
      ({ host, on, event }) => {
        const stack = core.stackNamed(host);
        if (stack.alive || stack.state.frozen) core.world.invoke(stack.host, on, event);
      },
    );
    this.#linkwatch = core.kernel.handler<{ host: string; device: string; boot: string }>(
      'net.linkwatch',
      ({ host, device, boot }) => this.#linkwatchRuns(host, device, boot),
    );
  }

  // ---------------------------------------------------------------- addresses
  addAddress(host: Host, name: string, address: InterfaceAddress): Errno | undefined {
    const stack = this.core.stack(host);
    const device = stack.device(name);
    if (device === undefined) return 'ENODEV';
    const sameSubnet = device.addresses.filter(
      (present) =>
        present.prefix === address.prefix &&
        networkOf(present.ip, present.prefix) === networkOf(address.ip, address.prefix),
    );
    if (sameSubnet.some((present) => present.ip === address.ip)) return 'EEXIST';
    const secondary = sameSubnet.length > 0;
    const added: InterfaceAddress = {
      ...address,
      scope: address.scope ?? 'global',
      ...(secondary ? { secondary: true } : {}),
    };
    if (secondary) device.addresses.push(added);
    else device.addresses.splice(placeOf(added, device.addresses), 0, added);
    this.core.changed();
    const text = `${formatIPv4(address.ip)}/${address.prefix}`;
    this.core.noteChange(
      `${address.ip}`,
      this.core.world.record(host.name, 'address.added', {
        device: name,
        address: text,
        ip: formatIPv4(address.ip),
      }),
    );
    if (device.up && !secondary) this.#addConnected(stack, device, added);
    this.#tell(stack, { type: 'address', device: name, ip: address.ip, prefix: address.prefix, added: true });
    return undefined;
  }

  removeAddress(host: Host, name: string, ip: number, prefix?: number): Errno | undefined {
    const stack = this.core.stack(host);
    const device = stack.device(name);
    if (device === undefined) return 'ENODEV';
    const removed = device.addresses.find(
      (address) => address.ip === ip && (prefix === undefined || address.prefix === prefix),
    );
    if (removed === undefined) return 'EADDRNOTAVAIL';
    const followers =
      removed.secondary === true
        ? []
        : device.addresses.filter(
            (address) =>
              address.secondary === true &&
              address.prefix === removed.prefix &&
              networkOf(address.ip, address.prefix) === networkOf(ip, removed.prefix),
          );
    const promotes = stack.deviceSysctl('promote_secondaries', name) > 0;
    const gone = promotes ? [removed] : [...followers, removed];
    for (const address of gone) this.#drop(stack, device, address);
    const [heir] = followers;
    if (promotes && heir !== undefined) {
      device.addresses.splice(device.addresses.indexOf(heir), 1);
      delete heir.secondary;
      device.addresses.splice(
        device.addresses.filter((address) => address.secondary !== true).length,
        0,
        heir,
      );
      if (device.up) this.#addConnected(stack, device, heir);
    }
    // The last address takes IP off the interface: every route over it goes (fib_disable_ip).
    if (device.addresses.length === 0) dropRoutesOver(stack, name);
    this.core.changed();
    return undefined;
  }
  #drop(stack: Stack, device: InterfaceState, address: InterfaceAddress): void {
    device.addresses = device.addresses.filter((present) => present !== address);
    const network = networkOf(address.ip, address.prefix);
    const stillOnLink = device.addresses.some(
      (present) =>
        present.secondary !== true &&
        present.prefix === address.prefix &&
        networkOf(present.ip, present.prefix) === network,
    );
    stack.state.routes = stack.state.routes.filter((route) => {
      if (route.source === address.ip && (route.protocol !== 'kernel' || route.device === device.name))
        return (
          stack.isLocal(address.ip) && route.protocol !== 'kernel' && this.#ownedElsewhere(stack, address.ip)
        );
      return !(
        route.protocol === 'kernel' &&
        route.device === device.name &&
        route.destination === network &&
        route.prefix === address.prefix &&
        address.secondary !== true &&
        !stillOnLink
      );
    });
    this.core.changed();
    this.core.noteChange(
      `${address.ip}`,
      this.core.world.record(stack.name, 'address.removed', {
        device: device.name,
        address: `${formatIPv4(address.ip)}/${address.prefix}`,
        ip: formatIPv4(address.ip),
      }),
    );
    this.#tell(stack, {
      type: 'address',
      device: device.name,
      ip: address.ip,
      prefix: address.prefix,
      added: false,
    });
  }
  #ownedElsewhere(stack: Stack, ip: number): boolean {
    for (const device of stack.state.interfaces.values())
      if (device.addresses.some((address) => address.ip === ip)) return true;
    return false;
  }
  #addConnected(stack: Stack, device: InterfaceState, address: InterfaceAddress): void {
    if (address.prefix === 32 || device.name === 'lo') return;
    const destination = networkOf(address.ip, address.prefix);
    const present = stack.state.routes.some(
      (route) =>
        route.protocol === 'kernel' &&
        route.device === device.name &&
        route.destination === destination &&
        route.prefix === address.prefix,
    );
    if (present) return;
    this.#insert(stack, {
      destination,
      prefix: address.prefix,
      via: undefined,
      device: device.name,
      metric: 0,
      source: address.ip,
      protocol: 'kernel',
      scope: 'link',
      type: 'unicast',
    });
  }

  // ---------------------------------------------------------------- links
  setAdminState(host: Host, name: string, up: boolean): Errno | undefined {
    const stack = this.core.stack(host);
    const device = stack.device(name);
    if (device === undefined) return 'ENODEV';
    if (device.up === up) return undefined;
    device.up = up;
    this.core.changed();
    if (name !== 'lo')
      this.core.noteChange(
        `${host.name}/${name}`,
        this.core.world.record(host.name, up ? 'link.up' : 'link.down', { device: name, why: 'admin' }),
      );
    if (up) {
      for (const address of device.addresses)
        if (address.secondary !== true) this.#addConnected(stack, device, address);
      if (name !== 'lo') this.#watch(stack, device);
      return undefined;
    }
    dropRoutesOver(stack, name);
    this.neighbours.flush(stack, name);
    this.#tell(stack, { type: 'link', device: name, up: false, carrier: false });
    this.#tell(stack, { type: 'route' });
    return undefined;
  }

  setCarrier(host: Host, name: string, up: boolean): void {
    const stack = this.core.stack(host);
    const device = stack.device(name);
    if (device === undefined || device.carrier === up) return;
    device.carrier = up;
    this.core.changed();
    this.core.noteChange(
      `${host.name}/${name}`,
      this.core.world.record(host.name, up ? 'link.up' : 'link.down', { device: name, why: 'carrier' }),
    );
    if (up) {
      if (device.up) this.#watch(stack, device);
      return;
    }
    this.neighbours.flush(stack, name, { carrier: true });
    if (device.up) this.#tell(stack, { type: 'link', device: name, up: true, carrier: false });
  }

  /** A link that came up is noticed when linkwatch runs: at once, or up to a second after it last ran. */
  #watch(stack: Stack, device: InterfaceState): void {
    const { now } = this.core;
    const at = Math.max(now, stack.net.linkwatchAt + LINKWATCH_PERIOD);
    this.core.kernel.schedule(at > now + LINKWATCH_PERIOD ? now : at, this.#linkwatch, {
      host: stack.name,
      device: device.name,
      boot: stack.state.bootId,
    });
  }
  #linkwatchRuns(host: string, name: string, boot: string): void {
    const stack = this.core.stackNamed(host);
    const device = stack.device(name);
    if (device === undefined || stack.state.bootId !== boot || stack.state.power === 'off') return;
    stack.net.linkwatchAt = this.core.now;
    if (!device.up || !device.carrier) return;
    this.#tell(stack, { type: 'link', device: name, up: true, carrier: true });
  }

  impair(
    host: Host,
    name: string,
    impairment:
      | { lossPpm?: number; latencyMicros?: number; jitterMicros?: number; direction?: 'in' | 'out' | 'both' }
      | undefined,
  ): void {
    const device = this.core.stack(host).device(name);
    if (device === undefined) return;
    device.impairment =
      impairment === undefined
        ? undefined
        : {
            lossPpm: impairment.lossPpm ?? 0,
            latencyMicros: impairment.latencyMicros ?? 0,
            jitterMicros: impairment.jitterMicros ?? 0,
            direction: impairment.direction ?? 'both',
          };
    this.core.changed();
    this.core.world.record(host.name, 'link.impaired', {
      device: name,
      ...(device.impairment ?? { cleared: true }),
    });
  }

  cut(host: Host, name: string, macs: readonly string[]): void {
    const device = this.core.stack(host).device(name);
    if (device === undefined) return;
    if (macs.length === 0) delete device.cut;
    else device.cut = [...macs];
    this.core.changed();
  }

  // ---------------------------------------------------------------- routes
  addRoute(host: Host, route: Route, options: { append?: boolean } = {}): Errno | undefined {
    const stack = this.core.stack(host);
    const refused = checkRoute(stack, route);
    if (refused !== undefined) return refused;
    const { destination, prefix, metric } = route;
    const present = routesOf(stack.state, route.table) ?? [];
    if (
      present.some(
        (present) =>
          present.destination === destination &&
          present.prefix === prefix &&
          present.metric === metric &&
          // Another way to the same destination may stand behind the first (NLM_F_APPEND).
          (options.append !== true || (present.via === route.via && present.device === route.device)),
      )
    )
      return 'EEXIST';
    this.#insert(stack, { ...route });
    this.core.world.record(host.name, 'route.added', { route: routeText(route) });
    return undefined;
  }
  removeRoute(host: Host, route: Partial<Route>): Errno | undefined {
    const stack = this.core.stack(host);
    // Of several the one that would be used.
    const found = (routesOf(stack.state, route.table) ?? [])
      .filter((present) => sameRoute(present, route))
      .reduce<Route | undefined>(
        (best, one) => (best === undefined || one.metric < best.metric ? one : best),
        undefined,
      );
    if (found === undefined) return 'ESRCH';
    const all = found.table === undefined ? stack.state.routes : policyOf(stack.state).routes;
    all.splice(all.indexOf(found), 1);
    this.core.changed();
    this.core.world.record(host.name, 'route.removed', { route: routeText(found) });
    this.#tell(stack, { type: 'route' });
    return undefined;
  }
  #insert(stack: Stack, route: Route): void {
    if (route.table === undefined) stack.state.routes.push(route);
    else {
      const policy = policyOf(stack.state);
      policy.routes.push(route);
      if (!policy.tables.includes(route.table)) policy.tables.push(route.table);
    }
    this.core.changed();
    this.#tell(stack, { type: 'route' });
  }

  addRule(host: Host, rule: Parameters<typeof addRule>[1]): Errno | undefined {
    const refused = addRule(this.core.stack(host).state, rule);
    if (refused === undefined) this.#rulesChanged(host);
    return refused;
  }
  removeRule(host: Host, rule: Partial<PolicyRule>): Errno | undefined {
    const refused = removeRule(this.core.stack(host).state, rule);
    if (refused === undefined) this.#rulesChanged(host);
    return refused;
  }
  #rulesChanged(host: Host): void {
    this.core.changed();
    this.core.world.record(host.name, 'rules.changed', {});
  }

  // ---------------------------------------------------------------- netlink
  #tell(stack: Stack, event: NetlinkEvent): void {
    for (const { on } of stack.net.subscriptions)
      this.core.kernel.after(0, this.#notify, { host: stack.name, on, event });
  }
}

function dropRoutesOver(stack: Stack, device: string): void {
  const { state } = stack;
  state.routes = state.routes.filter((route) => route.device !== device);
  if (state.policy !== undefined)
    state.policy.routes = state.policy.routes.filter((route) => route.device !== device);
}
function routeText(route: Route): string {
  const destination = route.prefix === 0 ? 'default' : `${formatIPv4(route.destination)}/${route.prefix}`;
  const via = route.via === undefined ? '' : ` via ${formatIPv4(route.via)}`;
  return `${route.type === 'unicast' ? '' : `${route.type} `}${destination}${via}${route.device === '' ? '' : ` dev ${route.device}`}`;
}

const SCOPES: readonly InterfaceAddress['scope'][] = ['global', 'link', 'host'];
/** Behind the last primary address whose scope is as narrow: `__inet_insert_ifa`. */
function placeOf(added: InterfaceAddress, addresses: readonly InterfaceAddress[]): number {
  const width = SCOPES.indexOf(added.scope);
  return (
    addresses.findLastIndex(
      (present) => present.secondary !== true && SCOPES.indexOf(present.scope ?? 'global') >= width,
    ) + 1
  );
}
