/**
 * What every command works with: its arguments, its buffered output, its files,
 * and the ways it ends. Output is collected as stdio does it (lines on a
 * terminal, 4 KiB otherwise), so that its order against messages is the real one.
 */
import type { Errno, Stat } from '../../world/files.contract';
import { FileError } from '../../world/files.contract';
import type {
  ExitStatus,
  ProgramContext,
  SignalName,
  SpawnError,
  SpawnOptions,
  Stream,
  Wait,
  Wake,
} from '../../world/process.contract';
import { errnoText } from './errno-text';
import { getopt, type GetoptResult, type OptionSyntax } from './getopt';
import { PACKAGES, type PackageName } from './packages';

/** A command's body: what it waits for, and its exit code in the end. */
export type ToolRun = Generator<Wait, number, Wake>;
/** A step of a command that may have to wait. */
export type Step<T = void> = Generator<Wait, T, Wake>;

/** One command as a table row; see `registry.ts`. */
export interface Command {
  readonly name: string;
  readonly package: PackageName;
  /** Where Debian puts it; the first is the file itself, others are links to it. */
  readonly paths: readonly string[];
  /** `ls [OPTION]... [FILE]...`; several lines for several forms. */
  readonly synopsis: string;
  /** One line for the manual and for --help. */
  readonly summary: string;
  readonly run: (tool: Tool) => ToolRun;
  /** What it says when its output cannot be written, where that is not `write error: REASON`. */
  readonly writeError?: (reason: string, length: number) => string;
  /** setuid root */
  readonly setuid?: boolean;
}

/** Ends the command from any depth. */
export class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}
/** Nobody reads the output any more. */
class BrokenPipe extends Error {}

const BUFFER = 4096;
/** Characters written without waiting that cost a moment of processor time. */
/** A call of the kernel takes as long as writing so many bytes: small pieces without end use the processor too. */
const BYTES_OF_A_CALL = 512;
const BURN_EVERY = 262_144;
const BURN_MICROS = 500;

export class Tool {
  readonly args: readonly string[];
  /** As the command was called: messages begin with it. */
  name: string;
  #buffer = '';
  #blockedError = '';
  #written = 0;
  #isLineBuffered: boolean;
  /** Where commands are searched when it is not this process's own PATH. */
  searchPath: string | undefined;
  /** Exit code of a failed write, and how it is told. */
  writeErrorCode = 1;

  constructor(
    readonly context: ProgramContext,
    readonly command: Command,
  ) {
    this.args = context.argv.slice(1);
    this.name = context.argv[0] ?? command.name;
    this.#isLineBuffered = context.stdout.tty !== undefined;
  }

  /** The name without its directory. */
  get shortName(): string {
    return this.name.slice(this.name.lastIndexOf('/') + 1);
  }

