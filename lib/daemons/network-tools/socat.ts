/**
 * socat(1) 1.7.4: between standard streams, UNIX sockets, TCP both ways, programs (EXEC, SYSTEM) and files that are
 * opened. Other address types are named as not modelled.
 */
import { byteLength } from '../../std/bytes';
import { strftime } from '../../std/civil';
import { SECOND } from '../../std/instant';
import { formatIPv4, parseIPv4 } from '../../std/ipv4';
import type { Side, SocketEvent } from '../../world/network.contract';
import { textOf } from '../../world/message-text';
import type { ProgramContext, ProgramRun, Stream, Wait, Wake } from '../../world/process.contract';
import { errnoText, lookUpName, servicePort } from '../host-names';
import { Mailbox, reserveMailbox } from '../mailbox';
import { connectUnix } from './unix-socket';

/** How long the other direction may go on after one has ended (-t). */
const LINGER = SECOND / 2;
type End =
  | { kind: 'stdio' }
  /** `early`: what came before the process had the socket */
  | { kind: 'socket'; connection: number; side: Side; box: Mailbox; early?: SocketEvent[] }
  /** a program: what it reads and what it writes */
  | { kind: 'program'; pid: number; input: Stream; output: Stream };
class Failure extends Error {}

export function* socat(context: ProgramContext): ProgramRun {
  const words = context.argv.slice(1);
  const addresses: string[] = [];
  let linger = LINGER;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '-V') {
      yield* context.out(
        'socat by Gerhard Rieger and contributors - see www.dest-unreach.org\nsocat version 1.7.4.4 on 06 Nov 2022 08:15:51\n',
      );
      return 0;
    }
    if (word === '-t' || word === '-T' || word === '-b') {
      const value = Number.parseFloat(words[++i] ?? '');
      if (!Number.isFinite(value)) {
        yield* context.err(`${stamp(context)} E parseopts(): missing numerical value of option "${word}"\n`);
        return 1;
      }
      if (word === '-t') linger = Math.round(value * SECOND);
    } else if (word.startsWith('-') && word !== '-') {
      if (!/^-[dDvxusSLl]+/.test(word)) {
        yield* context.err(`${stamp(context)} E unknown option "${word}"; use option "-h" for help\n`);
        return 1;
      }
    } else addresses.push(word);
  }
  const [first, second] = addresses;
  if (first === undefined || second === undefined || addresses.length > 2) {
    yield* context.err(
      `${stamp(context)} E exactly 2 addresses required (there are ${addresses.length}); use option "-h" for help\n`,
    );
    return 1;
  }
  try {
    if (/^tcp4?-l(?:isten)?:/i.test(first)) return yield* serve(context, first, second, linger);
    const left = yield* open(context, first);
    const right = yield* open(context, second);
    return yield* relay(context, left, right, linger);
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem;
    yield* context.err(problem.message);
    return 1;
  }
}
function stamp(context: ProgramContext): string {
  return `${strftime('%Y/%m/%d %H:%M:%S', context.host.clock())} socat[${context.pid}]`;
}

/** `TCP-LISTEN:<port>[,fork][,bind=<address>]…`: one connection, or with `fork` a process for each. */
function* serve(
  context: ProgramContext,
  address: string,
  second: string,
  linger: number,
): Generator<Wait, number, Wake> {
  const { network } = context.world;
  const [head = '', ...options] = address.split(',');
  const service = head.slice(head.indexOf(':') + 1);
  const port = servicePort(service, 'tcp') ?? 0;
  const bind = options.find((option) => option.startsWith('bind='))?.slice('bind='.length);
  const ip = bind === undefined ? 0 : (parseIPv4(bind) ?? 0);
  const box = new Mailbox(context);
  const listening = network.listen(context.host, { pid: context.pid, ip, port, on: box.on('socket') });
  if (typeof listening === 'string')
    throw new Failure(
      `${stamp(context)} E bind(5, {AF=2 ${formatIPv4(ip)}:${port}}, 16): ${errnoText(listening)}\n`,
    );
  const forks = options.includes('fork');
  const waiting: SocketEvent[] = [];
  const children = new Set<number>();
  for (;;) {
    for (const child of children)
      if (context.host.process(child)?.state === 'zombie') {
        yield* context.wait(child);
        children.delete(child);
      }
    const event = waiting.shift() ?? (box.take()?.event as SocketEvent | undefined);
    if (event === undefined) yield { keys: [box.key], children: 'any' };
    if (event?.type !== 'accepted') continue;
    const { connection } = event;
    if (!forks) {
      network.closeListener(context.host, listening.listener);
      const left: End = { kind: 'socket', connection, side: 'server', box };
      return yield* relay(context, left, yield* open(context, second), linger);
    }
    const early: SocketEvent[] = [];
    let reserved = 0;
    const pid = context.spawn({
      argv: context.argv,
      program: function* (child) {
        const left: End = {
          kind: 'socket',
          connection,
          side: 'server',
          box: new Mailbox(child, reserved),
          early,
        };
        return yield* relay(child, left, yield* open(child, second), linger);
      },
    });
    if (typeof pid !== 'number') {
      network.reset(connection, 'server');
      continue;
    }
    children.add(pid);
    const mailbox = reserveMailbox(context.world, pid, 'socket');
    reserved = mailbox.id;
    network.setOwner(connection, 'server', mailbox.on);
    for (let item = box.take(); item !== undefined; item = box.take()) {
      const next = item.event as SocketEvent;
      (next.connection === connection ? early : waiting).push(next);
    }
  }
}

