/** /usr/sbin/keepalived: its command line, `-t`, and the step from the shell into the background (core/main.c). */
import { parseOptions } from '../../command-options';
import type { ProgramContext, ProgramRun } from '../../../world/process.contract';
import { checkConfiguration } from '../configuration/check';
import { hostEnvironment } from './host-environment';
import { log } from './log';
import { kernelOf, runParent } from './parent';
import type { RunOptions } from './state';
import { USAGE, versionText } from './texts';

const DEFAULT_FILE = '/etc/keepalived/keepalived.conf';
const TABLE = {
  short: 'f:PCBlDS:Gu:XVIRndp:r:Tc:ab:s:mM:ei:t::vhx',
  long: {
    'use-file': 'f',
    vrrp: 'P',
    check: 'C',
    no_bfd: 'B',
    'log-console': 'l',
    'log-detail': 'D',
    'log-facility': 'S',
    'no-syslog': 'G',
    umask: 'u',
    'release-vips': 'X',
    'dont-release-vrrp': 'V',
    'dont-release-ipvs': 'I',
    'dont-respawn': 'R',
    'dont-fork': 'n',
    'dump-conf': 'd',
    pid: 'p',
    vrrp_pid: 'r',
    genhash: 'T',
    checkers_pid: 'c',
    'address-monitoring': 'a',
    bfd_pid: 'b',
    namespace: 's',
    'core-dump': 'm',
    'core-dump-pattern': 'M',
    'all-config': 'e',
    'config-id': 'i',
    signum: 'signum=',
    'config-test': 't',
    version: 'v',
    help: 'h',
    all: 'all',
    snmp: 'x',
  },
} as const;
const SIGNALS: Readonly<Record<string, number>> = {
  STOP: 15,
  RELOAD: 1,
  DATA: 10,
  STATS: 12,
  STATS_CLEAR: 34,
  JSON: 36,
};
const NOT_MODELLED: Readonly<Record<string, string>> = {
  C: '--check: the health-checker subsystem (IPVS)',
  T: '--genhash',
  s: '--namespace',
  x: '--snmp',
  d: '--dump-conf',
};

const TEST_LOG = '--config-test=';

export function* keepalived(context: ProgramContext): ProgramRun {
  const testLog = context.argv.findLast((word) => word.startsWith(TEST_LOG))?.slice(TEST_LOG.length);
  const given = context.argv.slice(1).map((word) => (word.startsWith(TEST_LOG) ? '--config-test' : word));
  const { options, operands, problem } = parseOptions(given, {
    ...TABLE,
    short: TABLE.short.replace('::', ''),
  });
  if (problem !== undefined) {
    const { kind, option, long } = problem;
    const what = kind === 'missing' ? 'Missing parameter for option' : 'Unknown option';
    yield* context.err(`${what} ${long ? option : `-${option}`}\n`);
    return 1;
  }
  if (operands.length > 0) {
    yield* context.err(`Unexpected argument(s): ${operands.join(' ')}\n`);
    return 1;
  }
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (has('v')) {
    yield* context.err(versionText(kernelOf(context), distributionOf(context)));
    return 0;
  }
  if (has('h')) {
    yield* context.err(USAGE);
    return 0;
  }
  const signum = value('signum');
  if (has('signum')) return yield* printSignal(context, signum ?? '');
  for (const { name } of options) {
    const missing = NOT_MODELLED[name];
    if (missing !== undefined) yield* context.err(`keepalived: not modelled: ${missing}\n`);
  }
  if (has('C') && !has('P')) return 1;
  const run: RunOptions = {
    file: context.resolve(value('f') ?? DEFAULT_FILE),
    logsDetails: has('D'),
    logsToConsole: has('l') && has('n'),
    logsToSyslog: !has('G'),
    facility: facilityOf(value('S')),
    respawns: !has('R'),
    keepsVips: has('V'),
    configId: value('i'),
    pidFile: value('p') ?? '/run/keepalived.pid',
    vrrpPidFile: value('r') ?? '/run/vrrp.pid',
  };
  if (has('t')) return yield* test(context, run, value('f') ?? DEFAULT_FILE, testLog);
  if (context.who.uid !== 0) {
    yield* context.err('keepalived must be run as root\n');
    return 1;
  }
  if (!context.fs.exists(run.file)) return yield* runParent(context, run);
  if (isRunning(context, run.pidFile)) {
    log(context.host, context.process, run, 'Keepalived', 'daemon is already running');
    return 0;
  }
  if (has('n')) return yield* runParent(context, run);
  // daemon(3): the shell's child ends, its own child leads a new session.
  const silence = context.host.streams.null();
  context.spawn({
    argv: [...context.argv],
    program: (child) => runParent(child, run),
    comm: 'keepalived',
    session: true,
    cwd: '/',
    fds: new Map([
      [0, silence],
      [1, silence],
      [2, silence],
    ]),
  });
  return 0;
}

function distributionOf(context: ProgramContext): string {
  const text = context.fs.readFile('/etc/os-release', context.who);
  return typeof text === 'string' ? (/^PRETTY_NAME="(.*)"$/m.exec(text)?.[1] ?? '') : '';
}
function facilityOf(given: string | undefined): string {
  if (given === undefined) return 'daemon';
  return /^[0-7]$/.test(given) ? `local${given}` : given;
}
function isRunning(context: ProgramContext, pidFile: string): boolean {
  const text = context.fs.readFile(pidFile, context.who);
  if (typeof text !== 'string') return false;
  const process = context.host.process(Number(text.trim()));
  return process?.comm === 'keepalived' && process.state !== 'zombie' && process.pid !== context.pid;
}

function* printSignal(context: ProgramContext, name: string): ProgramRun {
  const number = SIGNALS[name];
  if (number === undefined) {
    yield* context.err(`Unknown sigfunc ${name}\n`);
    return 1;
  }
  yield* context.out(`${number}\n`);
  return 0;
}

/** @param testLog a file for what else goes to standard error */
function* test(
  context: ProgramContext,
  run: RunOptions,
  path: string,
  testLog: string | undefined,
): ProgramRun {
  const { environment } = hostEnvironment(context.host, { who: context.who, path: context.env.get('PATH') });
  const { exitCode, said, notModelled } = checkConfiguration({
    path,
    environment,
    ...(run.configId === undefined ? {} : { configId: run.configId }),
    logsDetails: run.logsDetails,
  });
  let kept = '';
  for (const { kind, text } of said.flat()) {
    if (kind === 'complaint' && testLog !== undefined) kept += `${text}\n`;
    else if (kind === 'complaint') yield* context.err(`${text}\n`);
    else log(context.host, context.process, run, 'Keepalived', text);
  }
  for (const keyword of notModelled)
    log(context.host, context.process, run, 'Keepalived', `not modelled: ${keyword}`);
  if (testLog !== undefined)
    context.fs.writeFile(context.resolve(testLog), kept, context.who, { mode: 0o644, append: true });
  return exitCode;
}
