/** What `time` prints. */
import type { Shell } from '../shell';

export function compareEnds(
  shell: Shell,
  options: { readonly started: number; readonly cpu: number; readonly posix: boolean },
): string | { readonly problem: string } {
  const real = shell.context.kernel.now - options.started;
  const used = Math.max(0, shell.context.process.cpuMicros - options.cpu);
  const user = Math.floor((used * 2) / 3);
  const format = shell.variables.get('TIMEFORMAT');
  if (options.posix || shell.dialect === 'dash')
    return `real ${seconds(real, 2)}\nuser ${seconds(user, 2)}\nsys ${seconds(used - user, 2)}\n`;
  if (format === '') return '';
  const text = format ?? '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS';
  const odd = /%(?!%)\d?l?([^RUSPl\d%]|$)/.exec(text.replaceAll('%%', ''));
  if (odd?.[1] !== undefined && odd[1] !== '')
    return { problem: `TIMEFORMAT: \`${odd[1]}': invalid format character` };
  const shown = text.replace(
    /%(%|(\d?)(l?)([RUSP]))/g,
    (_whole, sign: string, digits: string, long: string, letter: string) => {
      if (sign === '%') return '%';
      if (letter === 'P') return (real === 0 ? 0 : (used * 100) / real).toFixed(2);
      const micros = letter === 'R' ? real : letter === 'U' ? user : used - user;
      const places = digits === '' ? 3 : Math.min(3, Number(digits));
      return long === 'l'
        ? `${Math.floor(micros / 60_000_000)}m${seconds(micros % 60_000_000, places)}s`
        : seconds(micros, places);
    },
  );
  return `${shown}\n`;
}

function seconds(micros: number, places: number): string {
  const whole = Math.floor(micros / 1_000_000);
  if (places === 0) return String(whole);
  return `${whole}.${String(micros % 1_000_000)
    .padStart(6, '0')
    .slice(0, places)}`;
}
