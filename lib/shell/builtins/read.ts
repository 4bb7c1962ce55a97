/** `read` and `mapfile`. */
import type { Stream } from '../../world/process.contract';
import { errnoText } from '../commands/errno-text';
import { DropLine } from '../control';
import { runPendingTraps } from '../run/finish';
import type { Run, Shell } from '../shell';
import { READONLY } from '../state/variables';
import { isIdentifier } from '../syntax/words';
import { type Call, complain, readOptions, wholeNumber } from './builtin';

/** Characters read between two looks at the clock. */
const MICROS_PER_LINE = 2;
/** A shell reads a character at a time; so many take as long as a command. */
const CHARACTERS_PER_COMMAND = 20;
const TIMED_OUT = 142;

interface Plan {
  readonly stream: Stream;
  readonly delimiter: string;
  /** Characters to read; undefined: up to the delimiter. */
  readonly count: number | undefined;
  /** `-N`: the delimiter does not count. */
  readonly exact: boolean;
  readonly raw: boolean;
  readonly deadline: number | undefined;
}

/** What was read: characters, each with whether a backslash protected it. */
interface Line {
  readonly text: string;
  /** Places of protected characters. */
  readonly protectedAt: ReadonlySet<number>;
  readonly outcome: 'delimiter' | 'count' | 'end' | 'timeout';
}

export function* read(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, shell.dialect === 'dash' ? 'rp:' : 'ersa:d:i:n:N:p:t:u:');
  if (typeof options === 'number') return options;
  const { flags, values } = options;
  const plan = yield* planOf(call, { flags, values });
  if (typeof plan === 'number') return plan;
  const names = options.rest;
  for (const name of names) {
    if (!isValidTarget(name)) {
      const isDash = shell.dialect === 'dash';
      yield* complain(call, isDash ? `${name}: bad variable name` : `\`${name}': not a valid identifier`);
      return isDash ? 2 : 1;
    }
  }
  if (shell.dialect === 'dash' && names.length === 0) {
    yield* complain(call, 'arg count');
    return 2;
  }
  if (values.has('t') && Number(values.get('t')) === 0) return yield* poll(plan);
  const prompt = values.get('p');
  if (prompt !== undefined && plan.stream.tty !== undefined) yield* shell.write(2, prompt);
  if (flags.has('s')) shell.echo?.(false);
  const line = yield* readLine(shell, plan);
  if (flags.has('s')) shell.echo?.(true);
  const array = values.get('a');
  const stored =
    array === undefined ? yield* store(call, names, line, plan) : yield* storeArray(call, array, line);
  if (stored !== 0) return stored;
  if (line.outcome === 'timeout') return TIMED_OUT;
  return line.outcome === 'end' ? 1 : 0;
}

function isValidTarget(name: string): boolean {
  return isIdentifier(name) || /^[A-Za-z_]\w*\[[^]+\]$/.test(name);
}

function* poll(plan: Plan): Run<number> {
  // Nothing is taken: a stream that would have to wait has no input.
  return plan.stream.kind === 'file' || plan.stream.kind === 'null' ? 0 : 1;
}

function* planOf(
  call: Call,
  options: { flags: ReadonlySet<string>; values: ReadonlyMap<string, string> },
): Run<Plan | number> {
  const { shell } = call;
  const { values } = options;
  const fdText = values.get('u') ?? '0';
  const stream = /^\d+$/.test(fdText) ? shell.context.fds.get(Number(fdText)) : undefined;
  if (stream === undefined && values.has('u')) {
    yield* complain(
      call,
      /^\d+$/.test(fdText)
        ? `${fdText}: invalid file descriptor: ${errnoText('EBADF')}`
        : `${fdText}: invalid file descriptor specification`,
    );
    return 1;
  }
  const timeout = values.get('t');
  if (timeout !== undefined && !/^(?:\d+\.?\d*|\.\d+)$/.test(timeout)) {
    yield* complain(call, `${timeout}: invalid timeout specification`);
    return 1;
  }
  const countText = values.get('N') ?? values.get('n');
  const count = countText === undefined ? undefined : wholeNumber(countText);
  if (countText !== undefined && (count === undefined || count < 0)) {
    yield* complain(call, `${countText}: invalid number`);
    return 1;
  }
  const problem = stream === undefined ? 'EBADF' : stream.readProblem;
  if (stream === undefined || problem !== undefined) {
    yield* complain(call, `read error: ${fdText}: ${errnoText(problem ?? 'EBADF')}`);
    return 1;
  }
  const delimiter = values.get('d');
  return {
    stream,
    delimiter: delimiter === undefined ? '\n' : delimiter === '' ? '\0' : ([...delimiter][0] ?? '\n'),
    count,
    exact: values.has('N'),
    raw: options.flags.has('r'),
    deadline:
      timeout === undefined ? undefined : shell.context.kernel.now + Math.round(Number(timeout) * 1_000_000),
  };
}

