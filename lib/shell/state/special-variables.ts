/** Variables that are computed when they are read. Source: bash(1) "Shell Variables". */
import type { Shell } from '../shell';
import { printHead } from '../syntax/printer';
import { makeArray } from './arrays';
import { INTEGER, READONLY, type Variable } from './variables';

/** What the computed variables remember. Plain data. */
export interface SpecialState {
  /** Instant at which `SECONDS` was 0. */
  secondsBase: number;
  /** Set by assigning RANDOM; otherwise numbers come from the kernel's stream. */
  randomSeed: number | undefined;
  /** Names that were unset and are ordinary from then on. */
  unset: Set<string>;
  /** Where getopts stands inside a cluster of options. */
  optionPlace: number;
  startedAt: number;
}

const scalar = (value: string, flags = 0): Variable => ({
  value,
  list: undefined,
  table: undefined,
  flags,
  owner: 0,
});
const list = (values: readonly string[]): Variable => ({
  value: undefined,
  list: makeArray(values),
  table: undefined,
  flags: 0,
  owner: 0,
});

const DYNAMIC: ReadonlyMap<string, (shell: Shell) => Variable | undefined> = new Map<
  string,
  (shell: Shell) => Variable | undefined
>([
  ['LINENO', (shell) => scalar(String(shell.line))],
  ['RANDOM', (shell) => scalar(String(nextRandom(shell)), INTEGER)],
  ['SRANDOM', (shell) => scalar(String(stream(shell).nextUint32()), INTEGER)],
  [
    'SECONDS',
    (shell) =>
      scalar(String(Math.floor((shell.context.kernel.now - shell.special.secondsBase) / 1_000_000)), INTEGER),
  ],
  ['EPOCHSECONDS', (shell) => scalar(String(Math.floor(shell.host.clock() / 1_000_000)))],
  [
    'EPOCHREALTIME',
    (shell) =>
      scalar(
        `${Math.floor(shell.host.clock() / 1_000_000)}.${String(shell.host.clock() % 1_000_000).padStart(6, '0')}`,
      ),
  ],
  ['BASHPID', (shell) => scalar(String(shell.context.pid), INTEGER)],
  ['BASH_SUBSHELL', (shell) => scalar(String(shell.subshellDepth))],
  [
    'BASH_COMMAND',
    (shell) => scalar(shell.currentCommand === undefined ? '' : printHead(shell.currentCommand)),
  ],
  ['BASH_ARGV0', (shell) => scalar(shell.name)],
  // Outside functions; inside them only `shopt -s extdebug` keeps count.
  ['BASH_ARGC', (shell) => (shell.functionDepth > 0 ? undefined : list([String(shell.positional.length)]))],
  ['BASH_ARGV', (shell) => (shell.functionDepth > 0 ? undefined : list([...shell.positional].reverse()))],
  ['FUNCNAME', (shell) => (shell.functionDepth === 0 ? undefined : list(functionNames(shell)))],
  ['BASH_SOURCE', (shell) => list(sources(shell))],
  ['BASH_LINENO', (shell) => list([...shell.frames].reverse().map((frame) => String(frame.callLine)))],
  ['PIPESTATUS', (shell) => list(shell.pipeStatus.map(String))],
  ['DIRSTACK', (shell) => list([shell.context.cwd, ...shell.directories])],
  ['GROUPS', (shell) => list([...new Set([shell.context.who.gid, ...shell.context.who.groups])].map(String))],
  ['HISTCMD', (shell) => scalar(String(shell.historyBase + shell.history.length), INTEGER)],
  [
    'SHELLOPTS',
    (shell) =>
      scalar(
        Object.entries(shell.options)
          .filter(([, on]) => on)
          .map(([name]) => name)
          .sort()
          .join(':'),
        READONLY,
      ),
  ],
  [
    'BASHOPTS',
    (shell) =>
      scalar(
        Object.entries(shell.shopt)
          .filter(([, on]) => on)
          .map(([name]) => name)
          .sort()
          .join(':'),
        READONLY,
      ),
  ],
]);

/** The computed variable of that name, or undefined when it is an ordinary one. */
export function dynamicVariable(shell: Shell, name: string): Variable | undefined {
  const compute = DYNAMIC.get(name);
  if (compute === undefined || shell.special.unset.has(name) || shell.dialect === 'dash') return undefined;
  return compute(shell);
}

export function isDynamic(name: string): boolean {
  return DYNAMIC.has(name);
}

export function dynamicNames(): string[] {
  return [...DYNAMIC.keys()];
}

function functionNames(shell: Shell): string[] {
  return [...shell.frames].reverse().map((frame) => frame.name);
}

function sources(shell: Shell): string[] {
  return [...shell.frames].reverse().map((frame) => frame.source);
}

function stream(shell: Shell): ReturnType<Shell['context']['kernel']['random']> {
  return shell.context.kernel.random(`shell:${shell.host.name}`);
}

/** Bash's generator when it was seeded, so that a seed gives the known sequence. */
function nextRandom(shell: Shell): number {
  const { special } = shell;
  if (special.randomSeed === undefined) return stream(shell).nextUint32() & 0x7fff;
  // Park and Miller, by Schrage's method, as lib/sh/random.c has it since 5.1.
  const seed = special.randomSeed === 0 ? 123459876 : special.randomSeed;
  const high = Math.floor(seed / 127773);
  const low = seed % 127773;
  const next = 16807 * low - 2836 * high;
  special.randomSeed = next < 0 ? next + 0x7fffffff : next;
  return ((special.randomSeed >>> 16) ^ (special.randomSeed & 0xffff)) & 0x7fff;
}
