/**
 * TCP as far as it can be seen: handshakes, refusals, retransmission, data in
 * order, the four-way close, resets, half-open connections. Whole messages
 * stand for the segments they fill; windows and congestion are not modelled.
 *
 * Sources: RFC 9293 §3.5 (states), §3.10.7; RFC 6298 (retransmission);
 * linux/net/ipv4/{tcp_input,tcp_ipv4,tcp_timer,tcp_minisocks}.c; tcp(7).
 *
 * A connection is one object with the two sockets that know of it. What one
 * side sends is walked to the other at once (see forwarding.ts); only where it
 * gets lost is a retransmission timer set.
 */
import type { HandlerId } from '../../kernel/kernel';
import { SECOND } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import type { Callback, Hop, Message, Side, SocketEvent } from '../network.contract';
import type { Host } from '../world.contract';
import type { Core } from './core';
import type { Forwarding } from './forwarding';
import { unroutable } from './icmp';
import type { Listeners } from './listeners';
import { FIN, type Packet, SYN } from './packet';
import { lookUp, routeFrom } from './routing';
import type { SimulatedTls } from '../tls/tls';
import type { Stack } from './stack';
import {
  type Arrival,
  type Connection,
  type End,
  endOf,
  lastOf,
  type Listener,
  NONE,
  other,
  type Outgoing,
} from './state';
import { TcpDelivery } from './tcp-delivery';
import { TcpOutput, type ToEnd } from './tcp-output';
import { rememberTimeWait, restsIn } from './time-wait';
import { Ways } from './ways';

type Failure = (SocketEvent & { type: 'failed' })['errno'];

/** tcp_orphan_retries 0 means 8. */
const ORPHAN_RETRIES = 8;

export class Tcp {
  readonly #fail: HandlerId;
  readonly #ways: Ways;
  readonly #output: TcpOutput;
  readonly #delivery: TcpDelivery;
  readonly #listenHops = new Map<number, { ip: number; comm: string; hop: Hop }>();