function* readLine(shell: Shell, plan: Plan): Run<Line> {
  const characters: string[] = [];
  const protectedAt = new Set<number>();
  let escaped = false;
  if (plan.count === 0) return { text: '', protectedAt, outcome: 'count' };
  const finish = (outcome: Line['outcome']): Line => ({ text: characters.join(''), protectedAt, outcome });
  for (let taken = 1; ; taken++) {
    const c = yield* character(shell, plan);
    if (taken % CHARACTERS_PER_COMMAND === 0) yield* letTimePass(shell);
    if (c === 'timeout') return finish('timeout');
    if (c === '') return finish('end');
    if (escaped) {
      escaped = false;
      if (c === '\n') continue;
      protectedAt.add(characters.length);
      characters.push(c);
    } else if (!plan.raw && c === '\\') {
      escaped = true;
      continue;
    } else if (c === plan.delimiter && !plan.exact) {
      shell.context.host.compute(shell.context.pid, MICROS_PER_LINE);
      return finish('delimiter');
    } else if (c !== '\0') characters.push(c);
    if (plan.count !== undefined && characters.length >= plan.count) return finish('count');
  }
}

/** /dev/zero has no end: time goes on, and Ctrl-C arrives. */
function* letTimePass(shell: Shell): Run<void> {
  yield* shell.tick();
  if (shell.pendingTraps.length > 0 && shell.interactive) yield* runPendingTraps(shell);
}

function* character(shell: Shell, plan: Plan): Run<string> {
  for (;;) {
    const c = plan.stream.read(1);
    if (c !== undefined) {
      const isHigh = c >= '\ud800' && c < '\udc00';
      return isHigh ? c + (plan.stream.read(1) ?? '') : c;
    }
    if (plan.deadline !== undefined && shell.context.kernel.now >= plan.deadline) return 'timeout';
    const wake = yield* shell.suspend({
      streams: [plan.stream],
      ...(plan.deadline === undefined ? {} : { until: plan.deadline }),
    });
    if (wake.reason === 'signal' && shell.interactive) throw new DropLine(130);
  }
}

function* store(call: Call, names: readonly string[], line: Line, plan: Plan): Run<number> {
  const { shell } = call;
  if (names.length === 0) return yield* put(call, 'REPLY', line.text);
  if (plan.exact) {
    const [first = '', ...others] = names;
    const status = yield* put(call, first, line.text);
    if (status !== 0) return status;
    for (const name of others) yield* put(call, name, '');
    return 0;
  }
  const splitter = new Splitter(line, shell.ifs);
  for (const [index, name] of names.entries()) {
    const value = index === names.length - 1 ? splitter.rest() : (splitter.next() ?? '');
    const status = yield* put(call, name, value);
    if (status !== 0) return status;
  }
  return 0;
}

function* put(call: Call, name: string, value: string): Run<number> {
  const { shell } = call;
  const bracket = name.indexOf('[');
  const refused =
    bracket === -1
      ? shell.assign(name, value)
      : shell.assignElement(
          name.slice(0, bracket),
          shell.subscriptKey(name.slice(0, bracket), name.slice(bracket + 1, -1)),
          value,
        );
  if (refused === undefined) return 0;
  if (shell.dialect === 'dash') {
    yield* complain(call, refused);
    return 2;
  }
  yield* shell.report(refused);
  return 1;
}

function* storeArray(call: Call, name: string, line: Line): Run<number> {
  const { shell } = call;
  const known = shell.variables.find(name);
  if (!isIdentifier(name)) {
    yield* complain(call, `\`${name}': not a valid identifier`);
    return 1;
  }
  if (known !== undefined && (known.flags & READONLY) !== 0) {
    yield* shell.report(`${name}: readonly variable`);
    return 1;
  }
  if (known?.table !== undefined) {
    yield* complain(call, `${name}: cannot convert associative to indexed array`);
    return 1;
  }
  const splitter = new Splitter(line, shell.ifs);
  const values: string[] = [];
  for (let value = splitter.next(); value !== undefined; value = splitter.next()) values.push(value);
  shell.variables.setList(name, values);
  return 0;
}

/** Divides a line at IFS, protected characters excepted. */
class Splitter {
  #at = 0;
  readonly #characters: readonly string[];