  // ---------------------------------------------------------------- output
  /** Adds to the output. */
  print(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length >= BUFFER || (this.#isLineBuffered && this.#buffer.includes('\n'))) this.#push();
  }

  line(text: string): void {
    this.print(`${text}\n`);
  }

  /** From now on every line goes out at once (`--line-buffered`). */
  lineBuffered(): void {
    this.#isLineBuffered = true;
  }

  /** True when `drain` has something to do: output that waits, or work to account for. */
  get isPressed(): boolean {
    return this.#buffer.length >= BUFFER * 2 || this.#written >= BURN_EVERY || this.#blockedError !== '';
  }

  /** Lets a full pipe empty itself, and the processor be used. Call it now and then in long loops. */
  *drain(): Step {
    if (this.#written >= BURN_EVERY) yield* this.burn(BURN_MICROS);
    while (this.#blockedError !== '') {
      const { stderr } = this.context;
      if (stderr.write(this.#blockedError) === undefined) yield { streams: [stderr] };
      else this.#blockedError = '';
    }
    while (this.#buffer.length >= BUFFER) {
      this.#push();
      if (this.#buffer.length >= BUFFER) yield { streams: [this.context.stdout] };
    }
  }

  /** Writes all that was printed. */
  *flush(): Step {
    yield* this.drain();
    while (this.#buffer !== '') {
      this.#push();
      if (this.#buffer !== '') yield { streams: [this.context.stdout] };
    }
  }

  #push(): void {
    const { length } = this.#buffer;
    const result = this.context.stdout.write(this.#buffer);
    if (result === undefined) return;
    this.#written += this.#buffer.length + BYTES_OF_A_CALL;
    this.#buffer = '';
    if (result === true) return;
    if (result === 'EPIPE') throw new BrokenPipe();
    this.complain(
      this.command.writeError?.(errnoText(result), length) ?? `write error: ${errnoText(result)}`,
    );
    throw new Exit(this.writeErrorCode);
  }

  /** Uses the processor for a while; other programs go on meanwhile. */
  *burn(micros: number): Step {
    this.#written = 0;
    const until = this.context.host.compute(this.context.pid, micros);
    while (this.context.kernel.now < until) yield { until };
  }

  /** Says something on standard error, as it stands. */
  note(text: string): void {
    if (this.#blockedError !== '' || this.context.stderr.write(text) === undefined)
      this.#blockedError += text;
  }

  /** Says `name: message` on standard error. */
  complain(message: string): void {
    this.note(`${this.name}: ${message}\n`);
  }

  /** Says so and ends. */
  fail(message: string, code = 1): never {
    this.complain(message);
    throw new Exit(code);
  }

  /** Says so, points to --help, and ends. */
  misuse(message: string, code: number = this.package.misuseCode): never {
    this.complain(message);
    this.note(this.package.hint(this.name));
    throw new Exit(code);
  }

  /** Points to --help without saying why, and ends. */
  misuseQuietly(code: number = this.package.misuseCode): never {
    this.note(this.package.hint(this.name));
    throw new Exit(code);
  }

  /** Says what the system said of a file, and ends. */
  failErrno(path: string, errno: Errno, code = 1): never {
    this.fail(`${path}: ${errnoText(errno)}`, code);
  }

  // ---------------------------------------------------------------- options
  get package(): (typeof PACKAGES)[PackageName] {
    return PACKAGES[this.command.package];
  }

  /** Reads the options; `--help`, `--version` and mistakes end the command. */
  options(
    syntax: OptionSyntax,
    settings: {
      readonly args?: readonly string[];
      readonly misuseCode?: number;
      /** Says what follows the complaint, instead of the package's hint. */
      readonly onMistake?: () => void;
      /** Says `-- f` without quotes of a missing argument, and nothing of unknown options (gawk's own getopt). */
      readonly quietMistakes?: 'option';
      /** --help and --version are the command's own business. */
      readonly keepsHelp?: boolean;
    } = {},
  ): { options: Extract<GetoptResult, { ok: true }>['options']; operands: string[] } {
    const result = getopt(settings.args ?? this.args, syntax);
    if (!result.ok) {
      const isUnknown = /^(?:invalid|unrecognized)/.test(result.message);
      if (settings.quietMistakes === undefined) this.complain(result.message);
      else if (!isUnknown) this.complain(result.message.replace(/'/g, ''));
      if (settings.onMistake === undefined) this.note(this.package.hint(this.name, this.command));
      else settings.onMistake();
      throw new Exit(settings.misuseCode ?? this.package.misuseCode);
    }
    for (const option of settings.keepsHelp === true ? [] : result.options) {
      if (option.name === 'V' && this.command.package === 'procps') this.version();
      if (option.name === 'help') this.help();
      if (option.name === 'version') this.version();
    }
    return { options: result.options, operands: [...result.operands] };
  }

  help(): never {
    const [first = '', ...rest] = this.command.synopsis.split('\n');
    const called = (form: string): string => `${this.name}${form.slice(this.command.name.length)}`;
    this.line(`Usage: ${called(first)}`);
    for (const form of rest) this.line(`  or:  ${called(form)}`);
    this.line(this.command.summary);
    throw new Exit(0);
  }

  version(): never {
    this.print(this.package.version(this.command.name));
    throw new Exit(0);
  }

  // ---------------------------------------------------------------- files
  resolve(path: string): string {
    return this.context.resolve(path);
  }

  stat(path: string): Stat | FileError {
    if (path === '') return new FileError('ENOENT', path);
    const own = this.#ownDescriptor(path);
    if (own !== undefined && typeof own !== 'string') {
      if (own.kind === 'pipe' || own.kind === 'socket') return this.#pipeStat(own.kind);
      if (own.path !== undefined) return this.context.fs.stat(own.path, this.context.who);
    }
    return this.context.fs.stat(this.resolve(path), this.context.who);
  }

  /** What fstat(2) tells of a descriptor that no file stands behind. */
  #pipeStat(kind: 'pipe' | 'socket'): Stat {
    const now = this.context.host.clock();
    const { uid, gid } = this.context.who;
    return {
      ino: 0,
      kind: kind === 'pipe' ? 'fifo' : 'socket',
      mode: 0o600,
      uid,
      gid,
      nlink: 1,
      size: 0,
      mtime: now,
      atime: now,
      ctime: now,
      blocks: 0,
      mount: '/',
    };
  }

  lstat(path: string): Stat | FileError {
    if (path === '') return new FileError('ENOENT', path);
    return this.context.fs.lstat(this.resolve(path), this.context.who);
  }

  /** Opens a file for reading; a directory opens too, and reading it is EISDIR. */
  open(path: string): Stream | Errno {
    if (path === '') return 'ENOENT';
    const own = this.#ownDescriptor(path);
    if (own !== undefined) return own;
    const stream = this.context.host.streams.open(this.resolve(path), this.context.who, { read: true });
    return typeof stream === 'string' ? stream : this.#adopt(stream);
  }

  /** Opens for writing, made new or emptied unless `append`. */
  create(
    path: string,
    options: {
      readonly append?: boolean;
      readonly mode?: number;
      readonly exclusive?: boolean;
      readonly keep?: boolean;
    } = {},
  ): Stream | Errno {
    if (path === '') return 'ENOENT';
    const own = this.#ownDescriptor(path);
    if (own !== undefined) return own;
    const { append = false, mode = 0o666, exclusive = false, keep = false } = options;
    const stream = this.context.host.streams.open(this.resolve(path), this.context.who, {
      write: true,
      create: true,
      append,
      truncate: !append && !keep,
      exclusive,
      mode: mode & ~this.context.umask,
    });
    return typeof stream === 'string' ? stream : this.#adopt(stream);
  }

  /** Streams opened here are descriptors of the process, so that its end closes them. */
  #adopt(stream: Stream): Stream {
    let fd = 3;
    while (this.context.fds.has(fd)) fd++;
    stream.retain();
    this.context.fds.set(fd, stream);
    return stream;
  }

  close(stream: Stream): void {
    for (const [fd, open] of this.context.fds) {
      if (open !== stream || fd < 3) continue;
      this.context.fds.delete(fd);
      stream.close();
      return;
    }
  }

  /** /dev/stdin, /dev/fd/N and their like are what this process has open. */
  #ownDescriptor(path: string): Stream | Errno | undefined {
    const match = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d+)$|^\/dev\/(stdin|stdout|stderr|tty)$/.exec(path);
    if (match === null) return undefined;
    if (match[2] === 'tty') {
      const { tty } = this.context.process;
      return tty === undefined ? 'ENXIO' : (this.context.host.streams.terminal(tty) ?? 'ENXIO');
    }
    const fd = match[2] === undefined ? Number(match[1]) : ['stdin', 'stdout', 'stderr'].indexOf(match[2]);
    return this.context.fds.get(fd) ?? 'ENOENT';
  }

  /** Whether the path names a directory that can be opened. */
  isDirectory(path: string): boolean {
    const info = this.stat(path);
    return !(info instanceof FileError) && info.kind === 'directory';
  }

  /** Reads a whole operand; `-` is standard input. */
  *readFile(path: string): Step<{ readonly text: string } | Errno> {
    if (path === '-') return { text: yield* this.context.readAll() };
    const stream = this.open(path);
    if (typeof stream === 'string') return stream;
    if (this.isDirectory(path)) {
      this.close(stream);
      return 'EISDIR';
    }
    const text = yield* this.context.readAll(stream);
    this.close(stream);
    return { text };
  }

  // ---------------------------------------------------------------- children
  /** execvp(3): searches PATH for the command. */
  find(name: string): string | Errno {
    if (name.includes('/')) {
      const failed = this.context.fs.access(this.resolve(name), 1, this.context.who);
      return failed?.errno ?? name;
    }
    let denied = false;
    const search = this.searchPath ?? this.context.env.get('PATH') ?? '/bin:/usr/bin';
    for (const directory of search.split(':')) {
      const path = `${directory === '' ? '.' : directory}/${name}`;
      const info = this.stat(path);
      if (info instanceof FileError || info.kind === 'directory') continue;
      if (this.context.fs.access(this.resolve(path), 1, this.context.who) === undefined) return path;
      denied = true;
    }
    return denied || name === '' ? (name === '' ? 'ENOENT' : 'EACCES') : 'ENOENT';
  }

  /** Starts a command found on PATH with this process's standard streams. */
  spawn(argv: readonly string[], options: Partial<SpawnOptions> = {}): number | SpawnError {
    const path = this.find(argv[0] ?? '');
    if (isErrno(path)) return { errno: path, path: argv[0] ?? '' };
    return this.context.spawn({ argv, path: this.resolve(path), fds: this.standardStreams(), ...options });
  }

  standardStreams(): Map<number, Stream> {
    const { fds } = this.context;
    const standard = new Map<number, Stream>();
    for (const fd of [0, 1, 2]) {
      const stream = fds.get(fd);
      if (stream !== undefined) standard.set(fd, stream);
    }
    return standard;
  }

  /** Starts and waits. */
  *runChild(argv: readonly string[], options: Partial<SpawnOptions> = {}): Step<ExitStatus | SpawnError> {
    yield* this.flush();
    const pid = this.spawn(argv, options);
    return typeof pid === 'number' ? yield* this.context.wait(pid) : pid;
  }
}

function isErrno(text: string): text is Errno {
  return /^E[A-Z]+$/.test(text);
}

/** Exit code as a shell counts it. */
export function shellCode(status: ExitStatus, numberOf: (signal: SignalName) => number): number {
  return status.signal === undefined ? (status.code ?? 0) : 128 + numberOf(status.signal);
}

/** Makes a program of a command: output is flushed, however it ends. */
export function* runCommand(command: Command, context: ProgramContext): ToolRun {
  const tool = new Tool(context, command);
  try {
    let code: number;
    try {
      code = yield* command.run(tool);
    } catch (end) {
      if (!(end instanceof Exit)) throw end;
      code = end.code;
    }
    yield* tool.flush();
    return code;
  } catch (end) {
    if (end instanceof Exit) return end.code;
    if (!(end instanceof BrokenPipe)) throw end;
    // The world ends whoever writes to a broken pipe; one that ignores the signal hears of it.
    yield* context.out('\n');
    tool.complain(`write error: ${errnoText('EPIPE')}`);
    return tool.writeErrorCode;
  }
}
