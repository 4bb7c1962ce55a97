/**
 * awk(1) as gawk 5.2.1.
 * Not modelled: coprocesses (`|&`), networking, @include and extensions, --profile, --lint, MPFR.
 */
import { errnoText } from '../errno-text';
import { valueOf } from '../getopt';
import { type Command, Exit, type Step, type Tool, type ToolRun } from '../tool';
import { Interpreter } from './interpreter';
import { AwkSyntaxError, unescapeString } from './lexer';
import { AwkParser } from './parser';
import { PatternCache } from './pattern';
import type { AwkProgram } from './tree';
import { AWK_USAGE } from './usage';
import { fromInput, toNumber, type Value } from './value';
import { AwkFatal } from './variables';

export const awk: Command = {
  name: 'gawk',
  package: 'gawk',
  paths: ['/usr/bin/gawk', '/usr/bin/awk', '/usr/bin/nawk'],
  synopsis: "gawk [POSIX or GNU style options] [--] 'program' file ...",
  summary: 'Scan for patterns and process them.',
  run,
};

interface Settings {
  readonly sources: { text: string; file: string | undefined }[];
  readonly variables: [string, string][];
  separator: string | undefined;
  editsInPlace: boolean;
  readonly operands: readonly string[];
}

const LONG = {
  'field-separator:': 'F',
  'assign:': 'v',
  'file:': 'f',
  'source:': 'e',
  'include:': 'i',
  posix: 'P',
  traditional: 'c',
  're-interval': 'r',
  'characters-as-bytes': 'b',
  'non-decimal-data': 'n',
  'use-lc-numeric': 'N',
  optimize: 'O',
  'no-optimize': 's',
  sandbox: 'S',
  bignum: 'M',
  'lint::': 'L',
};

function* run(tool: Tool): ToolRun {
  tool.name = tool.shortName;
  const settings = yield* readSettings(tool);
  const source = settings.sources.map(({ text }) => text).join('\n');
  const label = (line: number): string => {
    const file = settings.sources[0]?.file;
    return `${file ?? 'cmd. line'}:${line}: `;
  };
  const patterns = new PatternCache(
    (message) => {
      throw new AwkFatal(message, interpreterLine());
    },
    (message) => tool.complain(`${label(1)}warning: ${message}`),
  );
  let interpreter: Interpreter | undefined;
  const interpreterLine = (): number => interpreter?.line ?? 1;
  try {
    const program = parse(tool, source, patterns, label);
    interpreter = new Interpreter(tool, program, patterns, startValues(tool, settings));
    interpreter.editsInPlace = settings.editsInPlace;
    prepare(tool, interpreter, settings);
    return yield* interpreter.run();
  } catch (error) {
    if (error instanceof RangeError)
      return tool.fail('fatal: not modelled: function calls nested this deep', 2);
    if (!(error instanceof AwkFatal)) throw error;
    const place = interpreter === undefined ? '' : inputPlace(interpreter);
    tool.complain(`${label(Math.max(1, error.line))}${place}fatal: ${error.message}`);
    yield* tool.flush();
    return 2;
  }
}

/** `(FILENAME=x FNR=3) `, once records are read. */
function inputPlace(interpreter: Interpreter): string {
  const record = interpreter.number('FNR');
  const file = interpreter.text('FILENAME');
  if (record <= 0) return '';
  return `(FILENAME=${file === '' ? '-' : file} FNR=${record}) `;
}

/** `-W word` is `--word`: POSIX's way to an implementation's own options. */
function withLongWords(args: readonly string[]): readonly string[] {
  const [first = '', second, ...rest] = args;
  if (first === '-W' && second !== undefined) return [`--${second}`, ...rest];
  return first.startsWith('-W') && first.length > 2 ? [`--${first.slice(2)}`, ...args.slice(1)] : args;
}

function* readSettings(tool: Tool): Step<Settings> {
  const { options, operands } = tool.options(
    { short: '+F:f:v:e:E:W:i:l:bcCdDghIMnNoOpPrsStVL::', long: LONG },
    {
      args: withLongWords(tool.args),
      keepsHelp: true,
      onMistake: () => usage(tool, 1),
      quietMistakes: 'option',
    },
  );
  const settings: Settings = {
    sources: [],
    variables: [],
    separator: undefined,
    editsInPlace: false,
    operands,
  };
  for (const option of options) {
    const value = valueOf(option);
    switch (option.name) {
      case 'F':
        settings.separator = unescapeString(value);
        break;
      case 'v': {
        const match = /^([A-Za-z_]\w*)=([^]*)$/.exec(value);
        if (match === null) return notAnAssignment(tool, value);
        settings.variables.push([match[1] ?? '', unescapeString(match[2] ?? '')]);
        break;
      }
      case 'f':
      case 'E':
        settings.sources.push(yield* sourceFile(tool, value));
        break;
      case 'e':
        settings.sources.push({ text: value, file: undefined });
        break;
      case 'i':
        if (value !== 'inplace') tool.fail(`not modelled: -i ${value}`, 2);
        settings.editsInPlace = true;
        break;
      case 'h':
      case 'help':
        tool.print(AWK_USAGE.replaceAll('%s', tool.name));
        throw new Exit(0);
      case 'V':
      case 'version':
        tool.version();
    }
  }
  if (settings.sources.length > 0) return settings;
  const [program, ...files] = operands;
  if (program === undefined) return usage(tool, 1);
  settings.sources.push({ text: program, file: undefined });
  return { ...settings, operands: files };
}

