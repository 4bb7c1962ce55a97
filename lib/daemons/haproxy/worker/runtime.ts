/**
 * What a worker's functions work with: the world around one process and its
 * state. Made anew for each state, so it holds nothing of its own.
 */

import type { HandlerId, Kernel } from '../../../kernel/kernel';
import { assert } from '../../../std/assert';
import type { Micros } from '../../../std/instant';
import { Recent } from '../../../std/recent';
import type { Hop, HttpRequest, HttpResponse, Network } from '../../../world/network.contract';
import type { ProcessState, SyslogPriority } from '../../../world/process.contract';
import type { Host, World } from '../../../world/world.contract';
import type { Configuration, ProxySettings, ServerSettings } from '../config';
import { formatMessage, type MessageLevel } from '../messages';
import type { Pool } from './balance/weights';
import { TlsMaterialCache } from './tls-material';
import type { ListenerState, ProxyState, ServerState, Session, WorkerState } from './state';

export const DAEMON = 'haproxy';
const MOST_REMEMBERED = 2_000;

const timers = new WeakMap<Kernel, HandlerId>();
/** Handlers are code: each kernel knows its own. */
export function setSessionTimer(kernel: Kernel, handler: HandlerId): void {
  timers.set(kernel, handler);
}

export class Runtime {
  readonly world: World;
  readonly kernel: Kernel;
  readonly network: Network;
  readonly configuration: Configuration;
  /** the handler of sessions' timers in this kernel */
  readonly sessionTimer: HandlerId;
  readonly #pools: Pool[];
  /** Hops that were told before, by their text: the same ones come with every request. */
  readonly #hops = new Map<string, Hop>();
  readonly #backends = new Map<string, number>();
  /** Names of frontend, backend and server as log lines have them. */
  readonly places = new Map<number, string>();
  /** What became of messages that come again (without a trace), at each station. */
  readonly received = new Recent<{ received: HttpRequest; closes: boolean }>();
  readonly forwarded = new Recent<{
    request: HttpRequest;
    clientIp: number;
    localIp: number;
    frontend: ProxySettings;
    backend: ProxySettings;
  }>();
  readonly answers = new Recent<{ plain: HttpResponse; closes: boolean }>();
  readonly tlsCache = new TlsMaterialCache();
  readonly delivered = new Recent<{ message: HttpResponse; bytes: number }>();

  constructor(
    readonly host: Host,
    readonly process: ProcessState,
    readonly state: WorkerState,
  ) {
    this.world = host.world;
    this.kernel = host.world.kernel;
    this.network = host.world.network;
    this.configuration = state.configuration;
    const { kernel } = this;
    const timer = timers.get(kernel);
    assert(timer !== undefined, 'haproxy is registered with this kernel');
    this.sessionTimer = timer;
    this.#pools = state.proxies.map((proxy, index) => ({
      settings: this.settings(index),
      proxy,
      get now() {
        return kernel.now;
      },
    }));
  }
  get now(): Micros {
    return this.kernel.now;
  }
  get pid(): number {
    return this.process.pid;
  }
  settings(proxy: number): ProxySettings {
    const found = this.configuration.proxies[proxy];
    if (found === undefined) throw new Error(`no proxy ${proxy}`);
    return found;
  }
  proxy(index: number): ProxyState {
    const found = this.state.proxies[index];
    if (found === undefined) throw new Error(`no proxy ${index}`);
    return found;
  }
  pool(index: number): Pool {
    const found = this.#pools[index];
    if (found === undefined) throw new Error(`no proxy ${index}`);
    return found;
  }
  server(proxy: number, server: number): ServerState | undefined {
    return this.state.proxies[proxy]?.servers[server];
  }
  serverSettings(proxy: number, server: number): ServerSettings | undefined {
    return this.configuration.proxies[proxy]?.servers[server];
  }
  /** Which proxy a backend's name stands for; −1 none. */
  backend(name: string): number {
    let found = this.#backends.get(name);
    if (found === undefined) {
      found = this.configuration.proxies.findIndex((proxy) => proxy.id === name && proxy.hasBackend);
      if (this.#backends.size < MOST_REMEMBERED) this.#backends.set(name, found);
    }
    return found;
  }
  /** A hop without its instant; shared by all traces that tell the same. */
  template(
    what: string,
    text: string,
    verdict: string,
    outcome: Hop['outcome'],
    place: { readonly file: string; readonly line: number } | undefined,
  ): Hop {
    const known = this.#hops.get(text);
    if (
      known !== undefined &&
      known.what === what &&
      known.verdict === verdict &&
      known.outcome === outcome &&
      known.line?.line === place?.line &&
      known.line?.path === place?.file
    )
      return known;
    const made: Hop = {
      at: 0,
      host: this.host.name,
      what,
      text,
      verdict,
      outcome,
      ...(place === undefined ? {} : { line: { path: place.file, line: place.line } }),
    };
    if (this.#hops.size >= MOST_REMEMBERED) this.#hops.clear();
    this.#hops.set(text, made);
    return made;
  }
  listener(session: Session): ListenerState | undefined {
    return this.state.listeners[session.listener];
  }
  /** A line on standard error, as `ha_warning` and `ha_alert` write it. */
  say(level: MessageLevel, text: string): void {
    if (!this.state.isLoud) return;
    this.print(formatMessage({ level, text: `${text}\n`, place: undefined }, this.pid));
  }
  print(text: string): void {
    this.host.daemonContext(this.pid)?.print('stderr', text);
  }
  syslog(facility: string, priority: SyslogPriority, tag: string, text: string): void {
    const { process } = this;
    const entry: Parameters<Host['syslog']>[0] = {
      facility,
      priority,
      tag,
      pid: process.pid,
      text,
      transport: 'syslog',
      uid: process.uid,
    };
    if (process.unit !== undefined) entry.unit = process.unit;
    this.host.syslog(entry);
  }
}

const known = new WeakMap<WorkerState, Runtime>();
/** The one that was asked for last: mostly it is asked for again. */
let last: Runtime | undefined;

/** The worker that runs as a process, unless it is no worker any more. */
export function runtimeOf(host: Host, pid: number): Runtime | undefined {
  const process = host.state.processes.get(pid);
  const state = process?.daemon?.state as WorkerState | undefined;
  if (process === undefined || state === undefined || state.role !== 'worker') return undefined;
  // A checkpoint copies the process too, so both must be the ones known.
  if (last !== undefined && last.state === state && last.process === process) return last;
  const found = known.get(state);
  if (found !== undefined && found.process === process) last = found;
  else {
    last = new Runtime(host, process, state);
    known.set(state, last);
  }
  return last;
}
