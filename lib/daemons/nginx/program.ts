/**
 * `nginx`: the command, up to the point where it serves as a daemon.
 * Source: nginx 1.22 src/core/nginx.c `main`, ngx_cycle.c; recorded output and exit codes.
 */
import { deepFreeze } from '../../std/plain';
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Stream, Wait, Wake } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { lookUpName } from '../host-names';
import { BUILD_TEXT, USAGE_TEXT, VERSION_TEXT } from './about';
import { type Checked, check } from './check';
import { type CommandLine, readCommandLine } from './command-line';
import type { Configuration, LogLevel } from './config';
import { begin, bindAll, closeSockets, hold, join, KIND, newWorker } from './fork';
import {
  bindProblem,
  endGroup,
  type Group,
  makeCaches,
  makeGroup,
  openLog,
  wantedSockets,
  writeError,
} from './group';
import { hasNameServer, surroundingsOf } from './load';
import { LOAD_COST, type MasterState, say as sayAsMaster, startWorkers } from './master';
import { consoleLine, logLine, rank, systemError, VERSION } from './messages';
import type { Message } from './parse/conf';

const BIND_PAUSE = 500_000;
const BIND_TRIES = 5;
const SIGNALS = { stop: 'TERM', quit: 'QUIT', reopen: 'USR1', reload: 'HUP' } as const;
type Step = Generator<Wait, void, Wake>;

export function* nginx(context: ProgramContext): ProgramRun {
  const line = readCommandLine(context.argv.slice(1));
  if (typeof line === 'string') {
    yield* context.err(`nginx: ${line}\n`);
    return 1;
  }
  if (line.showsVersion) {
    yield* context.err(
      VERSION_TEXT + (line.showsHelp ? USAGE_TEXT : '') + (line.showsBuild ? BUILD_TEXT : ''),
    );
    if (!line.tests) return 0;
  }
  yield* context.sleep(context.host.compute(context.pid, LOAD_COST) - context.kernel.now);
  const checked = yield* load(context, line);
  const start = new Start(context, line, checked);
  return yield* start.run();
}
/** Reads and checks; names are looked up as they come, and the reading begins anew with each. */
function* load(context: ProgramContext, line: CommandLine): Generator<Wait, Checked, Wake> {
  const names = new Map<string, readonly number[]>();
  const answers: string[] = [];
  const { tty } = context.process;
  const terminal = tty === undefined ? undefined : context.host.streams.terminal(tty);
  for (;;) {
    const checked = check(
      { file: line.file, parameters: line.parameters, prefix: line.prefix },
      surroundingsOf(context.host, context.who, names, terminal === undefined ? {} : { answers }),
    );
    if (terminal !== undefined && checked.isUnanswered) {
      answers.push(yield* askPassphrase(context, terminal));
      continue;
    }
    const { unresolved } = checked;
    if (unresolved === undefined) return checked;
    const found = hasNameServer(context.host) ? yield* lookUpName(context, unresolved) : 'nobody to ask';
    names.set(unresolved, typeof found === 'string' ? [] : found.addresses);
  }
}

/** OpenSSL's own question. */
function* askPassphrase(context: ProgramContext, terminal: Stream): Generator<Wait, string, Wake> {
  const control = context.host.terminals.find(context.process.tty ?? '');
  terminal.write('Enter PEM pass phrase:');
  control?.setAttributes({ echo: false });
  const typed = (yield* context.readLine(terminal)).replace(/\n$/, '');
  control?.setAttributes({ echo: true });
  return typed;
}

class Start {
  /** The daemon looks at the clock when it starts and not again until it serves. */
  readonly #clock: number;
  #group: Group | undefined;
  constructor(
    private readonly context: ProgramContext,
    private readonly line: CommandLine,
    private readonly checked: Checked,
  ) {
    this.#clock = context.host.clock();
  }

