/**
 * What a worker's functions work with: the world around one process and its state. Made anew for each state, so it
 * holds nothing of its own but what can be derived.
 */
import type { HandlerId, Kernel } from '../../../kernel/kernel';
import { assert } from '../../../std/assert';
import type { Micros } from '../../../std/instant';
import { formatIPv4 } from '../../../std/ipv4';
import { groupText, matchOrNothing } from '../../../std/regex/pattern';
import type { Hop, HttpRequest, Network } from '../../../world/network.contract';
import type { ProcessState } from '../../../world/process.contract';
import type { Host, World } from '../../../world/world.contract';
import type {
  Configuration,
  ErrorLog,
  LocationSettings,
  LogLevel,
  Place,
  ServerSettings,
  UpstreamSettings,
} from '../config';
import { type Group, groupOf, writeError } from '../group';
import { rank } from '../messages';
import { compiledOf, type Pattern } from '../parse/pattern';
import { newPeers, type PeersState, type Pool } from './peers';
import type { Client, Request, WorkerState } from './state';

/** What an expression found in a text. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** The whole, then each group; empty where one took no part. */
  readonly texts: string[];
  readonly named: readonly (readonly [name: string, text: string])[];
}

const MOST_REMEMBERED = 2_000;
const timers = new WeakMap<Kernel, HandlerId>();
/** Handlers are code: each kernel knows its own. */
export function setClientTimer(kernel: Kernel, handler: HandlerId): void {
  timers.set(kernel, handler);
}

export class Runtime {
  readonly world: World;
  readonly kernel: Kernel;
  readonly network: Network;
  readonly configuration: Configuration;
  readonly clientTimer: HandlerId;
  readonly #hops = new Map<string, Hop>();

  constructor(
    readonly host: Host,
    readonly process: ProcessState,
    readonly state: WorkerState,
    readonly group: Group,
  ) {
    this.world = host.world;
    this.kernel = host.world.kernel;
    this.network = host.world.network;
    this.configuration = state.configuration;
    const timer = timers.get(this.kernel);
    assert(timer !== undefined, 'nginx is registered with this kernel');
    this.clientTimer = timer;
  }
  get now(): Micros {
    return this.kernel.now;
  }
  get pid(): number {
    return this.process.pid;
  }
  /** Whole seconds of the host's clock, by which peers are judged. */
  get seconds(): number {
    return Math.floor(this.host.clock() / 1_000_000);
  }
  location(index: number): LocationSettings {
    const found = this.configuration.locations[index];
    if (found === undefined) throw new Error(`no location ${index}`);
    return found;
  }
  server(index: number): ServerSettings {
    const found = this.configuration.servers[index];
    if (found === undefined) throw new Error(`no server ${index}`);
    return found;
  }
  upstream(index: number): UpstreamSettings {
    const found = this.configuration.upstreams[index];
    if (found === undefined) throw new Error(`no upstream ${index}`);
    return found;
  }
  /** Peers of a zone are the group's, others the worker's own. */
  peers(index: number): PeersState {
    const { zone } = this.upstream(index);
    if (zone === undefined) {
      const own = this.state.peers[index];
      if (own !== undefined) return own;
      return (this.state.peers[index] = newPeers(this.upstream(index)));
    }
    const key = `${this.state.generation} ${zone} ${this.upstream(index).name}`;
    const shared = this.group.peers.get(key);
    if (shared !== undefined) return shared;
    const made = newPeers(this.upstream(index));
    this.group.peers.set(key, made);
    return made;
  }
  pool(index: number): Pool {
    return {
      settings: this.upstream(index),
      state: this.peers(index),
      seconds: this.seconds,
      random: () => this.kernel.random(`nginx.random:${this.host.name}`),
    };
  }
  /** What an expression finds in a text. */
  match(pattern: Pattern, text: string): PatternMatch | undefined {
    const compiled = compiledOf(pattern);
    const spans = matchOrNothing(compiled, text);
    if (spans === undefined) return undefined;
    const texts = Array.from(
      { length: pattern.groups + 1 },
      (_, group) => groupText(text, spans, group) ?? '',
    );
    const named = [...compiled.names].map(([name, group]) => [name, texts[group] ?? ''] as const);
    return { start: spans[0] ?? 0, end: spans[1] ?? 0, texts, named };
  }

