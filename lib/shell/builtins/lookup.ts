/** `type`, `hash`, `enable`, `help`. */
import { compilePattern, matchesPattern } from '../expand/pattern';
import { executableKind, locate } from '../run/external';
import type { Run, Shell } from '../shell';
import { reservedWords } from '../syntax/tokens';
import { type Call, complain, readOptions } from './builtin';
import { describeCommand, type Manner } from './describe';
import { builtinNames, isSpecialName } from './names';
import { helpTopics } from './synopsis';

export function* type(call: Call): Run<number> {
  const { shell } = call;
  if (shell.dialect === 'dash') return yield* typeInDash(call);
  const options = yield* readOptions(call, 'afptP');
  if (typeof options === 'number') return options;
  const { flags, rest } = options;
  const manner: Manner = flags.has('t') ? 'kind' : flags.has('p') || flags.has('P') ? 'path' : 'sentence';
  let status = 0;
  for (const name of rest) {
    const found = yield* describeCommand(shell, name, manner, {
      all: flags.has('a'),
      noFunctions: flags.has('f'),
      forcePath: flags.has('P'),
    });
    if (found) continue;
    status = 1;
    if (manner === 'sentence') yield* complain(call, `${name}: not found`);
  }
  return status;
}

/** What dash has looked up once is a tracked alias from then on. */
export function* describeInDash(shell: Shell, name: string): Run<boolean> {
  if (!(yield* describeCommand(shell, name, 'sentence', { all: false }))) {
    yield* shell.write(1, `${name}: not found\n`);
    return false;
  }
  const isFile =
    !name.includes('/') &&
    !shell.aliases.has(name) &&
    !shell.functions.has(name) &&
    !builtinNames('dash').has(name) &&
    !reservedWords('dash').has(name);
  const found = isFile && !shell.hash.has(name) ? locate(shell, name) : undefined;
  if (found !== undefined && typeof found !== 'string') shell.hash.set(name, { path: found.path, hits: 0 });
  return true;
}

function* typeInDash(call: Call): Run<number> {
  let status = 0;
  for (const name of call.args) if (!(yield* describeInDash(call.shell, name))) status = 127;
  return status;
}

export function* hash(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, shell.dialect === 'dash' ? 'r' : 'lrp:dt');
  if (typeof options === 'number') return options;
  const { flags, values, rest } = options;
  if (!shell.options.hashall) {
    yield* complain(call, 'hashing disabled');
    return 1;
  }
  if (flags.has('r')) shell.hash.clear();
  const path = values.get('p');
  if (rest.length === 0 && !flags.has('r')) return yield* listHashed(call, flags.has('l'));
  let status = 0;
  for (const name of rest) {
    if (path !== undefined) shell.hash.set(name, { path, hits: 0 });
    else if (flags.has('d')) {
      if (!shell.hash.delete(name)) status = yield* notFound(call, name);
    } else if (flags.has('t')) {
      const known = shell.hash.get(name);
      if (known === undefined) status = yield* notFound(call, name);
      else
        yield* shell.write(
          1,
          flags.has('l')
            ? `builtin hash -p ${known.path} ${name}\n`
            : `${rest.length > 1 ? `${name}\t` : ''}${known.path}\n`,
        );
    } else if (!name.includes('/') && !builtinNames(shell.dialect).has(name) && !shell.functions.has(name)) {
      shell.hash.delete(name);
      const found = locate(shell, name);
      if (typeof found === 'string' || executableKind(shell, found.path) !== 'executable')
        status = yield* notFound(call, name);
      else shell.hash.set(name, { path: found.path, hits: 0 });
    }
  }
  return status;
}

function* notFound(call: Call, name: string): Run<number> {
  yield* complain(call, `${name}: not found`);
  return 1;
}

function* listHashed(call: Call, reusable: boolean): Run<number> {
  const { shell } = call;
  if (shell.hash.size === 0) {
    if (shell.dialect === 'bash' && !reusable) yield* shell.write(1, 'hash: hash table empty\n');
    return 0;
  }
  const lines = [...shell.hash].map(([name, { path, hits }]) =>
    reusable ? `builtin hash -p ${path} ${name}\n` : `${String(hits).padStart(4)}\t${path}\n`,
  );
  if (shell.dialect === 'dash')
    yield* shell.write(1, [...shell.hash].map(([, { path }]) => `${path}\n`).join(''));
  else yield* shell.write(1, (reusable ? '' : 'hits\tcommand\n') + lines.join(''));
  return 0;
}

export function* enable(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'adnpsf:');
  if (typeof options === 'number') return options;
  const { flags, rest } = options;
  if (flags.has('f') || flags.has('d')) {
    yield* complain(call, `-${flags.has('f') ? 'f' : 'd'}: loadable builtins are not modelled`);
    return 1;
  }
  const names = [...builtinNames('bash')].sort();
  if (rest.length === 0) {
    const wanted = names.filter((name) => !flags.has('s') || isSpecialName(name));
    const lines = wanted.flatMap((name) => {
      const off = shell.disabledBuiltins.has(name);
      if (off !== flags.has('n') && !flags.has('a')) return [];
      return [`enable ${off ? '-n ' : ''}${name}\n`];
    });
    yield* shell.write(1, lines.join(''));
    return 0;
  }
  let status = 0;
  for (const name of rest) {
    if (!builtinNames('bash').has(name)) {
      yield* complain(call, `${name}: not a shell builtin`);
      status = 1;
    } else if (flags.has('n')) shell.disabledBuiltins.add(name);
    else shell.disabledBuiltins.delete(name);
  }
  return status;
}

const HELP_HEAD = `GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)
These shell commands are defined internally.  Type \`help' to see this list.
Type \`help name' to find out more about the function \`name'.
Use \`info bash' to find out more about the shell in general.
Use \`man -k' or \`info' to find out more about commands not in this list.

A star (*) next to a name means that the command is disabled.

`;

/** Synopsis and one line on each. Not modelled: the long descriptions. */
export function* help(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'dms');
  if (typeof options === 'number') return options;
  const { flags, rest } = options;
  const topics = helpTopics();
  if (rest.length === 0) {
    yield* shell.write(1, HELP_HEAD + topics.map(({ synopsis }) => ` ${synopsis}\n`).join(''));
    return 0;
  }
  for (const text of rest) {
    const exact = topics.filter(({ name }) => name === text);
    const pattern = compilePattern(text, shell.patternOptions);
    const starting = topics.filter(({ name }) => matchesPattern(pattern, name) || name.startsWith(text));
    const found = exact.length > 0 ? exact : starting;
    if (found.length === 0) {
      yield* complain(
        call,
        `no help topics match \`${text}'.  Try \`help help' or \`man -k ${text}' or \`info ${text}'.`,
      );
      return 1;
    }
    for (const { name, synopsis, summary } of found)
      yield* shell.write(
        1,
        flags.has('d')
          ? `${name} - ${summary}\n`
          : flags.has('s')
            ? `${name}: ${synopsis}\n`
            : `${name}: ${synopsis}\n    ${summary}\n`,
      );
  }
  return 0;
}
