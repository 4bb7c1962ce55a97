/** `umask` and `ulimit`. */
import type { Run, Shell } from '../shell';
import { type Call, complain, invalidOption, readOptions } from './builtin';

// -------------------------------------------------------------------------- umask

export function* umask(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, shell.dialect === 'dash' ? 'S' : 'pS');
  if (typeof options === 'number') return options;
  const [mode] = options.rest;
  const { context } = shell;
  if (mode === undefined) {
    const text = options.flags.has('S')
      ? symbolic(context.umask)
      : context.umask.toString(8).padStart(4, '0');
    const head = options.flags.has('p') ? `umask ${options.flags.has('S') ? '-S ' : ''}` : '';
    yield* shell.write(1, `${head}${text}\n`);
    return 0;
  }
  if (/^\d/.test(mode)) {
    if (!/^[0-7]{1,4}$/.test(mode)) {
      yield* complain(
        call,
        shell.dialect === 'dash' ? `Illegal number: ${mode}` : `${mode}: octal number out of range`,
      );
      return shell.dialect === 'dash' ? 2 : 1;
    }
    context.umask = Number.parseInt(mode, 8) & 0o777;
  } else {
    const mask = symbolicMask(mode, context.umask);
    if (typeof mask === 'string') {
      yield* complain(call, shell.dialect === 'dash' ? `Illegal mode: ${mode}` : mask);
      return shell.dialect === 'dash' ? 2 : 1;
    }
    context.umask = mask;
  }
  if (options.flags.has('S')) yield* shell.write(1, `${symbolic(context.umask)}\n`);
  return 0;
}

function symbolic(mask: number): string {
  const allowed = ~mask & 0o777;
  const letters = (bits: number): string =>
    `${(bits & 4) === 0 ? '' : 'r'}${(bits & 2) === 0 ? '' : 'w'}${(bits & 1) === 0 ? '' : 'x'}`;
  return `u=${letters(allowed >> 6)},g=${letters((allowed >> 3) & 7)},o=${letters(allowed & 7)}`;
}

/** `u=rwx,g-w`: what is allowed, so the mask is its complement. Or the complaint. */
function symbolicMask(text: string, before: number): number | string {
  let allowed = ~before & 0o777;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwxugoXst]*)$/.exec(clause);
    if (match === null) {
      const odd = /^[ugoa]*([^-+=])/.exec(clause)?.[1];
      if (odd !== undefined && !/^[ugoa]*[-+=]/.test(clause))
        return `\`${odd}': invalid symbolic mode operator`;
      const bad = /[^rwxugoXst]/.exec(clause.replace(/^[ugoa]*[-+=]/, ''))?.[0] ?? '';
      return `\`${bad}': invalid symbolic mode character`;
    }
    const [, who = '', operator = '', permissions = ''] = match;
    let bits = 0;
    if (permissions.includes('r')) bits |= 4;
    if (permissions.includes('w')) bits |= 2;
    if (/[xX]/.test(permissions)) bits |= 1;
    const classes = who === '' || who.includes('a') ? 'ugo' : who;
    for (const [letter, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (!classes.includes(letter)) continue;
      const mask = bits << shift;
      if (operator === '+') allowed |= mask;
      else if (operator === '-') allowed &= ~mask;
      else allowed = (allowed & ~(7 << shift)) | mask;
    }
  }
  return ~allowed & 0o777;
}

// ------------------------------------------------------------------------- ulimit

interface Limit {
  readonly letter: string;
  readonly text: string;
  readonly unit: string;
  readonly value: (shell: Shell) => string;
  /** Its line of /proc/PID/limits, and how many of that one's units are one of these. */
  readonly line?: string;
  readonly scale?: number;
  /** How far the soft limit may be raised; the same when not given. */
  readonly hard?: string;
}

const fixed = (value: string) => (): string => value;

/** Debian 12's limits of a login, in the order of `ulimit -a`. */
const LIMITS: readonly Limit[] = [
  {
    letter: 'R',
    text: 'real-time non-blocking time',
    unit: 'microseconds',
    value: fixed('unlimited'),
    line: 'Max realtime timeout',
  },
  {
    letter: 'c',
    text: 'core file size',
    unit: 'blocks',
    value: fixed('0'),
    hard: 'unlimited',
    line: 'Max core file size',
    scale: 1024,
  },
  {
    letter: 'd',
    text: 'data seg size',
    unit: 'kbytes',
    value: fixed('unlimited'),
    line: 'Max data size',
    scale: 1024,
  },
  { letter: 'e', text: 'scheduling priority', unit: '', value: fixed('0'), line: 'Max nice priority' },
  {
    letter: 'f',
    text: 'file size',
    unit: 'blocks',
    value: fixed('unlimited'),
    line: 'Max file size',
    scale: 1024,
  },
  { letter: 'i', text: 'pending signals', unit: '', value: fixed('3800'), line: 'Max pending signals' },
  {
    letter: 'l',
    text: 'max locked memory',
    unit: 'kbytes',
    value: (shell) => String(Math.floor((shell.host.state.memoryMiB * 1024) / 8)),
    line: 'Max locked memory',
    scale: 1024,
  },
  {
    letter: 'm',
    text: 'max memory size',
    unit: 'kbytes',
    value: fixed('unlimited'),
    line: 'Max resident set',
    scale: 1024,
  },
  {
    letter: 'n',
    text: 'open files',
    unit: '',
    value: fixed('1024'),
    hard: '1048576',
    line: 'Max open files',
  },
  { letter: 'p', text: 'pipe size', unit: '512 bytes', value: fixed('8') },
  {
    letter: 'q',
    text: 'POSIX message queues',
    unit: 'bytes',
    value: fixed('819200'),
    line: 'Max msgqueue size',
  },
  { letter: 'r', text: 'real-time priority', unit: '', value: fixed('0'), line: 'Max realtime priority' },
  {
    letter: 's',
    text: 'stack size',
    unit: 'kbytes',
    value: fixed('8192'),
    hard: 'unlimited',
    line: 'Max stack size',
    scale: 1024,
  },
  { letter: 't', text: 'cpu time', unit: 'seconds', value: fixed('unlimited'), line: 'Max cpu time' },
  { letter: 'u', text: 'max user processes', unit: '', value: fixed('3800'), line: 'Max processes' },
  {
    letter: 'v',
    text: 'virtual memory',
    unit: 'kbytes',
    value: fixed('unlimited'),
    line: 'Max address space',
    scale: 1024,
  },
  { letter: 'x', text: 'file locks', unit: '', value: fixed('unlimited'), line: 'Max file locks' },
];

