/**
 * Stream sockets of one host, named by a path: a socket inode in the file
 * system, a listener that holds it, connections that carry bytes both ways.
 * They share ids, events and calls with TCP connections.
 *
 * Sources: unix(7); linux/net/unix/af_unix.c `unix_bind`, `unix_stream_connect`.
 * Not modelled: datagram and sequenced packet sockets, the abstract namespace, passed descriptors.
 */
import type { HandlerId } from '../../kernel/kernel';
import type { Micros } from '../../std/instant';
import { ROOT } from '../files';
import { type Credentials, type Errno, FileError } from '../files.contract';
import type { Callback, Message, Side, SocketEvent } from '../network.contract';
import type { Host } from '../world.contract';
import type { Core } from './core';
import { other, type UnixConnection, type UnixEnd, type UnixListener } from './state';

/** A wake-up of the other process. */
const LATENCY: Micros = 20;

type Delivery = { c: number; side: Side; event: SocketEvent };

export class UnixSockets {
  readonly #deliver: HandlerId;

  constructor(private readonly core: Core) {
    this.#deliver = core.kernel.handler<Delivery>('net.unix', ({ c, side, event }) => {
      const end = this.#connections.get(c)?.[side];
      if (end === undefined || end.isClosed) return;
      core.world.invoke(core.world.host(end.host), end.on, event);
    });
  }
  get #connections(): Map<number, UnixConnection> {
    return this.core.state.unix;
  }

  // ---------------------------------------------------------------- listening
  listen(
    host: Host,
    options: { pid: number; path: string; mode?: number; uid?: number; gid?: number; on: Callback },
  ): { listener: number } | Errno {
    const who: Credentials = host.process(options.pid) ?? ROOT;
    const made = host.fs.bindSocket(options.path, options.mode ?? 0o755, who);
    if (made instanceof FileError) return made.errno === 'EEXIST' ? 'EADDRINUSE' : made.errno;
    if (options.uid !== undefined || options.gid !== undefined)
      host.fs.chown(options.path, options.uid ?? who.uid, options.gid ?? who.gid, ROOT);
    const info = host.fs.lstat(options.path, ROOT);
    if (info instanceof FileError) return info.errno;
    const listener = this.core.nextId();
    this.core.hostNet(host.name).unixListeners.set(listener, {
      listener,
      pid: options.pid,
      path: options.path,
      ino: info.ino,
      on: options.on,
    });
    return { listener };
  }
  isListener(host: Host, listener: number): boolean {
    return this.core.hostNet(host.name).unixListeners.has(listener);
  }
  /** The inode stays, as unlink(2) is another call. */
  closeListener(host: Host, listener: number): void {
    this.core.hostNet(host.name).unixListeners.delete(listener);
  }
  moveListener(host: Host, listener: number, pid: number, on: Callback): void {
    const found = this.core.hostNet(host.name).unixListeners.get(listener);
    if (found === undefined) return;
    found.pid = pid;
    found.on = on;
  }
  listeners(host: Host): { listener: number; pid: number; path: string }[] {
    return [...this.core.hostNet(host.name).unixListeners.values()].map(({ listener, pid, path }) => ({
      listener,
      pid,
      path,
    }));
  }

  // ---------------------------------------------------------------- connections
  connect(
    host: Host,
    options: { pid: number; path: string; who: Credentials; on: Callback },
  ): { connection: number } | Errno {
    const info = host.fs.stat(options.path, options.who);
    if (info instanceof FileError) return info.errno;
    const refused = host.fs.access(options.path, 2, options.who);
    if (refused !== undefined) return refused.errno;
    if (info.kind !== 'socket') return 'ECONNREFUSED';
    const listener = this.#listenerOf(host, info.ino);
    if (listener === undefined) return 'ECONNREFUSED';
    const id = this.core.nextId();
    this.#connections.set(id, {
      id,
      client: newEnd(host.name, options.pid, options.on, ''),
      server: newEnd(host.name, listener.pid, listener.on, listener.path),
    });
    this.#tell(id, 'server', { type: 'accepted', connection: id, side: 'server' });
    this.#tell(id, 'client', { type: 'connected', connection: id, side: 'client' });
    return { connection: id };
  }
  #listenerOf(host: Host, ino: number): UnixListener | undefined {
    for (const listener of this.core.hostNet(host.name).unixListeners.values())
      if (listener.ino === ino) return listener;
    return undefined;
  }
  /** Whether the id is one of ours: asked for every call that TCP shares. */
  owns(connection: number): boolean {
    return this.#connections.size > 0 && this.#connections.has(connection);
  }
  send(id: number, side: Side, message: Message): void {
    const connection = this.#connections.get(id);
    if (connection === undefined || connection[side].isShut || connection[other(side)].isClosed) return;
    this.#tell(id, other(side), { type: 'message', connection: id, side: other(side), message });
  }
  close(id: number, side: Side): void {
    const connection = this.#connections.get(id);
    if (connection === undefined || connection[side].isShut) return;
    connection[side].isShut = true;
    if (connection[other(side)].isShut) {
      // Both directions have ended; what is under way still arrives before the end does.
      this.#tell(id, other(side), { type: 'closed', connection: id, side: other(side) });
      connection[side].isClosed = true;
      this.#bury(connection);
      return;
    }
    this.#tell(id, other(side), { type: 'closed', connection: id, side: other(side) });
  }
  reset(id: number, side: Side): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    connection[side].isClosed = connection[side].isShut = true;
    this.#tell(id, other(side), {
      type: 'failed',
      connection: id,
      side: other(side),
      errno: 'ECONNRESET',
    });
    this.#bury(connection);
  }
  setOwner(id: number, side: Side, on: Callback): void {
    const end = this.#connections.get(id)?.[side];
    if (end === undefined) return;
    end.on = on;
    end.pid = on.pid;
  }
  #tell(id: number, side: Side, event: SocketEvent): void {
    this.core.kernel.after<Delivery>(LATENCY, this.#deliver, { c: id, side, event });
  }
  /** Ended on both sides; kept until what is under way has arrived. */
  #bury({ id, client, server }: UnixConnection): void {
    const { buriedUnix } = this.core.state;
    buriedUnix.push(id);
    if (client.isClosed && server.isClosed) this.#connections.delete(id);
    while (buriedUnix.length > 16) {
      const dead = buriedUnix.shift();
      if (dead !== undefined) this.#connections.delete(dead);
    }
  }

  // ---------------------------------------------------------------- ends
  release(host: Host, pid: number): void {
    const { unixListeners } = this.core.hostNet(host.name);
    for (const [id, listener] of unixListeners) if (listener.pid === pid) unixListeners.delete(id);
    for (const connection of [...this.#connections.values()])
      for (const side of ['client', 'server'] as const) {
        const end = connection[side];
        if (end.pid !== pid || end.host !== host.name || end.isClosed) continue;
        this.close(connection.id, side);
        end.isClosed = true;
      }
  }
  forgetHost(name: string): void {
    for (const { id, client } of [...this.#connections.values()])
      if (client.host === name) this.#connections.delete(id);
  }
}

function newEnd(host: string, pid: number, on: Callback, path: string): UnixEnd {
  return { host, pid, on, path, isShut: false, isClosed: false };
}
