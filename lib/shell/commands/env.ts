/** env(1) and printenv(1) of GNU coreutils. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import { quoteFile, quoteValue } from './quoting';
import { become } from './replace';
import { Exit, type Command, type Tool, type ToolRun } from './tool';

export const env: Command = {
  name: 'env',
  package: 'coreutils',
  paths: ['/usr/bin/env'],
  synopsis: 'env [OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]',
  summary: 'Set each NAME to VALUE in the environment and run COMMAND.',
  run: runEnv,
};
export const printenv: Command = {
  name: 'printenv',
  package: 'coreutils',
  paths: ['/usr/bin/printenv'],
  synopsis: 'printenv [OPTION]... [VARIABLE]...',
  summary:
    'Print the values of the specified environment VARIABLE(s).\nIf no VARIABLE is specified, print name and value pairs for them all.',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: '+0', long: { null: '0' } }, { misuseCode: 2 });
    const end = options.length > 0 ? '\0' : '\n';
    const { env: variables } = tool.context;
    let code = 0;
    if (operands.length === 0) for (const [name, value] of variables) tool.print(`${name}=${value}${end}`);
    for (const name of operands) {
      const value = variables.get(name);
      if (value === undefined) code = 1;
      else tool.print(value + end);
    }
    yield* tool.drain();
    return code;
  },
};

const SYNTAX = {
  short: '+C:iS:u:v0',
  long: {
    'ignore-environment': 'i',
    null: '0',
    'unset:': 'u',
    'chdir:': 'C',
    'split-string:': 'S',
    debug: 'v',
    'default-signal::': 'default-signal',
    'ignore-signal::': 'ignore-signal',
    'block-signal::': 'block-signal',
  },
};

function* runEnv(tool: Tool): ToolRun {
  const { options, operands } = tool.options(SYNTAX, { misuseCode: 125, args: splitStrings(tool.args) });
  const variables = new Map(tool.context.env);
  let words = [...operands];
  let end = '\n';
  let directory: string | undefined;
  const debug = (text: string): void => {
    if (options.some(({ name }) => name === 'v')) tool.note(`${text}\n`);
  };
  if (options.some(({ name }) => name === 'i')) debug('cleaning environ');
  for (const option of options) {
    const value = valueOf(option);
    if (option.name === 'i') variables.clear();
    else if (option.name === 'u') {
      debug(`unset:    ${value}`);
      if (value === '' || value.includes('='))
        tool.fail(`cannot unset ${quoteValue(value)}: Invalid argument`, 125);
      variables.delete(value);
    } else if (option.name === 'C') directory = value;
    else if (option.name === '0') end = '\0';
  }
  if (words[0] === '-') {
    variables.clear();
    words = words.slice(1);
  }
  while (words[0]?.includes('=') === true) {
    const word = words.shift() ?? '';
    const cut = word.indexOf('=');
    debug(`setenv:   ${word}`);
    variables.set(word.slice(0, cut), word.slice(cut + 1));
  }
  if (words.length === 0) {
    if (directory !== undefined) tool.misuse('must specify command with --chdir (-C)', 125);
    for (const [name, value] of variables) tool.print(`${name}=${value}${end}`);
    yield* tool.drain();
    return 0;
  }
  if (end === '\0') tool.misuse('cannot specify --null (-0) with command', 125);
  if (directory !== undefined) {
    const info = tool.stat(directory);
    const reason = info instanceof FileError ? info.errno : info.kind === 'directory' ? undefined : 'ENOTDIR';
    if (reason !== undefined)
      tool.fail(`cannot change directory to ${quoteFile(directory)}: ${errnoText(reason)}`, 125);
  }
  if (directory !== undefined) debug(`chdir:    ${quoteFile(directory)}`);
  debug(`executing: ${words[0] ?? ''}`);
  for (const [index, word] of words.entries()) debug(`   arg[${index}]= ${quoteValue(word)}`);
  // execvp searches the PATH that the command will have.
  const search = variables.get('PATH');
  tool.searchPath = search ?? '/bin:/usr/bin';
  const code = yield* become(tool, words, {
    options: { env: variables, ...(directory === undefined ? {} : { cwd: tool.resolve(directory) }) },
    say: (name, reason) => {
      tool.complain(`${quoteValue(name)}: ${reason}`);
      if (name.includes(' ') && reason.startsWith('No such'))
        tool.complain('use -[v]S to pass options in shebang lines');
    },
  });
  if (code === 125) throw new Exit(125);
  return code;
}

/** `-S 'a b'` stands for its words. */
function splitStrings(args: readonly string[]): string[] {
  const [first = '', second] = args;
  const match = /^(?:-v?S|--split-string=)([\s\S]*)$/.exec(first);
  if (match === null) return [...args];
  const text = match[1] === '' ? (second ?? '') : (match[1] ?? '');
  return [...text.split(/\s+/).filter((word) => word !== ''), ...args.slice(match[1] === '' ? 2 : 1)];
}
