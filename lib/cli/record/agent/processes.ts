/** What /proc says about the processes of this host. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessEntry {
  readonly pid: number;
  readonly comm: string;
  readonly state: string;
  readonly parent: number;
  readonly session: number;
}

export function processes(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const text = read(`/proc/${name}/stat`);
    const close = text.lastIndexOf(')');
    if (close < 0) return [];
    const [state = '', parent, , session] = text.slice(close + 2).split(' ');
    return [
      {
        pid: Number(name),
        comm: text.slice(text.indexOf('(') + 1, close),
        state,
        parent: Number(parent),
        session: Number(session),
      },
    ];
  });
}
export function environmentHas(pid: number, entry: string): boolean {
  return read(`/proc/${pid}/environ`).split('\0').includes(entry);
}
/** '' when it cannot be read: the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
export function send(pid: number, signal: string): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
