/** A small lab for tests of the network: hosts on segments, a server that listens, a client that tells what it saw. Not part of the simulator. */
import { Kernel } from '../../kernel/kernel';
import { parseCidr, parseIPv4 } from '../../std/ipv4';
import { SECOND, type Micros } from '../../std/instant';
import type {
  HttpRequest,
  HttpResponse,
  Message,
  PingEvent,
  Route,
  SocketEvent,
  UdpEvent,
} from '../network.contract';
import type { FilterChain, FilterStep, FilterTable, Hook } from '../packet-filter.contract';
import type { Host } from '../world.contract';
import { SimulatedWorld } from '../world';
import { createNetwork, type SimulatedNetwork } from './network';

export function ip(text: string): number {
  const address = parseIPv4(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

export interface Seen {
  at: Micros;
  event: SocketEvent;
}

export class Lab {
  readonly kernel: Kernel;
  readonly world: SimulatedWorld;
  readonly network: SimulatedNetwork;
  /** Events of clients by their connection. */
  readonly seen = new Map<number, Seen[]>();
  readonly served: { host: string; event: SocketEvent; at: Micros }[] = [];
  readonly pings: { at: Micros; event: PingEvent }[] = [];
  readonly datagrams: { host: string; at: Micros; event: UdpEvent }[] = [];
  /** What servers do with a request: answer and close by default. */
  answers = true;
  ends: 'server' | 'client' | 'nobody' = 'server';

  constructor(options: { seed?: number; remembers?: boolean } = {}) {
    handle = 0;
    this.kernel = new Kernel({ seed: options.seed ?? 1 });
    let made: SimulatedNetwork | undefined;
    this.world = new SimulatedWorld({
      kernel: this.kernel,
      network: (world) => (made = createNetwork(world, { remembers: options.remembers ?? true })),
    });
    if (made === undefined) throw new Error('no network');
    this.network = made;
    this.world.callback<unknown, SocketEvent>('lab.server', ({ host }, event) => {
      this.served.push({ host: host.name, event, at: this.kernel.now });
      if (event.type === 'message' && this.answers) {
        this.network.send(event.connection, 'server', response(host.name));
        if (this.ends === 'server') this.network.shutdown(event.connection, 'server');
      }
      if (event.type === 'closed') this.network.close(event.connection, 'server');
    });
    this.world.callback<{ key: number; request: boolean }, SocketEvent>('lab.client', ({ data }, event) => {
      const list = this.seen.get(event.connection) ?? [];
      list.push({ at: this.kernel.now, event });
      this.seen.set(event.connection, list);
      if (event.type === 'connected' && data.request)
        this.network.send(event.connection, 'client', request());
      if (event.type === 'message' && this.ends === 'client')
        this.network.shutdown(event.connection, 'client');
      if (event.type === 'closed') this.network.close(event.connection, 'client');
    });
    this.world.callback<unknown, PingEvent>('lab.ping', (_, event) =>
      this.pings.push({ at: this.kernel.now, event }),
    );
    this.world.callback<{ echo: boolean; socket: number }, UdpEvent>('lab.udp', ({ host }, event) =>
      this.datagrams.push({ host: host.name, at: this.kernel.now, event }),
    );
  }

  segment(name: string): this {
    this.world.addSegment(name, { network: 0, prefix: 0 }, { latencyMicros: 200 });
    return this;
  }
  /** `lab.host('a', { eth0: 'dmz 10.0.1.1/24' }, { gateway: '10.0.1.254' })` */
  host(
    name: string,
    interfaces: Record<string, string>,
    options: { gateway?: string; forward?: boolean; sysctl?: Record<string, string> } = {},
  ): Host {
    const made = this.world.addHost({
      name,
      interfaces: Object.entries(interfaces).map(([device, text]) => {
        const [segment = '', ...addresses] = text.split(' ');
        return {
          name: device,
          segment,
          addresses: addresses.map((address) => {
            const cidr = parseCidr(address);
            if (cidr === undefined) throw new Error(address);
            return { ip: cidr.address, prefix: cidr.prefix };
          }),
        };
      }),
      sysctl: { ...(options.forward === true ? { 'net.ipv4.ip_forward': '1' } : {}), ...options.sysctl },
    });
    if (options.gateway !== undefined) {
      const device = Object.keys(interfaces)[0] ?? 'eth0';
      const refused = this.network.addRoute(made, defaultRoute(ip(options.gateway), device));
      if (refused !== undefined) throw new Error(`gateway of ${name}: ${refused}`);
    }
    return made;
  }
  listen(
    host: string,
    port: number,
    address = '0.0.0.0',
    options: { backlog?: number; pid?: number } = {},
  ): number {
    const result = this.network.listen(this.world.host(host), {
      pid: options.pid ?? 0,
      ip: ip(address),
      port,
      on: { name: 'lab.server', pid: options.pid ?? 0, data: null },
      ...(options.backlog === undefined ? {} : { backlog: options.backlog }),
    });
    if (typeof result === 'string') throw new Error(result);
    return result.listener;
  }
  connect(
    from: string,
    address: string,
    port: number,
    options: { request?: boolean; bindIp?: string; pid?: number } = {},
  ): number {
    return this.network.connect(this.world.host(from), {
      pid: options.pid ?? 0,
      ip: ip(address),
      port,
      on: { name: 'lab.client', pid: options.pid ?? 0, data: { key: 0, request: options.request === true } },
      ...(options.bindIp === undefined ? {} : { bindIp: ip(options.bindIp) }),
    });
  }
  run(micros: Micros): this {
    this.kernel.runUntil(this.kernel.now + micros);
    return this;
  }
  /** What the client sees of a connect within so long: `open`, `refused 0.000`, … and when. */
  probe(
    from: string,
    address: string,
    port: number,
    timeout = 200 * SECOND,
  ): { outcome: string; after: number } {
    const at = this.kernel.now;
    const connection = this.connect(from, address, port);
    this.run(timeout);
    const first = this.seen.get(connection)?.[0];
    if (first === undefined) {
      this.network.reset(connection, 'client');
      return { outcome: 'silence', after: timeout };
    }
    this.network.close(connection, 'client');
    const outcome =
      first.event.type === 'failed'
        ? first.event.errno
        : first.event.type === 'connected'
          ? 'open'
          : first.event.type;
    return { outcome, after: first.at - at };
  }
  ping(from: string, address: string, sequence = 1): string | undefined {
    return this.network.ping(this.world.host(from), {
      pid: 0,
      ip: ip(address),
      id: 77,
      sequence,
      bytes: 56,
      on: { name: 'lab.ping', pid: 0, data: null },
    });
  }
  events(connection: number): string[] {
    return (this.seen.get(connection) ?? []).map(({ event }) =>
      event.type === 'failed' ? event.errno : event.type,
    );
  }
  rules(host: string, tables: FilterTable[]): void {
    const present = this.world.host(host).state.ruleset;
    this.network.setRuleset(this.world.host(host), {
      generation: present.generation + 1,
      tables,
      nextHandle: 100,
    });
  }
}

export function defaultRoute(via: number, device: string): Route {
  return {
    destination: 0,
    prefix: 0,
    via,
    device,
    metric: 0,
    protocol: 'boot',
    scope: 'global',
    type: 'unicast',
  };
}
export function table(
  name: string,
  chains: FilterChain[],
  family: FilterTable['family'] = 'inet',
): FilterTable {
  return { family, name, handle: 1, flags: [], chains, sets: [], counters: [], objects: [] };
}
let handle = 0;
export function base(
  name: string,
  hook: Hook,
  options: { priority?: number; policy?: 'accept' | 'drop'; type?: 'filter' | 'nat' },
  ...rules: FilterStep[][]
): FilterChain {
  return {
    name,
    handle: ++handle,
    base: {
      type: options.type ?? 'filter',
      hook,
      priority: options.priority ?? 0,
      priorityText: String(options.priority ?? 0),
      policy: options.policy ?? 'accept',
    },
    rules: rules.map((steps) => ({
      handle: ++handle,
      text: steps.map((step) => step.step).join(' '),
      steps,
    })),
  };
}
export function plain(name: string, ...rules: FilterStep[][]): FilterChain {
  return {
    name,
    handle: ++handle,
    rules: rules.map((steps) => ({
      handle: ++handle,
      text: steps.map((step) => step.step).join(' '),
      steps,
    })),
  };
}
export const accept: FilterStep = { step: 'verdict', verdict: { kind: 'accept' } };
export const drop: FilterStep = { step: 'verdict', verdict: { kind: 'drop' } };
export const counter = (): FilterStep & { step: 'counter' } => ({ step: 'counter', packets: 0, bytes: 0 });
export const established: FilterStep = {
  step: 'match',
  field: 'ct state',
  op: '==',
  bits: true,
  values: [{ lo: 6, hi: 6 }],
};
export const ctState = (bits: number): FilterStep => ({
  step: 'match',
  field: 'ct state',
  op: '==',
  bits: true,
  values: [{ lo: bits, hi: bits }],
});
export const dport = (port: number): FilterStep => ({
  step: 'match',
  field: 'tcp dport',
  op: '==',
  values: [{ lo: port, hi: port }],
});
export const reject = (
  code: (FilterStep & { step: 'reject' })['code'] = 'port-unreachable',
  kind: 'icmp' | 'tcp-reset' | 'icmpx' = 'icmp',
): FilterStep => ({ step: 'reject', with: kind, code });

export function request(): HttpRequest {
  return {
    kind: 'request',
    trace: 0,
    method: 'GET',
    target: '/',
    version: '1.1',
    headers: [],
    body: '',
    bytes: 80,
  };
}
export function response(body: string): HttpResponse {
  return {
    kind: 'response',
    trace: 0,
    status: 200,
    reason: 'OK',
    version: '1.1',
    headers: [],
    body,
    bytes: 120,
  };
}
export function bytes(text: string): Message {
  return { kind: 'bytes', text, bytes: text.length };
}