  // ---------------------------------------------------------------- words
  print(text: string): void {
    this.host.daemonContext(this.pid)?.print('stderr', text);
  }
  /** Logs of the main level. */
  say(level: LogLevel, text: string): void {
    this.write(this.configuration.main.errorLogs, level, text);
  }
  write(logs: readonly ErrorLog[], level: LogLevel, text: string): void {
    writeError(this.#writer(), logs, level, text);
  }
  #writer(): { host: Host; group: Group; pid: number; print: (text: string) => void } {
    return { host: this.host, group: this.group, pid: this.pid, print: (text) => this.print(text) };
  }
  /** About a client's connection: its number in front, its request behind. */
  tell(client: Client, level: LogLevel, text: string, { action = '' }: { action?: string } = {}): void {
    const { request } = client;
    const own = request === undefined ? [] : this.location(request.location).errorLogs;
    const logs = own.length > 0 ? own : this.configuration.main.errorLogs;
    if (!logs.some((log) => rank(level) <= rank(log.level))) return;
    const while_ = action === '' ? '' : ` while ${action}`;
    const listening = this.configuration.addresses[client.address];
    const about =
      request === undefined
        ? `, client: ${formatIPv4(client.ip)}, server: ${listening?.text ?? ''}`
        : this.#about(request);
    this.write(logs, level, `*${client.number} ${text}${while_}${about}`);
  }
  #about(request: Request): string {
    const { message, upstream, parent, uri } = request;
    const parts = [`client: ${formatIPv4(request.realIp)}`, `server: ${this.server(request.server).name}`];
    const line = requestLine(request);
    if (line !== '') parts.push(`request: "${line}"`);
    if (parent !== undefined) parts.push(`subrequest: "${uri}"`);
    if (upstream !== undefined) parts.push(`upstream: "${upstream.schema}${upstream.name}${upstream.uri}"`);
    const host = header(message.headers, 'host');
    if (host !== undefined) parts.push(`host: "${host}"`);
    const referer = header(message.headers, 'referer');
    if (referer !== undefined) parts.push(`referrer: "${referer}"`);
    return `, ${parts.join(', ')}`;
  }
  // ---------------------------------------------------------------- traces
  hop(
    trace: number,
    what: string,
    text: string,
    outcome: Hop['outcome'],
    place: Place | undefined,
    verdict = what,
  ): void {
    if (trace === 0) return;
    const key = `${what} ${text} ${place?.line ?? ''} ${place?.file ?? ''} ${outcome}`;
    let made = this.#hops.get(key);
    if (made === undefined) {
      made = {
        at: 0,
        host: this.host.name,
        what,
        text,
        verdict,
        outcome,
        ...(place === undefined ? {} : { line: { path: place.file, line: place.line } }),
      };
      if (this.#hops.size >= MOST_REMEMBERED) this.#hops.clear();
      this.#hops.set(key, made);
    }
    this.world.hop(trace, made, this.now);
  }
}

export function requestLine({ message, typedLine }: Request): string {
  return typedLine ?? `${message.method} ${message.target} ${protocolOf(message)}`;
}
export function protocolOf({ version }: HttpRequest): string {
  return version === '2' ? 'HTTP/2.0' : `HTTP/${version}`;
}
export function header(headers: readonly (readonly [string, string])[], wanted: string): string | undefined {
  for (const [name, value] of headers)
    if (name.length === wanted.length && name.toLowerCase() === wanted) return value;
  return undefined;
}

const known = new WeakMap<WorkerState, Runtime>();
/** The worker that runs as a process, unless it is no worker any more. */
export function runtimeOf(host: Host, pid: number): Runtime | undefined {
  const process = host.state.processes.get(pid);
  const state = process?.daemon?.state as WorkerState | undefined;
  if (process === undefined || state === undefined || state.role !== 'worker') return undefined;
  const group = groupOf(host, state.group);
  if (group === undefined) return undefined;
  const found = known.get(state);
  // A checkpoint copies the process and the group too, so all must be the ones known.
  if (found !== undefined && found.process === process && found.group === group) return found;
  const made = new Runtime(host, process, state, group);
  known.set(state, made);
  return made;
}
