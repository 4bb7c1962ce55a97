/**
 * What the processes of one nginx share, as they share memory and descriptors: counters, zones, opened logs, sockets
 * to listen on. It belongs to the host and ends with the last of them.
 */
import { ROOT } from '../../world/files';
import type { HttpResponse } from '../../world/network.contract';
import type { Host } from '../../world/world.contract';
import type { Configuration, ErrorLog, LogLevel, LogTarget } from './config';
import { logLine, rank, systemError } from './messages';
import type { PeersState } from './worker/peers';

export interface RequestNode {
  excess: number;
  /** Milliseconds. */
  last: number;
}
/** An answer that a cache keeps. */
export interface CacheEntry {
  response: HttpResponse | undefined;
  /** An answer of nginx's own (502, 504) that is kept; 0: none. */
  error: number;
  /** Whole seconds of the clock: fresh until then. */
  validUntil: number;
  accessedAt: number;
  uses: number;
  /** A request is under way for a new one. */
  isUpdating: boolean;
  path: string;
}
export interface GroupListener {
  six: boolean;
  listener: number;
  ip: number;
  port: number;
}
export interface Group {
  id: string;
  /** Connections so far, of clients and to upstreams: the `*N` of the logs. */
  connections: number;
  accepted: number;
  handled: number;
  requests: number;
  temporaryFiles: number;
  /** Second of the clock when waiting connections last had to give way. */
  reusedAt: number;
  listeners: GroupListener[];
  /** Paths of opened logs to inodes. */
  logs: Map<string, number>;
  requestZones: Map<string, Map<string, RequestNode>>;
  connectionZones: Map<string, Map<string, number>>;
  /** Caches by zone, their entries by key. */
  caches: Map<string, Map<string, CacheEntry>>;
  /** `zone` of upstreams, by generation. */
  peers: Map<string, PeersState>;
  /** All processes: the master and its workers. */
  members: Set<number>;
  /** Workers that take connections, in order of their start. */
  accepting: number[];
}

const keyOf = (id: string): string => `nginx:${id}`;

export function makeGroup(host: Host, id: string): Group {
  const group: Group = {
    id,
    connections: 0,
    accepted: 0,
    handled: 0,
    requests: 0,
    temporaryFiles: 0,
    reusedAt: 0,
    listeners: [],
    logs: new Map(),
    requestZones: new Map(),
    connectionZones: new Map(),
    caches: new Map(),
    peers: new Map(),
    members: new Set(),
    accepting: [],
  };
  host.state.extra.set(keyOf(id), group);
  return group;
}
export function groupOf(host: Host, id: string): Group | undefined {
  return host.state.extra.get(keyOf(id)) as Group | undefined;
}
export function endGroup(host: Host, group: Group): void {
  for (const ino of group.logs.values()) host.fs.release(ino);
  host.state.extra.delete(keyOf(group.id));
}

// ---------------------------------------------------------------- logs
/** Opens a log for appending, or tells why not. */
export function openLog(host: Host, group: Group, path: string): string | undefined {
  const opened = host.fs.open(path, ROOT, { write: true, append: true, create: true, mode: 0o644 });
  if (!('ino' in opened)) return opened.errno;
  const before = group.logs.get(path);
  if (before === opened.ino) return undefined;
  host.fs.retain(opened.ino);
  if (before !== undefined) host.fs.release(before);
  group.logs.set(path, opened.ino);
  return undefined;
}
/** Directories of caches are made where they are missing, for the workers' user. What went wrong, if anything. */
export function makeCaches(host: Host, { zones, main }: Configuration): string | undefined {
  for (const { cache } of zones) {
    if (cache === undefined) continue;
    if (!host.fs.exists(cache.path)) {
      const failed = host.fs.mkdir(cache.path, 0o700, ROOT);
      if (failed !== undefined) return `mkdir() "${cache.path}" failed ${systemError(failed.errno)}`;
    }
    const info = host.fs.stat(cache.path, ROOT);
    if ('errno' in info || main.user === undefined || info.uid === main.user.uid) continue;
    host.fs.chown(cache.path, main.user.uid, info.gid, ROOT);
  }
  return undefined;
}
/** SIGUSR1: every log anew, for its user to write to. */
export function reopenLogs(host: Host, group: Group, uid: number | undefined): void {
  for (const path of [...group.logs.keys()]) {
    if (openLog(host, group, path) !== undefined) continue;
    const info = host.fs.stat(path, ROOT);
    if (uid !== undefined && 'uid' in info && info.uid !== uid) host.fs.chown(path, uid, info.gid, ROOT);
  }
}
/** A full disk swallows lines. */
export function writeLog(host: Host, group: Group, path: string, line: string): void {
  const ino = group.logs.get(path);
  if (ino !== undefined) host.fs.appendInode(ino, line);
}

