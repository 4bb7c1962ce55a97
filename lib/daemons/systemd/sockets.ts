/** Socket units: they listen on TCP for the service behind them and start it at the first connection. Source: systemd 252 `socket.c`. */
import { formatIPv4 } from '../../std/ipv4';
import { baseName } from '../../world/executable';
import type { SocketEvent } from '../../world/network.contract';
import type { Stream } from '../../world/process.contract';
import type { Host } from '../../world/world.contract';
import { isDown } from './active';
import type { Manager } from './manager';
import { oneMore } from './rate-limit';
import { closeConnection, CONNECTION_EVENT, connectionStreams } from './service/connection-streams';
import { passStreams } from './service/passed-streams';
import { templateOf } from './unit-file/names';
import type { Result, UnitState } from './state';

/** A connection waits and nobody accepts. */
export const SOCKET_QUEUED = 'systemd.socket-queued';
/** The service went up or down, or lost its job. */
export const SOCKET_NOTIFIED = 'systemd.socket-notified';
/** `Accept=yes`: a connection has come. */
export const SOCKET_ACCEPTED = 'systemd.socket-accepted';
/** A service of `Accept=yes` went up or down. */
export const CONNECTION_NOTIFIED = 'systemd.connection-notified';
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const NOTIFY_DELAY = 1_000;
const ERRORS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EADDRINUSE: 'Address already in use',
};

export class Sockets {
  constructor(private readonly manager: Manager) {}