  constructor(
    private readonly line: Line,
    private readonly ifs: string,
  ) {
    this.#characters = [...line.text];
    this.#skipBlanks();
  }

  #isDivider(at: number): boolean {
    return (
      this.ifs.includes(this.#characters[at] ?? '\0') &&
      this.#characters[at] !== undefined &&
      !this.line.protectedAt.has(at)
    );
  }
  #isBlank(at: number): boolean {
    const c = this.#characters[at];
    return (c === ' ' || c === '\t' || c === '\n') && this.#isDivider(at);
  }
  #skipBlanks(): void {
    while (this.#isBlank(this.#at)) this.#at++;
  }

  /** The next field; undefined when nothing is left. */
  next(): string | undefined {
    if (this.#at >= this.#characters.length) return undefined;
    const start = this.#at;
    while (this.#at < this.#characters.length && !this.#isDivider(this.#at)) this.#at++;
    const field = this.#characters.slice(start, this.#at).join('');
    this.#skipBlanks();
    if (this.#at < this.#characters.length && this.#isDivider(this.#at) && !this.#isBlank(this.#at)) {
      this.#at++;
      this.#skipBlanks();
    }
    return field;
  }

  /** All that is left, trailing blanks and one lone trailing divider taken away. */
  rest(): string {
    let end = this.#characters.length;
    while (end > this.#at && this.#isBlank(end - 1)) end--;
    const whole = this.#characters.slice(this.#at, end).join('');
    const at = this.#at;
    const first = this.next();
    if (first !== undefined && this.#at >= this.#characters.length) return first;
    this.#at = at;
    return whole;
  }
}

// ----------------------------------------------------------------------- mapfile

export function* mapfile(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'd:n:O:s:tu:C:c:');
  if (typeof options === 'number') return options;
  const { values, flags } = options;
  const numbers: Record<string, number> = {};
  for (const [letter, what] of [
    ['n', 'line count'],
    ['O', 'array origin'],
    ['s', 'line count'],
    ['c', 'callback quantum'],
  ] as const) {
    const text = values.get(letter);
    const value = text === undefined ? 0 : wholeNumber(text);
    if (value === undefined || value < 0) {
      yield* complain(call, `${text ?? ''}: invalid ${what}`);
      return 1;
    }
    numbers[letter] = value;
  }
  const fdText = values.get('u') ?? '0';
  const stream = shell.context.fds.get(Number(fdText));
  if (stream === undefined) {
    yield* complain(call, `${fdText}: invalid file descriptor: ${errnoText('EBADF')}`);
    return 1;
  }
  const name = options.rest[0] ?? 'MAPFILE';
  if (!isIdentifier(name)) {
    yield* complain(call, `\`${name}': not a valid identifier`);
    return 1;
  }
  const known = shell.variables.find(name);
  if (known !== undefined && (known.flags & READONLY) !== 0) {
    yield* shell.report(`${name}: readonly variable`);
    return 1;
  }
  const delimiter = values.get('d');
  const lines = yield* readLines(shell, stream, {
    delimiter: delimiter === undefined ? '\n' : delimiter === '' ? '\0' : (delimiter[0] ?? '\n'),
    skip: numbers['s'] ?? 0,
    most: numbers['n'] ?? 0,
    strip: flags.has('t'),
  });
  if (!values.has('O')) shell.variables.setList(name, []);
  const origin = numbers['O'] ?? 0;
  for (const [index, line] of lines.entries()) {
    const callback = values.get('C');
    const quantum = numbers['c'] === 0 ? 5000 : (numbers['c'] ?? 5000);
    if (callback !== undefined && (index + 1) % quantum === 0)
      yield* shell.machinery.runText(
        shell,
        `${callback} ${origin + index} '${line.replace(/'/g, "'\\''")}'`,
        { name: 'mapfile', lineBase: shell.line - 1 },
      );
    shell.assignElement(name, String(origin + index), line);
  }
  return 0;
}

function* readLines(
  shell: Shell,
  stream: Stream,
  options: { delimiter: string; skip: number; most: number; strip: boolean },
): Run<string[]> {
  const plan: Plan = {
    stream,
    delimiter: options.delimiter,
    count: undefined,
    exact: false,
    raw: true,
    deadline: undefined,
  };
  const lines: string[] = [];
  for (let index = 0; options.most === 0 || lines.length < options.most; index++) {
    const line = yield* readLine(shell, plan);
    if (line.outcome === 'end' && line.text === '') break;
    if (index < options.skip) continue;
    lines.push(line.outcome === 'delimiter' && !options.strip ? line.text + options.delimiter : line.text);
    if (line.outcome === 'end') break;
  }
  return lines;
}
