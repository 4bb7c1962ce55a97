/** systemd-analyze: time, blame, critical-chain, calendar, timespan, timestamp; verify is next door. Source: systemd-analyze(1). */
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { isContainer } from '../conditions';
import { managerOf } from '../host-manager';
import type { Manager } from '../manager';
import type { UnitState } from '../state';
import { formatCalendar, nextElapse, parseCalendar } from '../unit-file/calendar';
import { condition, exitStatus } from './condition';
import { catConfig, unitPaths } from './config-files';
import { verify } from './verify';
import { parseTimestamp } from '../journalctl/time';
import { mangle } from '../unit-file/names';
import { formatRelative, formatTimeSpan, parseTimeSpan } from '../unit-file/time-span';
import { formatTimestamp } from '../systemctl/output';

type Run<T> = Generator<Wait, T, Wake>;
const span = (micros: number): string => formatTimeSpan(micros, 1_000);

export const analyze: Program = function* (context) {
  const words = context.argv
    .slice(1)
    .filter((word) => !word.startsWith('--no-pager') && !word.startsWith('--man'));
  const [verb = 'time', ...args] = words.filter((word) => !word.startsWith('-'));
  if (verb === 'calendar') {
    const given = words.find((word) => word.startsWith('--base-time='))?.slice('--base-time='.length);
    const base = given === undefined ? undefined : parseTimestamp(given, context.host.clock());
    if (given !== undefined && base === undefined) {
      yield* context.err(`Failed to parse --base-time= parameter: ${given}\n`);
      return 1;
    }
    return yield* calendar(context, args, { iterations: iterationsOf(words), base });
  }
  if (verb === 'timespan') return yield* timespan(context, args);
  if (verb === 'timestamp') return yield* timestamp(context, args);
  if (verb === 'verify') return yield* verify(context, args);
  if (verb === 'condition') return yield* condition(context, args);
  if (verb === 'exit-status') return yield* exitStatus(context, args);
  if (verb === 'unit-paths') return yield* unitPaths(context);
  if (verb === 'cat-config') return yield* catConfig(context, args);
  const manager = managerOf(context.host);
  if (manager === undefined) {
    yield* context.err('Failed to create bus connection: Host is down\n');
    return 1;
  }
  const times = ['time', 'blame', 'critical-chain'].includes(verb);
  if (times && (manager.state.finishedAt === 0 || manager.state.jobs.size > 0) && verb !== 'blame') {
    yield* context.err(
      "Bootup is not yet finished (org.freedesktop.systemd1.Manager.FinishTimestampMonotonic=0).\nPlease try again later.\nHint: Use 'systemctl list-jobs' to see active jobs\n",
    );
    return 1;
  }
  switch (verb) {
    case 'time':
      return yield* time(context, manager);
    case 'blame':
      return yield* blame(context, manager);
    case 'critical-chain':
      return yield* criticalChain(context, manager, args[0] ?? manager.state.defaultTarget);
    default:
      yield* context.err(
        ['security', 'dot', 'dump', 'plot'].includes(verb)
          ? `systemd-analyze: not modelled: ${verb}\n`
          : `Unknown command verb ${verb}.\n`,
      );
      return 1;
  }
};
function* time(context: ProgramContext, manager: Manager): Run<number> {
  const { kernelAt, userspaceAt, finishedAt, defaultTarget } = manager.state;
  const target = manager.unit(defaultTarget);
  yield* context.out(
    isContainer(context.host)
      ? `Startup finished in ${span(finishedAt - userspaceAt)} (userspace) \n`
      : `Startup finished in ${span(userspaceAt - kernelAt)} (kernel) + ${span(finishedAt - userspaceAt)} (userspace) = ${span(finishedAt - kernelAt)} \n`,
  );
  if (target !== undefined && target.activeEnterAt > 0)
    yield* context.out(
      `${defaultTarget} reached after ${span(target.activeEnterAt - userspaceAt)} in userspace.\n`,
    );
  return 0;
}
function* blame(context: ProgramContext, manager: Manager): Run<number> {
  const rows = [...manager.state.units.values()]
    .map((unit) => ({ name: unit.definition.name, took: startTime(unit) }))
    .filter(({ took }) => took >= 1_000)
    .sort((a, b) => b.took - a.took)
    .map(({ name, took }) => [span(took), name]);
  const width = Math.max(0, ...rows.map(([text = '']) => text.length));
  for (const [text = '', name = ''] of rows) yield* context.out(`${text.padStart(width)} ${name}\n`);
  return 0;
}
function startTime(unit: UnitState): number {
  return unit.activeEnterAt > 0 && unit.inactiveExitAt > 0 && unit.definition.type !== 'target'
    ? Math.max(0, unit.activeEnterAt - unit.inactiveExitAt)
    : 0;
}
function* criticalChain(context: ProgramContext, manager: Manager, name: string): Run<number> {
  yield* context.out(
    'The time when unit became active or started is printed after the "@" character.\nThe time the unit took to start is printed after the "+" character.\n\n',
  );
  const { userspaceAt } = manager.state;
  const seen = new Set<string>();
  let current: string | undefined = mangle(name);
  for (let depth = 0; current !== undefined; depth++) {
    const unit = manager.unit(current);
    if (unit === undefined) break;
    seen.add(current);
    const took = startTime(unit);
    const at =
      unit.activeEnterAt === 0
        ? ''
        : ` @${span(Math.max(0, (took > 0 ? unit.inactiveExitAt : unit.activeEnterAt) - userspaceAt))}`;
    yield* context.out(
      `${depth === 0 ? '' : `${'  '.repeat(depth - 1)}└─`}${current}${at}${took >= 1_000 ? ` +${span(took)}` : ''}\n`,
    );
    const before: UnitState[] = [...manager.graph().get(current, 'After')]
      .flatMap((other) => manager.unit(other) ?? [])
      .filter(
        (other) =>
          other.activeEnterAt > 0 &&
          other.activeEnterAt <= (unit.activeEnterAt || Number.MAX_SAFE_INTEGER) &&
          !seen.has(other.definition.name) &&
          other.activeEnterAt >= userspaceAt,
      )
      .sort((a, b) => b.activeEnterAt - a.activeEnterAt);
    current = before[0]?.definition.name;
  }
  return 0;
}
function iterationsOf(words: readonly string[]): number {
  const given = words.find((word) => word.startsWith('--iterations='))?.slice('--iterations='.length) ?? '';
  return /^[1-9]\d{0,3}$/.test(given) ? Number(given) : 1;
}
function* calendar(
  context: ProgramContext,
  args: readonly string[],
  { iterations, base }: { iterations: number; base: number | undefined },
): Run<number> {
  if (args.length === 0) {
    yield* context.err('Too few arguments.\n');
    return 1;
  }
  let code = 0;
  for (const [i, text] of args.entries()) {
    const spec = parseCalendar(text);
    if (spec === undefined) {
      yield* context.err(`Failed to parse calendar specification '${text}': Invalid argument\n`);
      code = 1;
      continue;
    }
    const normal = formatCalendar(spec);
    const clock = context.host.clock();
    const next = nextElapse(spec, base ?? clock);
    const lines = [
      ...(normal === text ? [] : [`  Original form: ${text}`]),
      `Normalized form: ${normal}`,
      `    Next elapse: ${next === undefined ? 'never' : formatTimestamp(next)}`,
    ];
    if (next !== undefined) lines.push(`       From now: ${formatRelative(clock, next)}`);
    let last = next;
    for (let nth = 2; nth <= iterations && last !== undefined; nth++) {
      last = nextElapse(spec, last);
      if (last === undefined) break;
      lines.push(
        `${`Iter. #${nth}`.padStart(15)}: ${formatTimestamp(last)}`,
        `       From now: ${formatRelative(clock, last)}`,
      );
    }
    yield* context.out(`${i > 0 ? '\n' : ''}${lines.join('\n')}\n`);
  }
  return code;
}
function* timespan(context: ProgramContext, args: readonly string[]): Run<number> {
  for (const [i, text] of args.entries()) {
    if (i > 0) yield* context.out('\n');
    const micros = parseTimeSpan(text);
    if (micros === undefined) {
      yield* context.err(`Failed to parse time span '${text}': Invalid argument\n`);
      return 1;
    }
    yield* context.out(`Original: ${text}\n      μs: ${micros}\n   Human: ${formatTimeSpan(micros)}\n`);
  }
  return 0;
}
function* timestamp(context: ProgramContext, args: readonly string[]): Run<number> {
  if (args.length === 0) {
    yield* context.err('Too few arguments.\n');
    return 1;
  }
  let code = 0;
  const clock = context.host.clock();
  for (const [i, text] of args.entries()) {
    const at = parseTimestamp(text, clock);
    if (at === undefined) {
      yield* context.err(`Failed to parse "${text}": Invalid argument\n`);
      code = 1;
      continue;
    }
    // The epoch itself stands for no time at all.
    yield* context.out(
      `${i > 0 ? '\n' : ''}  Original form: ${text}\nNormalized form: ${at === 0 ? '-' : formatTimestamp(at)}\n   UNIX seconds: @${formatSeconds(at)}\n       From now: ${at === 0 ? '-' : formatRelative(clock, at)}\n`,
    );
  }
  return code;
}
function formatSeconds(micros: number): string {
  const fraction = micros % 1_000_000;
  const whole = String(Math.floor(micros / 1_000_000));
  return fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
}
