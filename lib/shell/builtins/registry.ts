/** The table of builtins. */
import { alias, unalias } from './alias';
import type { Builtin } from './builtin';
import { declare, exportVariables, local, readonlyVariables } from './declare';
import { cd, dirs, popd, pushd, pwd } from './directories';
import { echo } from './echo';
import {
  breakLoop,
  builtinCommand,
  caller,
  command,
  continueLoop,
  evaluate,
  exec,
  exit,
  failAlways,
  letCommand,
  logout,
  returnFrom,
  shift,
  source,
  succeed,
  times,
} from './flow';
import { getopts } from './getopts';
import { ulimit, umask } from './limits';
import { type BuiltinName, builtinNames, isSpecialName } from './names';
import { printf } from './printf';
import { mapfile, read } from './read';
import { set, shopt } from './set';
import { test } from './test';
import { trap } from './trap';
import { unset } from './unset';

const RUNS: Partial<Record<BuiltinName, Builtin['run']>> = {
  '.': source,
  ':': succeed,
  '[': test,
  alias,
  break: breakLoop,
  builtin: builtinCommand,
  caller,
  cd,
  command,
  continue: continueLoop,
  declare,
  dirs,
  echo,
  eval: evaluate,
  exec,
  exit,
  export: exportVariables,
  false: failAlways,
  getopts,
  let: letCommand,
  local,
  logout,
  mapfile,
  popd,
  printf,
  pushd,
  pwd,
  read,
  readarray: mapfile,
  readonly: readonlyVariables,
  return: returnFrom,
  set,
  shift,
  shopt,
  source,
  test,
  times,
  trap,
  true: succeed,
  typeset: declare,
  ulimit,
  umask,
  unalias,
  unset,
};

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  Object.entries(RUNS).map(([name, run]) => [
    name,
    { run, inDash: builtinNames('dash').has(name), special: isSpecialName(name) },
  ]),
);

export function isSpecialBuiltin(name: string): boolean {
  return isSpecialName(name);
}
