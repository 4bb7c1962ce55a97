/**
 * jq(1) 1.6.
 * Not modelled: modules, --stream, --seq, SQL-style functions, `@json` of huge numbers, getpath/1 in paths of `limit`.
 */
import { errnoText } from '../errno-text';
import { type Command, Exit, type Step, type Tool, type ToolRun } from '../tool';
import { Evaluator } from './evaluate';
import { cleanText, type Json, JsonError, JsonReader, parseJson, printJson, type PrintOptions } from './json';
import { LIBRARY } from './library';
import { Halt, NATIVES } from './natives';
import { JqSyntaxError, parseDefinitions, parseProgram } from './parser';
import type { Scope } from './output';
import type { Definition, Filter, Pattern } from './tree';
import { isTrue, JqError } from './value';
import { JQ_HELP } from './help';

export const jq: Command = {
  name: 'jq',
  package: 'jq',
  paths: ['/usr/bin/jq'],
  synopsis: 'jq [options] <jq filter> [file...]',
  summary: 'Command-line JSON processor.',
  run,
};

interface Settings {
  raw: boolean;
  joined: boolean;
  compact: boolean;
  nullInput: boolean;
  rawInput: boolean;
  slurp: boolean;
  exitStatus: boolean;
  sortKeys: boolean;
  ascii: boolean;
  color: boolean;
  indent: string;
  unbuffered: boolean;
  fromFile: string | undefined;
  filter: string | undefined;
  readonly files: string[];
  readonly named: Map<string, Json>;
  readonly positional: Json[];
}

const USAGE_HINT =
  'Use jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://stedolan.github.io/jq\n';

let library: ReadonlyMap<string, Definition> | undefined;

function definitions(): ReadonlyMap<string, Definition> {
  library ??= new Map(
    parseDefinitions(LIBRARY).map((definition) => [
      `${definition.name}/${definition.parameters.length}`,
      definition,
    ]),
  );
  return library;
}

function* run(tool: Tool): ToolRun {
  tool.name = 'jq';
  const settings = yield* readSettings(tool);
  const text =
    settings.fromFile === undefined ? (settings.filter ?? '.') : yield* programFile(tool, settings.fromFile);
  const { stdin, stdout } = tool.context;
  if (
    settings.filter === undefined &&
    settings.fromFile === undefined &&
    (stdin.tty ?? stdout.tty) !== undefined
  )
    return noFilter(tool);
  const program = compile(tool, text, settings);
  return yield* new Session(tool, settings, program).run();
}

/** Without a filter on a terminal; elsewhere the filter is the identity. */
function noFilter(tool: Tool): number {
  tool.note(JQ_HELP);
  return 2;
}

// ---------------------------------------------------------------- options

function* readSettings(tool: Tool): Step<Settings> {
  const settings: Settings = {
    raw: false,
    joined: false,
    compact: false,
    nullInput: false,
    rawInput: false,
    slurp: false,
    exitStatus: false,
    sortKeys: false,
    ascii: false,
    color: tool.context.stdout.tty !== undefined,
    indent: '  ',
    unbuffered: false,
    fromFile: undefined,
    filter: undefined,
    files: [],
    named: new Map(),
    positional: [],
  };
  const args = [...tool.args];
  let rest: 'files' | 'args' | 'json' = 'files';
  let onlyOperands = false;
  for (let argument = args.shift(); argument !== undefined; argument = args.shift()) {
    if (onlyOperands || !argument.startsWith('-') || argument === '-') {
      if (settings.filter === undefined && (settings.fromFile ?? '') === '') settings.filter = argument;
      else if (rest === 'files') settings.files.push(argument);
      else settings.positional.push(rest === 'args' ? argument : jsonArgument(tool, '--jsonargs', argument));
      continue;
    }
    if (argument === '--') onlyOperands = true;
    else if (argument === '--args') rest = 'args';
    else if (argument === '--jsonargs') rest = 'json';
    else yield* option(tool, settings, argument, args);
  }
  if (settings.fromFile === '') settings.fromFile = settings.filter ?? '';
  return settings;
}

