/** Where the host's own commands (systemctl, journalctl, ssh, reboot) and its load generator come to. */
import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { clock, type Ran, type SeenRequest } from '../protocol';
import type { Supervisor } from '../supervisor/supervisor';
import { systemctl } from '../supervisor/systemctl';
import { connected, wordOf } from './http';
import { INSIDE } from '../plan';
import { journal } from './platform';
import { tell } from './tell';
import { unitFiles } from './unit-files';

export const DESK = `${INSIDE}/desk`;
const SSH_PORT = 22;
/** How long Linux goes on with SYNs: tcp_syn_retries 6. */
const CONNECT_SECONDS = 127;
const STATUS_LINES = 10;

export type DeskLine = { tool: string; words: string[] } | { request: SeenRequest };

export function openDesk(supervisor: Supervisor): void {
  rmSync(DESK, { force: true });
  createServer((socket) => {
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      // Only our own commands know the way here.
      const said = JSON.parse(line) as DeskLine;
      if ('request' in said) tell({ event: 'request', at: clock(), request: said.request });
      else
        void serve(supervisor, said.tool, said.words).then((ran) => socket.end(`${JSON.stringify(ran)}\n`));
    });
  }).listen(DESK);
  // In sshd's place: whoever comes through to here learns which host it is.
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${os.hostname()}\n`);
  }).listen(SSH_PORT, '0.0.0.0');
}
function serve(supervisor: Supervisor, tool: string, words: readonly string[]): Promise<Ran> {
  switch (tool) {
    case 'systemctl':
      return systemctl(
        {
          supervisor,
          files: unitFiles,
          journal: (unit) => journalText(unit, STATUS_LINES),
          power: (what) => void ask(what, [], ''),
        },
        words,
      );
    case 'journalctl':
      return Promise.resolve(journalctl(words));
    case 'ssh':
      return ssh(words);
    case 'reboot':
    case 'poweroff':
      void ask(tool, [], '');
      return Promise.resolve({ code: 0, out: '', err: '' });
    default:
      return Promise.resolve({ code: 1, out: '', err: `${tool}: not played by the recorder\n` });
  }
}

// ---------------------------------------------------------------- what the recorder does
const open = new Map<number, (ran: Ran) => void>();
let next = 1;
function ask(tool: string, words: string[], peer: string): Promise<Ran> {
  const n = next++;
  return new Promise((resolve) => {
    open.set(n, resolve);
    tell({ event: 'ask', at: clock(), n, tool, words, peer });
  });
}
export function answered(n: number, ran: Ran): void {
  open.get(n)?.(ran);
  open.delete(n);
}

// ---------------------------------------------------------------- ssh
const SSH_OPTIONS_WITH_VALUE = 'BbcDEeFIiJLlmOopQRSWw';
async function ssh(words: readonly string[]): Promise<Ran> {
  let at = 0;
  for (; words[at]?.startsWith('-') === true; at++) {
    const option = words[at] ?? '';
    if (option.length === 2 && SSH_OPTIONS_WITH_VALUE.includes(option[1] ?? '')) at++;
  }
  const host = (words[at] ?? '').replace(/^.*@/, '');
  const command = words.slice(at + 1).join(' ');
  if (command === '')
    return { code: 255, out: '', err: 'ssh: not played by the recorder: a session without a command\n' };
  try {
    const socket = await connected({ host, port: SSH_PORT }, CONNECT_SECONDS);
    return await ask('ssh', [command], await greeting(socket));
  } catch (error) {
    return { code: 255, out: '', err: sshComplaint(host, wordOf(error)) };
  }
}
function sshComplaint(host: string, word: string): string {
  if (word === 'dns')
    return `ssh: Could not resolve hostname ${host}: Temporary failure in name resolution\n`;
  const reason =
    { refused: 'Connection refused', timeout: 'Connection timed out', unreachable: 'No route to host' }[
      word
    ] ?? word;
  return `ssh: connect to host ${host} port ${SSH_PORT}: ${reason}\n`;
}
function greeting(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text.trim()));
    socket.on('end', () => socket.destroy());
  });
}

// ---------------------------------------------------------------- the journal
function journalctl(words: readonly string[]): Ran {
  const after = (...options: string[]): string | undefined => {
    const i = words.findIndex((word) => options.includes(word));
    return i < 0 ? undefined : words[i + 1];
  };
  const unit = after('-u', '--unit');
  const most = Number(after('-n', '--lines') ?? Number.MAX_SAFE_INTEGER);
  return {
    code: 0,
    out: journalText(unit?.includes('.') === false ? `${unit}.service` : unit, most),
    err: '',
  };
}
function journalText(unit: string | undefined, most: number): string {
  return journal
    .filter((entry) => unit === undefined || entry.unit === unit)
    .slice(-most)
    .map(({ at, unit: who, line }) => `${at.toISOString().slice(11, 23)} ${os.hostname()} ${who}: ${line}\n`)
    .join('');
}

/** One command's way to the desk and back. */
export function visitDesk(line: DeskLine): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const socket = connect(DESK, () => socket.write(`${JSON.stringify(line)}\n`));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(JSON.parse(text) as Ran));
  });
}
