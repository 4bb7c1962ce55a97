/** `loadgen FILE`: the people outside, as the simulator's load generator has them: each with a connection of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import {
  type LoadConfiguration,
  type LoadRequest,
  rateAt,
  readConfiguration,
} from '../../../daemons/traffic/configuration';
import { clock } from '../protocol';
import { DESK, type DeskLine } from './desk';
import { type HttpSeen, oneHttp } from './http';
import type { HttpsAsk } from './https';

const LEAST_RATE = 0.001;

export function generateLoad([path = '/etc/loadgen.conf']: readonly string[]): void {
  const sources = readConfiguration(readFileSync(path, 'utf8'));
  if (typeof sources === 'string') {
    process.stderr.write(`loadgen: ${path}: ${sources}\n`);
    process.exitCode = 1;
    return;
  }
  const desk = connect(DESK);
  desk.on('error', () => process.exit(1)).on('close', () => process.exit(1));
  for (const source of sources) {
    if (source.paused) process.stderr.write(`loadgen: ${source.name}: not played: a source that waits\n`);
    else generate(source, desk);
  }
}
function generate(source: LoadConfiguration, desk: Socket): void {
  const begun = clock();
  const tls = source.tls && { ...source.tls, roots: rootsOf(source.tls.caFile) };
  let sent = 0;
  let nextAt = begun;
  const tick = (): void => {
    while (nextAt <= clock()) {
      void send(source, ++sent, { desk, tls });
      const rate = Math.max(LEAST_RATE, rateAt(source, Math.round((nextAt - begun) * 1e6) + source.timeZero));
      nextAt += source.arrival === 'uniform' ? 1 / rate : -Math.log(1 - Math.random()) / rate;
    }
    setTimeout(tick, Math.max(1, (nextAt - clock()) * 1000));
  };
  tick();
}
async function send(
  source: LoadConfiguration,
  n: number,
  { desk, tls }: { desk: Socket; tls: HttpsAsk | undefined },
): Promise<void> {
  const request = drawn(source.requests);
  const seen = await oneHttp({
    url: urlOf(source, request),
    tls,
    method: request?.method ?? 'GET',
    headers: {
      'User-Agent': 'Mozilla/5.0',
      ...Object.fromEntries([...source.headers, ...(request?.headers ?? [])]),
    },
    body: request?.body,
    jar: source.keepCookies ? `${source.name} ${n % source.clients}` : undefined,
    sendAfter: source.sendAfter / 1e6,
    connectTimeout: source.connectTimeout / 1e6,
    timeout: source.timeout / 1e6,
  });
  const line: DeskLine = { request: { from: source.name, n, ...judged(seen, source) } };
  desk.write(`${JSON.stringify(line)}\n`);
}
function urlOf({ host, port, tls }: LoadConfiguration, request: LoadRequest | undefined): string {
  const [scheme, usual] = tls === undefined ? ['http', 80] : ['https', 443];
  return `${scheme}://${host}${port === usual ? '' : `:${port}`}${request?.path ?? '/'}`;
}
/** A file that is not there trusts nobody. */
function rootsOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
function drawn(requests: readonly LoadRequest[]): LoadRequest | undefined {
  let left = Math.random() * requests.reduce((sum, { weight }) => sum + weight, 0);
  return requests.find(({ weight }) => (left -= weight) < 0) ?? requests[0];
}
/** Good is what was expected, below 500 unless said otherwise, and not too slow for those who wait. */
function judged({ status = 0, error, elapsed, body = '' }: HttpSeen, source: LoadConfiguration) {
  const micros = Math.round(elapsed * 1e6);
  const isRight =
    source.expectStatus === undefined ? status > 0 && status < 500 : status === source.expectStatus;
  return {
    ok: error === undefined && isRight && body.includes(source.expectBody) && micros <= source.slow,
    status,
    error: error === 'dns' ? 'resolve' : (error ?? ''),
    micros,
  };
}