function jsonArgument(tool: Tool, name: string, text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    tool.note(`jq: invalid JSON text passed to ${name}\n${USAGE_HINT}`);
    throw new Exit(2);
  }
}

type Toggle = (settings: Settings) => void;
const TOGGLES: Readonly<Record<string, Toggle>> = {
  r: (s) => (s.raw = true),
  j: (s) => {
    s.raw = true;
    s.joined = true;
  },
  c: (s) => (s.compact = true),
  n: (s) => (s.nullInput = true),
  R: (s) => (s.rawInput = true),
  s: (s) => (s.slurp = true),
  e: (s) => (s.exitStatus = true),
  S: (s) => (s.sortKeys = true),
  a: (s) => (s.ascii = true),
  C: (s) => (s.color = true),
  M: (s) => (s.color = false),
  f: (s) => (s.fromFile = ''),
};
const LONG: Readonly<Record<string, string>> = {
  'raw-output': 'r',
  'join-output': 'j',
  'compact-output': 'c',
  'null-input': 'n',
  'raw-input': 'R',
  slurp: 's',
  'exit-status': 'e',
  'sort-keys': 'S',
  'ascii-output': 'a',
  'color-output': 'C',
  'monochrome-output': 'M',
  'from-file': 'f',
};

function* option(tool: Tool, settings: Settings, argument: string, args: string[]): Step {
  const name = argument.startsWith('--') ? argument.slice(2) : undefined;
  if (name !== undefined) {
    const letter = LONG[name];
    if (letter !== undefined) {
      TOGGLES[letter]?.(settings);
      return;
    }
    yield* longOption(tool, settings, name, args);
    return;
  }
  for (const letter of argument.slice(1)) {
    if (letter === 'h') help(tool);
    if (letter === 'V') tool.version();
    const toggle = TOGGLES[letter];
    if (toggle === undefined) unknown(tool, argument);
    else toggle(settings);
  }
}

function help(tool: Tool): never {
  tool.print(JQ_HELP);
  throw new Exit(0);
}

function unknown(tool: Tool, argument: string): never {
  tool.note(`jq: Unknown option ${argument}\n${USAGE_HINT}`);
  throw new Exit(2);
}

function misuse(tool: Tool, message: string): never {
  tool.note(`jq: ${message}\n${USAGE_HINT}`);
  throw new Exit(2);
}

function* longOption(tool: Tool, settings: Settings, name: string, args: string[]): Step {
  const pair = (what: string): [string, string] => {
    const first = args.shift();
    const second = args.shift();
    return first === undefined || second === undefined ? misuse(tool, what) : [first, second];
  };
  switch (name) {
    case 'help':
      return help(tool);
    case 'version':
      return tool.version();
    case 'tab':
      settings.indent = '\t';
      return;
    case 'indent': {
      const given = args.shift();
      const count = Number.parseInt(given ?? '', 10) || 0;
      if (given === undefined) return misuse(tool, '--indent takes one parameter');
      if (count < -1 || count > 7) return misuse(tool, '--indent takes a number between -1 and 7');
      settings.indent = ' '.repeat(count);
      if (count === 0) settings.compact = true;
      return;
    }
    case 'unbuffered':
      tool.lineBuffered();
      return;
    case 'arg': {
      const [key, value] = pair('--arg takes two parameters (e.g. --arg varname value)');
      if (!settings.named.has(key)) settings.named.set(key, cleanText(value));
      return;
    }
    case 'argjson': {
      const [key, value] = pair('--argjson takes two parameters (e.g. --argjson varname text)');
      if (!settings.named.has(key)) settings.named.set(key, jsonArgument(tool, '--argjson', value));
      return;
    }
    case 'slurpfile':
    case 'rawfile': {
      const [key, path] = pair(`--${name} takes two parameters (e.g. --${name} varname filename)`);
      settings.named.set(key, yield* fileArgument(tool, name, key, path));
      return;
    }
    default:
      return unknown(tool, `--${name}`);
  }
}

