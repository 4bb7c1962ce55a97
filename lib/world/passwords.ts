/** Passwords of accounts, as /etc/shadow keeps them: what passwd writes and PAM checks. Source: shadow(5), crypt(5). */
import { ROOT } from './files';
import type { Host } from './world.contract';

/** Not a real hash: it only has to be equal for equal passwords. Departs: yescrypt. */
export function hashPassword(text: string, salt: string): string {
  let hash = 0x811c9dc5;
  let out = '';
  for (let round = 0; round < 11; round++) {
    for (const character of `${salt}${round}${text}`)
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    out += hash.toString(36).padStart(4, '0').slice(0, 4);
  }
  return `$y$j9T$${salt}$${out.slice(0, 43)}`;
}

/** pam_unix: an account whose hash is locked (`!`, `*`) lets nobody in by password; an empty one only the empty password. */
export function passwordIsRight(host: Host, user: string, typed: string): boolean {
  const shadow = host.fs.readFile('/etc/shadow', ROOT);
  if (typeof shadow !== 'string') return false;
  const hash = shadow
    .split('\n')
    .find((line) => line.startsWith(`${user}:`))
    ?.split(':')[1];
  if (hash === undefined) return false;
  if (hash === '') return typed === '';
  const salt = /^\$y\$j9T\$([^$]*)\$/.exec(hash)?.[1];
  return salt !== undefined && hashPassword(typed, salt) === hash;
}
