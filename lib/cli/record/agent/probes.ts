/** The probes of a case, from this host. Source of their meaning: ../shared/truth/README.md "probe". */
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import type { LabStep, LoadMeasures } from '../../conformance/case';
import { clock, type ProbeSeen } from '../protocol';
import { connected, type HttpSeen, oneHttp, readUntil, wordOf } from './http';

const CONNECT_SECONDS = 3;
const ANSWER_SECONDS = 10;
const LOAD_RATE = 20;
const LOAD_CONNECT_SECONDS = 1;
const LOAD_ANSWER_SECONDS = 2;
const UDP_SECONDS = 2;
const UDP_WAIT_SECONDS = 0.2;
const SOCKET_SECONDS = 2;
const ADMIN_SOCKET = '/run/haproxy/admin.sock';

export function probe(step: LabStep): Promise<ProbeSeen> {
  switch (step.probe) {
    case 'http':
      return http(step);
    case 'tcp':
      return timed(() => tcp(step));
    case 'udp':
      return timed(() => udp(step));
    case 'hold':
      return timed(() => hold(step));
    case 'load':
      return load(step);
    case 'srv':
    case 'hastat':
      return statistics(step.cmd ?? 'show stat');
    default:
      throw new Error(`not supported: probe ${step.probe ?? ''}`);
  }
}
async function timed(work: () => Promise<string>): Promise<ProbeSeen> {
  const begun = clock();
  const word = await work().catch(wordOf);
  return { value: [word], elapsed: round(clock() - begun) };
}
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
const sleep = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, seconds * 1000)));

// ---------------------------------------------------------------- HTTP
function ask(step: LabStep, usual: { connect: number; answer: number }): Promise<HttpSeen> {
  return oneHttp({
    url: step.url ?? '',
    method: step.method,
    headers: step.headers,
    body: step.body,
    bind: step.bind,
    jar: step.jar,
    connectTimeout: step.connect_timeout ?? usual.connect,
    timeout: step.timeout ?? usual.answer,
  });
}
async function http(step: LabStep): Promise<ProbeSeen> {
  const { count = 1, gap = 0 } = step;
  const usual = { connect: CONNECT_SECONDS, answer: ANSWER_SECONDS };
  const running: Promise<HttpSeen>[] = [];
  for (let i = 0; i < count; i++) {
    const one = ask(step, usual);
    running.push(one);
    if (step.parallel !== true && step.parallel !== 1) await one;
    if (i + 1 < count) await sleep(gap);
  }
  const seen = await Promise.all(running);
  const [first] = seen;
  if (count === 1 && first !== undefined)
    return {
      value: [first.status ?? null, first.error ?? null, first.backend ?? null],
      elapsed: first.elapsed,
    };
  return { value: seen.map(wordOfAnswer) };
}
function wordOfAnswer({ status, error, backend }: HttpSeen): string | null {
  if (status === 200) return backend ?? null;
  if (status === undefined) return error ?? null;
  return backend === undefined ? String(status) : `${status}:${backend}`;
}

// ---------------------------------------------------------------- load
async function load(step: LabStep): Promise<ProbeSeen> {
  const rate = step.rate ?? LOAD_RATE;
  const count = Math.floor(rate * (step.duration ?? 0));
  const begun = clock();
  const running: Promise<{ at: number; seen: HttpSeen }>[] = [];
  for (let i = 0; i < count; i++) {
    await sleep(begun + i / rate - clock());
    const at = clock() - begun;
    running.push(
      ask(step, { connect: LOAD_CONNECT_SECONDS, answer: LOAD_ANSWER_SECONDS }).then((seen) => ({
        at,
        seen,
      })),
    );
  }
  const measures = measured(await Promise.all(running));
  return {
    value: [
      measures.failed === 0 ? 'clean' : 'failed',
      Object.keys(measures.failed_by).sort(),
      Object.keys(measures.backends).sort(),
    ],
    measures,
  };
}
export function measured(all: readonly { at: number; seen: HttpSeen }[]): LoadMeasures {
  const good = all.filter(({ seen }) => seen.status === 200);
  const bad = all.filter(({ seen }) => seen.status !== 200);
  const [firstBad] = bad;
  const lastBad = bad.at(-1);
  return {
    total: all.length,
    ok: good.length,
    failed: bad.length,
    failed_by: tally(
      bad.map(({ seen: { status, error, phase } }) =>
        status === undefined ? `${error ?? ''}/${phase}` : String(status),
      ),
    ),
    longest_gap_between_successful_completions: longestGap(good.map(({ at, seen }) => at + seen.elapsed)),
    longest_gap_between_starts_of_successful: longestGap(good.map(({ at }) => at)),
    first_fail_started: firstBad === undefined ? null : round(firstBad.at),
    last_fail_started: lastBad === undefined ? null : round(lastBad.at),
    backends: tally(good.map(({ seen }) => seen.backend ?? '?')),
  };
}
function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
function longestGap(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return round(Math.max(0, ...sorted.slice(1).map((time, i) => time - (sorted[i] ?? time))));
}