function* fileArgument(tool: Tool, option: string, name: string, path: string): Step<Json> {
  const read = yield* tool.readFile(path);
  if (typeof read === 'string') {
    tool.note(`jq: Bad JSON in --${option} ${name} ${path}: Could not open ${path}: ${errnoText(read)}\n`);
    throw new Exit(2);
  }
  if (option === 'rawfile') return cleanText(read.text);
  const values: Json[] = [];
  try {
    const reader = new JsonReader(cleanText(read.text));
    for (let next = reader.next(); next !== undefined; next = reader.next()) values.push(next.value);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    tool.note(`jq: Bad JSON in --${option} ${name} ${path}: ${error.message}\n${USAGE_HINT}`);
    throw new Exit(2);
  }
  return values;
}

function* programFile(tool: Tool, path: string): Step<string> {
  const read = yield* tool.readFile(path);
  if (typeof read === 'string') {
    tool.note(`jq: Could not open ${path}: ${errnoText(read)}\n`);
    throw new Exit(2);
  }
  return read.text;
}

// ---------------------------------------------------------------- compiling

function compile(tool: Tool, text: string, settings: Settings): Filter {
  const problems: { message: string; at: number }[] = [];
  let program: Filter = { kind: 'identity' };
  try {
    program = parseProgram(text);
    const names = new Set([
      '$ENV',
      '$__prog_args',
      '$named',
      ...[...settings.named.keys()].map((name) => `$${name}`),
    ]);
    names.delete('$__prog_args');
    names.add('$ARGS');
    names.delete('$named');
    findUndefined(program, { variables: names, functions: new Set() }, problems);
  } catch (error) {
    if (!(error instanceof JqSyntaxError)) throw error;
    problems.push({ message: error.message, at: error.at }, ...error.also);
  }
  if (problems.length === 0) return program;
  for (const { message, at } of problems) {
    const start = text.lastIndexOf('\n', at - 1) + 1;
    const end = text.indexOf('\n', at);
    const line = text.slice(0, at).split('\n').length;
    tool.note(
      `jq: error: ${message} at <top-level>, line ${line}:\n${text.slice(start, end < 0 ? undefined : end)}${' '.repeat(at - start)}\n`,
    );
  }
  tool.note(`jq: ${problems.length} compile error${problems.length === 1 ? '' : 's'}\n`);
  throw new Exit(3);
}

interface Known {
  readonly variables: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
}

/** Names that nothing defines. */
function findUndefined(filter: Filter, known: Known, problems: { message: string; at: number }[]): void {
  const look = (inner: Filter, names: Known = known): void => findUndefined(inner, names, problems);
  switch (filter.kind) {
    case 'variable':
      if (!known.variables.has(filter.name))
        problems.push({ message: `${filter.name} is not defined`, at: filter.at });
      return;
    case 'call': {
      const key = `${filter.name}/${filter.args.length}`;
      if (!known.functions.has(key) && !NATIVES.has(key) && !definitions().has(key))
        problems.push({ message: `${key} is not defined`, at: filter.at });
      for (const argument of filter.args) look(argument);
      return;
    }
    case 'define': {
      const { definition } = filter;
      const functions = new Set(known.functions).add(`${definition.name}/${definition.parameters.length}`);
      const inner = new Set(functions);
      const variables = new Set(known.variables);
      for (const parameter of definition.parameters) {
        inner.add(`${parameter.replace('$', '')}/0`);
        if (parameter.startsWith('$')) variables.add(parameter);
      }
      look(definition.body, { variables, functions: inner });
      look(filter.body, { variables: known.variables, functions });
      return;
    }
    case 'bind':
      look(filter.source);
      look(filter.body, withNames(known, filter.patterns, problems));
      return;
    case 'reduce':
    case 'foreach': {
      look(filter.source);
      look(filter.start);
      const inner = withNames(known, [filter.pattern], problems);
      look(filter.update, inner);
      if (filter.kind === 'foreach' && filter.extract !== undefined) look(filter.extract, inner);
      return;
    }
    default:
      for (const child of childrenOf(filter)) look(child);
  }
}

