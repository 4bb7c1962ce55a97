/** `~`, `~user`, `~+`, `~-`, `~N`. */
import type { Shell } from '../shell';

/** What stands for the tilde and the name after it; the same text when it names nobody. */
export function expandTilde(shell: Shell, user: string): string {
  if (user === '') return shell.variables.get('HOME') ?? shell.host.user(shell.context.who.uid)?.home ?? '~';
  if (user === '+') return shell.variables.get('PWD') ?? '~+';
  if (user === '-') return shell.variables.get('OLDPWD') ?? '~-';
  const place = /^([+-]?)(\d+)$/.exec(user);
  if (place !== null && shell.dialect === 'bash') {
    const stack = [shell.context.cwd, ...shell.directories];
    return stack.at(place[1] === '-' ? -1 - Number(place[2]) : Number(place[2])) ?? `~${user}`;
  }
  return shell.host.user(user)?.home ?? `~${user}`;
}
