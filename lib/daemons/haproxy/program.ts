/**
 * `haproxy`: the command, up to the point where it serves as a daemon.
 * Source: HAProxy 2.6 src/haproxy.c `init`, `main`; recorded output and exit codes.
 */

import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { lookUpName } from '../host-names';
import { BUILD, usageText, versionText } from './about';
import type { CheckResult } from './checker';
import { type CommandLine, readCommandLine } from './command-line';
import type { Configuration } from './config';
import { becomeWorker, forkWorker, jailProblem, KIND, prepare, replaceFormer, writePidFile } from './fork';
import { asksLibc, configurationFiles, load, reportUnresolved } from './load';
import { LOAD_COST, type MasterState, readyText, sayMessages } from './master';
import { type MessageLevel, saying } from './messages';
import { openUnix } from './sockets';
import type { WorkerState } from './worker/state';

/** What a start has said so far. */
interface Speaker {
  saidVersion: boolean;
  say(level: MessageLevel, text: string): Generator<Wait, void, Wake>;
}

export function* haproxy(context: ProgramContext): ProgramRun {
  const asked = readCommandLine(context.argv.slice(1));
  const isSilent = asked.kind === 'run' && isQuiet(asked.line);
  const speaker = speakerOf(context, isSilent);
  switch (asked.kind) {
    case 'version':
      yield* context.out(version(context));
      return 0;
    case 'build':
      yield* context.out(version(context) + BUILD);
      return 0;
    case 'usage':
      return yield* usage(context);
    case 'incomplete':
      yield* speaker.say('ALERT', 'failed to copy argv.');
      return 1;
    case 'run':
      return yield* run(context, asked.line, speaker);
  }
}
function* usage(context: ProgramContext): ProgramRun {
  yield* context.out(version(context));
  yield* context.err(usageText(context.argv[0] ?? 'haproxy'));
  return 1;
}
function version({ host }: ProgramContext): string {
  return versionText(
    `Linux ${host.sysctl('kernel.osrelease') ?? ''} ${host.sysctl('kernel.version') ?? ''} x86_64`,
  );
}
/** `-q` silences errors too: only the exit code tells of them; `-V` speaks again. */
function speakerOf(context: ProgramContext, isSilent: boolean): Speaker {
  const speaker: Speaker = {
    saidVersion: false,
    *say(level, text) {
      if (!isSilent) yield* context.err(saying(speaker, context.pid, level, text));
    },
  };
  return speaker;
}

function* run(context: ProgramContext, line: CommandLine, speaker: Speaker): ProgramRun {
  const { host } = context;
  const files = configurationFiles(host, context.who, line.files, (path) => context.resolve(path));
  if (typeof files === 'string') {
    yield* speaker.say('ALERT', `config : ${files}`);
    return 1;
  }
  // Directories with nothing to read in them are as good as no `-f`.
  if (files.length === 0) return yield* usage(context);
  yield* context.sleep(host.compute(context.pid, LOAD_COST) - context.kernel.now);
  const result = load(host, files, context.env, context.who);
  const addresses = new Map<string, number>();
  if (result.configuration !== undefined) yield* resolveNames(context, result, addresses);
  const unresolved = result.configuration === undefined ? 0 : reportUnresolved(result, addresses);
  const texts: string[] = [];
  sayMessages((text) => texts.push(text), speaker, result.messages, context.pid);
  if (!isQuiet(line)) yield* context.err(texts.join(''));
  if (result.configuration === undefined || unresolved > 0) return 1;
  return line.checks
    ? yield* verdict(context, line, result)
    : yield* start(context, line, result.configuration, addresses, { speaker, result });
}
function* resolveNames(
  context: ProgramContext,
  result: CheckResult,
  addresses: Map<string, number>,
): Generator<Wait, void, Wake> {
  const tried = new Set<string>();
  for (const { server } of result.unresolved) {
    const name = server.hostname ?? '';
    if (tried.has(name) || !asksLibc(server)) continue;
    tried.add(name);
    const found = yield* lookUpName(context, name);
    const address = typeof found === 'string' ? undefined : found.addresses[0];
    if (address !== undefined) addresses.set(name, address);
  }
}

function isQuiet({ quiet, verbose }: CommandLine): boolean {
  return quiet && !verbose;
}

/** `-c`: what is said of a configuration without errors. */
function* verdict(context: ProgramContext, line: CommandLine, result: CheckResult): ProgramRun {
  const isSilent = isQuiet(line) || (result.configuration?.global.quiet === true && !line.verbose);
  if (!result.hasListener) {
    if (!isSilent)
      yield* context.out('Configuration file has no error but will not start (no listener) => exit(2).\n');
    return 2;
  }
  if (!isSilent)
    yield* context.out(
      `${result.log.hasWarnings ? 'Warnings were found.\n' : ''}Configuration file is valid\n`,
    );
  return 0;
}