  constructor(
    private readonly core: Core,
    forwarding: Forwarding,
    private readonly listeners: Listeners,
    private readonly tls: SimulatedTls,
  ) {
    this.#ways = new Ways(core);
    tls.transmit = (connection, side, record) => this.send(connection, side, record);
    const { kernel } = core;
    const arrive = kernel.handler<ToEnd>('net.tcp', (to) =>
      this.#arrivals(Math.floor(to / 2), to % 2 === 0 ? 'client' : 'server'),
    );
    const timer = kernel.handler<ToEnd>('net.tcp-timer', (to) =>
      this.#expire(Math.floor(to / 2), to % 2 === 0 ? 'client' : 'server'),
    );
    this.#fail = kernel.handler<{ c: number; errno: Failure }>('net.tcp-fail', ({ c, errno }) => {
      const connection = this.core.state.connections.get(c);
      if (connection?.client?.state === 'SYN-SENT') this.#failed(connection, 'client', errno);
    });
    this.#output = new TcpOutput(core, forwarding, this.#ways, { arrive, timer });
    this.#delivery = new TcpDelivery(core, this.#output, this);
    listeners.users = {
      hand: (listener, stack) => this.#delivery.hand(listener, stack),
      abandon: (listener, stack) => this.#delivery.abandon(listener, stack),
    };
  }

  // ---------------------------------------------------------------- what programs ask
  connect(
    host: Host,
    options: {
      pid: number;
      ip: number;
      port: number;
      bindIp?: number;
      bindPort?: number;
      device?: string;
      on: Callback;
      trace?: number;
    },
  ): number {
    const { core } = this;
    const stack = core.stack(host);
    const id = core.nextId();
    const { device } = options;
    // connect(2) to 0.0.0.0 means this host.
    const target = options.ip === 0 ? 0x7f000001 : options.ip;
    const answer =
      device === undefined ? routeFrom(stack, target, options.bindIp ?? 0) : lookUp(stack, target, device);
    const source =
      options.bindIp !== undefined && options.bindIp !== 0
        ? options.bindIp
        : answer.kind === 'unicast' || answer.kind === 'local'
          ? answer.source
          : 0;
    const end: End = {
      host: stack.name,
      pid: options.pid,
      on: options.on,
      ip: source,
      port: options.bindPort ?? this.#takePort(stack),
      peerIp: target,
      peerPort: options.port,
      state: 'SYN-SENT',
      orphan: false,
      nextSeq: 1,
      expected: 1,
      unacked: undefined,
      retries: 0,
      timer: -1,
      softError: undefined,
      unread: NONE,
      waiting: 0,
      bytesSent: 0,
      bytesReceived: 0,
      cause: -1,
      device,
      uid: stack.state.processes.get(options.pid)?.uid ?? 0,
      secure: undefined,
    };
    const connection: Connection = {
      id,
      trace: options.trace ?? 0,
      client: end,
      server: undefined,
      toClient: undefined,
      toServer: undefined,
    };
    core.state.connections.set(id, connection);
    this.#ways.enter(connection);
    stack.portsTaken[end.port] = 1;
    const noWay = unroutable(answer);
    if (
      options.bindIp !== undefined &&
      options.bindIp !== 0 &&
      !stack.isLocal(options.bindIp) &&
      !stack.tcp.nonlocalBind
    )
      this.#failLater(id, 'EADDRNOTAVAIL');
    else if (noWay !== undefined) this.#failLater(id, noWay);
    else this.#output.sendSyn(connection, end, stack);
    return id;
  }
  #failLater(id: number, errno: Failure): void {
    this.core.kernel.after(0, this.#fail, { c: id, errno });
  }
  /** Even ports from a counter, as inet_hash_connect prefers them for connect(2). */
  #takePort(stack: Stack): number {
    const { lowestPort, highestPort } = stack.tcp;
    const { portsTaken } = stack;
    let port = stack.net.nextPort;
    for (let tries = lowestPort; tries <= highestPort; tries++) {
      if (port < lowestPort || port > highestPort) port = lowestPort;
      if (portsTaken[port] === 0) break;
      port += 2;
    }
    stack.net.nextPort = port + 2;
    return port;
  }

  send(id: number, side: Side, message: Message): void {
    const connection = this.core.state.connections.get(id);
    const end = connection === undefined ? undefined : endOf(connection, side);
    if (connection === undefined || end === undefined) return;
    if (
      end.state !== 'ESTAB' &&
      end.state !== 'CLOSE-WAIT' &&
      end.state !== 'SYN-SENT' &&
      end.state !== 'SYN-RECV'
    )
      return;
    const travels =
      end.secure === undefined || message.kind === 'tls' ? message : this.tls.wrapped(end.secure, message);
    if (travels === undefined) return;
    const item = outgoing(end, travels);
    end.bytesSent += travels.bytes;
    if (end.state === 'SYN-SENT' || end.state === 'SYN-RECV') return;
    // What waits for a retransmission goes first; the rest follows it.
    if (end.timer >= 0 && end.unacked !== item) return;
    this.#output.transmit(connection, side, end, this.core.stackNamed(end.host), item);
  }

  /** close(2): a reset where something was left unread, else FIN; nobody hears what still comes. */
  close(id: number, side: Side): void {
    const connection = this.core.state.connections.get(id);
    const end = connection === undefined ? undefined : endOf(connection, side);
    if (connection === undefined || end === undefined || end.orphan) return;
    if (end.unread.length === 0) this.#sayGoodbye(id, side, end);
    this.#leave(connection, side, end);
  }
  /** shutdown(2) of the sending direction. */
  shutdown(id: number, side: Side): void {
    const connection = this.core.state.connections.get(id);
    const end = connection === undefined ? undefined : endOf(connection, side);
    if (connection === undefined || end === undefined || end.orphan) return;
    this.#sayGoodbye(id, side, end);
    this.#fin(connection, side, end);
  }
  /** What TLS says before the connection ends, unless its process was killed. */
  #sayGoodbye(id: number, side: Side, end: End): void {
    if (end.secure !== undefined && (end.state === 'ESTAB' || end.state === 'CLOSE-WAIT'))
      this.tls.closing(id, side);
  }
  /** The socket belongs to nobody any more. */
  #leave(connection: Connection, side: Side, end: End): void {
    if (end.unread.length > 0) return this.reset(connection.id, side);
    end.orphan = true;
    if (end.state === 'FIN-WAIT-2') this.#armFinTimeout(connection, side, end);
    else this.#fin(connection, side, end);
  }
  #fin(connection: Connection, side: Side, end: End): void {
    switch (end.state) {
      case 'ESTAB':
      case 'SYN-RECV':
        end.state = 'FIN-WAIT-1';
        break;
      case 'CLOSE-WAIT':
        end.state = 'LAST-ACK';
        break;
      default:
        return;
    }
    const item = outgoing(end, undefined);
    if (end.timer >= 0 && end.unacked !== item) return;
    this.#output.transmit(connection, side, end, this.core.stackNamed(end.host), item);
  }

  reset(id: number, side: Side): void {
    const connection = this.core.state.connections.get(id);
    const end = connection === undefined ? undefined : endOf(connection, side);
    if (connection === undefined || end === undefined) return;
    if (end.state === 'SYN-SENT') {
      end.orphan = true;
      return;
    }
    this.#output.sendReset(connection, side, end);
    this.remove(connection, side);
  }

  abandon(id: number, side: Side): void {
    const connection = this.core.state.connections.get(id);
    if (connection !== undefined && endOf(connection, side) !== undefined) this.remove(connection, side);
  }

  setOwner(id: number, side: Side, on: Callback): void {
    const connection = this.core.state.connections.get(id);
    const end = connection === undefined ? undefined : endOf(connection, side);
    if (end === undefined) return;
    if (end.secure === undefined) end.on = on;
    else this.tls.handOver(end, end.secure, on);
    end.pid = on.pid;
  }

  /** The process is gone: its sockets close, with a reset where something was left unread. */
  release(host: Host, pid: number, how: 'exit' | 'vanish'): void {
    const stack = this.core.stack(host);
    if (how === 'exit')
      for (const listener of [...stack.net.listeners.values()])
        if (listener.pid === pid) this.listeners.close(stack, listener.listener);
    // The kernel works off what it closes from the end.
    for (const connection of this.core.state.connections.values().reverse()) {
      for (const side of ['client', 'server'] as const) {
        const end = endOf(connection, side);
        if (end === undefined || end.host !== host.name || end.pid !== pid || end.waiting !== 0) continue;
        if (how === 'vanish') this.remove(connection, side);
        else this.#leave(connection, side, end);
      }
    }
  }

  /** The host lost its memory: no socket of it is left, and nobody is told. */
  forgetHost(stack: Stack): void {
    for (const connection of this.core.state.connections.values()) {
      if (connection.client?.host === stack.name) this.remove(connection, 'client');
      if (connection.server?.host === stack.name) this.remove(connection, 'server');
    }
  }
  forget(): void {
    this.#listenHops.clear();
    this.#ways.forget();
  }

  // ---------------------------------------------------------------- timers
  #expire(id: number, side: Side): void {
    const connection = this.core.state.connections.get(id);
    const end = connection === undefined ? undefined : endOf(connection, side);
    if (connection === undefined || end === undefined) return;
    end.timer = -1;
    const stack = this.core.stackNamed(end.host);
    if (stack.state.power === 'off') return;
    if (stack.state.frozen) return this.#output.arm(connection, side, end, SECOND);
    switch (end.state) {
      case 'SYN-SENT':
        if (end.orphan) return this.remove(connection, side);
        if (end.retries >= stack.sysctlNumber('net.ipv4.tcp_syn_retries', 6))
          return this.#failed(connection, side, 'ETIMEDOUT');
        end.retries++;
        return this.#output.sendSyn(connection, end, stack);
      case 'SYN-RECV':
        if (end.retries >= stack.sysctlNumber('net.ipv4.tcp_synack_retries', 5))
          return this.remove(connection, side);
        end.retries++;
        return this.#output.sendSynAck(connection, end, stack);
      case 'FIN-WAIT-2':
        return end.orphan ? this.remove(connection, side) : undefined;
      default:
        return this.#retransmit(connection, side, end, stack);
    }
  }
  #retransmit(connection: Connection, side: Side, end: End, stack: Stack): void {
    const most = end.orphan ? ORPHAN_RETRIES : stack.sysctlNumber('net.ipv4.tcp_retries2', 15);
    if (end.unacked === undefined) return;
    if (end.retries >= most) {
      if (end.orphan) return this.remove(connection, side);
      return this.#failed(connection, side, end.softError ?? 'ETIMEDOUT');
    }
    end.retries++;
    this.#output.transmitAll(connection, side, end, stack);
  }

  // ---------------------------------------------------------------- receiving
  #arrivals(id: number, side: Side): void {
    const connection = this.core.state.connections.get(id);
    if (connection === undefined) return;
    const { now } = this.core;
    for (;;) {
      const arrival = side === 'client' ? connection.toClient : connection.toServer;
      if (arrival === undefined || arrival.at > now) return;
      takeFirst(connection, side, arrival);
      this.#receive(connection, side, arrival);
      this.#output.recycle(arrival);
    }
  }
  /** A segment that had to wait somewhere on its way comes in by event. */
  take(stack: Stack, packet: Packet): void {
    const { carries } = packet;
    if (carries.kind === 'reset') {
      const connection = this.core.state.connections.get(carries.connection);
      const end = connection === undefined ? undefined : endOf(connection, carries.side);
      if (
        connection !== undefined &&
        end?.host === stack.name &&
        end.ip === packet.dst &&
        end.port === packet.dport
      )
        this.#gotReset(connection, carries.side, end);
      return;
    }
    if (carries.kind !== 'segment') return;
    const connection = this.core.state.connections.get(carries.connection);
    if (connection === undefined) return;
    this.#receive(connection, other(carries.side), {
      next: undefined,
      at: this.core.now,
      flags: packet.flags,
      seq: carries.seq,
      message: carries.message,
      host: stack.name,
      src: packet.src,
      dst: packet.dst,
      sport: packet.sport,
      dport: packet.dport,
      cause: -1,
    });
  }

  #receive(connection: Connection, side: Side, a: Arrival): void {
    const stack = this.core.stackNamed(a.host);
    if (!stack.alive) return this.#vanished(connection, other(side), a);
    if (a.flags === SYN) return this.#gotSyn(connection, stack, a);
    const end = endOf(connection, side);
    if (end === undefined || end.host !== a.host || !isFrom(end, a))
      return this.#stranger(connection, side, end, stack, a);
    if ((a.flags & SYN) !== 0) {
      if (!end.orphan || end.state !== 'SYN-SENT') return this.#gotSynAck(connection, end, stack);
      this.#output.refuse(connection, 'server', stack, a, -1);
      return this.remove(connection, side);
    }
    if (end.state === 'SYN-RECV' && !this.#delivery.established(connection, end, stack)) return;
    if (a.seq > 0) this.#gotData(connection, side, end, stack, a);
  }

  /** The host that it was sent to died while it was under way. */
  #vanished(connection: Connection, sender: Side, a: Arrival): void {
    const end = endOf(connection, sender);
    if (end === undefined) return;
    if (a.flags === SYN) this.#output.armSyn(connection, sender, end);
    else if ((a.flags & SYN) !== 0 || a.seq > 0) this.#output.armData(connection, sender, end);
  }

  /** A segment for which there is no socket: RST, unless it only closes what is closed already. */
  #stranger(connection: Connection, side: Side, end: End | undefined, stack: Stack, a: Arrival): void {
    const sender = endOf(connection, other(side));
    if (sender === undefined) return;
    // Whom it was meant for never hears of it, and asks again.
    if (end?.state === 'SYN-SENT') this.#output.armSyn(connection, side, end);
    const known = end === undefined || end.host !== a.host;
    if (known && (a.flags & FIN) !== 0 && inTimeWait(stack, a))
      return this.#acknowledged(connection, other(side), sender, a.seq);
    const cause = (a.flags & SYN) !== 0 ? -1 : this.listeners.whyNobody(stack, a.dst, a.dport);
    this.#output.refuse(connection, other(side), stack, a, cause);
  }

  // ---------------------------------------------------------------- the handshake
  #gotSyn(connection: Connection, stack: Stack, a: Arrival): void {
    const { client, server } = connection;
    // The same once more; one that an address translation has changed meanwhile asks for a connection of its own.
    if (server?.state === 'SYN-RECV' && server.host === stack.name && isFrom(server, a))
      return this.#output.sendSynAck(connection, server, stack);
    if (client === undefined) return;
    const listener = this.listeners.find(stack, a.dst, a.dport, a.sport);
    if (listener === undefined) {
      if (connection.trace !== 0)
        this.core.world.hop(connection.trace, {
          at: this.core.now,
          host: stack.name,
          what: 'refused',
          text: `nothing listens on ${formatIPv4(a.dst)}:${a.dport}`,
          verdict: 'RST',
          outcome: 'bad',
        });
      return this.#output.refuse(
        connection,
        'client',
        stack,
        a,
        this.listeners.whyNobody(stack, a.dst, a.dport),
      );
    }
    if (listener.queue.length > listener.backlog) return this.#vanished(connection, 'client', a);
    if (connection.trace !== 0)
      this.core.world.hop(connection.trace, this.#listenHop(stack, listener, a), this.core.now);
    if (server !== undefined) this.#output.disarm(server);
    const end: End = {
      host: stack.name,
      pid: listener.pid,
      on: listener.on,
      ip: a.dst,
      port: a.dport,
      peerIp: a.src,
      peerPort: a.sport,
      state: 'SYN-RECV',
      orphan: false,
      nextSeq: 1,
      expected: 1,
      unacked: undefined,
      retries: 0,
      timer: -1,
      softError: undefined,
      unread: NONE,
      waiting: listener.listener,
      bytesSent: 0,
      bytesReceived: 0,
      cause: -1,
      device: undefined,
      uid: stack.state.processes.get(listener.pid)?.uid ?? 0,
      secure: undefined,
    };
    connection.server = end;
    this.#output.sendSynAck(connection, end, stack);
  }

  /** The same for every connection that a listener takes on one address. */
  #listenHop(stack: Stack, listener: Listener, a: Arrival): Hop {
    const comm = stack.state.processes.get(listener.pid)?.comm ?? '';
    const known = this.#listenHops.get(listener.listener);
    if (known !== undefined && known.ip === a.dst && known.comm === comm) return known.hop;
    const hop: Hop = {
      at: 0,
      host: stack.name,
      what: 'listen',
      text: `${formatIPv4(a.dst)}:${a.dport} ${comm}`,
      verdict: 'SYN-ACK',
      outcome: 'ok',
    };
    this.#listenHops.set(listener.listener, { ip: a.dst, comm, hop });
    return hop;
  }

  #gotSynAck(connection: Connection, end: End, stack: Stack): void {
    if (end.state !== 'SYN-SENT') {
      if (this.#output.pureAck(connection, 'client', end, stack))
        this.#output.settle(connection, this.#output.latency);
      return;
    }
    end.state = 'ESTAB';
    end.retries = 0;
    this.#output.disarm(end);
    const passed = this.#output.pureAck(connection, 'client', end, stack);
    const latency = this.#output.latency;
    const before = lastOf(connection.toServer);
    if (end.unacked !== undefined) this.#output.transmitAll(connection, 'client', end, stack);
    if (!end.orphan)
      this.core.world.invoke(stack.host, end.on, {
        type: 'connected',
        connection: connection.id,
        side: 'client',
      });
    // What the client sent at once tells the server what the bare ACK would have told it.
    if (!passed) {
      const { server } = connection;
      if (server?.state === 'SYN-RECV') this.#output.armSyn(connection, 'server', server);
      return;
    }
    if (lastOf(connection.toServer) === before) this.#output.settle(connection, latency);
  }
  // ---------------------------------------------------------------- data
  #gotData(connection: Connection, side: Side, end: End, stack: Stack, a: Arrival): void {
    if (a.seq > end.expected) return;
    if (end.orphan && a.message !== undefined) {
      this.#output.refuse(connection, other(side), stack, a, -1);
      return this.remove(connection, side);
    }
    const fresh = a.seq === end.expected;
    if (fresh) end.expected++;
    this.#acknowledge(connection, side, end, stack, a.seq);
    if (!fresh) return;
    if (a.message !== undefined) {
      end.bytesReceived += a.message.bytes;
      const hasEnded = end.state === 'ESTAB' && this.#takeFin(connection, side, end, stack);
      this.#delivery.offer(connection, side, end, stack, a.message);
      if (hasEnded && endOf(connection, side) === end)
        this.#delivery.offer(connection, side, end, stack, undefined);
    } else this.#gotFin(connection, side, end, stack);
  }
  /** A FIN that came together with data is known before the program wakes: what it does then, it does in CLOSE-WAIT. */
  #takeFin(connection: Connection, side: Side, end: End, stack: Stack): boolean {
    const fin = side === 'client' ? connection.toClient : connection.toServer;
    if (fin === undefined || fin.at > this.core.now || fin.seq !== end.expected || (fin.flags & FIN) === 0)
      return false;
    takeFirst(connection, side, fin);
    end.expected++;
    end.state = 'CLOSE-WAIT';
    this.#acknowledge(connection, side, end, stack, fin.seq);
    this.#output.recycle(fin);
    return true;
  }
  /** Tells the sender what has come; when that gets lost, it will send it again. */
  #acknowledge(connection: Connection, side: Side, end: End, stack: Stack, seq: number): void {
    const passed = this.#output.pureAck(connection, side, end, stack);
    const from = other(side);
    const sender = endOf(connection, from);
    if (sender === undefined) return;
    if (passed) this.#acknowledged(connection, from, sender, seq);
    else this.#output.armData(connection, from, sender);
  }

  #gotFin(connection: Connection, side: Side, end: End, stack: Stack): void {
    switch (end.state) {
      case 'ESTAB':
        end.state = 'CLOSE-WAIT';
        break;
      case 'FIN-WAIT-1':
      case 'FIN-WAIT-2': {
        // The peer's FIN says nothing new about ours: it may still have to be repeated.
        const done = end.unacked === undefined;
        end.state = 'TIME-WAIT';
        this.#delivery.offer(connection, side, end, stack, undefined);
        if (done && endOf(connection, side) === end) this.#rest(connection, side, end);
        return;
      }
      default:
        return;
    }
    this.#delivery.offer(connection, side, end, stack, undefined);
  }

  #acknowledged(connection: Connection, side: Side, end: End, seq: number): void {
    let first = end.unacked;
    if (first === undefined || first.seq > seq) return;
    while (first !== undefined && first.seq <= seq) first = first.next;
    end.unacked = first;
    end.retries = 0;
    end.softError = undefined;
    if (first !== undefined) {
      if (end.timer < 0) return;
      // The repeated one got through: what had to wait behind it follows now.
      this.#output.disarm(end);
      const stack = this.core.stackNamed(end.host);
      this.#output.transmitAll(connection, side, end, stack);
      return;
    }
    this.#output.disarm(end);
    if (end.state === 'FIN-WAIT-1') {
      end.state = 'FIN-WAIT-2';
      if (end.orphan) this.#armFinTimeout(connection, side, end);
    } else if (end.state === 'LAST-ACK') this.remove(connection, side);
    else if (end.state === 'TIME-WAIT') this.#rest(connection, side, end);
  }

  /** How long a socket of nobody waits for the peer's FIN. */
  #armFinTimeout(connection: Connection, side: Side, end: End): void {
    const stack = this.core.stackNamed(end.host);
    this.#output.arm(connection, side, end, stack.sysctlNumber('net.ipv4.tcp_fin_timeout', 60) * SECOND);
  }

  /** TIME-WAIT: the socket is closed, only the pair of addresses stays taken for a minute. */
  #rest(connection: Connection, side: Side, end: End): void {
    rememberTimeWait(this.core.stackNamed(end.host).net.timeWait, end, this.core.now);
    this.remove(connection, side);
  }

  // ---------------------------------------------------------------- ends
  #gotReset(connection: Connection, side: Side, end: End): void {
    if (end.state === 'SYN-RECV' || end.orphan) return this.remove(connection, side);
    this.#failed(connection, side, end.state === 'SYN-SENT' ? 'ECONNREFUSED' : 'ECONNRESET');
  }

  /**
   * An ICMP error about a segment of ours: fatal while connecting, remembered afterwards (tcp_v4_err). Who has
   * answered a SYN gives up only when the way to the other side is gone (tcp_req_err); otherwise it says it again.
   */
  icmpError(
    stack: Stack,
    about: { connection: number; side: Side },
    {
      errno,
      isNoWay,
    }: {
      errno: 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'ENOPROTOOPT';
      isNoWay: boolean;
    },
  ): void {
    const connection = this.core.state.connections.get(about.connection);
    const end = connection === undefined ? undefined : endOf(connection, about.side);
    if (connection === undefined || end?.host !== stack.name) return;
    if (end.state === 'SYN-SENT') this.#failed(connection, about.side, errno);
    else if (end.state !== 'SYN-RECV') end.softError = errno;
    else if (isNoWay) this.remove(connection, about.side);
  }

  #failed(connection: Connection, side: Side, errno: Failure): void {
    const end = endOf(connection, side);
    if (end === undefined) return;
    const { on, orphan } = end;
    const host = this.core.stackNamed(end.host).host;
    const waiting = end.waiting !== 0;
    const { kernel, world } = this.core;
    const cause = errno === 'ETIMEDOUT' && end.cause >= 0 ? end.cause : kernel.cause;
    this.remove(connection, side);
    if (!orphan && !waiting)
      kernel.withCause(cause, () =>
        world.invoke(host, on, { type: 'failed', connection: connection.id, side, errno }),
      );
  }

  /** One side's socket is gone. */
  remove(connection: Connection, side: Side): void {
    const end = endOf(connection, side);
    if (end === undefined) return;
    this.#output.disarm(end);
    if (end.waiting !== 0) {
      const listener = this.core.stackNamed(end.host).net.listeners.get(end.waiting);
      if (listener !== undefined) listener.queue = listener.queue.filter((id) => id !== connection.id);
    }
    if (side === 'client') {
      this.core.stackNamed(end.host).portsTaken[end.port] = 0;
      connection.client = undefined;
    } else connection.server = undefined;
    if (connection.client !== undefined || connection.server !== undefined) return;
    this.core.state.connections.delete(connection.id);
    this.#ways.leave(connection.id);
  }
}

/** What is sent next, behind all that is not acknowledged yet. */
function outgoing(end: End, message: Message | undefined): Outgoing {
  const item: Outgoing = { seq: end.nextSeq++, message, next: undefined };
  const last = lastOf(end.unacked);
  if (last === undefined) end.unacked = item;
  else last.next = item;
  return item;
}
/** Takes the first of what is under way to a side. */
function takeFirst(connection: Connection, side: Side, first: Arrival): void {
  if (side === 'client') connection.toClient = first.next;
  else connection.toServer = first.next;
  first.next = undefined;
}
/** Whether a segment comes from the other end of this one, as this one sees it. */
function isFrom(end: End, a: Arrival): boolean {
  return end.ip === a.dst && end.port === a.dport && end.peerIp === a.src && end.peerPort === a.sport;
}
function inTimeWait(stack: Stack, a: Arrival): boolean {
  return restsIn(stack.net.timeWait, a.dst, a.dport, a.src, a.sport, a.at);
}
