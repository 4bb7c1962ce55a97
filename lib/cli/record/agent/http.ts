/** One HTTP request over a connection of its own, with the recorder's timeouts and words. */
import { lookup } from 'node:dns/promises';
import { type Socket, connect } from 'node:net';
import { clock } from '../protocol';
import { type HttpsAsk, secured } from './https';

export interface HttpAsk {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly bind?: string | undefined;
  readonly jar?: string | undefined;
  /** Seconds between the connection and the request. */
  readonly sendAfter?: number;
  /** For https: whom it trusts. */
  readonly tls?: HttpsAsk | undefined;
  /** Seconds. */
  readonly connectTimeout: number;
  readonly timeout: number;
}
export interface HttpSeen {
  status?: number;
  error?: string;
  phase: 'connect' | 'read';
  backend?: string;
  body?: string;
  elapsed: number;
}
const MOST_BYTES = 200_000;
const jars = new Map<string, Map<string, string>>();

/** The recorder's words for what went wrong; for the rest the names that its language has. */
export function wordOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'reset';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return 'unreachable';
    case 'TLS':
      return 'tls';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'dns';
    case 'EPERM':
    case 'EACCES':
      return 'error:PermissionError';
    case 'ENOENT':
      return 'error:FileNotFoundError';
    case 'ECONNABORTED':
      return 'error:ConnectionAbortedError';
    default:
      return code === '' ? 'error:ValueError' : 'error:OSError';
  }
}
class TimeIsUp extends Error {
  readonly code = 'ETIMEDOUT';
}

/** A connected socket, or what stopped it. */
export async function connected(
  to: { host: string; port: number; bind?: string | undefined },
  seconds: number,
): Promise<Socket> {
  const host = /^[\d.]+$/.test(to.host) ? to.host : (await lookup(to.host, { family: 4 })).address;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: to.port,
      family: 4,
      ...(to.bind === undefined ? {} : { localAddress: to.bind }),
    });
    socket.setNoDelay(true);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new TimeIsUp());
    }, seconds * 1000);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
/** Reads until `isEnough`, until the other end closes, or until the time is up. */
export function readUntil(
  socket: Socket,
  seconds: number,
  isEnough: (all: Buffer) => boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let all = Buffer.alloc(0);
    const end = (): void => {
      clearTimeout(timer);
      socket.off('data', take).off('end', end).off('close', end).off('error', fail);
      resolve(all);
    };
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      all = Buffer.concat([all, chunk]);
      if (isEnough(all)) end();
    };
    const timer = setTimeout(() => fail(new TimeIsUp()), Math.max(0, seconds * 1000));
    socket.on('data', take).on('end', end).on('close', end).on('error', fail);
  });
}

export async function oneHttp(ask: HttpAsk): Promise<HttpSeen> {
  const begun = clock();
  const seen: HttpSeen = { phase: 'connect', elapsed: 0 };
  let socket: Socket | undefined;
  try {
    const { authority, host, port, target } = placeOf(ask.url);
    socket = await connected({ host, port, bind: ask.bind }, ask.connectTimeout);
    socket.on('error', () => undefined);
    if (ask.tls !== undefined) {
      socket = await secured(socket, host, ask.tls, begun + ask.connectTimeout - clock());
      socket.on('error', () => undefined);
    }
    seen.phase = 'read';
    if (ask.sendAfter !== undefined)
      await new Promise((resolve) => setTimeout(resolve, (ask.sendAfter ?? 0) * 1000));
    socket.write(requestText(ask, authority, target));
    const left = begun + ask.timeout - clock();
    readAnswer(await readUntil(socket, left, isWhole), ask, seen);
  } catch (error) {
    seen.error = wordOf(error);
  }
  socket?.destroy();
  seen.elapsed = Math.round((clock() - begun) * 1000) / 1000;
  return seen;
}
export function placeOf(url: string): { authority: string; host: string; port: number; target: string } {
  const [, authority = '', path = '', query = ''] = /^\w+:\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
  const [host = '', port] = authority.split(':');
  return {
    authority,
    host,
    port: Number(port ?? (url.startsWith('https:') ? 443 : 80)),
    target: `${path === '' ? '/' : path}${query}`,
  };
}
function requestText(ask: HttpAsk, authority: string, target: string): string {
  const { method = 'GET', body = '' } = ask;
  const cookies = ask.jar === undefined ? undefined : jars.get(ask.jar);
  const headers: Record<string, string> = {
    Host: authority,
    'User-Agent': 'probe',
    Accept: '*/*',
    Connection: 'close',
    ...ask.headers,
    ...(cookies === undefined || cookies.size === 0
      ? {}
      : { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
    ...(body === '' ? {} : { 'Content-Length': String(body.length) }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
function isWhole(all: Buffer): boolean {
  if (all.length > MOST_BYTES) return true;
  const text = all.toString('latin1');
  const head = text.indexOf('\r\n\r\n');
  const length = /\r\nContent-Length: *(\d+)/i.exec(text);
  return head >= 0 && length !== null && all.length >= head + 4 + Number(length[1]);
}
function readAnswer(all: Buffer, ask: HttpAsk, seen: HttpSeen): void {
  if (all.length === 0) {
    seen.error = 'empty';
    return;
  }
  const text = all.toString('latin1');
  const head = text.split('\r\n\r\n')[0] ?? '';
  const [first = '', ...lines] = head.split('\r\n');
  seen.body = text.slice(head.length + 4);
  const status = Number(first.split(/\s+/)[1]);
  if (!Number.isInteger(status)) throw new Error('no status line');
  seen.status = status;
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-served-by') seen.backend ??= value;
    if (name === 'set-cookie' && ask.jar !== undefined) keepCookie(ask.jar, value);
  }
}
function keepCookie(jar: string, value: string): void {
  const pair = value.split(';')[0] ?? '';
  const equals = pair.indexOf('=');
  const cookies = jars.get(jar) ?? new Map<string, string>();
  cookies.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  jars.set(jar, cookies);
}
