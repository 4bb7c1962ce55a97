/** What expressions are computed for: a session with its request and perhaps its response. */

import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import type { Runtime } from '../worker/runtime';
import type { Session } from '../worker/state';

export type Headers = [string, string][];

export interface Subject {
  readonly runtime: Runtime;
  readonly session: Session;
  readonly request: HttpRequest | undefined;
  readonly response: HttpResponse | undefined;
}

export function headersOf(subject: Subject, side: 'request' | 'response'): Headers {
  return (side === 'request' ? subject.request?.headers : subject.response?.headers) ?? [];
}

/** The whole value of the first header of a name. */
export function headerValue(headers: Headers, name: string): string | undefined {
  for (const header of headers)
    if (header[0].length === name.length && header[0].toLowerCase() === name) return header[1];
  return undefined;
}

/** Values of all headers of a name, split at commas outside quotes; Set-Cookie and dates count as one. */
export function splitValues(headers: Headers, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const [own, value] of headers) {
    if (wanted !== '' && own.toLowerCase() !== wanted) continue;
    values.push(...splitList(value));
  }
  return values;
}
export function wholeValues(headers: Headers, name: string): string[] {
  const wanted = name.toLowerCase();
  return headers.filter(([own]) => wanted === '' || own.toLowerCase() === wanted).map(([, value]) => value);
}
function splitList(value: string): string[] {
  if (!value.includes(',')) return [value.trim()];
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i <= value.length; i++) {
    const character = value.charAt(i);
    if (character === '"') quoted = !quoted;
    if (i < value.length && (character !== ',' || quoted)) continue;
    parts.push(value.slice(start, i).trim());
    start = i + 1;
  }
  return parts;
}

/** Cookies of a request in order. */
export function cookiesOf(headers: Headers): [string, string][] {
  const cookies: [string, string][] = [];
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'cookie') continue;
    for (const part of value.split(';')) {
      const equals = part.indexOf('=');
      if (equals > 0) cookies.push([part.slice(0, equals).trim(), part.slice(equals + 1).trim()]);
    }
  }
  return cookies;
}
/** Cookies that a response sets. */
export function setCookiesOf(headers: Headers): [string, string][] {
  const cookies: [string, string][] = [];
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'set-cookie') continue;
    const first = value.split(';')[0] ?? '';
    const equals = first.indexOf('=');
    if (equals > 0) cookies.push([first.slice(0, equals).trim(), first.slice(equals + 1).trim()]);
  }
  return cookies;
}

/** What was asked for, as logs and `url` have it: whole with HTTP/2, which knows scheme and authority. */
export function shownTarget({ version, headers, target }: HttpRequest): string {
  return version === '2' ? `https://${headerValue(headers, 'host') ?? ''}${target}` : target;
}

/** The path of a request target, without query; empty for `*`. */
export function pathOf(target: string): string {
  const path = pathAndQuery(target);
  const question = path.indexOf('?');
  return question < 0 ? path : path.slice(0, question);
}
export function pathAndQuery(target: string): string {
  if (target.startsWith('/')) return target;
  const host = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(target);
  if (host === null) return '';
  const rest = target.slice(host[0].length);
  return rest === '' ? '/' : rest;
}
export function queryOf(target: string): string {
  const question = target.indexOf('?');
  return question < 0 ? '' : target.slice(question + 1);
}

/** Names as messages write them, to lower case: there are few, and they come with every message. */
const LOWER = new Map<string, string>();
const MOST_NAMES = 2_000;
function lowerName(name: string): string {
  const known = LOWER.get(name);
  if (known !== undefined) return known;
  const made = name.toLowerCase();
  if (LOWER.size < MOST_NAMES) LOWER.set(name, made);
  return made;
}
/** Header names in lower case, as the daemon passes them on. `drops`: without those that one connection keeps for itself. */
export function lowerCased(headers: Headers, drops: 'nothing' | 'client' | 'server'): Headers {
  let changed: Headers | undefined;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as [string, string];
    const name = lowerName(header[0]);
    if (drops !== 'nothing' && isForConnection(name, drops)) changed ??= headers.slice(0, i);
    else if (name !== header[0]) (changed ??= headers.slice(0, i)).push([name, header[1]]);
    else changed?.push(header);
  }
  return changed ?? headers;
}
function isForConnection(name: string, side: 'client' | 'server'): boolean {
  return (
    name === 'connection' ||
    name === 'keep-alive' ||
    name === (side === 'client' ? 'proxy-connection' : 'transfer-encoding')
  );
}