  start(unit: UnitState): void {
    const { name, socket } = unit.definition;
    if (socket === undefined || unit.socket === undefined) return;
    const { manager } = this;
    const service = socket.accept ? undefined : manager.load(socket.service);
    const refusal =
      service === undefined
        ? undefined
        : service.definition.load !== 'loaded'
          ? 'not loaded'
          : isDown(service.active) || service.sub === 'auto-restart' || !hasTcp(unit)
            ? undefined
            : 'already active';
    if (refusal !== undefined) {
      manager.log('err', `${name}: Socket service ${socket.service} ${refusal}, refusing.`, name);
      const job = manager.jobs.jobOf(name);
      if (job !== undefined) manager.jobs.finish(job, 'failed');
      return;
    }
    unit.socket.result = 'success';
    const problem = this.#open(unit);
    if (problem !== undefined) {
      manager.log(
        'warning',
        `${name}: Failed to create listening socket (${problem.address}): ${problem.text}`,
        name,
      );
      manager.log('warning', `${name}: Failed to listen on sockets: ${problem.text}`, name);
      this.#enterDead(unit, 'resources');
      return;
    }
    manager.setState(unit, 'active', 'listening');
  }
  stop(unit: UnitState): void {
    this.#enterDead(unit, 'success');
  }
  /** A connection waits in a listener's queue. */
  queued(unit: UnitState): void {
    const { socket, name } = unit.definition;
    if (unit.sub !== 'listening' || socket === undefined || unit.socket === undefined) return;
    const { manager } = this;
    if (manager.jobs.jobOf(name)?.type === 'stop') return;
    if (!this.#mayTrigger(unit)) return;
    manager.setState(unit, 'active', 'running');
    const queued = manager.jobs.enqueue('start', socket.service, 'replace');
    if ('job' in queued) return;
    manager.log(
      'warning',
      `${name}: Failed to queue service startup job (Maybe the service file is missing or not a service unit?): ${queued.text}`,
      name,
    );
    this.#enterDead(unit, 'resources');
  }
  #mayTrigger(unit: UnitState): boolean {
    const { socket, name } = unit.definition;
    if (socket === undefined || unit.socket === undefined) return false;
    const { manager } = this;
    const triggers = oneMore(unit.socket.triggers, {
      interval: socket.limitMicros,
      burst: socket.limitBurst,
      now: manager.now,
    });
    if (triggers === undefined) {
      manager.log('warning', `${name}: Trigger limit hit, refusing further activation.`, name);
      this.#enterDead(unit, 'trigger-limit-hit');
      return false;
    }
    unit.socket.triggers = triggers;
    return true;
  }
  /** `Accept=yes`: each connection gets a service of its own. Source: `socket_enter_running`, `instance_from_socket`. */
  accepted(unit: UnitState, event: SocketEvent): void {
    const { socket, name } = unit.definition;
    if (event.type !== 'accepted' || socket === undefined || unit.socket === undefined) return;
    const { manager } = this;
    const { host } = manager;
    const { connection } = event;
    const { network } = host.world;
    const { connections } = unit.socket;
    if (connections.size >= socket.maxConnections) {
      unit.socket.refused += 1;
      manager.log(
        'warning',
        `${name}: Too many incoming connections (${connections.size}), dropping connection.`,
        name,
      );
      network.close(connection, 'server');
      return;
    }
    const info = network.sockets(host).find((one) => one.connection === connection && one.side === 'server');
    if (info === undefined || !this.#mayTrigger(unit)) return;
    const peer = `${formatIPv4(info.peerIp)}:${info.peerPort}`;
    const instance = `${unit.socket.accepted}-${formatIPv4(info.localIp)}:${info.localPort}-${peer}`;
    const service = `${name.slice(0, -'.socket'.length)}@${instance}.service`;
    unit.socket.accepted += 1;
    const made = manager.load(service);
    made.definition = { ...made.definition, description: `${made.definition.description} (${peer})` };
    connections.set(service, connection);
    network.setOwner(connection, 'server', { name: CONNECTION_EVENT, pid: 1, data: null });
    this.#passConnection(made, connection);
    const queued = manager.jobs.enqueue('start', service, 'replace');
    if ('job' in queued) return;
    manager.log(
      'warning',
      `${name}: Failed to queue service startup job (Maybe the service file is missing or not a template unit?): ${queued.text}`,
      name,
    );
    this.#enterDead(unit, 'resources');
  }
  #passConnection({ definition: { name, raw, service } }: UnitState, connection: number): void {
    const { host } = this.manager;
    const setting = (key: string): string => raw.findLast(([known]) => known === `Service.${key}`)?.[1] ?? '';
    if (setting('StandardInput') !== 'socket') return;
    const { input, output } = connectionStreams(host, connection);
    const identifier = service?.syslogIdentifier ?? baseName(service?.exec.ExecStart[0]?.path ?? '');
    const journal = host.streams.sink('journal', () => undefined, { kind: 'journal', identifier });
    const streamOf = (key: string, inherited: Stream): Stream =>
      setting(key) === 'socket' ? output : /^(|inherit)$/.test(setting(key)) ? inherited : journal;
    const out = streamOf('StandardOutput', output);
    const streams = new Map([
      [0, input],
      [1, out],
      [2, streamOf('StandardError', out)],
    ]);
    passStreams(host, name, streams);
  }
  /** A service of `Accept=yes` has gone down: its connection ends. */
  connectionOver(unit: UnitState): void {
    const { manager } = this;
    for (const [service, connection] of unit.socket?.connections ?? []) {
      const state = manager.unit(service);
      if (state !== undefined && (state.job !== 0 || !isDown(state.active))) continue;
      unit.socket?.connections.delete(service);
      passStreams(manager.host, service, undefined);
      closeConnection(manager.host, connection);
    }
  }
  /** Source: `socket_trigger_notify`. */
  triggerChanged(unit: UnitState): void {
    const { socket } = unit.definition;
    if (socket === undefined || socket.accept || unit.active !== 'active') return;
    const service = this.manager.unit(socket.service);
    if (service === undefined) return;
    if (service.startLimitHit === true) {
      this.#enterDead(unit, 'service-start-limit-hit');
      return;
    }
    if (service.job !== 0 || (!isDown(service.active) && service.sub !== 'auto-restart')) return;
    this.manager.setState(unit, 'active', 'listening');
    const mine = this.#listeners(unit);
    // That the service went down is itself a message that nobody has taken.
    if (hasSyslog(unit) || mine.some(({ queued }) => queued > 0)) this.queued(unit);
  }
  /** After a daemon-reload: what a socket's file does not name any more is closed. Source: `socket_coldplug`. */
  keepConfigured(): void {
    const { host } = this.manager;
    for (const unit of this.manager.state.units.values()) {
      const { socket: settings, name } = unit.definition;
      if (settings === undefined || unit.socket === undefined || unit.socket.listeners.length === 0) continue;
      const kept: number[] = [];
      for (const { listener, ip, port, dual } of this.#listeners(unit)) {
        const isNamed = settings.listens.some(
          ({ tcp }) => tcp?.ip === ip && tcp.port === port && tcp.dual === dual,
        );
        if (isNamed) kept.push(listener);
        else host.world.network.withdrawListener(host, listener);
      }
      unit.socket.listeners = kept;
      if (kept.length === 0)
        this.manager.log(
          'warning',
          `${name}: Socket unit configuration has changed while unit has been running, no open socket file descriptor left. The socket unit is not functional until restarted.`,
          name,
        );
    }
  }
  notify(name: string): void {
    const { manager } = this;
    const template = templateOf(name);
    const owner = template === undefined ? undefined : manager.unit(`${template.prefix}.socket`);
    if (owner?.socket?.connections.has(name) === true)
      manager.daemon.setTimer(`connection:${name}`, manager.now, CONNECTION_NOTIFIED, {
        unit: owner.definition.name,
      });
    for (const other of manager.graph().get(name, 'TriggeredBy')) {
      const unit = manager.unit(other);
      if (unit?.definition.type === 'socket' && unit.active === 'active' && (hasTcp(unit) || hasSyslog(unit)))
        manager.daemon.setTimer(`socket:${other}`, manager.now + NOTIFY_DELAY, SOCKET_NOTIFIED, {
          unit: other,
        });
    }
  }
  /** Names of the sockets that a service is given, one for each descriptor. */
  passedTo(service: string): string[] {
    const { manager } = this;
    return [...manager.graph().get(service, 'TriggeredBy')].flatMap((name) => {
      const unit = manager.unit(name);
      return unit?.definition.type === 'socket' && unit.active === 'active'
        ? this.#listeners(unit).map(() => name)
        : [];
    });
  }
  #listeners(unit: UnitState) {
    const ids = unit.socket?.listeners ?? [];
    const { host } = this.manager;
    return host.world.network.listeners(host).filter(({ listener }) => ids.includes(listener));
  }
  #open(unit: UnitState): { address: string; text: string } | undefined {
    const { host } = this.manager;
    const { name, socket } = unit.definition;
    const listeners: number[] = [];
    for (const { kind, address, tcp } of socket?.listens ?? []) {
      if (tcp === undefined) {
        if (kind !== 'ListenFIFO' && address.startsWith('/')) bindAddress(host, address);
        continue;
      }
      const opened = host.world.network.listen(host, {
        pid: 1,
        ...tcp,
        backlog: socket?.backlog ?? 4_096,
        name,
        on: { name: SOCKET_ACCEPTED, pid: 1, data: { unit: name } },
        ...(socket?.accept === true
          ? {}
          : { onQueued: { name: SOCKET_QUEUED, pid: 1, data: { unit: name } } }),
      });
      if (typeof opened === 'string') {
        for (const listener of listeners) host.world.network.closeListener(host, listener);
        return { address, text: ERRORS[opened] ?? opened };
      }
      listeners.push(opened.listener);
    }
    if (unit.socket !== undefined) unit.socket.listeners = listeners;
    return undefined;
  }
  #enterDead(unit: UnitState, result: Result): void {
    const { name } = unit.definition;
    const { host } = this.manager;
    for (const listener of unit.socket?.listeners ?? []) host.world.network.withdrawListener(host, listener);
    if (unit.socket !== undefined) {
      unit.socket.listeners = [];
      unit.socket.result = result;
    }
    if (result === 'success') this.manager.log('info', `${name}: Deactivated successfully.`, name);
    else this.manager.log('warning', `${name}: Failed with result '${result}'.`, name);
    this.manager.setState(
      unit,
      result === 'success' ? 'inactive' : 'failed',
      result === 'success' ? 'dead' : 'failed',
    );
  }
}
/** journald sends every message here. Source: systemd.special(7) "syslog.socket", journald.conf(5) "ForwardToSyslog=". */
function hasSyslog({ definition }: UnitState): boolean {
  return definition.socket?.listens.some(({ address }) => address === '/run/systemd/journal/syslog') === true;
}
/** A socket in the file system stays there until the host is shut down. */
function bindAddress(host: Host, path: string): void {
  const parts = path.split('/').slice(1, -1);
  parts.forEach((_part, index) => {
    const folder = `/${parts.slice(0, index + 1).join('/')}`;
    if (!host.fs.exists(folder)) host.fs.mkdir(folder, 0o755, ROOT);
  });
  if (!host.fs.exists(path)) host.fs.bindSocket(path, 0o666, ROOT);
}
/** Sockets of other kinds are not opened: their units only stand there. */
function hasTcp({ definition }: UnitState): boolean {
  return definition.socket?.listens.some(({ tcp }) => tcp !== undefined) === true;
}
