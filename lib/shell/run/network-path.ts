/**
 * `/dev/tcp/HOST/PORT` and `/dev/udp/HOST/PORT` in redirections: bash itself connects, no such file need be there.
 * Source: bash(1) "REDIRECTION"; bash 5.2 lib/sh/netopen.c. dash has nothing of this kind.
 */
import { byteLength } from '../../std/bytes';
import { parseIPv4 } from '../../std/ipv4';
import { ROOT } from '../../world/files';
import type { Errno } from '../../world/files.contract';
import { textOf } from '../../world/message-text';
import type { Callback, ResolveEvent, SocketEvent, UdpEvent } from '../../world/network.contract';
import type { Stream } from '../../world/process.contract';
import type { Registry, World } from '../../world/world.contract';
import { errnoText } from '../commands/errno-text';
import type { Run, Shell } from '../shell';

const CALLBACK = 'shell.network-path';
interface Sockets {
  next: number;
  readonly open: Map<number, (event: unknown) => void>;
}
/** What running shells wait for: runtime objects, no part of any state. */
const sockets = new WeakMap<World, Sockets>();
function socketsOf(world: World): Sockets {
  const known = sockets.get(world) ?? { next: 1, open: new Map() };
  sockets.set(world, known);
  return known;
}

/** Registers what the network calls when something comes for a shell's socket. */
export function registerNetworkPaths(registry: Registry): void {
  registry.daemon({
    kind: 'shell-socket',
    register(world) {
      world.callback<{ socket: number }, unknown>(CALLBACK, ({ data }, event) =>
        socketsOf(world).open.get(data.socket)?.(event),
      );
    },
  });
}

export interface NetworkPath {
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly service: string;
}
export function networkPath(path: string): NetworkPath | undefined {
  const [, protocol, host = '', service = ''] = /^\/dev\/(tcp|udp)\/([^/]*)\/([^/]*)$/.exec(path) ?? [];
  return protocol === 'tcp' || protocol === 'udp' ? { protocol, host, service } : undefined;
}

/** Connects; a problem of the name or of the connection has been said, and gives what is said of the path then. */
export function* openNetworkPath(shell: Shell, path: NetworkPath): Run<Stream | Errno> {
  const ip = yield* addressOf(shell, path.host);
  if (typeof ip === 'string') {
    yield* shell.complain(`${path.host}: ${ip}`);
    return 'EINVAL';
  }
  const port = portOf(shell, path);
  if (port === undefined) {
    yield* shell.complain(`${path.service}: Servname not supported for ai_socktype`);
    return 'EINVAL';
  }
  const opened = path.protocol === 'tcp' ? yield* connect(shell, ip, port) : bind(shell, ip, port);
  if (typeof opened === 'string') yield* shell.systemError(`connect: ${errnoText(opened)}`);
  return opened;
}

/** getaddrinfo(3) reads the lowest sixteen bits of a number. */
function portOf(shell: Shell, { service, protocol }: NetworkPath): number | undefined {
  if (/^\d+$/.test(service)) return Number(service) & 0xffff;
  const text = shell.host.fs.readFile('/etc/services', ROOT);
  if (typeof text !== 'string') return undefined;
  for (const line of text.split('\n')) {
    const [name, where = '', ...aliases] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if ((name === service || aliases.includes(service)) && where.endsWith(`/${protocol}`))
      return Number.parseInt(where, 10);
  }
  return undefined;
}

function* addressOf(shell: Shell, name: string): Run<number | string> {
  if (name === '') return 'Name or service not known';
  const literal = parseIPv4(name);
  if (literal !== undefined) return literal;
  const inbox = new Inbox<ResolveEvent>(shell);
  shell.host.world.network.resolve(shell.host, { pid: shell.context.pid, name, on: inbox.on });
  const event = yield* inbox.next(shell);
  inbox.close();
  if (event.ok) return event.addresses[0] ?? 'Name or service not known';
  return event.reason === 'not-found' ? 'Name or service not known' : 'Temporary failure in name resolution';
}