/** `EXEC:<command line>`, `SYSTEM:<shell command>`. */
function start(context: ProgramContext, argv: readonly string[]): End {
  const [name = ''] = argv;
  const path = name.includes('/')
    ? context.resolve(name)
    : (context.env.get('PATH') ?? '/usr/bin:/bin')
        .split(':')
        .map((folder) => `${folder}/${name}`)
        .find((candidate) => context.fs.exists(candidate));
  const [toChild, fromChild] = [context.host.streams.pipe(), context.host.streams.pipe()];
  const pid =
    path === undefined
      ? undefined
      : context.spawn({
          argv,
          path,
          fds: new Map([
            [0, toChild.reader],
            [1, fromChild.writer],
            [2, context.stderr],
          ]),
        });
  toChild.writer.retain();
  fromChild.reader.retain();
  if (typeof pid !== 'number')
    throw new Failure(`${stamp(context)} E execvp("${name}", "${name}"): No such file or directory\n`);
  return { kind: 'program', pid, input: toChild.writer, output: fromChild.reader };
}
function file(context: ProgramContext, path: string): End {
  const stream = context.host.streams.open(context.resolve(path), context.who, { read: true });
  if (typeof stream === 'string')
    throw new Failure(`${stamp(context)} E open("${path}", 02, 0666): ${errnoText(stream)}\n`);
  return { kind: 'program', pid: 0, input: context.host.streams.null(), output: stream };
}
/** What stands in quotes is one word, and quotes are no part of it. */
function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, '$2');
}

function* open(context: ProgramContext, address: string): Generator<Wait, End, Wake> {
  const program = /^(exec|system):(.*)$/is.exec(address);
  if (program !== null) {
    // Options follow the last comma, outside of quotes.
    const command = unquoted((program[2] ?? '').replace(/,(?:nofork|pty|stderr|setsid|su=\w+)$/g, ''));
    return start(
      context,
      program[1]?.toLowerCase() === 'system' ? ['/bin/sh', '-c', command] : command.split(/\s+/),
    );
  }
  const [head = ''] = address.split(',');
  const colon = head.indexOf(':');
  const type = (colon < 0 ? head : head.slice(0, colon)).toLowerCase();
  const rest = colon < 0 ? '' : head.slice(colon + 1);
  switch (type) {
    case '-':
    case 'stdio':
    case 'stdin':
    case 'stdout':
      return { kind: 'stdio' };
    case 'unix-connect':
      return yield* unix(context, rest, `connect(, AF=1 "${rest}", ${rest.length + 2})`);
    case 'unix':
    case 'unix-client':
    case 'local':
      return yield* unix(context, rest, `UNIX-CLIENT:${rest}`);
    case 'tcp':
    case 'tcp4':
    case 'tcp-connect':
    case 'tcp4-connect':
      if (!rest.includes(':'))
        throw new Failure(
          `${stamp(context)} E ${head.slice(0, colon < 0 ? undefined : colon).toUpperCase()}: wrong number of parameters (${colon < 0 ? 0 : 1} instead of 2)\n`,
        );
      return yield* tcp(context, rest);
    case 'open':
    case 'file':
      return file(context, rest);
    case 'gopen':
      return yield* openAny(context, rest);
    default:
      if (colon < 0 && head.includes('/')) return yield* openAny(context, head);
      throw new Failure(
        /^(unix-listen|pty|create|pipe|udp\w*|openssl\w*|ip\w*)$/.test(type)
          ? `not modelled: socat ${type}\n`
          : `${stamp(context)} E unknown device/address "${colon < 0 ? head : head.slice(0, colon)}"\n`,
      );
  }
}
/** GOPEN: a socket is connected to, anything else is a file, which is made where there is none. */
function* openAny(context: ProgramContext, path: string): Generator<Wait, End, Wake> {
  const whole = context.resolve(path);
  const found = context.fs.stat(whole, context.who);
  if ('kind' in found && found.kind === 'socket') return yield* unix(context, path, `UNIX-CLIENT:${path}`);
  const stream = context.host.streams.open(whole, context.who, {
    write: true,
    append: true,
    create: true,
    mode: 0o666 & ~context.umask,
  });
  if (typeof stream === 'string')
    throw new Failure(`${stamp(context)} E open("${path}", 0102, 0666): ${errnoText(stream)}\n`);
  // It is opened at its end: there is nothing to read.
  return { kind: 'program', pid: 0, input: stream, output: context.host.streams.null() };
}
/** @param doing what the complaint names when nobody answers */
function* unix(context: ProgramContext, path: string, doing: string): Generator<Wait, End, Wake> {
  const opened = connectUnix(context, path);
  if (typeof opened === 'string') throw new Failure(`${stamp(context)} E ${doing}: ${errnoText(opened)}\n`);
  yield* opened.box.next();
  return { kind: 'socket', side: 'client', ...opened };
}
function* tcp(context: ProgramContext, target: string): Generator<Wait, End, Wake> {
  const at = target.lastIndexOf(':');
  const [name, service] = [target.slice(0, at), target.slice(at + 1)];
  const found = yield* lookUpName(context, name);
  if (typeof found === 'string')
    throw new Failure(`${stamp(context)} E getaddrinfo("${name}", "NULL", {1,0,1,6}, {}): ${found}\n`);
  const port = servicePort(service, 'tcp') ?? 0;
  const ip = found.addresses[0] ?? 0;
  const box = new Mailbox(context);
  const connection = context.world.network.connect(context.host, {
    pid: context.pid,
    ip,
    port,
    on: box.on('socket'),
  });
  const received = yield* box.next();
  const event = received.kind === 'item' ? (received.event as SocketEvent) : undefined;
  if (event?.type === 'failed')
    throw new Failure(
      `${stamp(context)} E connect(5, AF=2 ${formatIPv4(ip)}:${port}, 16): ${errnoText(event.errno)}\n`,
    );
  return { kind: 'socket', connection, side: 'client', box };
}

