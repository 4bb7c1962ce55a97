/**
 * The admin socket: lines in, answers out. A connection ends after the first
 * line unless `prompt` made it interactive. The master's own socket too.
 * Source: HAProxy 2.6 management guide §9.3, §9.4; src/cli.c.
 */
import type { SocketEvent } from '../../../world/network.contract';
import type { DaemonContext } from '../../../world/process.contract';
import type { Host, World } from '../../../world/world.contract';
import type { MasterState } from '../master';
import { ADMIN_CLIENT } from '../sockets';
import { within } from '../worker/events';
import { type Runtime, runtimeOf } from '../worker/runtime';
import type { AdminClient } from '../worker/state';
import { execute } from './commands';
import { executeMaster } from './master-commands';

const LONGEST_LINE = 16_384;

export function registerAdmin(world: World): void {
  world.callback<null, SocketEvent>(ADMIN_CLIENT, ({ host, pid }, event) =>
    within(host, pid, (runtime) => onEvent(runtime, event)),
  );
  world.callback<null, SocketEvent>('haproxy.master-cli', ({ host, pid }, event) =>
    onMaster(host, pid, event),
  );
}

function onEvent(runtime: Runtime, event: SocketEvent): void {
  const { clients, listeners } = runtime.state.admin;
  const id = event.connection;
  switch (event.type) {
    case 'accepted':
      runtime.state.counters.connections += 1;
      runtime.state.counters.streams += 1;
      // Several sockets with different levels are told apart by nothing here: the strictest holds.
      clients.set(id, {
        level: listeners.length === 1 ? (listeners[0]?.level ?? 'operator') : strictest(runtime),
        isInteractive: false,
        text: '',
        hasSpoken: false,
      });
      return;
    case 'message': {
      const client = clients.get(id);
      if (client === undefined || event.message.kind !== 'bytes') return;
      client.text = (client.text + event.message.text).slice(0, LONGEST_LINE);
      readLines(runtime, id, client);
      return;
    }
    case 'closed':
    case 'failed':
      if (clients.delete(id) && event.type === 'closed') runtime.network.close(id, 'server');
      return;
    case 'connected':
  }
}
function strictest(runtime: Runtime): AdminClient['level'] {
  const levels = runtime.state.admin.listeners.map(({ level }) => level);
  return levels.includes('user') ? 'user' : levels.includes('operator') ? 'operator' : 'admin';
}

function readLines(runtime: Runtime, id: number, client: AdminClient): void {
  for (;;) {
    const end = client.text.indexOf('\n');
    if (end < 0 || (client.hasSpoken && !client.isInteractive)) return;
    const line = client.text.slice(0, end);
    const payload = /<<\s*$/.test(line) ? payloadAfter(client.text, end + 1) : NO_PAYLOAD;
    if (payload === undefined) return;
    client.text = client.text.slice(end + 1 + payload.length);
    client.hasSpoken = true;
    let answer = '';
    let quits = false;
    for (const command of splitCommands(line)) {
      const one = execute(runtime, client, command.replace(/<<\s*$/, ''), payload.text);
      if (one === 'quit') {
        quits = true;
        break;
      }
      answer += `${one}\n`;
    }
    if (client.isInteractive && !quits) answer += '> ';
    if (answer !== '')
      runtime.network.send(id, 'server', { kind: 'bytes', text: answer, bytes: answer.length });
    if (quits || !client.isInteractive) {
      runtime.state.admin.clients.delete(id);
      runtime.network.close(id, 'server');
      return;
    }
  }
}
/** Text behind `<<`, up to an empty line; undefined: it has not come yet. */
interface Payload {
  readonly text: string | undefined;
  readonly length: number;
}
const NO_PAYLOAD: Payload = { text: undefined, length: 0 };
function payloadAfter(text: string, start: number): Payload | undefined {
  const rest = text.slice(start);
  if (rest.startsWith('\n')) return { text: '', length: 1 };
  const end = rest.indexOf('\n\n');
  return end < 0 ? undefined : { text: rest.slice(0, end + 1), length: end + 2 };
}
/** Commands are separated by semicolons; a backslash takes their meaning away. */
export function splitCommands(line: string): string[] {
  const commands: string[] = [];
  let own = '';
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === '\\' && i + 1 < line.length) own += character + line.charAt(++i);
    else if (character === ';') {
      commands.push(own);
      own = '';
    } else own += character;
  }
  return [...commands, own];
}

// ---------------------------------------------------------------- the master's socket
function onMaster(host: Host, pid: number, event: SocketEvent): void {
  const { network } = host.world;
  if (event.type === 'closed') network.close(event.connection, 'server');
  if (event.type !== 'message' || event.message.kind !== 'bytes') return;
  const context = host.daemonContext(pid) as DaemonContext<MasterState> | undefined;
  if (context?.state.role !== 'master') return;
  let answer = '';
  for (const command of splitCommands(event.message.text.split('\n')[0] ?? '')) {
    const to = /^\s*@(!?)(\d+)\s+(.*)$/.exec(command);
    answer += `${to === null ? executeMaster(context, command.trim()) : toWorker(context, to)}\n`;
  }
  network.send(event.connection, 'server', { kind: 'bytes', text: answer, bytes: answer.length });
  network.close(event.connection, 'server');
}
/** `@1 show info`, `@!1234 show info`: to one of the workers. */
function toWorker(
  master: DaemonContext<MasterState>,
  [, byPid, number = '', command = '']: RegExpExecArray,
): string {
  const { workers } = master.state;
  const pid =
    byPid === '!' ? Number(number) : workers.filter(({ isFormer }) => !isFormer)[Number(number) - 1]?.pid;
  const runtime = pid === undefined ? undefined : runtimeOf(master.host, pid);
  if (pid === undefined || runtime === undefined) return "Can't find the target PID matching the prefix.\n";
  let answer = '';
  within(master.host, pid, (own) => {
    answer = execute(own, { level: 'admin', isInteractive: false, text: '', hasSpoken: true }, command);
  });
  return answer === 'quit' ? '' : answer;
}