/** Limits are kept with the process and go to its children. Not modelled: that they hold. */
export function* ulimit(call: Call): Run<number> {
  const { shell } = call;
  const letters: string[] = [];
  const kinds = new Set<string>();
  let all = false;
  const values: string[] = [];
  for (const arg of call.args) {
    if (arg === '--' || !/^-./.test(arg)) {
      if (arg !== '--') values.push(arg);
      continue;
    }
    for (const letter of arg.slice(1)) {
      if (letter === 'a') all = true;
      else if (letter === 'S' || letter === 'H') kinds.add(letter);
      else if (LIMITS.some((limit) => limit.letter === letter)) letters.push(letter);
      else return yield* invalidOption(call, `-${letter}`);
    }
  }
  // Both when neither is asked for; the soft one is shown.
  const soft = kinds.has('S') || !kinds.has('H');
  const hard = kinds.has('H') || !kinds.has('S');
  const shown = (limit: Limit): string => (soft ? softOf(shell, limit) : hardOf(shell, limit));
  if (all) {
    yield* shell.write(1, LIMITS.map((limit) => `${headOf(limit)}${shown(limit)}\n`).join(''));
    return 0;
  }
  const wanted = LIMITS.filter(({ letter }) =>
    letters.length === 0 ? letter === 'f' : letters.includes(letter),
  );
  const [value] = values;
  if (value === undefined) {
    for (const limit of wanted)
      yield* shell.write(1, `${wanted.length > 1 ? headOf(limit) : ''}${shown(limit)}\n`);
    return 0;
  }
  if (!/^(?:\d+|unlimited|soft|hard)$/.test(value)) {
    if (shell.dialect === 'dash') {
      yield* complain(call, 'bad number');
      return 2;
    }
    yield* complain(call, `${value}: invalid number`);
    return 1;
  }
  for (const limit of wanted) {
    const refused = setLimit(shell, limit, { value, soft, hard });
    if (refused === undefined) continue;
    yield* complain(call, `${limit.text}: cannot modify limit: ${refused}`);
    return 1;
  }
  return 0;
}

/** What the process has of its own or from its parent; the login's where it has nothing. */
function kept(shell: Shell, limit: Limit): readonly [soft: string, hard: string] {
  const [soft, hard] = shell.context.process.limits?.[limit.line ?? ''] ?? [];
  const scaled = (text: string | undefined, otherwise: string): string =>
    text === undefined
      ? otherwise
      : /^\d+$/.test(text)
        ? String(Math.floor(Number(text) / (limit.scale ?? 1)))
        : text;
  const usual = limit.value(shell);
  return [scaled(soft, usual), scaled(hard, limit.hard ?? usual)];
}
function softOf(shell: Shell, limit: Limit): string {
  return kept(shell, limit)[0];
}
function hardOf(shell: Shell, limit: Limit): string {
  return kept(shell, limit)[1];
}

/** Why the kernel refuses, or undefined when the limit is set. Source: setrlimit(2). */
function setLimit(
  shell: Shell,
  limit: Limit,
  wish: { readonly value: string; readonly soft: boolean; readonly hard: boolean },
): string | undefined {
  const before = hardOf(shell, limit);
  const value = wish.value === 'soft' ? softOf(shell, limit) : wish.value === 'hard' ? before : wish.value;
  const newHard = wish.hard ? value : before;
  const newSoft = wish.soft ? value : softOf(shell, limit);
  if (sizeOf(newSoft) > sizeOf(newHard)) return 'Invalid argument';
  // fs.nr_open: root too may have no more.
  if (limit.line === 'Max open files' && sizeOf(newHard) > MOST_FILES) return 'Operation not permitted';
  if (shell.context.who.uid !== 0 && sizeOf(newHard) > sizeOf(before)) return 'Operation not permitted';
  const { process } = shell.context;
  const { line, scale = 1 } = limit;
  const counted = (text: string): string => (/^\d+$/.test(text) ? String(Number(text) * scale) : text);
  if (line !== undefined)
    process.limits = { ...process.limits, [line]: [counted(newSoft), counted(newHard)] };
  return undefined;
}

const MOST_FILES = 1_048_576;
function sizeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}

function headOf({ letter, text, unit }: Limit): string {
  const flag = `(${unit === '' ? '' : `${unit}, `}-${letter}) `;
  return `${text.padEnd(20)} ${flag.padStart(20)}`;
}
