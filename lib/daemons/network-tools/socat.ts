/** socat(1) 1.7.4: between standard streams, UNIX sockets and TCP. Other address types are named as not modelled. */
import { byteLength } from '../../std/bytes';
import { strftime } from '../../std/civil';
import { SECOND } from '../../std/instant';
import { formatIPv4 } from '../../std/ipv4';
import type { Side, SocketEvent } from '../../world/network.contract';
import { textOf } from '../message-text';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { errnoText, lookUpName, servicePort } from '../host-names';
import { Mailbox } from '../mailbox';

/** How long the other direction may go on after one has ended (-t). */
const LINGER = SECOND / 2;
type End = { kind: 'stdio' } | { kind: 'socket'; connection: number; side: Side; box: Mailbox };
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
      const value = Number(words[++i]);
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

function* open(context: ProgramContext, address: string): Generator<Wait, End, Wake> {
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
    case 'unix':
    case 'unix-connect':
    case 'unix-client':
    case 'local':
      return yield* unix(context, rest);
    case 'tcp':
    case 'tcp4':
    case 'tcp-connect':
    case 'tcp4-connect':
      return yield* tcp(context, rest);
    default:
      if (colon < 0 && head.includes('/')) return yield* unix(context, head);
      throw new Failure(
        /^(tcp4?-listen|tcp4?-l|unix-listen|exec|system|pty|open|file|create|pipe|udp\w*|openssl\w*|gopen|ip\w*)$/.test(
          type,
        )
          ? `not modelled: socat ${type}\n`
          : `${stamp(context)} E unknown device/address "${type}"\n`,
      );
  }
}
function* unix(context: ProgramContext, path: string): Generator<Wait, End, Wake> {
  const box = new Mailbox(context);
  const opened = context.world.network.connectUnix(context.host, {
    pid: context.pid,
    path: context.resolve(path),
    who: context.who,
    on: box.on('socket'),
  });
  if (typeof opened === 'string')
    throw new Failure(
      `${stamp(context)} E connect(5, AF=1 "${path}", ${path.length + 2}): ${errnoText(opened)}\n`,
    );
  yield* box.next();
  return { kind: 'socket', connection: opened.connection, side: 'client', box };
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
        if (other.kind === 'socket') context.world.network.close(other.connection, other.side);
        // A socket that the other side closed has nothing more to say.
        if (end.kind === 'socket') until = Math.min(until ?? Number.MAX_SAFE_INTEGER, context.kernel.now);
        else until ??= context.kernel.now + linger;
      }
    }
    if (until !== undefined && context.kernel.now >= until) break;
    yield {
      keys: ends.flatMap((end) => (end.kind === 'socket' ? [end.box.key] : [])),
      ...(ends.some((end, index) => end.kind === 'stdio' && open[index] === true)
        ? { streams: [context.stdin] }
        : {}),
      ...(until === undefined ? {} : { until }),
    };
  }
  for (const end of ends) if (end.kind === 'socket') context.world.network.close(end.connection, end.side);
  return 0;
}
/** Moves what is there; true once this end is at its end. */
function* drain(context: ProgramContext, from: End, to: End): Generator<Wait, boolean, Wake> {
  if (from.kind === 'stdio') {
    for (let text = context.stdin.read(); text !== undefined; text = context.stdin.read()) {
      if (text === '') return true;
      yield* give(context, to, text);
    }
    return false;
  }
  for (let item = from.box.take(); item !== undefined; item = from.box.take()) {
    const event = item.event as SocketEvent;
    if (event.type === 'message') yield* give(context, to, textOf(event.message));
    else if (event.type === 'closed' || event.type === 'failed') return true;
  }
  return false;
}
function* give(context: ProgramContext, to: End, text: string): Generator<Wait, void, Wake> {
  if (to.kind === 'stdio') yield* context.out(text);
  else context.world.network.send(to.connection, to.side, { kind: 'bytes', text, bytes: byteLength(text) });
}
