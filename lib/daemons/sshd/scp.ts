/** scp(1) of OpenSSH 9.2 over the SFTP protocol, and ssh-keyscan(1). Recorded in truth/host/b09. Not modelled: copies between two remote hosts. */
import { SECOND } from '../../std/instant';
import type { SocketEvent } from '../../world/network.contract';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { parseOptions } from '../command-options';
import { lookUpName } from '../host-names';
import { Mailbox } from '../mailbox';
import { Client } from './client';
import { ClientProblem, optionsFrom, readClientConfig, readOption, Settings } from './client-options';
import {
  type FileAnswer,
  type FileRequest,
  packetOf,
  send,
  sendVersion,
  type ServerPacket,
  VERSION,
} from './wire';

const USAGE =
  'usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]\n           [-i identity_file] [-J destination] [-l limit] [-o ssh_option]\n           [-P port] [-S program] [-X sftp_option] source ... target\n';
const TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  ENOSPC: 'No space left on device',
};
type Step<T> = Generator<Wait, T, Wake>;
interface Place {
  host: string | undefined;
  path: string;
}

export function* scp(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: '346ABCOpqRrsTvc:D:F:i:J:l:o:P:S:X:' });
  if (parsed.problem !== undefined || parsed.operands.length < 2) {
    yield* context.err(
      `${parsed.problem === undefined ? '' : `scp: ${parsed.problem.kind === 'missing' ? 'option requires an argument' : 'unknown option'} -- ${parsed.problem.option}\n`}${USAGE}`,
    );
    return 1;
  }
  const places = parsed.operands.map(placeOf);
  const target = places[places.length - 1] ?? { host: undefined, path: '.' };
  const sources = places.slice(0, -1);
  const remote = [...sources, target].find(({ host }) => host !== undefined)?.host;
  const letters = new Set(parsed.options.map(({ name }) => name));
  if (remote === undefined) return yield* copyHere(context, parsed.operands, letters);
  if (target.host !== undefined && sources.some(({ host }) => host !== undefined)) {
    yield* context.err('not modelled: scp between two remote hosts\n');
    return 1;
  }
  const settings = new Settings();
  try {
    for (const { name, value } of parsed.options) if (name === 'o') readOption(settings, value);
    readClientConfig(context, settings, remote.replace(/^.*@/, ''), undefined);
    const options = optionsFrom(context, settings, {
      destination: remote,
      port: parsed.options.find(({ name }) => name === 'P')?.value,
      login: undefined,
      identities: parsed.options.filter(({ name }) => name === 'i').map(({ value }) => value),
      command: undefined,
    });
    if (parsed.options.some(({ name }) => name === 'q')) options.logLevel = 'quiet';
    const client = new Client(context, options);
    yield* client.enter();
    client.send({ t: 'open', pty: undefined, command: undefined, subsystem: 'sftp', env: [] });
    yield* client.next();
    const recursive = parsed.options.some(({ name }) => name === 'r');
    const preserves = parsed.options.some(({ name }) => name === 'p');
    const copy = new Copy(context, client, recursive, preserves);
    let worst = 0;
    for (const source of sources)
      worst = Math.max(
        worst,
        target.host === undefined
          ? yield* copy.fetch(source.path, target.path)
          : yield* copy.put(source.path, target.path),
      );
    client.send({ t: 'disconnect' });
    context.world.network.close(client.connection, 'client');
    return worst;
  } catch (trouble) {
    if (!(trouble instanceof ClientProblem)) throw trouble;
    yield* context.err(`${trouble.message}scp: Connection closed\n`);
    return 255;
  }
}
/** Without a remote host scp is cp. */
function* copyHere(
  context: ProgramContext,
  operands: readonly string[],
  letters: ReadonlySet<string>,
): Step<number> {
  const flags = ['r', 'p'].filter((letter) => letters.has(letter)).map((letter) => `-${letter}`);
  const pid = context.spawn({ argv: ['cp', ...flags, '--', ...operands], path: '/usr/bin/cp' });
  if (typeof pid !== 'number') return 1;
  return (yield* context.wait(pid)).code === 0 ? 0 : 1;
}
function placeOf(text: string): Place {
  const colon = text.indexOf(':');
  const slash = text.indexOf('/');
  if (colon <= 0 || (slash >= 0 && slash < colon)) return { host: undefined, path: text };
  return { host: text.slice(0, colon), path: text.slice(colon + 1) };
}
function last(path: string): string {
  const bare = path.replace(/\/+$/, '');
  return bare.slice(bare.lastIndexOf('/') + 1);
}

