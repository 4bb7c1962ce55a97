/** `trap`. */
import { isSignalName, SIGNAL_NUMBERS, signalName } from '../../world/signals';
import { singleQuote } from '../expand/quote';
import type { Run, Shell, TrapName } from '../shell';
import { type Call, complain, readOptions, usage } from './builtin';

const PSEUDO: readonly TrapName[] = ['EXIT', 'ERR', 'DEBUG', 'RETURN'];

/** `INT`, `SIGINT`, `int`, `2`, `0`, `EXIT`. */
export function trapName(text: string): TrapName | undefined {
  if (/^\d+$/.test(text)) return text === '0' ? 'EXIT' : signalName(Number(text));
  const upper = text.toUpperCase();
  const pseudo = PSEUDO.find((name) => name === upper);
  if (pseudo !== undefined) return pseudo;
  const bare = upper.startsWith('SIG') ? upper.slice(3) : upper;
  return isSignalName(bare) ? bare : undefined;
}

/** All signals in `kill -l`'s form of bash: five to a line. */
export function signalTable(): string {
  const entries = Object.entries(SIGNAL_NUMBERS).map(([name, number]) => ({ name: `SIG${name}`, number }));
  for (let number = 34; number <= 64; number++) entries.push({ name: realTimeName(number), number });
  let text = '';
  entries.forEach(({ name, number }, index) => {
    const isLast = index % 5 === 4 || index === entries.length - 1;
    text += `${String(number).padStart(2)}) ${name}${isLast ? (index === entries.length - 1 ? '\t\n' : '\n') : '\t'}`;
  });
  return text;
}

function realTimeName(number: number): string {
  if (number === 34) return 'SIGRTMIN';
  if (number === 64) return 'SIGRTMAX';
  return number < 50 ? `SIGRTMIN+${number - 34}` : `SIGRTMAX-${64 - number}`;
}

function orderOf(name: TrapName): number {
  if (name === 'EXIT') return 0;
  return isSignalName(name) ? SIGNAL_NUMBERS[name] : 100 + PSEUDO.indexOf(name);
}

function line(shell: Shell, name: TrapName, action: string): string {
  const shown = isSignalName(name) && shell.dialect === 'bash' ? `SIG${name}` : name;
  return `trap -- ${singleQuote(action)} ${shown}\n`;
}

export function* trap(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, shell.dialect === 'dash' ? '' : 'lp');
  if (typeof options === 'number') return options;
  const { rest, flags } = options;
  if (flags.has('l')) {
    yield* shell.write(1, signalTable());
    return 0;
  }
  if (rest.length === 0 || flags.has('p')) return yield* show(call, rest);
  const [first = '', ...others] = rest;
  // One argument, or a number first: all of them go back to the default.
  const resets = first === '-' || /^\d+$/.test(first) || others.length === 0;
  const names = first !== '-' && resets ? rest : others;
  if (others.length === 0 && (first === '-' || trapName(first) === undefined)) {
    return first === '-' ? 0 : yield* usage(call);
  }
  let status = 0;
  for (const text of names) {
    const name = trapName(text);
    if (name === undefined) {
      if (shell.dialect === 'dash') yield* shell.write(2, `trap: ${text}: bad trap\n`);
      else yield* complain(call, `${text}: invalid signal specification`);
      status = 1;
    } else setTrap(shell, name, resets ? undefined : first);
  }
  return status;
}

function* show(call: Call, names: readonly string[]): Run<number> {
  const { shell } = call;
  const traps =
    shell.traps.size === 0 && shell.inheritedTraps !== undefined ? shell.inheritedTraps : shell.traps;
  if (names.length === 0) {
    const all = [...traps].sort(([a], [b]) => orderOf(a) - orderOf(b));
    yield* shell.write(1, all.map(([name, action]) => line(shell, name, action)).join(''));
    return 0;
  }
  for (const text of names) {
    const name = trapName(text);
    if (name === undefined) {
      yield* complain(call, `${text}: invalid signal specification`);
      return 1;
    }
    const action = traps.get(name);
    if (action !== undefined) yield* shell.write(1, line(shell, name, action));
  }
  return 0;
}

/** Signals that an interactive shell handles or ignores even without a trap. */
const KEPT_BY_INTERACTIVE: ReadonlySet<string> = new Set(['INT', 'TERM', 'QUIT', 'TSTP', 'TTIN', 'TTOU']);

function setTrap(shell: Shell, name: TrapName, action: string | undefined): void {
  shell.inheritedTraps = undefined;
  if (shell.ignoredAtStart.has(name as never)) return;
  if (action === undefined) shell.traps.delete(name);
  else shell.traps.set(name, action);
  if (!isSignalName(name) || name === 'KILL' || name === 'STOP') return;
  if (action === undefined) {
    if (shell.interactive && KEPT_BY_INTERACTIVE.has(name))
      shell.context.signal(name, name === 'INT' ? 'handle' : 'ignore');
    else shell.context.signal(name, 'default');
  } else shell.context.signal(name, action === '' ? 'ignore' : 'handle');
}