export interface Writer {
  readonly host: Host;
  readonly group: Group;
  readonly pid: number;
  /** Standard error, while it is open. */
  print(text: string): void;
}
/** A line for every log of the list whose level lets it pass. */
export function writeError(
  writer: Writer,
  logs: readonly ErrorLog[],
  level: LogLevel,
  text: string,
  clock = writer.host.clock(),
): void {
  let line: string | undefined;
  for (const log of logs) {
    if (rank(level) > rank(log.level)) continue;
    line ??= logLine(clock, level, writer.pid, text);
    writeTo(writer, log.target, line, { level, text });
  }
}
function writeTo(
  writer: Writer,
  target: LogTarget,
  line: string,
  said: { level: LogLevel; text: string },
): void {
  switch (target.kind) {
    case 'file':
      writeLog(writer.host, writer.group, target.path, line);
      return;
    case 'stderr':
      writer.print(line);
      return;
    case 'memory':
      return;
    case 'syslog':
      sendSyslog(writer, target, said.level, line.trimEnd());
  }
}
const PRIORITIES = {
  emerg: 'emerg',
  alert: 'alert',
  crit: 'crit',
  error: 'err',
  warn: 'warning',
  notice: 'notice',
  info: 'info',
  debug: 'debug',
} as const;
/** Not modelled: syslog servers elsewhere; only the host's own log takes it. */
export function sendSyslog(
  { host, pid }: { host: Host; pid: number },
  target: LogTarget & { kind: 'syslog' },
  level: LogLevel,
  text: string,
): void {
  if (!('path' in target.server)) return;
  host.syslog({
    facility: target.facility,
    priority: PRIORITIES[level],
    tag: target.tag,
    pid,
    text,
    transport: 'syslog',
    uid: host.process(pid)?.uid ?? 0,
  });
}

// ---------------------------------------------------------------- sockets
/** A socket as `bind` and `listen` want it. */
export interface WantedSocket {
  readonly ip: number;
  readonly port: number;
  readonly six: boolean;
  readonly text: string;
  readonly backlog: number;
}
/** Sockets that a configuration wants, each address once, in the order in which they are bound. */
export function wantedSockets({
  addresses,
  sixes,
}: Pick<Configuration, 'addresses' | 'sixes'>): WantedSocket[] {
  const wanted: WantedSocket[] = [];
  const take = (socket: WantedSocket): void => {
    if (!wanted.some((one) => isSameSocket(one, socket))) wanted.push(socket);
  };
  for (let place = 0; place <= addresses.length; place++) {
    for (const { port, text, backlog } of sixes.filter(({ position }) => position === place))
      take({ ip: 0, port, six: true, text, backlog });
    const address = addresses[place];
    if (address?.isBound !== true) continue;
    const { ip, port, text, backlog } = address;
    take({ ip, port, six: false, text, backlog });
  }
  return wanted;
}
export function isSameSocket(
  one: Pick<WantedSocket, 'ip' | 'port' | 'six'>,
  other: Pick<WantedSocket, 'ip' | 'port' | 'six'>,
): boolean {
  return one.ip === other.ip && one.port === other.port && one.six === other.six;
}
/** bind(2) would say this, without doing it. Somebody who listens there is not asked. */
export function bindProblem(host: Host, pid: number, ip: number, port: number): string | undefined {
  if (
    ip !== 0 &&
    !host.world.network.isLocalAddress(host, ip) &&
    host.sysctl('net.ipv4.ip_nonlocal_bind') !== '1'
  )
    return 'EADDRNOTAVAIL';
  const uid = host.process(pid)?.uid ?? 0;
  return uid !== 0 && port < Number(host.sysctl('net.ipv4.ip_unprivileged_port_start') ?? 1024)
    ? 'EACCES'
    : undefined;
}