  *run(): ProgramRun {
    const { checked, line } = this;
    for (const message of checked.messages) yield* this.#said(message);
    if (checked.isSyntaxOk && line.tests && !line.quiet)
      yield* this.context.err(`nginx: the configuration file ${line.file} syntax is ok\n`);
    for (const message of checked.later) yield* this.#said(message);
    const { configuration } = checked;
    if (configuration === undefined) return yield* this.#failed();
    if (line.signal !== undefined && !line.tests) return yield* this.#signal(configuration, line.signal);
    return yield* this.#open(deepFreeze(configuration));
  }

  // ---------------------------------------------------------------- words
  *#said({ level, text }: Message): Step {
    if (level === 'print') yield* this.context.err(text);
    else yield* this.#early(level, text);
  }
  /** Before the configuration's own logs are open. */
  *#early(level: LogLevel, text: string): Step {
    const limit: LogLevel = this.line.tests ? 'info' : 'notice';
    if (rank(level) <= rank(limit))
      yield* this.context.err(logLine(this.#clock, level, this.context.pid, text));
  }
  /** To the configuration's logs, and to whoever waits. */
  *#late(configuration: Configuration, level: LogLevel, text: string): Step {
    const group = this.#group;
    const { context } = this;
    let printed = '';
    if (group !== undefined)
      writeError(
        {
          host: context.host,
          group,
          pid: context.pid,
          print: (line) => {
            printed += line;
          },
        },
        configuration.main.errorLogs,
        level,
        text,
        this.#clock,
      );
    if (printed === '' && rank(level) <= rank('warn')) printed = consoleLine(level, text);
    yield* context.err(printed);
  }
  *#failed(): ProgramRun {
    if (this.line.tests) yield* this.context.err(`nginx: configuration file ${this.line.file} test failed\n`);
    return 1;
  }

  // ---------------------------------------------------------------- -s
  *#signal({ main }: Configuration, word: keyof typeof SIGNALS): ProgramRun {
    const { context } = this;
    yield* this.#early('notice', 'signal process started');
    const text = context.fs.readFile(main.pid, context.who);
    if (text instanceof FileError) {
      yield* this.#early('error', `open() "${main.pid}" failed ${systemError(text.errno)}`);
      return 1;
    }
    const digits = text.replace(/[\r\n]+$/, '');
    if (!/^\d+$/.test(digits)) {
      yield* this.#early('error', `invalid PID number "${digits}" in "${main.pid}"`);
      return 1;
    }
    const signal = SIGNALS[word];
    const failed = context.world.kill(context.host, Number(digits), signal, { uid: context.who.uid });
    if (failed === undefined) return 0;
    yield* this.#early('alert', `kill(${digits}, ${SIGNAL_NUMBERS[signal]}) failed ${systemError(failed)}`);
    return 1;
  }

  // ---------------------------------------------------------------- files, zones, sockets
  *#open(configuration: Configuration): ProgramRun {
    const { context, line, checked } = this;
    const group = makeGroup(context.host, `${context.kernel.now}.${context.pid}`);
    this.#group = group;
    const problem = this.#openFiles(configuration, group);
    const zone =
      problem === undefined && checked.emptyZone !== undefined
        ? `zero size shared memory zone "${checked.emptyZone}"`
        : undefined;
    if (problem !== undefined || zone !== undefined) {
      yield* this.#early('emerg', problem ?? zone ?? '');
      endGroup(context.host, group);
      return yield* this.#failed();
    }
    const isBound = line.tests
      ? yield* this.#testSockets(configuration)
      : yield* this.#bind(configuration, group);
    if (line.tests) endGroup(context.host, group);
    if (!isBound) {
      if (!line.tests) {
        closeSockets(context.host, group, undefined);
        endGroup(context.host, group);
      }
      return yield* this.#failed();
    }
    if (line.tests) {
      if (!line.quiet) yield* context.err(`nginx: configuration file ${line.file} test is successful\n`);
      if (line.dumps)
        for (const { path, text } of checked.files)
          yield* context.out(`# configuration file ${path}:\n${text}\n`);
      return 0;
    }
    return yield* this.#serve(configuration, group);
  }
  #openFiles(configuration: Configuration, group: Group): string | undefined {
    const { context, line } = this;
    const { main } = configuration;
    if (line.tests) {
      // The test makes the file that it could not write otherwise.
      const opened = context.fs.open(main.pid, context.who, { write: true, create: true, mode: 0o644 });
      if (opened instanceof FileError) return `open() "${main.pid}" failed ${systemError(opened.errno)}`;
    }
    const uncached = makeCaches(context.host, configuration);
    if (uncached !== undefined) return uncached;
    for (const path of main.logFiles) {
      const probe = context.fs.open(path, context.who, {
        write: true,
        append: true,
        create: true,
        mode: 0o644,
      });
      if (probe instanceof FileError) return `open() "${path}" failed ${systemError(probe.errno)}`;
      openLog(context.host, group, path);
    }
    return undefined;
  }
  *#testSockets(configuration: Configuration): Generator<Wait, boolean, Wake> {
    const { context } = this;
    for (const { ip, port, text } of wantedSockets(configuration)) {
      const errno = bindProblem(context.host, context.pid, ip, port);
      if (errno === undefined) continue;
      yield* this.#late(configuration, 'emerg', `bind() to ${text} failed ${systemError(errno)}`);
      return false;
    }
    return true;
  }
  *#bind(configuration: Configuration, group: Group): Generator<Wait, boolean, Wake> {
    const { context } = this;
    for (let tries = BIND_TRIES; tries > 0; tries--) {
      const { failures, isFinal } = bindAll(context.host, context.pid, group, configuration);
      for (const { text, errno } of failures)
        yield* this.#late(configuration, 'emerg', `bind() to ${text} failed ${systemError(errno)}`);
      if (failures.length === 0) return true;
      if (isFinal) return false;
      yield* this.#late(configuration, 'notice', 'try again to bind() after 500ms');
      yield* context.sleep(BIND_PAUSE);
    }
    yield* this.#late(configuration, 'emerg', 'still could not bind()');
    return false;
  }

  // ---------------------------------------------------------------- serving
  *#serve(configuration: Configuration, group: Group): ProgramRun {
    const { context } = this;
    yield* this.#late(configuration, 'notice', 'using the "epoll" event method');
    yield* this.#late(configuration, 'notice', VERSION);
    yield* this.#late(configuration, 'notice', `OS: Linux ${context.host.sysctl('kernel.osrelease') ?? ''}`);
    yield* this.#late(configuration, 'notice', 'getrlimit(RLIMIT_NOFILE): 1024:524288');
    if (!configuration.main.daemon) return yield* this.#become(context, configuration, group);
    const { host } = context;
    const child = context.spawn({
      argv: context.argv,
      comm: 'nginx',
      session: true,
      fds: new Map([0, 1, 2].map((fd) => [fd, host.streams.null()])),
      program: (inner) => this.#become(inner, configuration, group),
    });
    if (typeof child !== 'number') return 1;
    join(host, group, child);
    for (const { listener } of group.listeners) hold(host, group, listener, child);
    this.#writePid(configuration, child);
    return 0;
  }
  #writePid({ main }: Configuration, pid: number): void {
    this.context.fs.writeFile(main.pid, `${pid}\n`, ROOT, { mode: 0o644 });
  }
  *#become(own: ProgramContext, configuration: Configuration, group: Group): ProgramRun {
    const { host, pid } = own;
    join(host, group, pid);
    for (const { listener } of group.listeners) hold(host, group, listener, pid);
    this.#writePid(configuration, pid);
    own.process.rssKiB = 9_000;
    if (!configuration.main.master) {
      own.become(KIND, newWorker(group, 1, configuration));
      begin(host, pid);
      return yield* own.serve();
    }
    own.process.argv = [`nginx: master process ${own.argv.join(' ')}`];
    const state: MasterState = {
      role: 'master',
      group: group.id,
      line: this.line,
      configuration,
      generation: 1,
      workers: [],
      ending: '',
      loading: undefined,
    };
    own.become(KIND, state);
    const master = host.daemonContext(pid);
    if (master !== undefined) {
      const typed = master as Parameters<typeof startWorkers>[0];
      sayAsMaster(typed, 'notice', 'start worker processes');
      startWorkers(typed, configuration.main.workers);
    }
    return yield* own.serve();
  }
}
