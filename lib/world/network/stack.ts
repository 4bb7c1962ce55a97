/**
 * One host's network stack at work: quick answers to "is this address mine",
 * "where does this go", "which rules run here". All of it is derived from the
 * state and dropped when something changes.
 */
import type { Micros } from '../../std/instant';
import type { Hook } from '../packet-filter.contract';
import { compileRuleset, type BaseChain, type CompiledRuleset } from '../packet-filter/compile';
import { Conntrack } from '../packet-filter/conntrack';
import type { Host, HostState, InterfaceState } from '../world.contract';
import type { Core } from './core';
import type { RouteAnswer } from './routing';
import type { HostNet, NeighbourEntry } from './state';
import type { Trail } from './trail';

const NO_CHAINS: readonly BaseChain[] = [];

export interface TcpSettings {
  lowestPort: number;
  highestPort: number;
  nonlocalBind: boolean;
}

/** Names of per-interface settings by interface, each put together once: packets ask for them. */
const deviceKeys = new Map<string, Map<string, string>>();
function deviceKey(device: string, key: string): string {
  let keys = deviceKeys.get(device);
  if (keys === undefined) deviceKeys.set(device, (keys = new Map()));
  let name = keys.get(key);
  if (name === undefined) keys.set(key, (name = `net.ipv4.conf.${device}.${key}`));
  return name;
}

export class Stack {
  readonly state: HostState;
  readonly name: string;
  /** Ways of packets from here, by destination as a signed integer (see trail.ts). */
  readonly trails = new Map<number, Trail[]>();
  /** Ports that client sockets have taken. */
  readonly portsTaken = new Uint8Array(65_536);
  #epoch = -1;
  #settings: TcpSettings | undefined;
  #local = new Set<number>();
  #loopback = false;
  #routes = new Map<number, RouteAnswer>();
  #compiled: CompiledRuleset | undefined;
  #conntrack: Conntrack | undefined;

  constructor(
    readonly core: Core,
    readonly host: Host,
    readonly net: HostNet,
  ) {
    this.state = host.state;
    this.name = host.name;
  }

  /** Powered and not hung: takes part in the network. */
  get alive(): boolean {
    return this.state.power !== 'off' && !this.state.frozen;
  }

  /** Any address of any interface that is up; 127.0.0.0/8 with the loopback. */
  isLocal(ip: number): boolean {
    this.refresh();
    return this.#local.has(ip) || (this.#loopback && ip >>> 24 === 127);
  }

  device(name: string): InterfaceState | undefined {
    return this.state.interfaces.get(name);
  }
  get neighbours(): Map<string, NeighbourEntry> {
    return this.state.neighbours as Map<string, NeighbourEntry>;
  }

  touchNeighbour(entry: NeighbourEntry): void {
    this.core.touchNeighbour(this, entry);
  }

  /** Answers of the routing table by destination, good until something changes. */
  get routeMemory(): Map<number, RouteAnswer> {
    this.refresh();
    return this.#routes;
  }

  refresh(): void {
    if (this.#epoch === this.core.epoch) return;
    this.#epoch = this.core.epoch;
    this.#settings = undefined;
    this.#routes = new Map();
    this.#local = new Set();
    this.#loopback = false;
    for (const device of this.state.interfaces.values()) {
      if (!device.up) continue;
      for (const address of device.addresses) {
        this.#local.add(address.ip);
        if (device.name === 'lo' && address.ip >>> 24 === 127) this.#loopback = true;
      }
    }
  }

  get filter(): CompiledRuleset {
    const { ruleset } = this.state;
    let compiled = this.#compiled;
    if (compiled === undefined || compiled.source !== ruleset || compiled.generation !== ruleset.generation) {
      compiled = compileRuleset(ruleset);
      this.#compiled = compiled;
      this.core.changed();
    }
    return compiled;
  }
  chains(hook: Hook): readonly BaseChain[] {
    return this.filter.hooks.get(hook) ?? NO_CHAINS;
  }

  get conntrack(): Conntrack {
    if (this.#conntrack === undefined || this.#conntrack.table !== this.net.conntrack)
      this.#conntrack = new Conntrack(this.net.conntrack);
    return this.#conntrack;
  }

  /** Settings that every connect looks at, read once until something changes. */
  get tcp(): TcpSettings {
    this.refresh();
    if (this.#settings !== undefined) return this.#settings;
    const [low, high] = this.sysctl('net.ipv4.ip_local_port_range').split(/\s+/).map(Number);
    this.#settings = {
      lowestPort: low ?? 32_768,
      highestPort: high ?? 60_999,
      nonlocalBind: this.sysctlNumber('net.ipv4.ip_nonlocal_bind', 0) === 1,
    };
    return this.#settings;
  }

  sysctl(key: string): string {
    return this.state.sysctl.get(key) ?? '';
  }
  sysctlNumber(key: string, fallback: number): number {
    const text = this.state.sysctl.get(key);
    if (text === undefined) return fallback;
    const value = Number(text);
    return Number.isFinite(value) ? value : fallback;
  }
  /** max(all, interface), as most per-interface settings combine. */
  deviceSysctl(key: string, device: string): number {
    return Math.max(
      this.sysctlNumber(deviceKey('all', key), 0),
      this.sysctlNumber(deviceKey(device, key), 0),
    );
  }
  get forwards(): boolean {
    return this.state.sysctl.get('net.ipv4.ip_forward') === '1';
  }
  get clock(): Micros {
    return this.host.clock();
  }
}
