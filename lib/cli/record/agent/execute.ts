/** Runs a command as the recorder does: to its end and to the end of what it printed, or until its time is up. */
import { spawn } from 'node:child_process';
import type { Ran } from '../protocol';
import { giveAway, openPipe } from './pipes';

export async function execute(
  command: string,
  seconds: number,
  environment: Record<string, string> = {},
): Promise<Ran> {
  const chunks: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  const out = openPipe((chunk) => chunks.out.push(chunk));
  const err = openPipe((chunk) => chunks.err.push(chunk));
  const child = spawn('/bin/bash', ['-c', command], {
    stdio: ['ignore', out.fd, err.fd],
    env: { ...process.env, ...environment },
  });
  giveAway(out, err);
  const exit = new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? -1));
  });
  const text = (which: Buffer[]): string => Buffer.concat(which).toString();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), seconds * 1000);
  });
  const code = await Promise.race([Promise.all([exit, out.ended, err.ended]), tooLate]);
  clearTimeout(timer);
  if (code === 'timeout') {
    child.kill('SIGKILL');
    out.abandon();
    err.abandon();
  }
  return { code: code === 'timeout' ? code : code[0], out: text(chunks.out), err: text(chunks.err) };
}