/** Both directions until both have ended, or `linger` after the first has. */
function* relay(
  context: ProgramContext,
  left: End,
  right: End,
  linger: number,
): Generator<Wait, number, Wake> {
  const ends = [left, right] as const;
  const open = [true, true];
  let until: number | undefined;
  while (open[0] === true || open[1] === true) {
    for (const [index, end] of ends.entries()) {
      const other = ends[1 - index] ?? end;
      if (open[index] === true && (yield* drain(context, end, other))) {
        open[index] = false;
        if (other.kind === 'socket') context.world.network.shutdown(other.connection, other.side);
        else if (other.kind === 'program') other.input.close();
        // A socket that the other side closed has nothing more to say.
        if (end.kind === 'socket' && other.kind !== 'program')
          until = Math.min(until ?? Number.MAX_SAFE_INTEGER, context.kernel.now);
        else until ??= context.kernel.now + linger;
      }
    }
    if (until !== undefined && context.kernel.now >= until) break;
    const streams = ends.flatMap((end, index) =>
      open[index] !== true || end.kind === 'socket'
        ? []
        : [end.kind === 'stdio' ? context.stdin : end.output],
    );
    yield {
      keys: ends.flatMap((end) => (end.kind === 'socket' ? [end.box.key] : [])),
      ...(streams.length > 0 ? { streams } : {}),
      ...(until === undefined ? {} : { until }),
    };
  }
  for (const end of ends) {
    if (end.kind === 'socket') context.world.network.close(end.connection, end.side);
    else if (end.kind === 'program') end.output.close();
  }
  return 0;
}
/** Moves what is there; true once this end is at its end. */
function* drain(context: ProgramContext, from: End, to: End): Generator<Wait, boolean, Wake> {
  if (from.kind !== 'socket') {
    const source = from.kind === 'stdio' ? context.stdin : from.output;
    for (let text = source.read(); text !== undefined; text = source.read()) {
      if (text === '') return true;
      yield* give(context, to, text);
    }
    return false;
  }
  for (;;) {
    const event = from.early?.shift() ?? (from.box.take()?.event as SocketEvent | undefined);
    if (event === undefined) return false;
    if (event.type === 'message') yield* give(context, to, textOf(event.message));
    else if (event.type === 'closed' || event.type === 'failed') return true;
  }
}
function* give(context: ProgramContext, to: End, text: string): Generator<Wait, void, Wake> {
  if (to.kind === 'stdio') yield* context.out(text);
  else if (to.kind === 'program') to.input.write(text);
  else context.world.network.send(to.connection, to.side, { kind: 'bytes', text, bytes: byteLength(text) });
}
