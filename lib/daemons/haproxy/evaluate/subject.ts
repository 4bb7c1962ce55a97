/** What expressions are computed for: a session with its request and perhaps its response. */

import { memoised } from '../memo';
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

/** Header names in lower case, as the daemon passes them on. Lists that come again are remembered. */
export const lowerCased = memoised((headers: Headers): Headers => {
  if (headers.every(([name]) => name === name.toLowerCase())) return headers;
  return headers.map(([name, value]) => [name.toLowerCase(), value]);
});
