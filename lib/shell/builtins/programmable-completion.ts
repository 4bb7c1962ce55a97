/** `compgen`, `complete`, `compopt`. Specifications are kept and listed; the page's completion has its own rules. */
import { expandPathname } from '../expand/glob';
import { compilePattern, matchesPattern } from '../expand/pattern';
import { singleQuote } from '../expand/quote';
import { commandNames, fileNames } from '../interactive/candidates';
import { DropLine } from '../control';
import type { Run, Shell } from '../shell';
import { SET_OPTIONS, SHELL_OPTIONS } from '../state/options';
import { reservedWords } from '../syntax/tokens';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { type Call, complain, type Options, readOptions } from './builtin';
import { builtinNames } from './names';
import { helpTopics } from './synopsis';

const SPEC = 'abcdefgjksuvo:A:G:W:F:C:X:P:S:';
const LETTER_ACTIONS: Readonly<Record<string, string>> = {
  a: 'alias',
  b: 'builtin',
  c: 'command',
  d: 'directory',
  e: 'export',
  f: 'file',
  g: 'group',
  j: 'job',
  k: 'keyword',
  s: 'service',
  u: 'user',
  v: 'variable',
};

type Action = (shell: Shell, word: string) => readonly string[];
const usersOf = (shell: Shell, file: string): string[] => {
  const text = shell.context.fs.readFile(file, shell.context.who);
  return typeof text === 'string' ? text.split('\n').flatMap((line) => line.split(':')[0] ?? []) : [];
};
const ACTIONS: Readonly<Record<string, Action>> = {
  alias: (shell) => [...shell.aliases.keys()].sort(),
  arrayvar: (shell) =>
    shell.variables.names().filter((name) => shell.variables.find(name)?.list !== undefined),
  builtin: () => [...builtinNames('bash')].sort(),
  command: (shell, word) => commandNames(shell, word),
  directory: (shell, word) => fileNames(shell, word, { directoriesOnly: true }),
  disabled: (shell) => [...shell.disabledBuiltins].sort(),
  enabled: (shell) => [...builtinNames('bash')].filter((name) => !shell.disabledBuiltins.has(name)).sort(),
  export: (shell) => [...shell.variables.environment().keys()].sort(),
  file: (shell, word) => fileNames(shell, word, { directoriesOnly: false }),
  function: (shell) => [...shell.functions.keys()].sort(),
  group: (shell) => usersOf(shell, '/etc/group'),
  helptopic: () => helpTopics().map(({ name }) => name),
  hostname: () => [],
  job: (shell) => shell.jobs.list.map(({ text }) => text.split(' ')[0] ?? ''),
  keyword: () => [...reservedWords('bash').keys()],
  running: (shell) => shell.jobs.list.filter(({ state }) => state === 'running').map(({ text }) => text),
  service: () => [],
  setopt: () => SET_OPTIONS,
  shopt: () => SHELL_OPTIONS,
  signal: () => Object.keys(SIGNAL_NUMBERS).map((name) => `SIG${name}`),
  stopped: (shell) => shell.jobs.list.filter(({ state }) => state === 'stopped').map(({ text }) => text),
  user: (shell) => usersOf(shell, '/etc/passwd'),
  variable: (shell) => shell.variables.names(),
};

export function* compgen(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, SPEC);
  if (typeof options === 'number') return options;
  const word = options.rest[0] ?? '';
  const found = yield* generate(call, options, word);
  if (typeof found === 'number') return found;
  const { values } = options;
  const filter = values.get('X');
  const kept = filter === undefined ? found : filtered(shell, found, filter);
  const prefix = values.get('P') ?? '';
  const suffix = values.get('S') ?? '';
  yield* shell.write(1, kept.map((one) => `${prefix}${one}${suffix}\n`).join(''));
  return kept.length > 0 ? 0 : 1;
}

function* generate(call: Call, options: Options, word: string): Run<string[] | number> {
  const { shell } = call;
  const { flags, values } = options;
  const found: string[] = [];
  const names = [...flags].map((letter) => LETTER_ACTIONS[letter]).filter((name) => name !== undefined);
  const named = values.get('A');
  if (named !== undefined) names.push(named);
  for (const name of names) {
    const action = ACTIONS[name];
    if (action === undefined) {
      yield* complain(call, `${name}: invalid action name`);
      return 2;
    }
    found.push(...action(shell, word).filter((one) => one.startsWith(word)));
  }
  const glob = values.get('G');
  if (glob !== undefined) found.push(...(expandPathname(shell, glob) ?? []));
  const list = values.get('W');
  if (list !== undefined)
    found.push(...list.split(/[ \t\n]+/).filter((one) => one !== '' && one.startsWith(word)));
  const called = values.get('F');
  if (called !== undefined) found.push(...(yield* byFunction(shell, called, word)));
  return found;
}

function* byFunction(shell: Shell, name: string, word: string): Run<string[]> {
  shell.variables.setList('COMPREPLY', []);
  try {
    yield* shell.machinery.runWords(shell, [name, 'compgen', word, ''], {
      functions: true,
      external: false,
      builtins: false,
    });
  } catch (problem) {
    if (!(problem instanceof DropLine)) throw problem;
  }
  return [...(shell.variables.find('COMPREPLY')?.list?.items.values() ?? [])];
}

function filtered(shell: Shell, words: readonly string[], filter: string): string[] {
  const negated = filter.startsWith('!');
  const pattern = compilePattern(negated ? filter.slice(1) : filter, shell.patternOptions);
  return words.filter((word) => matchesPattern(pattern, word) === negated);
}

export function* complete(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, `${SPEC}prDEI`);
  if (typeof options === 'number') return options;
  const { flags, rest } = options;
  const names = [
    ...rest,
    ...(flags.has('D') ? ['-D'] : []),
    ...(flags.has('E') ? ['-E'] : []),
    ...(flags.has('I') ? ['-I'] : []),
  ];
  if (flags.has('r')) {
    if (names.length === 0) shell.completions.clear();
    for (const name of names) shell.completions.delete(name);
    return 0;
  }
  if (flags.has('p') || (names.length === 0 && call.args.length === 0)) {
    let status = 0;
    for (const name of names.length === 0 ? [...shell.completions.keys()] : names) {
      const spec = shell.completions.get(name);
      if (spec === undefined) {
        yield* complain(call, `${name}: no completion specification`);
        status = 1;
      } else yield* shell.write(1, `complete ${spec === '' ? '' : `${spec} `}${name}\n`);
    }
    return status;
  }
  const words: string[] = [];
  const order = 'oabcdefgjksuvAGWPSXFC';
  for (const letter of [...flags].sort((a, b) => order.indexOf(a) - order.indexOf(b))) {
    if ('prDEI'.includes(letter)) continue;
    const value = options.values.get(letter);
    words.push(
      value === undefined
        ? `-${letter}`
        : `-${letter} ${/^[\w./-]+$/.test(value) ? value : singleQuote(value)}`,
    );
  }
  for (const name of names) shell.completions.set(name, words.join(' '));
  return 0;
}

export function* compopt(call: Call): Run<number> {
  const options = yield* readOptions(
    { ...call, args: call.args.filter((arg) => !arg.startsWith('+')) },
    'o:DEI',
  );
  if (typeof options === 'number') return options;
  if (options.rest.length === 0 && !options.flags.has('D')) {
    yield* complain(call, 'not currently executing completion function');
    return 1;
  }
  return 0;
}
