/**
 * TLS over the world's TCP connections (see `tls.contract`): it stands between a socket and its owner. The socket's
 * callback is ours while a connection is secured; its state is part of the socket, so that it lives as long.
 */
import type { AlertName } from '../../protocols/tls/alerts';
import { receivedAlert, tlsError } from '../../protocols/tls/errors';
import { dataSize } from '../../protocols/tls/sizes';
import type { HandlerId } from '../../kernel/kernel';
import type { Callback, Message, Side, SocketEvent, TlsRecord } from '../network.contract';
import type { Core } from '../network/core';
import { type Connection, type End, endOf } from '../network/state';
import type {
  ClientHello,
  SecureSocketEvent,
  SniChooser,
  Tls,
  TlsClientSettings,
  TlsInfo,
  TlsServerSettings,
  TlsStep,
} from '../tls.contract';
import type { Host } from '../world.contract';
import { gotFlight, gotServerFinished, nothingToOffer, sayHello } from './client';
import { alertRecord, alertWords, type Failure, type Line, note, noteAlert, refuse, versionOf } from './line';
import { gotClientFinished, gotHello, sendFlight } from './server';
import { dataOf, makeRecord, type Secure } from './state';

const SOCKET = 'tls.socket';
const WORKED = 'tls.worked';

/** A connection's side in one number, for events: id · 2, and 1 for the server's side. */
type ToEnd = number;

export class SimulatedTls implements Tls {
  /** Sends a record as it is; given by TCP. */
  transmit: (connection: number, side: Side, record: TlsRecord) => void = () => undefined;
  readonly #worked: HandlerId;
  readonly #choosers = new Map<string, SniChooser>();