function* connect(shell: Shell, ip: number, port: number): Run<Stream | Errno> {
  const inbox = new Inbox<SocketEvent>(shell);
  const connection = shell.host.world.network.connect(shell.host, {
    pid: shell.context.pid,
    ip,
    port,
    on: inbox.on,
  });
  const event = yield* inbox.next(shell);
  if (event.type === 'failed') {
    inbox.close();
    return event.errno;
  }
  return new TcpStream(shell, inbox, connection);
}
function bind(shell: Shell, ip: number, port: number): Stream | Errno {
  const inbox = new Inbox<UdpEvent>(shell);
  const bound = shell.host.world.network.bindUdp(shell.host, {
    pid: shell.context.pid,
    ip: 0,
    port: 0,
    on: inbox.on,
  });
  if (typeof bound !== 'string') return new UdpStream(shell, inbox, bound.socket, { ip, port });
  inbox.close();
  return bound;
}

/** What has come for one socket. */
class Inbox<Event> {
  readonly #world: World;
  readonly #id: number;
  readonly #events: Event[] = [];
  readonly #watchers: Set<number> = new Set();
  readonly on: Callback;

  constructor(shell: Shell) {
    this.#world = shell.host.world;
    const known = socketsOf(this.#world);
    this.#id = known.next++;
    const { host } = shell;
    known.open.set(this.#id, (event) => {
      // The network tells each socket what its contract says.
      this.#events.push(event as Event);
      this.#world.wake(this.#key);
      host.streams.wakeAll([...this.#watchers]);
      this.#watchers.clear();
    });
    this.on = { name: CALLBACK, pid: shell.context.pid, data: { socket: this.#id } };
  }
  get #key(): string {
    return `shell-socket:${this.#id}`;
  }
  take(): Event | undefined {
    return this.#events.shift();
  }
  *next(shell: Shell): Run<Event> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      yield* shell.suspend({ keys: [this.#key] });
    }
  }
  watch(pid: number): void {
    this.#watchers.add(pid);
  }
  close(): void {
    socketsOf(this.#world).open.delete(this.#id);
  }
}

abstract class SocketStream<Event> implements Stream {
  readonly kind = 'socket';
  #references = 0;
  #text = '';
  #ended = false;
  protected readonly world: World;
  constructor(
    shell: Shell,
    private readonly inbox: Inbox<Event>,
  ) {
    this.world = shell.host.world;
  }
  /** What an event brings: text, or the end. */
  protected abstract brought(event: Event): string | 'end';
  protected abstract end(): void;
  abstract write(text: string): true | Errno;

  read(max?: number): string | undefined {
    for (let event = this.inbox.take(); event !== undefined; event = this.inbox.take()) {
      const text = this.brought(event);
      if (text === 'end') this.#ended = true;
      else this.#text += text;
    }
    if (this.#text === '') return this.#ended ? '' : undefined;
    const taken = max === undefined ? this.#text : this.#text.slice(0, max);
    this.#text = this.#text.slice(taken.length);
    return taken;
  }
  retain(): void {
    this.#references += 1;
  }
  close(): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    this.inbox.close();
    this.end();
  }
  watch(pid: number): void {
    this.inbox.watch(pid);
  }
}

class TcpStream extends SocketStream<SocketEvent> {
  #broken: Errno | undefined;
  constructor(
    shell: Shell,
    inbox: Inbox<SocketEvent>,
    private readonly connection: number,
  ) {
    super(shell, inbox);
  }
  protected brought(event: SocketEvent): string | 'end' {
    if (event.type === 'message') return textOf(event.message);
    if (event.type === 'failed') this.#broken = 'EPIPE';
    return event.type === 'closed' || event.type === 'failed' ? 'end' : '';
  }
  write(text: string): true | Errno {
    if (this.#broken !== undefined) return this.#broken;
    if (text !== '')
      this.world.network.send(this.connection, 'client', { kind: 'bytes', text, bytes: byteLength(text) });
    return true;
  }
  protected end(): void {
    this.world.network.close(this.connection, 'client');
  }
}

class UdpStream extends SocketStream<UdpEvent> {
  readonly #shell: Shell;
  constructor(
    shell: Shell,
    inbox: Inbox<UdpEvent>,
    private readonly socket: number,
    private readonly to: { ip: number; port: number },
  ) {
    super(shell, inbox);
    this.#shell = shell;
  }
  protected brought(event: UdpEvent): string | 'end' {
    return event.type === 'datagram' && typeof event.payload === 'string' ? event.payload : '';
  }
  write(text: string): true | Errno {
    const { host } = this.#shell;
    return this.world.network.sendUdp(host, this.socket, this.to, text, byteLength(text)) ?? true;
  }
  protected end(): void {
    this.world.network.closeUdp(this.#shell.host, this.socket);
  }
}
