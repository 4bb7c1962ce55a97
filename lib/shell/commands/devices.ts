/** Numbers of device files. Source: Linux Documentation/admin-guide/devices.txt. */
import type { Stat } from '../../world/files.contract';

const NUMBERS: Readonly<Record<string, readonly [number, number]>> = {
  null: [1, 3],
  zero: [1, 5],
  full: [1, 7],
  random: [1, 8],
  urandom: [1, 9],
  kmsg: [1, 11],
  tty: [5, 0],
  console: [5, 1],
  ptmx: [5, 2],
  vda: [254, 0],
  vda1: [254, 1],
  vdb: [254, 16],
};

/** By the device's name; `pts/N` and `ttyN` count on. */
export function deviceNumbers(path: string, info: Stat): { major: number; minor: number } {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const known = NUMBERS[name] ?? NUMBERS[info.device ?? ''];
  if (known !== undefined) return { major: known[0], minor: known[1] };
  const terminal = /(pts\/|tty)(\d+)$/.exec(path);
  if (terminal !== null) return { major: terminal[1] === 'tty' ? 4 : 136, minor: Number(terminal[2]) };
  return { major: 0, minor: 0 };
}
