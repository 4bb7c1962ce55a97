/** reboot, poweroff, halt, shutdown, runlevel: systemd-sysv's names for systemctl's verbs. Source: shutdown(8), halt(8), runlevel(8). */
import { strftime } from '../../../std/civil';
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import type { World } from '../../../world/world.contract';
import { baseName } from '../../../world/executable';
import { parseOptions } from '../../command-options';
import { managerOf } from '../host-manager';
import { shutDown } from '../shutdown';
import type { ShutdownVerb } from '../state';
import { refuseOptions } from './misuse';

type Run<T> = Generator<Wait, T, Wake>;
const MINUTE = 60_000_000;
const PENDING = 'systemd.scheduled-shutdown';

const POWER_OPTIONS = {
  short: 'pfwdnhi',
  long: {
    help: 'help',
    halt: 'halt',
    poweroff: 'p',
    reboot: 'reboot',
    force: 'f',
    'wtmp-only': 'w',
    'no-wtmp': 'd',
    'no-sync': 'n',
    'no-wall': 'no-wall',
  },
};
const SHUTDOWN_OPTIONS = {
  short: 'HPrhkKt:afFc',
  long: {
    help: 'help',
    halt: 'H',
    poweroff: 'P',
    reboot: 'r',
    cancel: 'c',
    show: 'show',
    'no-wall': 'no-wall',
  },
};
const TARGET_OF_LEVEL: Readonly<Record<string, string>> = {
  1: 'rescue.target',
  s: 'rescue.target',
  S: 'rescue.target',
  2: 'multi-user.target',
  3: 'multi-user.target',
  4: 'multi-user.target',
  5: 'graphical.target',
};
/** telinit(8), which is what init is anywhere but as process 1. */
export const telinit: Program = function* (context) {
  const [level] = context.argv.slice(1).filter((word) => !word.startsWith('-'));
  const manager = managerOf(context.host);
  if (level === undefined || manager === undefined) {
    yield* context.err(`${baseName(context.argv[0] ?? 'init')}: required argument missing.\n`);
    return 1;
  }
  if (level === '0' || level === '6') return yield* goDown(context, level === '6' ? 'reboot' : 'poweroff', 0);
  const target = TARGET_OF_LEVEL[level];
  if (target === undefined && !/^[qQuU]$/.test(level)) {
    yield* context.err(`Unknown command '${level}'.\n`);
    return 1;
  }
  if (context.who.uid !== 0) {
    yield* context.err(
      target === undefined
        ? 'Reload daemon failed: Access denied\n'
        : `Failed to start ${target}: Access denied\nSee system logs and 'systemctl status ${target}' for details.\n`,
    );
    return target === undefined ? 1 : 4;
  }
  if (target === undefined) manager.reload();
  else manager.jobs.enqueue('start', target, 'isolate');
  return 0;
};

