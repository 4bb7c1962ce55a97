/**
 * What the parts of the network share: the world, the host stacks, who sits on
 * which segment, and the epoch: whatever a remembered path rests on has a
 * number that goes up when it changes. Nothing here is part of the state.
 */
import type { Kernel } from '../../kernel/kernel';
import { formatIPv4 } from '../../std/ipv4';
import type { Micros } from '../../std/instant';
import type { Hop } from '../network.contract';
import type { Host, InterfaceState, World } from '../world.contract';
import { Stack } from './stack';
import { emptyLedger, settleLedger } from './trail';
import { emptyHostNet, type HostNet, type NeighbourEntry, type NetState, netState } from './state';

/** An interface where it is plugged in. */
export interface Port {
  stack: Stack;
  device: InterfaceState;
}
export interface Segment {
  name: string;
  latency: Micros /** newest first: the order in which a Linux bridge floods */;
  ports: Port[];
  byMac: Map<string, Port>;
}

const FIRST_EPHEMERAL = 32_768;
const EPHEMERAL_PORTS = 28_232;

export class Core {
  readonly kernel: Kernel;
  /** Goes up when an address, link, route, rule, neighbour's address or machine changes. */
  epoch = 1;
  /** Remembered paths are used; off, every packet is walked anew (tests compare both). */
  remembers = true;
  readonly ledger = emptyLedger();
  /** Sets a used neighbour's timer going; given by the neighbour code. */
  touchNeighbour: (stack: Stack, entry: NeighbourEntry) => void = () => undefined;
  readonly #stacks = new Map<string, Stack>();
  #segments: Map<string, Segment> | undefined;
  #segmentsAt = -1;
  #state: NetState | undefined;

  constructor(readonly world: World) {
    this.kernel = world.kernel;
    this.kernel.onPause(() => settleLedger(this.ledger));
    // Settings and power change the ways of packets, and whoever changes them says so in the journal.
    this.kernel.journal.onAppend((entry) => {
      if (entry.type === 'power.off' || entry.type === 'host.frozen')
        this.state.changes.set(`power ${entry.source}`, entry.seq);
      if (
        entry.type === 'sysctl' ||
        entry.type === 'power.on' ||
        entry.type === 'power.off' ||
        entry.type === 'host.frozen' ||
        entry.type === 'host.resumed'
      )
        this.epoch++;
    });
  }

  get state(): NetState {
    this.#state ??= netState(this.world);
    return this.#state;
  }
  get now(): Micros {
    return this.kernel.now;
  }

  /** Something that paths rest on has changed. */
  changed(): void {
    this.epoch++;
  }

  /** Another state was loaded. */
  forget(): void {
    settleLedger(this.ledger);
    this.#state = undefined;
    this.#stacks.clear();
    this.#segments = undefined;
    this.epoch++;
  }

  stack(host: Host): Stack {
    const known = this.#stacks.get(host.name);
    if (known !== undefined && known.state === host.state) return known;
    const made = new Stack(this, host, this.hostNet(host.name));
    this.#stacks.set(host.name, made);
    this.#segments = undefined;
    for (const { client } of this.state.connections.values())
      if (client?.host === host.name) made.portsTaken[client.port] = 1;
    return made;
  }
  stackNamed(name: string): Stack {
    return this.#stacks.get(name) ?? this.stack(this.world.host(name));
  }

  hostNet(name: string): HostNet {
    const known = this.state.hosts.get(name);
    if (known !== undefined) return known;
    const made = this.freshHostNet(name);
    this.state.hosts.set(name, made);
    return made;
  }
  freshHostNet(name: string): HostNet {
    // Even ports for connect(2), as inet_hash_connect prefers them.
    const first =
      FIRST_EPHEMERAL + 2 * this.kernel.random(`ports:${name}`).integer(0, EPHEMERAL_PORTS / 2 - 1);
    return emptyHostNet(first);
  }
  /** The host lost its memory. */
  resetHost(name: string): void {
    this.state.hosts.set(name, this.freshHostNet(name));
    this.#stacks.delete(name);
    this.#segments = undefined;
    this.epoch++;
  }

  segment(name: string | undefined): Segment | undefined {
    if (name === undefined) return undefined;
    if (this.#segments === undefined || this.#segmentsAt !== this.epoch + this.world.state.hosts.size) {
      this.#segments = this.#plugIn();
      this.#segmentsAt = this.epoch + this.world.state.hosts.size;
    }
    return this.#segments.get(name);
  }
  #plugIn(): Map<string, Segment> {
    const segments = new Map<string, Segment>();
    for (const segment of this.world.state.segments.values())
      segments.set(segment.name, {
        name: segment.name,
        latency: segment.latencyMicros,
        ports: [],
        byMac: new Map(),
      });
    for (const host of this.world.hosts()) {
      const stack = this.stack(host);
      for (const device of host.state.interfaces.values()) {
        const segment = device.segment === undefined ? undefined : segments.get(device.segment);
        if (segment === undefined) continue;
        const port = { stack, device };
        segment.ports.unshift(port);
        segment.byMac.set(device.mac, port);
      }
    }
    return segments;
  }

  nextId(): number {
    return this.state.nextId++;
  }

  /** Notes a change of a link or an address, to be the cause of what follows from it. */
  noteChange(key: string, seq: number): void {
    this.state.changes.set(key, seq);
  }

  hop(trace: number, hop: Hop): void {
    if (trace !== 0) this.world.hop(trace, hop);
  }
}

export const show = formatIPv4;
