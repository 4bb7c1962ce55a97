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
import { compgen, complete, compopt } from './programmable-completion';
import { fc, history } from './history';
import { bg, disown, fg, jobs, suspend, wait } from './jobs';
import { kill } from './kill';
import { ulimit, umask } from './limits';
import { enable, hash, help, type } from './lookup';
import { bind } from './bind';
import { type BuiltinName, builtinNames, isSpecialName } from './names';
import { printf } from './printf';
import { mapfile, read } from './read';
import { set, shopt } from './set';
import { test } from './test';
import { trap } from './trap';
import { unset } from './unset';

const RUNS: Record<BuiltinName, Builtin['run']> = {
  '.': source,
  ':': succeed,
  '[': test,
  alias,
  bg,
  bind,
  break: breakLoop,
  builtin: builtinCommand,
  caller,
  cd,
  command,
  compgen,
  complete,
  compopt,
  continue: continueLoop,
  declare,
  dirs,
  disown,
  echo,
  enable,
  eval: evaluate,
  exec,
  exit,
  export: exportVariables,
  false: failAlways,
  fc,
  fg,
  getopts,
  hash,
  help,
  history,
  jobs,
  kill,
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
  suspend,
  test,
  times,
  trap,
  true: succeed,
  type,
  typeset: declare,
  ulimit,
  umask,
  unalias,
  unset,
  wait,
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