function withNames(
  known: Known,
  patterns: readonly Pattern[],
  problems: { message: string; at: number }[],
): Known {
  const variables = new Set(known.variables);
  const visit = (pattern: Pattern): void => {
    if (pattern.kind === 'variable') variables.add(pattern.name);
    else if (pattern.kind === 'array') pattern.items.forEach(visit);
    else
      for (const { key, variable, pattern: inner } of pattern.entries) {
        findUndefined(key, known, problems);
        if (variable !== undefined) variables.add(variable);
        if (inner !== undefined) visit(inner);
      }
  };
  patterns.forEach(visit);
  return { variables, functions: known.functions };
}

function childrenOf(filter: Filter): Filter[] {
  switch (filter.kind) {
    case 'string':
      return filter.parts.filter((part): part is Filter => typeof part !== 'string');
    case 'index':
      return [filter.target, filter.index];
    case 'slice':
      return [filter.target, filter.from, filter.to].filter((part): part is Filter => part !== undefined);
    case 'each':
      return [filter.target];
    case 'pipe':
    case 'comma':
    case 'alternative':
    case 'and':
    case 'or':
    case 'binary':
    case 'update':
      return [filter.left, filter.right];
    case 'negate':
      return [filter.operand];
    case 'array':
      return filter.body === undefined ? [] : [filter.body];
    case 'object':
      return filter.entries.flatMap(({ key, value }) => [key, value]);
    case 'if':
      return filter.no === undefined ? [filter.test, filter.yes] : [filter.test, filter.yes, filter.no];
    case 'try':
      return filter.handler === undefined ? [filter.body] : [filter.body, filter.handler];
    case 'label':
      return [filter.body];
    default:
      return [];
  }
}

// ---------------------------------------------------------------- running

