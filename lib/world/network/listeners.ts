/**
 * Listening sockets: bind(2) and listen(2), which of them a connection belongs
 * to, and the queue of connections that nobody has accepted yet.
 * Sources: bind(2), listen(2); linux/net/ipv4/inet_connection_sock.c
 * (`inet_csk_bind_conflict`), inet_hashtables.c (`__inet_lookup_listener`).
 */
import { formatIPv4 } from '../../std/ipv4';
import type { Errno } from '../files.contract';
import type { Callback, ListenOptions } from '../network.contract';
import type { Host } from '../world.contract';
import type { Core } from './core';
import type { Stack } from './stack';
import type { Listener } from './state';

/** Listeners whose queued connections are to be handed out or ended. */
export interface ListenerUsers {
  hand(listener: Listener, stack: Stack): void;
  abandon(listener: Listener, stack: Stack): void;
}

export class Listeners {
  users: ListenerUsers | undefined;
  /** Listeners of a host by port; derived. */
  readonly #byPort = new Map<
    Stack,
    { of: Map<number, Listener>; size: number; map: Map<number, Listener[]> }
  >();

  constructor(private readonly core: Core) {}

  listen(host: Host, options: ListenOptions): { listener: number } | Errno {
    const stack = this.core.stack(host);
    const refused = this.#refusal(stack, options);
    const data = {
      ip: boundText(options),
      port: options.port,
      pid: options.pid,
      command: host.process(options.pid)?.comm ?? '',
    };
    if (refused !== undefined) {
      const seq = this.core.world.record(host.name, 'socket.bind-failed', { ...data, errno: refused });
      // Somebody else who listens there is not harmed, but where nobody does this is why.
      this.#noteEnd(stack, options, seq);
      return refused;
    }
    const listener = this.core.nextId();
    const most = stack.sysctlNumber('net.core.somaxconn', 4_096);
    const entry = this.core.world.record(host.name, 'socket.listening', data);
    stack.net.listeners.set(listener, {
      listener,
      pid: options.pid,
      ip: options.ip,
      port: options.port,
      backlog: Math.min(options.backlog ?? 4_096, most),
      reusePort: options.reusePort === true,
      six: options.six === true,
      ...(options.dual === true ? { dual: true } : {}),
      on: options.on,
      ...(options.onQueued === undefined ? {} : { onQueued: options.onQueued }),
      ...(options.name === undefined ? {} : { name: options.name }),
      accepting: options.onQueued === undefined,
      queue: [],
      entry,
    });
    this.#byPort.delete(stack);
    return { listener };
  }

  #refusal(stack: Stack, options: Omit<ListenOptions, 'on'>): Errno | undefined {
    const { ip, port, pid } = options;
    const six = options.six === true;
    if (ip !== 0 && !stack.isLocal(ip) && stack.sysctlNumber('net.ipv4.ip_nonlocal_bind', 0) !== 1)
      return 'EADDRNOTAVAIL';
    const uid = stack.state.processes.get(pid)?.uid ?? 0;
    if (port < stack.sysctlNumber('net.ipv4.ip_unprivileged_port_start', 1_024) && uid !== 0) return 'EACCES';
    for (const other of stack.net.listeners.values()) {
      const isApart = other.six !== six && other.dual !== true && options.dual !== true;
      if (other.port !== port || isApart || (other.ip !== ip && other.ip !== 0 && ip !== 0)) continue;
      if (!(other.reusePort && options.reusePort === true)) return 'EADDRINUSE';
    }
    return undefined;
  }

  close(stack: Stack, id: number): void {
    const listener = stack.net.listeners.get(id);
    if (listener === undefined) return;
    if (listener.owner !== undefined) {
      const { pid, on } = listener.owner;
      delete listener.owner;
      listener.accepting = false;
      listener.pid = pid;
      listener.on = on;
      return;
    }
    stack.net.listeners.delete(id);
    this.#byPort.delete(stack);
    const seq = this.core.world.record(stack.name, 'socket.closed', {
      ip: boundText(listener),
      port: listener.port,
      pid: listener.pid,
    });
    this.#noteEnd(stack, listener, seq);
    this.users?.abandon(listener, stack);
  }

  move(stack: Stack, id: number, pid: number, on: Callback): void {
    const listener = stack.net.listeners.get(id);
    if (listener === undefined) return;
    listener.pid = pid;
    listener.on = on;
    this.users?.hand(listener, stack);
  }

  lend(stack: Stack, id: number, pid: number, on: Callback): void {
    const listener = stack.net.listeners.get(id);
    if (listener === undefined) return;
    listener.owner ??= { pid: listener.pid, on: listener.on };
    listener.accepting = true;
    this.move(stack, id, pid, on);
  }
  withdraw(stack: Stack, id: number): void {
    const listener = stack.net.listeners.get(id);
    if (listener?.owner === undefined) this.close(stack, id);
    else delete listener.owner;
  }

  setAccepting(stack: Stack, id: number, accepting: boolean): void {
    const listener = stack.net.listeners.get(id);
    if (listener === undefined) return;
    listener.accepting = accepting;
    if (accepting) this.users?.hand(listener, stack);
  }

  /** The listener that gets a connection: its exact address before 0.0.0.0; several by SO_REUSEPORT share by the client's port. */
  find(stack: Stack, ip: number, port: number, sport: number): Listener | undefined {
    let known = this.#byPort.get(stack);
    if (known === undefined || known.of !== stack.net.listeners || known.size !== stack.net.listeners.size) {
      const map = new Map<number, Listener[]>();
      for (const listener of stack.net.listeners.values()) {
        if (listener.six) continue;
        const list = map.get(listener.port);
        if (list === undefined) map.set(listener.port, [listener]);
        else list.push(listener);
      }
      known = { of: stack.net.listeners, size: stack.net.listeners.size, map };
      this.#byPort.set(stack, known);
    }
    const list = known.map.get(port);
    if (list === undefined) return undefined;
    const [first] = list;
    if (list.length === 1 && first !== undefined)
      return first.ip === 0 || first.ip === ip ? first : undefined;
    const exact = list.filter((listener) => listener.ip === ip);
    const candidates = exact.length > 0 ? exact : list.filter((listener) => listener.ip === 0);
    return candidates[candidates.length === 0 ? 0 : (sport >> 1) % candidates.length];
  }

  /** Journal entry that tells why nobody listens there; -1 none. */
  whyNobody(stack: Stack, ip: number, port: number): number {
    const { ends } = this.core.state;
    return Math.max(ends.get(endKey(stack, ip, port)) ?? -1, ends.get(endKey(stack, 0, port)) ?? -1);
  }
  #noteEnd(stack: Stack, { ip, port, six }: { ip: number; port: number; six?: boolean }, seq: number): void {
    if (six !== true) this.core.state.ends.set(endKey(stack, ip, port), seq);
  }

  forget(): void {
    this.#byPort.clear();
  }
}

function boundText({ ip, six }: { ip: number; six?: boolean }): string {
  return six === true ? '::' : formatIPv4(ip);
}
function endKey(stack: Stack, ip: number, port: number): string {
  return `${stack.name} ${ip}:${port}`;
}
