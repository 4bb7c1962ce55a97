/** What pam_unix(8) finds of an account's age when somebody wants in. Source: shadow(5). */
import { ROOT } from './files';
import type { Host } from './world.contract';

const DAY_MICROS = 86_400_000_000;

/** Whether an account may be used: not when it has expired, and not before its password was changed. */
export function accountAge(host: Host, user: string): 'good' | 'expired' | 'change' | 'aged' {
  const shadow = host.fs.readFile('/etc/shadow', ROOT);
  if (typeof shadow !== 'string') return 'good';
  const fields = shadow
    .split('\n')
    .find((line) => line.startsWith(`${user}:`))
    ?.split(':');
  if (fields === undefined) return 'good';
  const today = Math.floor(host.clock() / DAY_MICROS);
  const number = (at: number): number | undefined => {
    const text = fields[at] ?? '';
    return text === '' || Number(text) < 0 ? undefined : Number(text);
  };
  const [changed, most, expires] = [number(2), number(4), number(7)];
  if (expires !== undefined && today >= expires) return 'expired';
  if (changed === 0) return 'change';
  return changed !== undefined && most !== undefined && today > changed + most ? 'aged' : 'good';
}