class Session {
  #readers: { name: string; reader: JsonReader; text: string }[] = [];
  #at = 0;
  #slurped = false;
  #exit = 0;
  #last: Json | undefined;
  readonly #print: PrintOptions;

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
    private readonly program: Filter,
  ) {
    this.#print = {
      indent: settings.compact ? undefined : settings.indent,
      sortKeys: settings.sortKeys,
      ascii: settings.ascii,
      color: settings.color,
    };
  }

  *run(): ToolRun {
    const { tool, settings } = this;
    yield* this.#openAll();
    const evaluator = this.#evaluator();
    const scope = this.#scope();
    try {
      for (;;) {
        const next = settings.nullInput ? { value: null } : this.#next();
        if (next === undefined) break;
        this.#process(evaluator, scope, next.value);
        if (tool.isPressed) yield* tool.drain();
        if (settings.nullInput) break;
      }
    } catch (error) {
      if (error instanceof Halt) return this.#halted(error);
      if (!(error instanceof JsonError)) throw error;
      tool.note(`parse error: ${error.message}\n`);
      return 4;
    }
    if (this.#exit !== 0) return this.#exit;
    if (!settings.exitStatus) return 0;
    return this.#last === undefined ? 4 : isTrue(this.#last) ? 0 : 1;
  }

  *#openAll(): Step {
    const { tool, settings } = this;
    if (settings.nullInput && settings.files.length === 0) return;
    for (const file of settings.files.length === 0 ? ['-'] : settings.files) {
      const read = yield* tool.readFile(file);
      if (typeof read === 'string') {
        tool.note(`jq: error: Could not open file ${file}: ${errnoText(read)}\n`);
        this.#exit = 2;
        continue;
      }
      const text = cleanText(read.text);
      this.#readers.push({ name: file === '-' ? '<stdin>' : file, reader: new JsonReader(text), text });
    }
  }

  #evaluator(): Evaluator {
    const { tool } = this;
    return new Evaluator({
      nextInput: () => this.#nextLazily(),
      note: (text) => tool.note(text),
      environment: () => new Map(tool.context.env),
      now: () => tool.context.host.clock() / 1_000_000,
      fileName: () => {
        const name = this.#readers[this.#at]?.name;
        return name === undefined || name === '<stdin>' ? null : name;
      },
      lineNumber: () => 0,
      definitions: definitions(),
    });
  }

  /** `input` reads standard input only when it is asked for; here all of it is. */
  #nextLazily(): { value: Json } | undefined {
    if (this.settings.nullInput && this.settings.files.length === 0 && this.#readers.length === 0) {
      const text = cleanText(this.tool.context.stdin.read() ?? '');
      this.#readers.push({ name: '<stdin>', reader: new JsonReader(text), text });
    }
    return this.#next();
  }

  #scope(): Scope | undefined {
    let scope: Scope | undefined;
    const args: Json = new Map<string, Json>([
      ['positional', this.settings.positional],
      ['named', new Map(this.settings.named)],
    ]);
    scope = { kind: 'variable', name: '$ARGS', value: args, next: scope };
    for (const [name, value] of this.settings.named)
      scope = { kind: 'variable', name: `$${name}`, value, next: scope };
    return scope;
  }

  #next(): { value: Json } | undefined {
    const { settings } = this;
    if (settings.rawInput) return this.#nextRaw();
    if (settings.slurp) {
      if (this.#slurped) return undefined;
      this.#slurped = true;
      const all: Json[] = [];
      for (let next = this.#nextValue(); next !== undefined; next = this.#nextValue()) all.push(next.value);
      return { value: all };
    }
    return this.#nextValue();
  }

  #nextValue(): { value: Json } | undefined {
    for (; this.#at < this.#readers.length; this.#at++) {
      const next = this.#readers[this.#at]?.reader.next();
      if (next !== undefined) return next;
    }
    return undefined;
  }

  #lines: string[] | undefined;

  #nextRaw(): { value: Json } | undefined {
    const text = (): string => this.#readers.map((item) => item.text).join('');
    if (this.settings.slurp) {
      if (this.#slurped) return undefined;
      this.#slurped = true;
      return { value: text() };
    }
    if (this.#lines === undefined) {
      this.#lines = text().split('\n');
      if (this.#lines[this.#lines.length - 1] === '') this.#lines.pop();
    }
    const line = this.#lines.shift();
    return line === undefined ? undefined : { value: line };
  }

  #process(evaluator: Evaluator, scope: Scope | undefined, value: Json): void {
    try {
      for (const output of evaluator.run(this.program, scope, { value, path: undefined })) {
        this.#last = output.value;
        this.#show(output.value);
      }
    } catch (error) {
      if (error instanceof RangeError) this.#complain('not modelled: recursion this deep');
      else if (!(error instanceof JqError)) {
        if (error instanceof Error && error.message === 'break') this.#complain('break');
        else throw error;
      } else if (error.value === null) return;
      else this.#complain(error.value);
      this.#exit = 5;
    }
  }

  #show(value: Json): void {
    const { settings, tool } = this;
    const text = settings.raw && typeof value === 'string' ? value : printJson(value, this.#print);
    tool.print(settings.joined ? text : `${text}\n`);
  }

  #complain(value: Json): void {
    const place = this.#place();
    if (typeof value === 'string') this.tool.note(`jq: error (at ${place}): ${value}\n`);
    else this.tool.note(`jq: error (at ${place}) (not a string): ${printJson(value)}\n`);
  }

  #place(): string {
    const current = this.#readers[Math.min(this.#at, this.#readers.length - 1)];
    if (current === undefined) return '<unknown>';
    return this.settings.slurp && this.#at >= this.#readers.length
      ? `${current.name}:${current.text.split('\n').length - 1}`
      : `${current.name}:${current.reader.linesRead}`;
  }

  #halted(halt: Halt): number {
    const message = halt.message_;
    if (message === undefined || message === null) return halt.code;
    this.tool.note(typeof message === 'string' ? message : `${printJson(message)}\n`);
    return halt.code;
  }
}
