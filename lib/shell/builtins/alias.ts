/** `alias` and `unalias`. */
import type { Run } from '../shell';
import { type Call, complain, readOptions, usage } from './builtin';
import { aliasLine } from './describe';

export function* alias(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, shell.dialect === 'dash' ? '' : 'p');
  if (typeof options === 'number') return options;
  if (options.rest.length === 0 || options.flags.has('p'))
    yield* shell.write(
      1,
      [...shell.aliases]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => aliasLine(shell, name, value))
        .join(''),
    );
  let status = 0;
  for (const text of options.rest) {
    const equals = text.indexOf('=', 1);
    const name = equals === -1 ? text : text.slice(0, equals);
    if (equals === -1) {
      const value = shell.aliases.get(name);
      if (value === undefined) {
        yield* notFound(call, name);
        status = 1;
      } else yield* shell.write(1, aliasLine(shell, name, value));
    } else if (/[/$`=\s"'\\|&;()<>]/.test(name)) {
      yield* complain(call, `\`${name}': invalid alias name`);
      status = 1;
    } else shell.aliases.set(name, text.slice(equals + 1));
  }
  return status;
}

export function* unalias(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'a');
  if (typeof options === 'number') return options;
  if (options.flags.has('a')) {
    shell.aliases.clear();
    return 0;
  }
  if (options.rest.length === 0) return yield* usage(call);
  let status = 0;
  for (const name of options.rest)
    if (!shell.aliases.delete(name)) {
      yield* notFound(call, name);
      status = 1;
    }
  return status;
}

function* notFound(call: Call, name: string): Run<void> {
  if (call.shell.dialect === 'dash') yield* call.shell.write(2, `${call.name}: ${name} not found\n`);
  else yield* complain(call, `${name}: not found`);
}
