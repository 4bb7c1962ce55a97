/**
 * loginctl: sessions are what runs in session scopes. Source: loginctl(1). Not modelled: user managers (a lingering user has
 * none here either), idle times, devices of seats.
 */
import { FileError } from '../../../world/files.contract';
import type { ProcessState, Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import type { UserRecord } from '../../../world/world.contract';
import { parseOptions } from '../../command-options';
import { refuseOptions, VERSION_LINE } from './misuse';

type Run<T> = Generator<Wait, T, Wake>;
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const LINGER = '/var/lib/systemd/linger';
const OPTIONS = {
  short: 'hH:M:p:P:als:n:o:',
  long: {
    help: 'h',
    version: 'version',
    'no-pager': 'no-pager',
    'no-legend': 'no-legend',
    'no-ask-password': 'no-ask-password',
    full: 'l',
    all: 'a',
    value: 'value',
    'property=': 'p',
    'kill-who=': 'kill-who',
    'kill-whom=': 'kill-who',
    'signal=': 's',
    'lines=': 'n',
    'output=': 'o',
    'host=': 'H',
    'machine=': 'M',
  },
};
interface Session {
  readonly id: string;
  readonly uid: number;
  readonly tty: string;
  readonly processes: ProcessState[];
}
interface Call {
  readonly context: ProgramContext;
  readonly args: readonly string[];
  readonly legend: boolean;
  readonly onlyValues: boolean;
  readonly properties: readonly string[];
  readonly sessions: readonly Session[];
}
type Verb = (call: Call) => Run<number>;

export const loginctl: Program = function* (context) {
  const parsed = parseOptions(context.argv.slice(1), OPTIONS);
  const refused = yield* refuseOptions(context, 'loginctl', parsed);
  if (refused !== undefined) return refused;
  const has = (name: string): boolean => parsed.options.some((option) => option.name === name);
  if (has('version')) {
    yield* context.out(VERSION_LINE);
    return 0;
  }
  const [verb = 'list-sessions', ...args] = parsed.operands;
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (run === undefined) {
    yield* context.err(
      NOT_MODELLED.has(verb) ? `loginctl: not modelled: ${verb}\n` : `Unknown command verb ${verb}.\n`,
    );
    return 1;
  }
  if (LEAST_ONE.has(verb) && args.length === 0) {
    yield* context.err('Too few arguments.\n');
    return 1;
  }
  return yield* run({
    context,
    args,
    legend: !has('no-legend'),
    onlyValues: has('value') || has('P'),
    properties: parsed.options
      .filter(({ name }) => name === 'p' || name === 'P')
      .flatMap(({ value }) => value.split(',')),
    sessions: sessionsOf(context),
  });
};
const NOT_MODELLED = new Set([
  'attach',
  'flush-devices',
  'activate',
  'lock-session',
  'unlock-session',
  'show-seat',
  'terminate-seat',
]);
const LEAST_ONE = new Set(['terminate-session', 'kill-session', 'terminate-user', 'kill-user', 'attach']);
const VERBS: Readonly<Record<string, Verb>> = {
  'list-sessions': listSessions,
  'list-users': listUsers,
  'list-seats': listSeats,
  'seat-status': seatStatus,
  'session-status': sessionStatus,
  'show-session': showSession,
  'user-status': showUser,
  'show-user': showUser,
  'enable-linger': (call) => linger(call, true),
  'disable-linger': (call) => linger(call, false),
  'terminate-session': endSessions,
  'kill-session': endSessions,
  'terminate-user': endUsers,
  'kill-user': endUsers,
  'lock-sessions': () => nothing(),
  'unlock-sessions': () => nothing(),
};
function* nothing(): Run<number> {
  return 0;
}

function sessionsOf({ host }: ProgramContext): Session[] {
  const sessions = new Map<string, Session>();
  for (const process of host.processes()) {
    const id = /^session-(\w+)\.scope$/.exec(process.unit ?? '')?.[1];
    if (id === undefined) continue;
    const known = sessions.get(id);
    // Whoever has logged in is told by the processes behind the server's own.
    const uid = known === undefined || known.uid === 0 ? process.uid : known.uid;
    // A session of ssh has no terminal for logind, whatever its processes have.
    const tty = known === undefined ? (process.tty ?? '') : known.tty;
    sessions.set(id, { id, uid, tty, processes: [...(known?.processes ?? []), process] });
  }
  return [...sessions.values()];
}
function* listSessions({ context, sessions, legend }: Call): Run<number> {
  if (sessions.length === 0) {
    if (legend) yield* context.out('No sessions.\n');
    return 0;
  }
  const rows = sessions.map(({ id, uid, tty }) => [
    id,
    String(uid),
    context.host.user(uid)?.name ?? String(uid),
    '',
    tty,
  ]);
  const widths = [7, 3, 4, 4, 3].map((least, i) =>
    Math.max(least, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const print = ([id = '', uid = '', user = '', seat = '', tty = '']: string[]): string =>
    `${id.padStart(widths[0] ?? 0)} ${uid.padStart(widths[1] ?? 0)} ${user.padEnd(widths[2] ?? 0)} ${seat.padEnd(widths[3] ?? 0)} ${tty}\n`;
  const head = legend ? print(['SESSION', 'UID', 'USER', 'SEAT', 'TTY']) : '';
  yield* context.out(
    `${head}${rows.map(print).join('')}${legend ? `\n${sessions.length} sessions listed.\n` : ''}`,
  );
  return 0;
}
function lingering({ host }: ProgramContext): string[] {
  const names = host.fs.readdir(LINGER, ROOT);
  return Array.isArray(names) ? [...names].sort() : [];
}
function* listUsers({ context, sessions, legend }: Call): Run<number> {
  const { host } = context;
  const stays = lingering(context);
  const uids = new Set(sessions.map(({ uid }) => uid));
  for (const name of stays) {
    const uid = host.user(name)?.uid;
    if (uid !== undefined) uids.add(uid);
  }
  if (uids.size === 0) {
    if (legend) yield* context.out('No users.\n');
    return 0;
  }
  const rows = [...uids]
    .sort((a, b) => a - b)
    .map((uid) => {
      const name = host.user(uid)?.name ?? '';
      return [String(uid), name, stays.includes(name) ? 'yes' : 'no'];
    });
  const width = (i: number, least: number): number =>
    Math.max(least, ...rows.map((row) => (row[i] ?? '').length));
  const print = ([uid = '', user = '', stay = '']: string[]): string =>
    `${uid.padStart(width(0, 3))} ${user.padEnd(width(1, 4))} ${stay}\n`;
  yield* context.out(
    `${legend ? print(['UID', 'USER', 'LINGER']) : ''}${rows.map(print).join('')}${legend ? `\n${rows.length} users listed.\n` : ''}`,
  );
  return 0;
}
function* listSeats({ context, legend }: Call): Run<number> {
  yield* context.out(legend ? 'SEAT\nseat0\n\n1 seats listed.\n' : 'seat0\n');
  return 0;
}
function* seatStatus({ context, args }: Call): Run<number> {
  for (const seat of args.length === 0 ? ['seat0'] : args) {
    if (seat !== 'seat0') {
      yield* context.err(`Failed to get seat path: No seat '${seat}' known\n`);
      return 1;
    }
    yield* context.out('seat0\n\t Devices:\n\t\t  └─(none)\n');
  }
  return 0;
}
function ownSession({ context, sessions }: Call): Session | undefined {
  return sessions.find(({ processes }) => processes.some(({ pid }) => pid === context.pid));
}
const NO_SESSION = "Could not get properties: Unknown object '/org/freedesktop/login1/session/auto'.\n";
function* sessionStatus(call: Call): Run<number> {
  const { context, args, sessions } = call;
  const wanted = args.length === 0 ? [ownSession(call)?.id] : args;
  for (const id of wanted) {
    const session = sessions.find((one) => one.id === id);
    if (session === undefined) {
      yield* context.err(
        id === undefined ? NO_SESSION : `Failed to get session path: No session '${id}' known\n`,
      );
      return 1;
    }
    yield* context.err('loginctl: not modelled: session-status\n');
    return 1;
  }
  return 0;
}
function* showSession(call: Call): Run<number> {
  const { context, args, sessions } = call;
  if (args.length === 0) {
    yield* context.err('loginctl: not modelled: properties of the manager\n');
    return 1;
  }
  for (const id of args) {
    const session = sessions.find((one) => one.id === id);
    if (session === undefined) {
      yield* context.err(`Failed to get session path: No session '${id}' known\n`);
      return 1;
    }
    const user = context.host.user(session.uid);
    yield* print(call, [
      ['Id', id],
      ['User', String(session.uid)],
      ['Name', user?.name ?? ''],
      ...(session.tty === '' ? [] : [['TTY', session.tty] as const]),
      ['Remote', 'yes'],
      ['Service', 'sshd'],
      ['Scope', `session-${id}.scope`],
      ['Type', 'tty'],
      ['Class', 'user'],
      ['Active', 'yes'],
      ['State', 'active'],
    ]);
  }
  return 0;
}
/** Rows that were asked for; which are asked for in no order come in the program's. */
function* print(
  { context, properties, onlyValues }: Call,
  rows: readonly (readonly [string, string])[],
): Run<void> {
  for (const [key, value] of rows)
    if (properties.length === 0 || properties.includes(key))
      yield* context.out(onlyValues ? `${value}\n` : `${key}=${value}\n`);
}
function* userNamed({ context }: Call, name: string): Run<UserRecord | undefined> {
  const user = /^\d+$/.test(name) ? context.host.user(Number(name)) : context.host.user(name);
  if (user === undefined) yield* context.err(`Failed to look up user ${name}: No such process\n`);
  return user;
}
function* showUser(call: Call): Run<number> {
  const { context, args, sessions } = call;
  for (const name of args) {
    const user = yield* userNamed(call, name);
    if (user === undefined) return 1;
    const own = sessions.filter(({ uid }) => uid === user.uid).map(({ id }) => id);
    const stays = lingering(context).includes(user.name);
    if (own.length === 0 && !stays) {
      yield* context.err(`Failed to get user: User ID ${user.uid} is not logged in or lingering\n`);
      return 1;
    }
    yield* print(call, [
      ['UID', String(user.uid)],
      ['GID', String(user.gid)],
      ['Name', user.name],
      ['RuntimePath', `/run/user/${user.uid}`],
      ['Service', `user@${user.uid}.service`],
      ['Slice', `user-${user.uid}.slice`],
      ['State', own.length === 0 ? 'lingering' : 'active'],
      ['Sessions', own.join(' ')],
      ['Linger', stays ? 'yes' : 'no'],
    ]);
  }
  return 0;
}
/** A file for each user who may run things without being logged in. Source: systemd-logind "LINGER". */
function* linger(call: Call, isOn: boolean): Run<number> {
  const { context, args } = call;
  const { fs } = context.host;
  if (args.length === 0 && context.process.unit?.startsWith('session-') !== true) {
    yield* context.err('Could not enable linger: No such device or address\n');
    return 1;
  }
  for (const name of args.length === 0 ? [String(context.who.uid)] : args) {
    const user = yield* userNamed(call, name);
    if (user === undefined) return 1;
    if (context.who.uid !== 0 && context.who.uid !== user.uid) {
      yield* context.err('Could not enable linger: Access denied\n');
      return 1;
    }
    if (fs.stat(LINGER, ROOT) instanceof FileError) fs.mkdir(LINGER, 0o755, ROOT);
    if (isOn) fs.writeFile(`${LINGER}/${user.name}`, '', ROOT);
    else fs.unlink(`${LINGER}/${user.name}`, ROOT);
  }
  return 0;
}
function endAll({ context }: Call, session: Session): void {
  for (const { pid } of session.processes) context.world.kill(context.host, pid, 'TERM');
}
function* endSessions(call: Call): Run<number> {
  const { context, args, sessions } = call;
  const isKill = context.argv.includes('kill-session');
  for (const id of args) {
    const session = sessions.find((one) => one.id === id);
    if (session === undefined) {
      yield* context.err(
        `${isKill ? 'Could not kill session' : 'Failed to issue method call'}: No session '${id}' known\n`,
      );
      return 1;
    }
    endAll(call, session);
  }
  return 0;
}
function* endUsers(call: Call): Run<number> {
  for (const name of call.args) {
    const user = yield* userNamed(call, name);
    if (user === undefined) return 1;
    const own = call.sessions.filter(({ uid }) => uid === user.uid);
    if (own.length === 0) {
      yield* call.context.err(
        `Could not ${call.context.argv.includes('kill-user') ? 'kill' : 'terminate'} user: User ID ${user.uid} is not logged in or lingering\n`,
      );
      return 1;
    }
    for (const session of own) endAll(call, session);
  }
  return 0;
}