export function powerProgram(verb: ShutdownVerb): Program {
  return function* (context) {
    const options = context.argv.slice(1);
    const parsed = parseOptions(options, POWER_OPTIONS);
    const refused = yield* refuseOptions(context, baseName(context.argv[0] ?? verb), parsed);
    if (refused !== undefined) return refused;
    const forced = options.reduce(
      (count, word) => count + (word === '--force' ? 1 : /^-f+$/.test(word) ? word.length - 1 : 0),
      0,
    );
    if (options.includes('--help')) {
      yield* context.out(`${verb} [OPTIONS...]\n\nSee the halt(8) man page for details.\n`);
      return 0;
    }
    const wanted: ShutdownVerb =
      options.includes('-p') || options.includes('--poweroff')
        ? 'poweroff'
        : options.includes('--reboot')
          ? 'reboot'
          : options.includes('--halt')
            ? 'halt'
            : verb;
    if (options.includes('-w') || options.includes('--wtmp-only')) return 0;
    return yield* goDown(context, wanted, forced);
  };
}
function* goDown(context: ProgramContext, verb: ShutdownVerb, forced: number): Run<number> {
  const { host, world } = context;
  if (context.who.uid !== 0) {
    const call = verb === 'reboot' ? 'Reboot' : verb === 'halt' ? 'Halt' : 'PowerOff';
    yield* context.err(forced > 0 ? 'Need to be root.\n' : `Call to ${call} failed: Access denied\n`);
    return 1;
  }
  const manager = managerOf(host);
  if (forced > 0 || manager === undefined) {
    world.powerOff(host);
    if (verb === 'reboot') world.powerOn(host);
    return 0;
  }
  shutDown(manager, verb);
  return 0;
}
export const shutdownProgram: Program = function* (context) {
  const words = context.argv.slice(1);
  const refused = yield* refuseOptions(context, 'shutdown', parseOptions(words, SHUTDOWN_OPTIONS));
  if (refused !== undefined) return refused;
  const operands = words.filter((word) => !word.startsWith('-'));
  const has = (letter: string, long: string): boolean =>
    words.includes(long) || words.some((word) => /^-[a-zA-Z]+$/.test(word) && word.includes(letter));
  const { host, world } = context;
  if (words.includes('--show')) return yield* showScheduled(context);
  if (has('c', '--cancel')) {
    // Nobody is told that it was not his to cancel.
    if (context.who.uid !== 0) return 0;
    world.clearTimer(host, 0, PENDING);
    host.fs.unlink(SCHEDULED, context.who);
    return 0;
  }
  if (words.includes('-k')) return 0;
  const verb: ShutdownVerb = has('r', '--reboot') ? 'reboot' : has('H', '--halt') ? 'halt' : 'poweroff';
  const when = operands[0] ?? '+1';
  const delay = delayOf(when, host.clock());
  if (delay === undefined) {
    yield* context.err(`Failed to parse time specification: ${when}\n`);
    return 1;
  }
  if (delay === 0) return yield* goDown(context, verb, 0);
  if (context.who.uid !== 0) {
    yield* context.err('Failed to schedule shutdown: Access denied\n');
    return 1;
  }
  const at = host.clock() + delay;
  const message = operands.slice(1).join(' ');
  host.install(SCHEDULED, {
    text: `USEC=${at}\nWARN_WALL=1\nMODE=${verb}\nUID=${context.who.uid}\n${message === '' ? '' : `WALL_MESSAGE=${message}\n`}`,
  });
  world.timer(host, 0, PENDING, context.kernel.now + delay, { name: PENDING, data: { verb } });
  yield* context.err(scheduledText(verb, at));
  return 0;
};
/** What logind keeps of a shutdown that waits. */
const SCHEDULED = '/run/systemd/shutdown/scheduled';
function scheduledText(verb: string, at: number): string {
  const word = verb === 'reboot' ? 'Reboot' : 'Shutdown';
  return `${word} scheduled for ${strftime('%a %Y-%m-%d %H:%M:%S UTC', at)}, use 'shutdown -c' to cancel.\n`;
}
function* showScheduled(context: ProgramContext): Run<number> {
  const text = context.host.fs.readFile(SCHEDULED, { uid: 0, gid: 0, groups: [] });
  const at = typeof text === 'string' ? /^USEC=(\d+)$/m.exec(text)?.[1] : undefined;
  if (typeof text !== 'string' || at === undefined) {
    yield* context.err('No scheduled shutdown.\n');
    return 1;
  }
  yield* context.err(scheduledText(/^MODE=(.*)$/m.exec(text)?.[1] ?? '', Number(at)));
  return 0;
}
function delayOf(text: string, clock: number): number | undefined {
  if (text === 'now') return 0;
  if (/^\+?\d+$/.test(text)) return Number(text.replace('+', '')) * MINUTE;
  const time = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (time === null || Number(time[1]) > 23 || Number(time[2]) > 59) return undefined;
  const day = 1440 * MINUTE;
  const target = (Number(time[1]) * 60 + Number(time[2])) * MINUTE;
  return (target - (clock % day) + day) % day;
}
export function registerPower(world: World): void {
  world.callback<{ verb: ShutdownVerb }, unknown>(PENDING, ({ host, data }) => {
    const manager = managerOf(host);
    if (manager !== undefined) shutDown(manager, data.verb);
  });
}
export const runlevel: Program = function* (context) {
  const manager = managerOf(context.host);
  const level =
    manager?.unit('graphical.target')?.active === 'active'
      ? '5'
      : manager?.unit('multi-user.target')?.active === 'active'
        ? '3'
        : manager?.unit('rescue.target')?.active === 'active'
          ? '1'
          : undefined;
  yield* context.out(level === undefined ? 'unknown\n' : `N ${level}\n`);
  return level === undefined ? 1 : 0;
};
