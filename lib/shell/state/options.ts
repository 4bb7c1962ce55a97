/** `set -o` and `shopt`: names, letters and what they are at the start. Source: bash(1) "set", "shopt". */

export const SET_OPTIONS = [
  'allexport',
  'braceexpand',
  'emacs',
  'errexit',
  'errtrace',
  'functrace',
  'hashall',
  'histexpand',
  'history',
  'ignoreeof',
  'interactive-comments',
  'keyword',
  'monitor',
  'noclobber',
  'noexec',
  'noglob',
  'nolog',
  'notify',
  'nounset',
  'onecmd',
  'physical',
  'pipefail',
  'posix',
  'privileged',
  'verbose',
  'vi',
  'xtrace',
] as const;
export type SetOption = (typeof SET_OPTIONS)[number];

/** Letters in the order of `$-`. */
export const OPTION_LETTERS: readonly (readonly [letter: string, option: SetOption])[] = [
  ['a', 'allexport'],
  ['b', 'notify'],
  ['e', 'errexit'],
  ['f', 'noglob'],
  ['h', 'hashall'],
  ['k', 'keyword'],
  ['m', 'monitor'],
  ['n', 'noexec'],
  ['p', 'privileged'],
  ['t', 'onecmd'],
  ['u', 'nounset'],
  ['v', 'verbose'],
  ['x', 'xtrace'],
  ['B', 'braceexpand'],
  ['C', 'noclobber'],
  ['E', 'errtrace'],
  ['H', 'histexpand'],
  ['P', 'physical'],
  ['T', 'functrace'],
];
const BY_LETTER = new Map<string, SetOption>(OPTION_LETTERS);

export function optionOfLetter(letter: string): SetOption | undefined {
  return BY_LETTER.get(letter);
}
export function isSetOption(name: string): name is SetOption {
  return (SET_OPTIONS as readonly string[]).includes(name);
}

export type SetOptions = Record<SetOption, boolean>;
const SET_AT_FIRST = {
  ...Object.fromEntries(SET_OPTIONS.map((name) => [name, false])),
  braceexpand: true,
  hashall: true,
  'interactive-comments': true,
} as SetOptions;
/** What `set -o` says in a new shell; a copy, for each fork has its own. */
export function initialSetOptions(): SetOptions {
  return { ...SET_AT_FIRST };
}

const SHOPT_ON = [
  'checkwinsize',
  'cmdhist',
  'complete_fullquote',
  'extquote',
  'force_fignore',
  'globasciiranges',
  'globskipdots',
  'hostcomplete',
  'interactive_comments',
  'patsub_replacement',
  'progcomp',
  'promptvars',
  'sourcepath',
] as const;
const SHOPT_OFF = [
  'autocd',
  'assoc_expand_once',
  'cdable_vars',
  'cdspell',
  'checkhash',
  'checkjobs',
  'compat31',
  'compat32',
  'compat40',
  'compat41',
  'compat42',
  'compat43',
  'compat44',
  'direxpand',
  'dirspell',
  'dotglob',
  'execfail',
  'expand_aliases',
  'extdebug',
  'extglob',
  'failglob',
  'globstar',
  'gnu_errfmt',
  'histappend',
  'histreedit',
  'histverify',
  'huponexit',
  'inherit_errexit',
  'lastpipe',
  'lithist',
  'localvar_inherit',
  'localvar_unset',
  'login_shell',
  'mailwarn',
  'no_empty_cmd_completion',
  'nocaseglob',
  'nocasematch',
  'noexpand_translation',
  'nullglob',
  'progcomp_alias',
  'restricted_shell',
  'shift_verbose',
  'varredir_close',
  'xpg_echo',
] as const;
export type ShellOption = (typeof SHOPT_ON)[number] | (typeof SHOPT_OFF)[number];

/** `autocd` and `assoc_expand_once` come first in bash's own table, the rest is in alphabetical order. */
export const SHELL_OPTIONS: readonly ShellOption[] = [
  'autocd',
  'assoc_expand_once',
  ...[...SHOPT_ON, ...SHOPT_OFF].filter((name) => name !== 'autocd' && name !== 'assoc_expand_once').sort(),
];

export function isShellOption(name: string): name is ShellOption {
  return (SHELL_OPTIONS as readonly string[]).includes(name);
}

export type ShellOptions = Record<ShellOption, boolean>;
const SHOPT_AT_FIRST = {
  ...Object.fromEntries(SHOPT_OFF.map((name) => [name, false])),
  ...Object.fromEntries(SHOPT_ON.map((name) => [name, true])),
} as ShellOptions;
/** What `shopt` says in a new shell; a copy, for each fork has its own. */
export function initialShellOptions(): ShellOptions {
  return { ...SHOPT_AT_FIRST };
}