class Copy {
  constructor(
    private readonly context: ProgramContext,
    private readonly client: Client,
    private readonly recursive: boolean,
    /** `-p`: times stay. */
    private readonly preserves: boolean,
  ) {}
  *#ask(request: FileRequest): Step<FileAnswer> {
    this.client.send({ t: 'file', request });
    for (;;) {
      const packet = yield* this.client.next();
      if (packet.t === 'file') return packet.answer;
    }
  }
  *#fail(text: string, code = 1): Step<number> {
    yield* this.context.err(`scp: ${text}\n`);
    return code;
  }
  *put(source: string, target: string): Step<number> {
    const { fs, who } = this.context;
    const path = this.context.resolve(source);
    const info = fs.stat(path, who);
    if (info instanceof FileError)
      return yield* this.#fail(`stat local "${source}": ${TEXTS[info.errno] ?? info.errno}`, 255);
    const there = yield* this.#ask({ do: 'stat', path: target });
    const inside = there.ok && there.kind === 'directory';
    const to =
      inside || target === ''
        ? `${target === '' ? '' : `${target.replace(/\/$/, '')}/`}${last(source)}`
        : target;
    if (info.kind === 'directory') {
      if (!this.recursive) {
        yield* this.#fail(`local "${source}" is not a regular file`);
        return yield* this.#notUploaded(source, target);
      }
      yield* this.#ask({ do: 'make-directory', path: to });
      const names = fs.readdir(path, who);
      let worst = 0;
      for (const name of names instanceof FileError ? [] : names)
        worst = Math.max(worst, yield* this.put(`${source}/${name}`, `${to}/${name}`));
      return worst;
    }
    const text = fs.readFile(path, who);
    if (text instanceof FileError)
      return yield* this.#fail(`open local "${source}": ${TEXTS[text.errno] ?? text.errno}`);
    const mtime = this.preserves ? { mtime: info.mtime } : {};
    const answer = yield* this.#ask({ do: 'write', path: to, text, mode: info.mode & 0o777, ...mtime });
    if (answer.ok) return 0;
    yield* this.#fail(
      `dest open "${to}": ${/^(ENOENT|EACCES)$/.test(answer.errno) ? TEXTS[answer.errno] : 'Failure'}`,
    );
    return yield* this.#notUploaded(source, target);
  }
  *#notUploaded(source: string, target: string): Step<number> {
    return yield* this.#fail(`failed to upload file ${source} to ${target}`);
  }
  *fetch(source: string, target: string): Step<number> {
    const { fs, who } = this.context;
    const info = yield* this.#ask({ do: 'stat', path: source });
    if (!info.ok) return yield* this.#fail(`${source}: ${TEXTS[info.errno] ?? info.errno}`);
    const here = fs.stat(this.context.resolve(target), who);
    const inside = !(here instanceof FileError) && here.kind === 'directory';
    const to = inside ? `${target.replace(/\/$/, '')}/${last(source)}` : target;
    if (info.kind === 'directory') {
      if (!this.recursive)
        return yield* this.#fail(`download ${source.replace(/\/*$/, '/')}: not a regular file`);
      fs.mkdir(this.context.resolve(to), 0o755, who);
      const listed = yield* this.#ask({ do: 'list', path: source });
      let worst = 0;
      for (const name of listed.ok ? (listed.names ?? []) : [])
        worst = Math.max(worst, yield* this.fetch(`${source}/${name}`, `${to}/${name}`));
      return worst;
    }
    const read = yield* this.#ask({ do: 'read', path: source });
    if (!read.ok) return yield* this.#fail(`open "${source}": ${TEXTS[read.errno] ?? read.errno}`);
    const failed = fs.writeFile(this.context.resolve(to), read.text ?? '', who, {
      mode: (read.mode ?? 0o644) & ~this.context.umask,
    });
    if (failed === undefined && this.preserves && read.mtime !== undefined)
      fs.utimes(this.context.resolve(to), this.context.host.clock(), read.mtime, who);
    return failed === undefined
      ? 0
      : yield* this.#fail(`open local "${to}": ${TEXTS[failed.errno] ?? failed.errno}`);
  }
}

const KEYSCAN_USAGE = `usage: ssh-keyscan [-46cDHv] [-f file] [-p port] [-T timeout] [-t type]
\t\t   [host | addrlist namelist]
`;
/** It looks a host up for each of them. */
const KEY_TYPES = 5;

/** ssh-keyscan: the keys that hosts show. */
export function* sshKeyscan(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: '46cDHvf:O:p:T:t:' });
  const port = Number(parsed.options.find(({ name }) => name === 'p')?.value ?? 22);
  if (!(Number.isInteger(port) && port > 0 && port <= 65_535)) {
    yield* context.err(`Bad port '${parsed.options.find(({ name }) => name === 'p')?.value ?? ''}'\n`);
    return 1;
  }
  if (parsed.problem !== undefined || parsed.operands.length === 0) {
    yield* context.err(KEYSCAN_USAGE);
    return 1;
  }
  const patience = Number(parsed.options.find(({ name }) => name === 'T')?.value ?? 5);
  let hasFound = false;
  for (const name of parsed.operands) {
    const found = yield* lookUpName(context, name);
    if (typeof found === 'string') {
      yield* context.err(`getaddrinfo ${name}: ${found}\n`.repeat(KEY_TYPES));
      continue;
    }
    const box = new Mailbox(context);
    const until = context.kernel.now + Math.max(1, patience) * SECOND;
    const connection = context.world.network.connect(context.host, {
      pid: context.pid,
      ip: found.addresses[0] ?? 0,
      port,
      on: box.on('peer'),
    });
    for (let waiting = true; waiting; ) {
      const received = yield* box.next(until);
      const event = received.kind === 'item' ? (received.event as SocketEvent) : undefined;
      if (event?.type === 'connected') {
        sendVersion(context.world, connection, 'client');
        send(context.world, connection, 'client', { t: 'kex' });
        yield* context.err(`# ${name}:${port} ${VERSION}\n`);
        continue;
      }
      const packet = event?.type === 'message' ? packetOf<ServerPacket>(event.message) : undefined;
      if (packet?.t === 'kex') {
        hasFound = true;
        yield* context.out(
          `${port === 22 ? name : `[${name}]:${port}`} ${packet.hostKey.type} ${packet.hostKey.blob}\n`,
        );
      }
      waiting = event?.type === 'message' && packet === undefined;
    }
    context.world.network.close(connection, 'client');
    box.close();
  }
  return hasFound ? 0 : 1;
}
