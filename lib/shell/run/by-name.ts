/** Running words that are expanded already: what `command`, `builtin` and the not-found handler do. */
import { BUILTINS } from '../builtins/registry';
import type { Machinery, Run, Shell } from '../shell';
import { runExternal } from './external';
import { callFunction } from './function-call';
import { runBuiltin } from './simple';

/** Status of `runWords` when the name is none of what was asked for. */
export const NOTHING_BY_THAT_NAME = -1;

export function* runWords(
  shell: Shell,
  words: readonly string[],
  options: Parameters<Machinery['runWords']>[2],
): Run<number> {
  const [name = ''] = words;
  const called = options.functions ? shell.functions.get(name) : undefined;
  if (called !== undefined) return yield* callFunction(shell, called, name, words.slice(1));
  const builtin = options.builtins && !shell.disabledBuiltins.has(name) ? BUILTINS.get(name) : undefined;
  if (builtin !== undefined && (shell.dialect === 'bash' || builtin.inDash))
    return yield* runBuiltin(shell, words, undefined);
  if (!options.external) return NOTHING_BY_THAT_NAME;
  return yield* runExternal(shell, words, { standardPath: options.standardPath ?? false });
}