// ---------------------------------------------------------------- TCP and UDP
async function tcp(step: LabStep): Promise<string> {
  const socket = await connected(
    { host: step.ip ?? '', port: step.port ?? 0, bind: step.bind },
    step.timeout ?? CONNECT_SECONDS,
  );
  socket.destroy();
  return 'open';
}
function udp(step: LabStep): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const begun = clock();
    const end = (finish: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      // The recorder looks for an answer a moment after it has asked.
      setTimeout(
        () => {
          socket.close();
          finish();
        },
        Math.max(0, UDP_WAIT_SECONDS - (clock() - begun)) * 1000,
      );
    };
    const patience = (step.timeout ?? UDP_SECONDS) + UDP_WAIT_SECONDS;
    const timer = setTimeout(() => end(() => resolve('timeout')), patience * 1000);
    socket.on('message', () => end(() => resolve('reply')));
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('connect', () =>
      socket.send('x', (error) => {
        if (error !== null) end(() => reject(error));
      }),
    );
    socket.connect(step.port ?? 0, step.ip ?? '');
  });
}
const held = new Map<string, Socket>();
async function hold(step: LabStep): Promise<string> {
  const name = step.conn ?? '';
  const seconds = step.timeout ?? CONNECT_SECONDS;
  if (step.op === 'open') {
    const socket = await connected({ host: step.ip ?? '', port: step.port ?? 0 }, seconds);
    socket.on('error', () => undefined);
    held.set(name, socket);
    return 'open';
  }
  const socket = held.get(name);
  if (socket === undefined) return 'error:KeyError';
  // What came without being asked for.
  while (socket.read() !== null);
  if (socket.errored !== null) throw socket.errored;
  // An end that came meanwhile is told once everything has been read.
  await sleep(0);
  if (socket.readableEnded || socket.destroyed) return 'closed';
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const all = await readUntil(socket, seconds, (so) => /\r\n\r\n.+/s.test(so.toString('latin1')));
  return all.length === 0 ? 'closed' : 'ok';
}

// ---------------------------------------------------------------- HAProxy's statistics
async function statistics(command: string): Promise<ProbeSeen> {
  try {
    const text = await askSocket(command);
    return { value: command === 'show stat' ? statusByServer(text) : text.trim() };
  } catch (error) {
    return { value: wordOf(error) };
  }
}
async function askSocket(command: string): Promise<string> {
  const socket = connect(ADMIN_SOCKET);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.write(`${command}\n`);
  return (await readUntil(socket, SOCKET_SECONDS, () => false)).toString();
}
function statusByServer(text: string): Record<string, string> {
  const [head = '', ...rows] = text.replace(/^# /, '').split('\n');
  const names = head.split(',');
  const [proxy = -1, server = -1, status = -1] = ['pxname', 'svname', 'status'].map((name) =>
    names.indexOf(name),
  );
  const statuses: Record<string, string> = {};
  for (const row of rows) {
    const fields = row.split(',');
    const name = fields[server];
    if (name !== undefined && name !== '' && name !== 'FRONTEND')
      statuses[`${fields[proxy] ?? ''}/${name}`] = fields[status] ?? '';
  }
  return statuses;
}