  constructor(private readonly core: Core) {
    const { kernel, world } = core;
    world.callback<{ owner: Callback }, SocketEvent>(SOCKET, ({ host, data }, event) =>
      this.#heard(host, data.owner, event),
    );
    world.callback<ToEnd, undefined>(WORKED, ({ data }) => this.#continue(data));
    this.#worked = kernel.handler<ToEnd>('tls.worked', (to) => {
      const line = this.#line(Math.floor(to / 2), to % 2 === 0 ? 'client' : 'server');
      if (line !== undefined)
        world.invoke(line.host, { name: WORKED, pid: line.secure.owner.pid, data: to }, undefined);
    });
  }

  // ---------------------------------------------------------------- what programs ask
  accept(connection: number, settings: TlsServerSettings): void {
    this.#guard(connection, { side: 'server', settings, hello: undefined });
  }
  connect(connection: number, settings: TlsClientSettings): void {
    const line = this.#guard(connection, { side: 'client', settings });
    if (line === undefined || sayHello(line, settings)) return;
    // Nobody hears of it before this call has returned.
    line.secure.phase = 'gives-up';
    this.core.kernel.after<ToEnd>(0, this.#worked, connection * 2);
  }
  info(connection: number, side: Side): TlsInfo | undefined {
    const secure = this.#line(connection, side)?.secure;
    return secure?.phase === 'open' ? secure.info : undefined;
  }
  steps(connection: number, side: Side): readonly TlsStep[] {
    return this.#line(connection, side)?.secure.steps ?? [];
  }
  isTls(connection: number, side: Side): boolean {
    return this.#line(connection, side) !== undefined;
  }
  chooser<D>(name: string, choose: SniChooser<D>): void {
    this.#choosers.set(name, choose as SniChooser);
  }

  #guard(id: number, role: Secure['role']): Line | undefined {
    const connection = this.core.state.connections.get(id);
    const end = connection && endOf(connection, role.side);
    if (end === undefined || end.secure !== undefined) return undefined;
    end.secure = {
      owner: end.on,
      phase: role.side === 'client' ? 'awaits-server' : 'awaits-hello',
      role,
      agreed: undefined,
      waiting: [],
      info: undefined,
      steps: [],
      notified: false,
    };
    listenFor(end, end.on);
    return this.#line(id, role.side);
  }

  #line(id: number, side: Side): Line | undefined {
    const connection = this.core.state.connections.get(id);
    const end = connection && endOf(connection, side);
    const secure = end?.secure;
    if (connection === undefined || end === undefined || secure === undefined) return undefined;
    const line: Line = {
      connection,
      end,
      secure,
      host: this.core.stackNamed(end.host).host,
      send: (record) => this.transmit(id, side, record),
      open: (info) => this.#open(line, info),
      fail: (failure) => this.#fail(line, failure),
    };
    return line;
  }

  // ---------------------------------------------------------------- what TCP asks
  /** What the owner of a secured side sends, as it travels; undefined while it has to wait for the handshake. */
  wrapped(secure: Secure, message: Exclude<Message, TlsRecord>): TlsRecord | undefined {
    if (secure.phase !== 'open') {
      secure.waiting.push(message);
      return undefined;
    }
    const record = makeRecord('application_data', dataSize(message.bytes, secure.agreed?.overhead ?? 0), {
      of: 'data',
    });
    record.inner = message;
    return record;
  }
  /** The owner closes its direction: close_notify goes first. */
  closing(id: number, side: Side): void {
    const line = this.#line(id, side);
    if (line?.secure.phase !== 'open') return;
    noteAlert(line, 'out', versionOf(line.secure), 'close_notify');
    this.transmit(id, side, alertRecord(line.secure, 'close_notify'));
  }
  /** Somebody else owns it from now on. */
  handOver(end: End, secure: Secure, owner: Callback): void {
    secure.owner = owner;
    listenFor(end, owner);
  }

  // ---------------------------------------------------------------- what the socket tells
  #heard(host: Host, owner: Callback, event: SocketEvent): void {
    const line = this.#line(event.connection, event.side);
    if (line === undefined) return this.core.world.invoke(host, owner, event);
    switch (event.type) {
      case 'message':
        return this.#got(line, event.message);
      case 'closed':
        return this.#gotEnd(line);
      case 'accepted':
      case 'connected':
      case 'failed':
        return this.#tell(line, event);
    }
  }
  #gotEnd(line: Line): void {
    const { secure } = line;
    if (secure.phase === 'open') {
      if (!secure.notified) this.#tell(line, { type: 'closed', ...aboutOf(line), truncated: true });
      return;
    }
    line.fail({
      kind: 'closed',
      openssl: undefined,
      reason: 'the other side closed the connection before the handshake was done',
    });
  }
  #got(line: Line, message: Message): void {
    if (message.kind === 'tls') return this.#gotRecord(line, message);
    const isHttp = message.kind === 'request' && line.end === line.connection.server;
    line.fail({
      kind: 'not-tls',
      message,
      openssl: tlsError(isHttp ? 'http request' : 'wrong version number'),
      reason:
        message.kind === 'bytes'
          ? 'what came is not TLS'
          : 'what came is plain HTTP, not TLS: this side speaks https, the other side http',
    });
  }
  #gotRecord(line: Line, record: TlsRecord): void {
    const { secure } = line;
    const data = dataOf(record);
    if (data.of === 'data') {
      if (record.inner !== undefined)
        this.#tell(line, { type: 'message', ...aboutOf(line), message: record.inner });
      return;
    }
    if (data.of === 'alert') return this.#gotAlert(line, data.alert);
    const { role } = secure;
    if (role.side === 'server') {
      if (data.of === 'hello' && secure.phase === 'awaits-hello') this.#gotHello(line, role, data.hello);
      else if (data.of === 'client-finished') gotClientFinished(line, role.settings, data);
      return;
    }
    if (data.of === 'flight') gotFlight(line, role.settings, data);
    else if (data.of === 'server-finished') gotServerFinished(line);
    else if (data.of === 'tickets')
      note(line, 'in', versionOf(secure), [
        ['new_session_ticket', data.bytes],
        ['new_session_ticket', data.bytes],
      ]);
  }
  #gotHello(line: Line, role: Secure['role'] & { side: 'server' }, hello: ClientHello): void {
    const { secure, host } = line;
    role.hello = hello;
    const { choose } = role.settings;
    if (choose !== undefined) {
      const chosen = this.#choosers.get(choose.name)?.(
        { host, pid: secure.owner.pid, data: choose.data },
        hello,
      );
      if (chosen !== undefined && 'refuse' in chosen)
        return refuse(line, {
          alert: chosen.refuse,
          error: tlsError('callback failed'),
          reason: `the server has no certificate for ${hello.serverName ?? 'a client that names no server'}`,
        });
      if (chosen !== undefined) role.settings = chosen;
    }
    const done = gotHello(line, role.settings, hello);
    if (done === undefined) return;
    secure.phase = 'signs';
    this.core.kernel.schedule<ToEnd>(done, this.#worked, line.connection.id * 2 + 1);
  }
  #continue(to: ToEnd): void {
    const line = this.#line(Math.floor(to / 2), to % 2 === 0 ? 'client' : 'server');
    if (line === undefined) return;
    const { role, phase } = line.secure;
    if (role.side === 'client') {
      if (phase === 'gives-up') nothingToOffer(line, role.settings);
    } else if (phase === 'signs') sendFlight(line, role.settings);
  }
  #gotAlert(line: Line, alert: AlertName): void {
    noteAlert(line, 'in', versionOf(line.secure), alert);
    if (alert !== 'close_notify')
      return line.fail({
        kind: 'alert-received',
        alert,
        openssl: receivedAlert(alert),
        reason: `the other side refused: ${alertWords(alert)}`,
      });
    if (line.secure.notified) return;
    line.secure.notified = true;
    if (line.secure.phase === 'open') this.#tell(line, { type: 'closed', ...aboutOf(line) });
  }

  // ---------------------------------------------------------------- ends of the handshake
  #open(line: Line, info: TlsInfo): void {
    const { secure } = line;
    const { id } = line.connection;
    secure.phase = 'open';
    secure.info = info;
    this.#hop(
      line,
      'secured',
      'ok',
      `${info.version}, ${info.cipher}${info.alpn === undefined ? '' : `, ${info.alpn}`}`,
    );
    for (const message of secure.waiting.splice(0)) {
      const record = message.kind === 'tls' ? message : this.wrapped(secure, message);
      if (record !== undefined) this.transmit(id, aboutOf(line).side, record);
    }
    this.#tell(line, { type: 'secured', ...aboutOf(line), info });
  }
  #fail(line: Line, failure: Failure): void {
    const { end, secure } = line;
    const { role, owner, steps } = secure;
    end.secure = undefined;
    end.on = owner;
    this.#hop(line, VERDICTS[failure.kind], 'bad', failure.reason);
    const serverName = role.side === 'client' ? role.settings.serverName : role.hello?.serverName;
    const { version, cipher } = secure.agreed ?? {};
    this.#tell(line, {
      type: 'tls-failed',
      ...aboutOf(line),
      failure: { ...failure, steps, serverName, version, cipher },
    });
  }

  #tell(line: Line, event: SecureSocketEvent): void {
    this.core.world.invoke(line.host, line.secure.owner, event);
  }
  #hop(line: Line, verdict: string, outcome: 'ok' | 'bad', text: string): void {
    const { trace } = line.connection;
    // An agreement is one hop, the client's; a refusal is told by both sides.
    if (trace === 0 || (outcome === 'ok' && line.secure.role.side === 'server')) return;
    this.core.world.hop(trace, {
      at: this.core.now,
      host: line.end.host,
      what: 'tls',
      text,
      verdict,
      outcome,
    });
  }
}

/** In the trace of a request. */
const VERDICTS: Readonly<Record<Failure['kind'], string>> = {
  'alert-sent': 'refused',
  'alert-received': 'refused by the other side',
  'not-tls': 'no TLS',
  'nothing-to-offer': 'nothing to offer',
  closed: 'broken off',
};

function listenFor(end: End, owner: Callback): void {
  end.on = { name: SOCKET, pid: owner.pid, data: { owner } };
}
function aboutOf({ connection, secure }: Line): { connection: Connection['id']; side: Side } {
  return { connection: connection.id, side: secure.role.side };
}
