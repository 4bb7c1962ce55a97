/**
 * sftp(1) of OpenSSH 9.2: batch files, a conversation, `sftp HOST:FILE [LOCAL]`. Recorded in tests/conformance/hosts/h02.
 * Not modelled: reget, reput, chown, chgrp, df, copy; the progress meter shows nothing.
 */
import { fnmatch } from '../../std/fnmatch';
import { strftime } from '../../std/civil';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { parseOptions } from '../command-options';
import { Client } from './client';
import { ClientProblem, optionsFrom, readClientConfig, readOption, Settings } from './client-options';
import { SFTP_HELP } from './sftp-help';
import type { FileAnswer, FileDetails, FileRequest } from './wire';

const USAGE =
  'usage: sftp [-46AaCfNpqrv] [-B buffer_size] [-b batchfile] [-c cipher]\n          [-D sftp_server_command] [-F ssh_config] [-i identity_file]\n          [-J destination] [-l limit] [-o ssh_option] [-P port]\n          [-R num_requests] [-S program] [-s subsystem | sftp_server]\n          [-X sftp_option] destination\n';
const TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Permission denied',
};
const WIDTH = 80;
const FAILED = 255;
type Step<T = void> = Generator<Wait, T, Wake>;

export function* sftp(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: '46AaCfNpqrvB:b:c:D:F:i:J:l:o:P:R:S:s:X:' });
  const [destination, local] = parsed.operands;
  if (parsed.problem !== undefined || destination === undefined) {
    yield* context.err(USAGE);
    return 1;
  }
  const given = (name: string): string | undefined =>
    parsed.options.findLast((option) => option.name === name)?.value;
  const batch = given('b');
  const commands = batch === undefined || batch === '-' ? undefined : readBatch(context, batch);
  if (commands instanceof FileError) {
    yield* context.err(`${TEXTS[commands.errno] ?? commands.errno} (${batch ?? ''}).\n`);
    return FAILED;
  }
  const place = /^([^/:]+|[^@/]+@[^/:]+)(?::(.*))?$/s.exec(destination);
  const host = place?.[1] ?? destination;
  const settings = new Settings();
  try {
    for (const { name, value } of parsed.options) if (name === 'o') readOption(settings, value);
    readClientConfig(context, settings, host.replace(/^.*@/, ''), given('F'));
    const options = optionsFrom(context, settings, {
      destination: host,
      port: given('P'),
      login: undefined,
      identities: parsed.options.filter(({ name }) => name === 'i').map(({ value }) => value),
      command: undefined,
    });
    const isQuiet = given('q') !== undefined;
    if (isQuiet) options.logLevel = 'quiet';
    const client = new Client(context, options);
    yield* client.enter();
    client.send({ t: 'open', pty: undefined, command: undefined, subsystem: 'sftp', env: [] });
    yield* client.next();
    if (batch === undefined && !isQuiet) yield* context.err(`Connected to ${host.replace(/^.*@/, '')}.\n`);
    const talk = new Conversation(context, client, { isBatch: batch !== undefined, isQuiet });
    const code = yield* talk.run(commands, place?.[2], local);
    client.send({ t: 'disconnect' });
    context.world.network.close(client.connection, 'client');
    return code;
  } catch (trouble) {
    if (!(trouble instanceof ClientProblem)) throw trouble;
    yield* context.err(`${trouble.message}Connection closed\n`);
    return FAILED;
  }
}

function readBatch(context: ProgramContext, name: string): string[] | FileError {
  const text = context.fs.readFile(context.resolve(name), context.who);
  if (text instanceof FileError) return text;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Words with quotes and backslashes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:"(?:\\.|[^"])*"|'[^']*'|\\.|[^\s"'\\])+/g)].map(([word]) =>
    word.replace(/"((?:\\.|[^"])*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, one?: string) =>
      double === undefined ? (single ?? one ?? '') : double.replace(/\\(.)/g, '$1'),
    ),
  );
}
function baseName(path: string): string {
  const bare = path.replace(/(?<=.)\/+$/, '');
  return bare.slice(bare.lastIndexOf('/') + 1);
}

class Conversation {
  #directory = '';
  #isOver = false;

  constructor(
    private readonly context: ProgramContext,
    private readonly client: Client,
    private readonly manner: { readonly isBatch: boolean; readonly isQuiet: boolean },
  ) {}

