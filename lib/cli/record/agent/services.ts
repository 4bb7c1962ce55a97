/** The services of a case: started by hand, with nothing above them that would start them again. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AppControls } from '../../conformance/case';
import { commandOf, controlFile } from '../../conformance/services';
import { INSIDE } from '../plan';
import { clock, type ServiceStart } from '../protocol';
import { giveAway, lines, openPipe } from './pipes';
import { processes, send } from './processes';
import { tell } from './tell';

const started = new Map<string, { pid: number; kind: ServiceStart['kind'] }>();
/** The host's own packet filter may let nobody through to it. */
const APPLICATION_PATIENCE_MS = 3000;
const BETWEEN_TRIES_MS = 20;

export async function startService(service: ServiceStart): Promise<null> {
  const { name, kind, port } = service;
  if (kind === 'app') writeFileSync(controlFile(name), JSON.stringify(service.controls));
  const command =
    kind === 'app'
      ? [`${INSIDE}/node`, `${INSIDE}/agent.mjs`, 'app', service.appName, String(port), controlFile(name)]
      : commandOf({ name, kind, at: undefined, port, appName: service.appName, controls: service.controls });
  const [program = '', ...words] = command;
  const pipe = openPipe(
    lines((line) => tell({ event: 'log', at: clock(), service: name, line: withoutDate(line) })),
  );
  const child = spawn(program, words, { stdio: ['ignore', pipe.fd, pipe.fd], detached: true });
  giveAway(pipe);
  child.on('error', (error) => tell({ event: 'log', at: clock(), service: name, line: error.message }));
  if (child.pid !== undefined) started.set(name, { pid: child.pid, kind });
  if (kind === 'app') await untilOpen(port);
  return null;
}
/** keepalived and nginx print the date first. */
function withoutDate(line: string): string {
  return line
    .replace(/^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}: /, '')
    .replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, '');
}
async function untilOpen(port: number): Promise<void> {
  const end = clock() * 1000 + APPLICATION_PATIENCE_MS;
  while (clock() * 1000 < end) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
      socket.setTimeout(APPLICATION_PATIENCE_MS, () => {
        socket.destroy();
        resolve(false);
      });
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
  }
}
export function signalService(name: string, signal: string, scope: 'main' | 'all' | 'child'): null {
  const service = started.get(name);
  if (service === undefined) return null;
  const main = service.pid;
  const all =
    service.kind === 'app'
      ? [main]
      : processes()
          .filter(({ comm, state }) => comm === service.kind && state !== 'Z')
          .map(({ pid }) => pid);
  const pids = scope === 'main' ? [main] : scope === 'all' ? all : all.filter((pid) => pid !== main);
  for (const pid of pids) send(pid, signal);
  return null;
}
export function setControls(name: string, set: AppControls): null {
  const path = controlFile(name);
  const known: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  writeFileSync(`${path}.new`, JSON.stringify({ ...(known as AppControls), ...set }));
  renameSync(`${path}.new`, path);
  return null;
}