function notAnAssignment(tool: Tool, value: string): never {
  const name = /^[^=]*/.exec(value)?.[0] ?? '';
  if (!value.includes('=')) {
    tool.complain(`\`${value}' argument to \`-v' not in \`var=value' form\n`);
    return usage(tool, 1);
  }
  return tool.fail(`fatal: \`${name}' is not a legal variable name`, 2);
}

function usage(tool: Tool, code: number): never {
  tool.note(AWK_USAGE.replaceAll('%s', tool.name));
  throw new Exit(code);
}

function* sourceFile(tool: Tool, name: string): Step<{ text: string; file: string | undefined }> {
  const read = yield* tool.readFile(name);
  if (typeof read === 'string')
    return tool.fail(`fatal: cannot open source file \`${name}' for reading: ${errnoText(read)}`, 2);
  return { text: read.text, file: name };
}

function parse(
  tool: Tool,
  source: string,
  patterns: PatternCache,
  label: (line: number) => string,
): AwkProgram {
  let isParsed = false;
  try {
    const parser = new AwkParser(source, {
      compile: (pattern) => patterns.compile(pattern, false),
      warn: (line, message) => tool.complain(`${label(line)}warning: ${message}`),
    });
    const program = parser.parse();
    isParsed = true;
    const missing = parser.undefinedCall();
    if (missing !== undefined) throw new AwkFatal(`function \`${missing.name}' not defined`, missing.line);
    return program;
  } catch (error) {
    if (error instanceof AwkFatal && !isParsed) {
      // A regular expression of the program itself.
      tool.complain(`${label(error.line)}error: ${error.message.replace('invalid regexp: ', '')}`);
      throw new Exit(1);
    }
    if (!(error instanceof AwkSyntaxError)) throw error;
    complainOfSyntax(tool, source, error, label);
    throw new Exit(1);
  }
}

function complainOfSyntax(
  tool: Tool,
  source: string,
  error: AwkSyntaxError,
  label: (line: number) => string,
): void {
  const start = source.lastIndexOf('\n', error.at - 1) + 1;
  const line = source.slice(0, error.at).split('\n').length;
  if (error.isBare) {
    tool.complain(`${label(line)}${error.message}`);
    return;
  }
  const end = source.indexOf('\n', error.at);
  const text = source.slice(start, end < 0 ? undefined : end);
  const indent = source.slice(start, error.at).replace(/[^\t]/g, ' ');
  tool.complain(`${label(line)}${text}`);
  tool.complain(`${label(line)}${indent}^ ${error.message}`);
}

function startValues(tool: Tool, settings: Settings): Map<string, Value> {
  const values = new Map<string, Value>([
    ['CONVFMT', '%.6g'],
    ['OFMT', '%.6g'],
    ['FS', settings.separator ?? ' '],
    ['OFS', ' '],
    ['ORS', '\n'],
    ['RS', '\n'],
    ['SUBSEP', '\x1c'],
    ['FPAT', '[^[:space:]]+'],
    ['NR', 0],
    ['FNR', 0],
    ['RSTART', 0],
    ['RLENGTH', -1],
    ['FILENAME', ''],
    ['RT', ''],
    ['ARGC', settings.operands.length + 1],
    ['IGNORECASE', 0],
  ]);
  for (const [name, value] of settings.variables) values.set(name, fromInput(value));
  void tool;
  return values;
}

function prepare(tool: Tool, interpreter: Interpreter, settings: Settings): void {
  const argv = interpreter.global('ARGV').asArray(0);
  argv.set('0', tool.name);
  settings.operands.forEach((operand, i) => argv.set(String(i + 1), fromInput(operand)));
  const environment = interpreter.global('ENVIRON').asArray(0);
  for (const [name, value] of tool.context.env) environment.set(name, fromInput(value));
  const process = interpreter.global('PROCINFO').asArray(0);
  process.set('version', '5.2.1');
  process.set('pid', tool.context.pid);
  process.set('uid', tool.context.who.uid);
  process.set('gid', tool.context.who.gid);
  for (const [name, value] of settings.variables) {
    if (name === 'NF') interpreter.setVariable(name, toNumber(value));
    if (name === 'FPAT' || name === 'FIELDWIDTHS' || name === 'FS') interpreter.lastSplitting = name;
  }
}
