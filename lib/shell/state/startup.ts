/** The variables a shell begins with. Source: bash 5.2 `initialize_shell_variables`. */
import type { Shell } from '../shell';
import { EXPORTED, INTEGER, READONLY } from './variables';

const DEFAULT_PATH = '/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin:.';
const DASH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SHELL_LEVELS = 999;

export function initializeVariables(shell: Shell, environment: ReadonlyMap<string, string>): void {
  const { variables } = shell;
  shell.lastArgument = environment.get('_') ?? shell.name;
  for (const [name, value] of environment) {
    if (/^[A-Za-z_]\w*$/.test(name)) variables.set(name, value).flags |= EXPORTED;
  }
  const preset = (name: string, value: string, flags = 0): void => {
    if (variables.find(name) === undefined) variables.set(name, value);
    const variable = variables.find(name);
    if (variable !== undefined) variable.flags |= flags;
  };
  variables.set('IFS', ' \t\n').flags = 0;
  preset('PWD', shell.context.cwd, EXPORTED);
  if (variables.get('PWD') !== shell.context.cwd && !isSameDirectory(shell))
    variables.set('PWD', shell.context.cwd);
  if (shell.dialect === 'dash') {
    preset('PATH', DASH_PATH);
    preset('OPTIND', '1');
    variables.set('PPID', String(shell.context.process.ppid));
    preset('PS1', shell.context.who.uid === 0 ? '# ' : '$ ');
    preset('PS2', '> ');
    preset('PS4', '+ ');
    return;
  }
  preset('OLDPWD', '', EXPORTED);
  if (environment.get('OLDPWD') === undefined) {
    const previous = variables.find('OLDPWD');
    if (previous !== undefined) previous.value = undefined;
  }
  presetBash(shell, preset);
}

/** PWD may name the same directory by way of links. */
function isSameDirectory(shell: Shell): boolean {
  const { fs, who, cwd } = shell.context;
  const named = fs.stat(shell.variables.get('PWD') ?? '', who);
  const real = fs.stat(cwd, who);
  return 'ino' in named && 'ino' in real && named.ino === real.ino;
}

function presetBash(shell: Shell, preset: (name: string, value: string, flags?: number) => void): void {
  const { variables, context } = shell;
  const user = context.host.user(context.who.uid);
  const level = Math.max(0, Number.parseInt(variables.get('SHLVL') ?? '0', 10) || 0) + 1;
  variables.set('SHLVL', String(level > SHELL_LEVELS ? 1 : level)).flags |= EXPORTED;
  preset('PATH', DEFAULT_PATH);
  preset('TERM', 'dumb');
  preset('HOSTNAME', context.host.state.hostname);
  preset('SHELL', user?.shell ?? '/bin/bash');
  preset('BASH', '/usr/bin/bash');
  preset('BASH_VERSION', '5.2.15(1)-release');
  preset('HOSTTYPE', 'x86_64');
  preset('MACHTYPE', 'x86_64-pc-linux-gnu');
  preset('OSTYPE', 'linux-gnu');
  preset('OPTERR', '1');
  variables.set('OPTIND', '1').flags = INTEGER;
  preset('PS4', '+ ');
  variables.set('PPID', String(context.process.ppid)).flags = INTEGER | READONLY;
  variables.set('UID', String(context.who.uid)).flags = INTEGER | READONLY;
  variables.set('EUID', String(context.who.uid)).flags = INTEGER | READONLY;
  if (variables.find('BASH_VERSINFO') === undefined)
    variables.setList('BASH_VERSINFO', ['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu']).flags =
      READONLY;
}
