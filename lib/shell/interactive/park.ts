/** An interactive shell put away as plain data while it waits at its prompt, and taken up again. */
import type { Parked, ProgramContext } from '../../world/process.contract';
import { MACHINERY } from '../machinery';
import { runChild } from '../run/subshell';
import { type Run, Shell, type ShellFunction, type TrapName } from '../shell';
import type { Job } from '../state/jobs';
import type { SetOptions, ShellOptions } from '../state/options';
import type { SpecialState } from '../state/special-variables';
import type { Variable } from '../state/variables';

export const PARKED_SHELL = 'shell/prompt';
/** A shell that waits for the one command of its line. */
export const WAITING_SHELL = 'shell/waiting';

interface SavedShell {
  dialect: 'bash' | 'dash';
  name: string;
  positional: string[];
  mode: 'command' | 'file' | 'stdin';
  variables: Map<string, Variable>;
  functions: Map<string, ShellFunction>;
  aliases: Map<string, string>;
  options: SetOptions;
  shopt: ShellOptions;
  traps: Map<TrapName, string>;
  jobs: { list: Job[]; finished: Map<number, number>; order: number[] };
  status: number;
  pipeStatus: number[];
  lastBackground: number | undefined;
  lastArgument: string;
  directories: string[];
  hash: Map<string, { path: string; hits: number }>;
  history: string[];
  historyBase: number;
  historySaved: number;
  disabledBuiltins: Set<string>;
  special: SpecialState;
  declaredOnly: Set<string>;
  endsAsked: number;
  strays: number[];
  completions: Map<string, string>;
  formerForeground: number | undefined;
}
interface SavedWait {
  shell: SavedShell;
  pid: number;
}

/** Undefined when the shell stands in the middle of something. */
export function saveShell(shell: Shell): Parked | undefined {
  if (shell.frames.length > 0 || shell.variables.scopes.length > 1 || shell.pendingTraps.length > 0)
    return undefined;
  const { jobs } = shell;
  const state: SavedShell = {
    dialect: shell.dialect,
    name: shell.name,
    positional: shell.positional,
    mode: shell.mode,
    variables: shell.variables.global,
    functions: shell.functions,
    aliases: shell.aliases,
    options: shell.options,
    shopt: shell.shopt,
    traps: shell.traps,
    jobs: { list: jobs.list, finished: jobs.finished, order: jobs.order },
    status: shell.status,
    pipeStatus: shell.pipeStatus,
    lastBackground: shell.lastBackground,
    lastArgument: shell.lastArgument,
    directories: shell.directories,
    hash: shell.hash,
    history: shell.history,
    historyBase: shell.historyBase,
    historySaved: shell.historySaved,
    disabledBuiltins: shell.disabledBuiltins,
    special: shell.special,
    declaredOnly: shell.declaredOnly,
    endsAsked: shell.endsAsked,
    strays: shell.strays,
    completions: shell.completions,
    formerForeground: shell.formerForeground,
  };
  return { kind: PARKED_SHELL, state };
}

/** While `pid` runs in the foreground. */
export function saveWaitingShell(shell: Shell, pid: number): Parked | undefined {
  const saved = shell.inTrap === undefined ? saveShell(shell) : undefined;
  // What saveShell has just made.
  return saved === undefined
    ? undefined
    : { kind: WAITING_SHELL, state: { shell: saved.state as SavedShell, pid } satisfies SavedWait };
}
/** Goes on waiting for the command. */
export function resumeWaitingShell(
  context: ProgramContext,
  saved: unknown,
  go: (shell: Shell, pid: number) => Run<number>,
): Run<number> {
  const { shell: state, pid } = saved as SavedWait;
  return resumeShell(context, state, (shell) => go(shell, pid));
}

/** Goes on at the prompt, which stands on the screen. */
export function resumeShell(
  context: ProgramContext,
  saved: unknown,
  go: (shell: Shell) => Run<number>,
): Run<number> {
  // What a checkpoint of ours holds.
  const state = saved as SavedShell;
  const { dialect, name, positional, mode, variables, jobs, ...rest } = state;
  const shell = new Shell(context, MACHINERY, {
    dialect,
    name,
    positional,
    interactive: true,
    login: state.shopt.login_shell,
    mode,
  });
  Object.assign(shell, rest);
  Object.assign(shell.jobs, jobs);
  shell.variables.adopt(variables);
  return runChild(shell, () => go(shell));
}
