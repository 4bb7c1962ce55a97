/** What the supervisor stands on: this host's processes, clock and files. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expandArguments, parseEnvironmentFile } from '../../../daemons/systemd/unit-file/words';
import { clock } from '../protocol';
import type { Ending } from '../supervisor/decisions';
import type { Platform, Running } from '../supervisor/supervisor';
import type { ServiceUnit } from '../supervisor/unit';
import { notifySocket } from './mailboxes';
import { giveAway, lines, openPipe } from './pipes';
import { environmentHas, processes, send } from './processes';
import { tell } from './tell';
import { findUnit } from './unit-files';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MARK = 'FAULTLINE_UNIT';
const MOST_LINES = 5_000;

interface JournalLine {
  readonly unit: string;
  readonly at: Date;
  readonly line: string;
}
export const journal: JournalLine[] = [];

export function note(unit: string, line: string): void {
  journal.push({ unit, at: new Date(), line });
  if (journal.length > MOST_LINES) journal.splice(0, journal.length - MOST_LINES);
  tell({ event: 'log', at: clock(), service: unit, line });
}

export const platform: Platform = {
  nowMs: () => clock() * 1000,
  later(ms, run) {
    const timer = setTimeout(run, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
  run,
  notifySocket: (ready) =>
    notifySocket((said) => {
      if (said.includes('READY=1')) ready();
    }),
  members,
  kill: send,
  isEmptyFile: (file) => !existsSync(file) || statSync(file).size === 0,
  readNumber(file) {
    const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    return /^\d+$/.test(text) ? Number(text) : undefined;
  },
  log: note,
  find: findUnit,
};

async function run(
  unit: ServiceUnit,
  command: ServiceUnit['start'][number],
  more: Readonly<Record<string, string>>,
): Promise<Running | string> {
  const environment = new Map<string, string>([
    ['PATH', PATH],
    ['LANG', 'C.UTF-8'],
    ...unit.environment,
    ...unit.environmentFiles.flatMap((file) =>
      existsSync(file.path) ? parseEnvironmentFile(readFileSync(file.path, 'utf8')).assignments : [],
    ),
    ...Object.entries(more),
    [MARK, unit.name] as const,
  ]);
  for (const [from, to] of unit.bindPaths) bind(from, to);
  const [, ...words] = expandArguments(command, environment);
  const pipe = openPipe(lines((line) => note(unit.name, line)));
  const child = spawn(command.path, words, {
    stdio: ['ignore', pipe.fd, pipe.fd],
    detached: true,
    cwd: '/',
    // Nothing of the recorder's own environment.
    env: Object.fromEntries(environment) as NodeJS.ProcessEnv,
    ...identityOf(command.privileged ? undefined : unit.user),
  });
  giveAway(pipe);
  const ended = new Promise<Ending>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
  });
  const problem = await new Promise<string | undefined>((resolve) => {
    child.on('spawn', () => resolve(undefined));
    child.on('error', (error) => resolve(error.message));
  });
  if (problem !== undefined || child.pid === undefined) {
    note(unit.name, problem ?? 'it does not start');
    return problem ?? 'it does not start';
  }
  return { pid: child.pid, ended };
}
const bound = new Set<string>();
/** For the whole host: services have no mount namespaces of their own here. */
function bind(from: string, to: string): void {
  if (bound.has(to) || !existsSync(from)) return;
  bound.add(to);
  mkdirSync(path.dirname(to), { recursive: true });
  if (statSync(from).isDirectory()) mkdirSync(to, { recursive: true });
  else if (!existsSync(to)) writeFileSync(to, '');
  spawnSync('mount', ['--bind', realpathSync(from), to]);
}
function identityOf(user: string | undefined): { uid?: number; gid?: number } {
  if (user === undefined) return {};
  const row = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${user}:`));
  const [, , uid, gid] = row?.split(':') ?? [];
  return uid === undefined ? {} : { uid: Number(uid), gid: Number(gid) };
}

/**
 * Without control groups: the session of the main process, what it started, and what still carries the
 * mark in its environment.
 */
function members(unit: string, main: number): number[] {
  const alive = processes().filter(({ state }) => state !== 'Z');
  const found = new Set(
    alive
      .filter(
        ({ pid, session }) => pid === main || session === main || environmentHas(pid, `${MARK}=${unit}`),
      )
      .map(({ pid }) => pid),
  );
  const mainSession = main === 0 ? undefined : alive.find(({ pid }) => pid === main)?.session;
  for (const { pid, session } of alive) if (session === mainSession) found.add(pid);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { pid, parent } of alive)
      if (found.has(parent) && !found.has(pid)) {
        found.add(pid);
        grew = true;
      }
  }
  return [...found];
}