  *run(commands: string[] | undefined, remote: string | undefined, local: string | undefined): Step<number> {
    const home = yield* this.#ask({ do: 'stat', path: '.' });
    this.#directory = home.ok ? (home.path ?? '/') : '/';
    if (remote !== undefined && remote !== '') {
      const start = yield* this.#ask({ do: 'stat', path: this.#absolute(remote) });
      if (!start.ok || start.kind !== 'directory')
        return (yield* this.#get([remote, ...(local === undefined ? [] : [local])], false)) ? 0 : 1;
      this.#directory = this.#absolute(remote);
    }
    const { stdin } = this.context;
    for (;;) {
      const fromTerminal = commands === undefined && stdin.tty !== undefined;
      if (fromTerminal) yield* this.context.out('sftp> ');
      const line = commands === undefined ? yield* this.context.readLine() : commands.shift();
      if (line === undefined || line === '') {
        if (commands === undefined || line === undefined) return 0;
      }
      const text = (line ?? '').replace(/\n$/, '');
      if (!fromTerminal) yield* this.context.out(`sftp> ${text}\n`);
      const mayFail = text.trimStart().startsWith('-');
      const done = yield* this.#command(text.trim().replace(/^[-@]/, '').trim());
      if (!done && this.manner.isBatch && !mayFail) return 1;
      if (this.#isOver) return 0;
    }
  }

  // ---------------------------------------------------------------- talking
  *#ask(request: FileRequest): Step<FileAnswer> {
    this.client.send({ t: 'file', request });
    for (;;) {
      const packet = yield* this.client.next();
      if (packet.t === 'file') return packet.answer;
    }
  }
  *#fail(text: string): Step<boolean> {
    yield* this.context.err(`${text}\n`);
    return false;
  }
  *#out(text: string): Step {
    yield* this.context.out(text);
  }
  *#changed(request: FileRequest, what: string): Step<boolean> {
    const answer = yield* this.#ask(request);
    return answer.ok || (yield* this.#fail(`remote ${what}: ${TEXTS[answer.errno] ?? 'Failure'}`));
  }
  #absolute(path: string): string {
    const whole = path.startsWith('/') ? path : `${this.#directory}/${path}`;
    const parts: string[] = [];
    for (const part of whole.split('/'))
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    return `/${parts.join('/')}`;
  }

  // ---------------------------------------------------------------- commands
  *#command(line: string): Step<boolean> {
    if (line === '' || line.startsWith('#')) return true;
    if (line.startsWith('!')) return yield* this.#local(line.slice(1));
    const [name = '', ...words] = wordsOf(line);
    const flags = words.filter((word) => /^-[a-zA-Z1]+$/.test(word)).join('');
    const args = words.filter((word) => !/^-[a-zA-Z1]+$/.test(word));
    const [first = '', second = ''] = args;
    const needed = NEEDED[name];
    if (needed === undefined) return yield* this.#fail('Invalid command.');
    if (args.length < needed)
      return yield* this.#fail(`You must specify at least one path after a ${name} command.`);
    switch (name) {
      case 'pwd':
        yield* this.#out(`Remote working directory: ${this.#directory}\n`);
        return true;
      case 'lpwd':
        yield* this.#out(`Local working directory: ${this.context.cwd}\n`);
        return true;
      case 'cd':
        return yield* this.#changeDirectory(first === '' ? '.' : first);
      case 'lcd':
        return yield* this.#changeLocal(first);
      case 'lmkdir': {
        const made = this.context.fs.mkdir(
          this.context.resolve(first),
          0o777 & ~this.context.umask,
          this.context.who,
        );
        return (
          made === undefined ||
          (yield* this.#fail(
            `Couldn't create local directory "${first}": ${TEXTS[made.errno] ?? 'File exists'}`,
          ))
        );
      }
      case 'lls':
        return yield* this.#local(`ls ${words.join(' ')}`);
      case 'ls':
      case 'dir':
        return yield* this.#list(first, flags);
      case 'get':
        return yield* this.#get(args, flags.includes('r') || flags.includes('R'));
      case 'put':
        return yield* this.#put(args, flags.includes('r') || flags.includes('R'));
      case 'mkdir': {
        const path = this.#absolute(first);
        const there = yield* this.#ask({ do: 'stat', path });
        if (there.ok) return yield* this.#fail(`remote mkdir "${path}": Failure`);
        return yield* this.#changed({ do: 'make-directory', path }, `mkdir "${path}"`);
      }
      case 'rmdir':
        return yield* this.#changed(
          { do: 'remove-directory', path: this.#absolute(first) },
          `rmdir "${this.#absolute(first)}"`,
        );
      case 'rm':
        return yield* this.#remove(first);
      case 'rename':
        return yield* this.#changed(
          { do: 'rename', path: this.#absolute(first), to: this.#absolute(second) },
          `rename "${this.#absolute(first)}" to "${this.#absolute(second)}"`,
        );
      case 'ln':
      case 'symlink': {
        const isSymbolic = name === 'symlink' || flags.includes('s');
        const target = isSymbolic ? first : this.#absolute(first);
        return yield* this.#changed(
          { do: isSymbolic ? 'symlink' : 'link', path: this.#absolute(second), target },
          `${isSymbolic ? 'symlink' : 'link'} file "${target}" to "${this.#absolute(second)}"`,
        );
      }
      case 'chmod':
        return yield* this.#changed(
          { do: 'chmod', path: this.#absolute(second), mode: Number.parseInt(first, 8) },
          `setstat "${this.#absolute(second)}"`,
        );
      case 'version':
        yield* this.#out('SFTP protocol version 3\n');
        return true;
      case 'progress':
        yield* this.#out('Progress meter enabled\n');
        return true;
      case 'help':
      case '?':
        yield* this.#out(SFTP_HELP);
        return true;
      case 'lumask':
        this.context.umask = Number.parseInt(first, 8);
        yield* this.#out(`Local umask: ${first}\n`);
        return true;
      default:
        if (name !== 'exit' && name !== 'quit' && name !== 'bye')
          return yield* this.#fail(`not modelled: ${name}`);
        this.#isOver = true;
        return true;
    }
  }

  *#local(command: string): Step<boolean> {
    const pid = this.context.spawn({ argv: ['sh', '-c', command], path: '/bin/sh' });
    if (typeof pid !== 'number') return false;
    const status = yield* this.context.wait(pid);
    return status.code === 0 || (yield* this.#fail(`Shell exited with status ${status.code ?? 1}`));
  }

  *#changeDirectory(name: string): Step<boolean> {
    const path = this.#absolute(name);
    const info = yield* this.#ask({ do: 'stat', path });
    if (!info.ok) return yield* this.#fail(`stat remote: ${TEXTS[info.errno] ?? 'Failure'}`);
    if (info.kind !== 'directory')
      return yield* this.#fail(`Can't change directory: "${path}" is not a directory`);
    this.#directory = path;
    return true;
  }
  *#changeLocal(name: string): Step<boolean> {
    const path = this.context.resolve(name);
    const info = this.context.fs.stat(path, this.context.who);
    const reason =
      info instanceof FileError
        ? (TEXTS[info.errno] ?? info.errno)
        : info.kind === 'directory'
          ? ''
          : 'Not a directory';
    if (reason !== '') return yield* this.#fail(`Couldn't change local directory to "${name}": ${reason}`);
    this.context.cwd = path;
    return true;
  }

  // ---------------------------------------------------------------- listing
  *#list(name: string, flags: string): Step<boolean> {
    const path = this.#absolute(name);
    const found = yield* this.#matching(path);
    if (found.length === 0) return yield* this.#fail(`Can't ls: "${path}" not found`);
    const shown: FileDetails[] = [];
    for (const match of found) {
      const answer = yield* this.#ask({ do: 'details', path: match });
      if (!answer.ok)
        return yield* this.#fail(`remote readdir("${match}"): ${TEXTS[answer.errno] ?? 'Failure'}`);
      const prefix = name === '' ? '' : `${name.replace(/(?<=.)\/+$/, '')}${name === '/' ? '' : '/'}`;
      for (const entry of answer.details ?? [])
        shown.push(
          answer.kind === 'directory' && found.length === 1
            ? { ...entry, name: prefix + entry.name }
            : { ...entry, name: match },
        );
    }
    const isHidden = (text: string): boolean => baseName(text).startsWith('.');
    const rows = shown
      .filter((entry) => flags.includes('a') || !isHidden(entry.name))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    if (flags.includes('r')) rows.reverse();
    if (/[ln]/.test(flags)) for (const row of rows) yield* this.#out(`${this.#long(row)}\n`);
    else if (flags.includes('1')) for (const row of rows) yield* this.#out(`${row.name}\n`);
    else yield* this.#out(inColumns(rows.map((row) => row.name)));
    return true;
  }
  #long(row: FileDetails): string {
    const now = this.context.host.clock();
    const isRecent = now - row.mtime < 182 * 86_400_000_000 && row.mtime <= now;
    const date = strftime(isRecent ? '%b %e %H:%M' : '%b %e  %Y', row.mtime);
    return `${row.mode}    ? ${row.user.padEnd(8)} ${row.group.padEnd(8)} ${String(row.size).padStart(8)} ${date} ${row.name}`;
  }
  /** Paths that a pattern means; one that is no pattern means itself when it is there. */
  *#matching(path: string): Step<string[]> {
    if (!/[*?[]/.test(path)) return (yield* this.#ask({ do: 'stat', path })).ok ? [path] : [];
    const cut = path.lastIndexOf('/');
    const answer = yield* this.#ask({ do: 'list', path: path.slice(0, cut) || '/' });
    const matches = fnmatch(path.slice(cut + 1));
    return answer.ok
      ? (answer.names ?? [])
          .filter((name) => !name.startsWith('.') && matches(name))
          .sort()
          .map((name) => `${path.slice(0, cut)}/${name}`)
      : [];
  }

  // ---------------------------------------------------------------- transfers
  *#get(args: readonly string[], isRecursive: boolean): Step<boolean> {
    const [name = '', local] = args;
    const found = yield* this.#matching(this.#absolute(name));
    if (found.length === 0) return yield* this.#fail(`File "${this.#absolute(name)}" not found.`);
    const here =
      local === undefined ? undefined : this.context.fs.stat(this.context.resolve(local), this.context.who);
    const isInside = here !== undefined && !(here instanceof FileError) && here.kind === 'directory';
    if (found.length > 1 && local !== undefined && !isInside)
      return yield* this.#fail(`Multiple paths match, but destination "${local}" is not a directory`);
    let done = true;
    for (const path of found) {
      const to =
        local === undefined
          ? baseName(path)
          : isInside
            ? `${local.replace(/\/$/, '')}/${baseName(path)}`
            : local;
      if (!this.manner.isBatch && !this.manner.isQuiet) yield* this.#out(`Fetching ${path} to ${to}\n`);
      if (!(yield* this.#fetch(path, to, isRecursive))) done = false;
    }
    return done;
  }
  *#fetch(path: string, to: string, isRecursive: boolean): Step<boolean> {
    const { fs, who, umask } = this.context;
    const info = yield* this.#ask({ do: 'stat', path });
    if (!info.ok) return yield* this.#fail(`remote open "${path}": ${TEXTS[info.errno] ?? 'Failure'}`);
    if (info.kind === 'directory') {
      if (!isRecursive) return yield* this.#fail(`download "${path}": not a regular file`);
      yield* this.#out(`Retrieving ${path}\n`);
      fs.mkdir(this.context.resolve(to), 0o777 & ~umask, who);
      const listed = yield* this.#ask({ do: 'list', path });
      let done = true;
      for (const name of listed.ok ? (listed.names ?? []) : [])
        if (!(yield* this.#fetch(`${path}/${name}`, `${to}/${name}`, true))) done = false;
      return done;
    }
    const read = yield* this.#ask({ do: 'read', path });
    if (!read.ok) return yield* this.#fail(`remote open "${path}": ${TEXTS[read.errno] ?? 'Failure'}`);
    const failed = fs.writeFile(this.context.resolve(to), read.text ?? '', who, {
      mode: (read.mode ?? 0o644) & ~umask,
    });
    return (
      failed === undefined ||
      (yield* this.#fail(`local open "${to}": ${TEXTS[failed.errno] ?? failed.errno}`))
    );
  }

  *#put(args: readonly string[], isRecursive: boolean): Step<boolean> {
    const [name = '', remote] = args;
    const { fs, who } = this.context;
    const names = /[*?[]/.test(name) ? this.#localMatching(name) : [name];
    const target = this.#absolute(remote ?? '.');
    const there = yield* this.#ask({ do: 'stat', path: target });
    const isInside = remote === undefined || (there.ok && there.kind === 'directory');
    for (const one of names) {
      const info = fs.stat(this.context.resolve(one), who);
      if (info instanceof FileError)
        return yield* this.#fail(`stat ${one}: ${TEXTS[info.errno] ?? info.errno}`);
      const to = isInside ? `${target === '/' ? '' : target}/${baseName(one)}` : target;
      if (!this.manner.isBatch && !this.manner.isQuiet) yield* this.#out(`Uploading ${one} to ${to}\n`);
      if (!(yield* this.#send(one, to, isRecursive))) return false;
    }
    return names.length > 0 || (yield* this.#fail(`stat ${name}: No such file or directory`));
  }
  #localMatching(pattern: string): string[] {
    const cut = pattern.lastIndexOf('/');
    const folder = cut < 0 ? '.' : pattern.slice(0, cut) || '/';
    const names = this.context.fs.readdir(this.context.resolve(folder), this.context.who);
    const matches = fnmatch(pattern.slice(cut + 1));
    return names instanceof FileError
      ? []
      : names
          .filter((name) => !name.startsWith('.') && matches(name))
          .sort()
          .map((name) => pattern.slice(0, cut + 1) + name);
  }
  *#send(name: string, to: string, isRecursive: boolean): Step<boolean> {
    const { fs, who } = this.context;
    const path = this.context.resolve(name);
    const info = fs.stat(path, who);
    if (info instanceof FileError)
      return yield* this.#fail(`stat ${name}: ${TEXTS[info.errno] ?? info.errno}`);
    if (info.kind === 'directory') {
      if (!isRecursive) return yield* this.#fail(`"${name}" is not a regular file`);
      yield* this.#out(`Entering ${name}${this.#entered ? '' : '/'}\n`);
      this.#entered = true;
      yield* this.#ask({ do: 'make-directory', path: to });
      const names = fs.readdir(path, who);
      let done = true;
      for (const child of names instanceof FileError ? [] : names)
        if (!(yield* this.#send(`${name}/${child}`, `${to}/${child}`, true))) done = false;
      return done;
    }
    const text = fs.readFile(path, who);
    if (text instanceof FileError)
      return yield* this.#fail(`local open "${name}": ${TEXTS[text.errno] ?? text.errno}`);
    const answer = yield* this.#ask({ do: 'write', path: to, text, mode: info.mode & 0o777 });
    return answer.ok || (yield* this.#fail(`dest open "${to}": ${TEXTS[answer.errno] ?? 'Failure'}`));
  }
  #entered = false;

  *#remove(name: string): Step<boolean> {
    const path = this.#absolute(name);
    const found = yield* this.#matching(path);
    let done = true;
    for (const one of found.length === 0 ? [path] : found) {
      if (found.length > 1 && !this.manner.isBatch) yield* this.#out(`Removing ${one}\n`);
      if (!(yield* this.#changed({ do: 'remove', path: one }, `delete ${one}`))) done = false;
    }
    return done;
  }
}

/** How many paths a command needs. */
const NEEDED: Readonly<Record<string, number>> = {
  pwd: 0,
  lpwd: 0,
  cd: 0,
  lcd: 1,
  lmkdir: 1,
  lls: 0,
  ls: 0,
  dir: 0,
  get: 1,
  put: 1,
  mkdir: 1,
  rmdir: 1,
  rm: 1,
  rename: 2,
  ln: 2,
  symlink: 2,
  chmod: 2,
  version: 0,
  progress: 0,
  help: 0,
  '?': 0,
  lumask: 1,
  exit: 0,
  quit: 0,
  bye: 0,
  reget: 1,
  reput: 1,
  chown: 2,
  chgrp: 2,
  df: 0,
  copy: 2,
  cp: 2,
};

function inColumns(names: readonly string[]): string {
  const longest = Math.max(0, ...names.map((name) => name.length));
  const columns = Math.max(1, Math.floor(WIDTH / (longest + 2)));
  const width = Math.floor(WIDTH / columns);
  let out = '';
  names.forEach((name, index) => {
    out += name.padEnd(width);
    if ((index + 1) % columns === 0 || index === names.length - 1) out += '\n';
  });
  return out;
}
