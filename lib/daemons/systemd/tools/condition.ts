/** systemd-analyze condition and exit-status. Source: systemd-analyze(1); systemd 252 `analyze-condition.c`, `analyze-exit-status.c`. */
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { isConditionMet, printed } from '../conditions';
import { EXIT_STATUSES } from '../exit-status';
import type { Condition } from '../state';
import { conditionsOf } from '../unit-file/load';
import { knownKeys } from '../unit-file/known-keys';
import { complaintAbout } from '../unit-file/value-checks';

type Run<T> = Generator<Wait, T, Wake>;

/** `ConditionPathExists=/x`: says of each, the last one first, whether it is met. */
export function* condition(context: ProgramContext, args: readonly string[]): Run<number> {
  if (args.length === 0) {
    yield* context.err('Too few arguments for condition\n');
    return 1;
  }
  const all: Condition[] = [];
  for (const word of args) {
    const [, key = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(word) ?? [];
    if (!/^(Condition|Assert)/.test(key) || knownKeys('Unit')?.has(key) !== true) {
      yield* context.err(`Cannot parse "${word}".\n`);
      return 1;
    }
    const assignment = { section: 'Unit', key, value, line: 0 };
    const problem = complaintAbout(assignment);
    if (problem !== undefined) yield* context.err(`(cmdline): ${problem.text}\n`);
    else all.push(...conditionsOf([assignment], 'test.service', context.host));
  }
  const asserts = yield* judge(context, all.filter(({ assert }) => assert).reverse(), 'Asserts');
  const conditions = yield* judge(context, all.filter(({ assert }) => !assert).reverse(), 'Conditions');
  return asserts && conditions ? 0 : 1;
}
/** One that is not met ends it; of those with `|` one is enough. */
function* judge(context: ProgramContext, list: readonly Condition[], what: string): Run<boolean> {
  if (list.length === 0) return true;
  let triggered: boolean | undefined;
  let isMet = true;
  for (const one of list) {
    const holds = isConditionMet(context.host, one);
    yield* context.err(`test.service: ${printed(one)} ${holds ? 'succeeded' : 'failed'}.\n`);
    if (one.trigger) triggered = triggered === true || holds;
    else if (!holds) {
      isMet = false;
      break;
    }
  }
  const result = isMet && triggered !== false;
  yield* context.err(`${what} ${result ? 'succeeded' : 'failed'}.\n`);
  return result;
}

/** What the numbers mean with which services end, or all that have names. */
export function* exitStatus(context: ProgramContext, args: readonly string[]): Run<number> {
  const rows: (readonly [name: string, status: number, group: string])[] = [];
  if (args.length === 0) rows.push(...EXIT_STATUSES);
  for (const word of args) {
    const named = EXIT_STATUSES.find(([name, status]) => name === word || String(status) === word);
    const number = /^\d+$/.test(word) ? Number(word) : -1;
    if (named === undefined && (number < 0 || number > 255)) {
      yield* context.err(`Invalid exit status "${word}".\n`);
      return 1;
    }
    rows.push(named ?? ['-', number, '-']);
  }
  const width = Math.max('NAME'.length, ...rows.map(([name]) => name.length));
  const line = (name: string, status: string | number, group: string): string =>
    `${name.padEnd(width)} ${String(status).padStart('STATUS'.length)} ${group}\n`;
  yield* context.out(line('NAME', 'STATUS', 'CLASS'));
  for (const row of rows) yield* context.out(line(...row));
  return 0;
}
