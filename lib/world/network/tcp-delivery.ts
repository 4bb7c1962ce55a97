/**
 * What processes hear of their connections: those to accept, messages, the end; and what waits meanwhile, in a
 * listener's queue or in the socket, for a process that does not accept, is stopped, or has not accepted yet.
 *
 * Sources: linux/net/ipv4/{inet_connection_sock,tcp_minisocks}.c; listen(2).
 */
import type { Message, Side, SocketEvent } from '../network.contract';
import type { Core } from './core';
import type { Stack } from './stack';
import { type Connection, type End, endOf, type Listener } from './state';
import type { TcpOutput } from './tcp-output';

/** Who ends sockets. */
interface Sockets {
  reset(id: number, side: Side): void;
  remove(connection: Connection, side: Side): void;
}

export class TcpDelivery {
  constructor(
    private readonly core: Core,
    private readonly output: TcpOutput,
    private readonly sockets: Sockets,
  ) {
    const { world } = core;
    world.callback<{ host: string; listener: number }, unknown>('net.accept', ({ data }) => {
      const stack = core.stackNamed(data.host);
      const listener = stack.net.listeners.get(data.listener);
      if (listener !== undefined) this.hand(listener, stack);
    });
    world.callback<{ connection: number; side: Side }, unknown>('net.unread', ({ data }) => {
      const connection = core.state.connections.get(data.connection);
      if (connection !== undefined) this.#drain(connection, data.side);
    });
  }

  /** The server's side of the handshake is done. False when its queue is full: then the ACK was for nothing. */
  established(connection: Connection, end: End, stack: Stack): boolean {
    const listener = stack.net.listeners.get(end.waiting);
    if (listener === undefined) {
      this.sockets.reset(connection.id, 'server');
      return false;
    }
    if (listener.queue.length > listener.backlog) {
      this.output.armSyn(connection, 'server', end);
      return false;
    }
    end.state = 'ESTAB';
    end.retries = 0;
    this.output.disarm(end);
    if (!listener.accepting || listener.queue.length > 0 || this.#isHeld(stack, listener.pid)) {
      listener.queue.push(connection.id);
      if (!listener.accepting && listener.onQueued !== undefined)
        this.core.world.invoke(stack.host, listener.onQueued, undefined);
      if (listener.queue.length === 1 && listener.accepting)
        this.core.world.invoke(
          stack.host,
          { name: 'net.accept', pid: listener.pid, data: { host: stack.name, listener: listener.listener } },
          undefined,
        );
      return true;
    }
    this.#accept(connection, end, listener);
    return connection.server === end;
  }
  #accept(connection: Connection, end: End, listener: Listener): void {
    end.waiting = 0;
    end.pid = listener.pid;
    end.on = listener.on;
    this.#tell(connection, 'server', { type: 'accepted', connection: connection.id, side: 'server' });
  }
  #isHeld(stack: Stack, pid: number): boolean {
    if (pid === 0) return false;
    return stack.state.processes.get(pid)?.state === 'stopped';
  }

  /** The owner accepts again: everything in the queue, in order. */
  hand(listener: Listener, stack: Stack): void {
    while (
      listener.queue.length > 0 &&
      listener.accepting &&
      !this.#isHeld(stack, listener.pid) &&
      stack.net.listeners.has(listener.listener)
    ) {
      const connection = this.core.state.connections.get(listener.queue.shift() ?? 0);
      const end = connection?.server;
      if (connection === undefined || end?.waiting !== listener.listener) continue;
      this.#accept(connection, end, listener);
      this.#drain(connection, 'server');
    }
  }
  /** The listener is closed: what nobody accepted is reset, half-done handshakes are forgotten. */
  abandon(listener: Listener, stack: Stack): void {
    for (const connection of this.core.state.connections.values()) {
      const end = connection.server;
      if (end === undefined || end.waiting !== listener.listener || end.host !== stack.name) continue;
      if (end.state === 'SYN-RECV') this.sockets.remove(connection, 'server');
      else this.sockets.reset(connection.id, 'server');
    }
  }

  /** A message, or the end (undefined), for whoever reads here. */
  offer(connection: Connection, side: Side, end: End, stack: Stack, message: Message | undefined): void {
    if (end.orphan) return;
    if (end.waiting !== 0 || end.unread.length > 0 || this.#isHeld(stack, end.pid)) {
      end.unread = [...end.unread, message === undefined ? { what: 'closed' } : { what: 'message', message }];
      if (end.unread.length === 1 && end.waiting === 0)
        this.core.world.invoke(
          stack.host,
          { name: 'net.unread', pid: end.pid, data: { connection: connection.id, side } },
          undefined,
        );
      return;
    }
    this.core.world.invoke(
      stack.host,
      end.on,
      message === undefined
        ? { type: 'closed', connection: connection.id, side }
        : { type: 'message', connection: connection.id, side, message },
    );
  }
  #drain(connection: Connection, side: Side): void {
    for (
      let end = endOf(connection, side);
      end !== undefined && end.unread.length > 0 && end.waiting === 0;
      end = endOf(connection, side)
    ) {
      if (this.#isHeld(this.core.stackNamed(end.host), end.pid)) return;
      const first = end.unread[0];
      end.unread = end.unread.slice(1);
      if (first?.what === 'message')
        this.#tell(connection, side, {
          type: 'message',
          connection: connection.id,
          side,
          message: first.message,
        });
      else this.#tell(connection, side, { type: 'closed', connection: connection.id, side });
    }
  }

  #tell(connection: Connection, side: Side, event: SocketEvent): void {
    const end = endOf(connection, side);
    if (end !== undefined && !end.orphan)
      this.core.world.invoke(this.core.stackNamed(end.host).host, end.on, event);
  }
}