// ---------------------------------------------------------------- start
function* start(
  context: ProgramContext,
  line: CommandLine,
  configuration: Configuration,
  addresses: ReadonlyMap<string, number>,
  { speaker, result }: { speaker: Speaker; result: CheckResult },
): ProgramRun {
  const { host, pid, argv } = context;
  const command = argv[0] ?? 'haproxy';
  const hasMaster = line.masterWorker || configuration.global.masterWorker;
  const goesBack = !line.foreground && !line.notifies && (line.daemon || configuration.global.daemon);
  const isLoud = !goesBack && !isQuiet(line);
  if (!result.hasListener && !hasMaster) {
    yield* speaker.say(
      'ALERT',
      `[${command}.main()] No enabled listener found (check for 'bind' directives) ! Exiting.`,
    );
    return 1;
  }
  const made = prepare(host, pid, {
    line,
    configuration,
    addresses,
    former: [...line.oldPids, ...holderOf(context, line.takesFrom)],
    isLoud,
    hasMaster,
  });
  if ('failures' in made) {
    for (const text of made.failures) yield* speaker.say('ALERT', text);
    yield* speaker.say(
      'ALERT',
      `[${command}.main()] Some protocols failed to start their listeners! Exiting.`,
    );
    return 1;
  }
  const { state } = made;
  const jail = hasMaster ? undefined : jailProblem(host, configuration, command);
  if (jail !== undefined) {
    yield* speaker.say('ALERT', jail);
    // Who went to the background has said yes already.
    return goesBack ? 0 : 1;
  }
  const pidfile = line.pidfile ?? configuration.global.pidfile;
  if (hasMaster) {
    replaceFormer(host, line.oldPids, line.oldSignal);
    return yield* startMaster(context, line, state, { pidfile, goesBack, speaker });
  }
  if (!goesBack) {
    if (pidfile !== undefined && !writePidFile(host, context.resolve(pidfile), pid)) {
      yield* speaker.say('ALERT', `[${command}.main()] Cannot create pidfile ${pidfile}`);
      return 1;
    }
    context.become(KIND, state);
    becomeWorker(host, pid, state);
    replaceFormer(host, line.oldPids, line.oldSignal);
    return yield* context.serve();
  }
  const child = forkWorker(host, pid, state, argv, { isDetached: true });
  replaceFormer(host, line.oldPids, line.oldSignal);
  if (child !== undefined && pidfile !== undefined) writePidFile(host, context.resolve(pidfile), child);
  return child === undefined ? 1 : 0;
}
/** Who listens on the socket that `-x` names. */
function holderOf(context: ProgramContext, path: string | undefined): number[] {
  if (path === undefined) return [];
  const whole = context.resolve(path.replace(/^unix@/, ''));
  const found = context.world.network.unixListeners(context.host).find((one) => one.path === whole);
  return found === undefined ? [] : [found.pid];
}

interface MasterStart {
  pidfile: string | undefined;
  goesBack: boolean;
  speaker: Speaker;
}
function* startMaster(
  context: ProgramContext,
  line: CommandLine,
  state: WorkerState,
  options: MasterStart,
): ProgramRun {
  const { host } = context;
  if (options.goesBack) {
    // The master itself goes to the background: its child is the master.
    const child = context.spawn({
      argv: context.argv,
      comm: context.process.comm,
      session: true,
      fds: new Map([0, 1, 2].map((fd) => [fd, host.streams.null()])),
      program: (inner) => serveAsMaster(inner, line, state, options),
    });
    return typeof child === 'number' ? 0 : 1;
  }
  return yield* serveAsMaster(context, line, state, options);
}
function* serveAsMaster(
  context: ProgramContext,
  line: CommandLine,
  state: WorkerState,
  { pidfile, speaker, goesBack }: MasterStart,
): ProgramRun {
  const { host, pid, argv } = context;
  if (pidfile !== undefined && !writePidFile(host, context.resolve(pidfile), pid)) {
    yield* speaker.say('ALERT', `[${argv[0] ?? ''}.main()] Cannot create pidfile ${pidfile}`);
    return 1;
  }
  const worker = forkWorker(host, pid, state, argv, { isDetached: false });
  if (worker === undefined) return 1;
  if (!goesBack) {
    yield* speaker.say('NOTICE', `New worker (${worker}) forked`);
    yield* speaker.say('NOTICE', 'Loading success.');
  }
  const master: MasterState = {
    role: 'master',
    line,
    argv: [...argv],
    saidVersion: false,
    workers: [{ pid: worker, isFormer: false, reloads: 0, startedAt: context.kernel.now }],
    reloads: 0,
    failedReloads: 0,
    noExitOnFailure: state.configuration.global.noExitOnFailure,
    isLoud: !goesBack,
    exitCode: -1,
    exiting: false,
    loading: undefined,
    socket: masterSocket(context, line),
  };
  if (line.notifies) context.notify(readyText(pid));
  context.become(KIND, master);
  return yield* context.serve();
}
function masterSocket(context: ProgramContext, line: CommandLine): number {
  const [address = ''] = (line.masterSocket ?? '').split(',');
  const path = address.replace(/^unix@/, '');
  if (!path.startsWith('/')) return 0;
  const opened = openUnix(
    context.host,
    context.pid,
    path,
    { mode: 0o700, uid: undefined, gid: undefined },
    { name: 'haproxy.master-cli', pid: context.pid, data: null },
  );
  return typeof opened === 'number' ? opened : 0;
}
