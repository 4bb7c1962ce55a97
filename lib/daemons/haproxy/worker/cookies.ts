/**
 * Persistence by cookie: reading the client's, setting our own.
 * Source: HAProxy 2.6 configuration manual §4.2 "cookie"; src/http_ana.c
 * `http_manage_client_side_cookies`, `http_manage_server_side_cookies`, `http_process_res_common`.
 */

import { SECOND } from '../../../std/instant';
import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import type { CookieSettings } from '../config';
import { datesText, NO_DATES, needsDates, readDates, tooOld } from './cookie-dates';
import { headerValue } from '../evaluate/subject';
import type { Runtime } from './runtime';
import { isAlive, type Session } from './state';

/** Finds the server that the client's cookie names, and takes the cookie away where servers shall not see it. */
export function readCookie(
  runtime: Runtime,
  session: Session,
  request: HttpRequest,
  cookie: CookieSettings,
): HttpRequest {
  session.cookieIn = session.cookieOut = 'N';
  const header = headerValue(request.headers, 'cookie');
  if (header === undefined) return request;
  const parts = header.split(';').map((part) => part.trim());
  const at = parts.findIndex((part) => part.startsWith(`${cookie.name}=`));
  if (at < 0) return request;
  const value = (parts[at] ?? '').slice(cookie.name.length + 1);
  const delimiter = cookie.mode === 'prefix' ? value.indexOf('~') : value.indexOf('|');
  const key = delimiter >= 0 ? value.slice(0, delimiter) : cookie.mode === 'prefix' ? '' : value;
  const dates = readDates(cookie.mode === 'prefix' || delimiter < 0 ? undefined : value.slice(delimiter + 1));
  const age = tooOld(cookie, dates, wallClock(runtime));
  if (age !== undefined) session.cookieIn = age;
  else if (key !== '' || cookie.mode !== 'prefix') {
    session.cookieDates = dates;
    direct(runtime, session, key);
  }
  if (cookie.mode === 'prefix')
    return delimiter < 0
      ? request
      : withCookies(
          request,
          parts.map((part, index) => (index === at ? `${cookie.name}=${value.slice(delimiter + 1)}` : part)),
        );
  if (!cookie.indirect) return request;
  return withCookies(
    request,
    parts.filter((_, index) => index !== at),
  );
}

/** Seconds since 1970. */
function wallClock(runtime: Runtime): number {
  return Math.floor(runtime.host.clock() / SECOND);
}

/** Goes straight to the server of that name if it lives. */
function direct(runtime: Runtime, session: Session, key: string): void {
  const settings = runtime.settings(session.backend);
  const proxy = runtime.proxy(session.backend);
  let found = false;
  for (const server of proxy.servers) {
    if (server.cookie !== key) continue;
    found = true;
    if (!isAlive(server) && !settings.options.has('persist') && !session.isForced) continue;
    session.cookieIn = 'V';
    session.server = server.index;
    session.isAssigned = session.isDirect = true;
    return;
  }
  session.cookieIn = found ? 'D' : 'I';
}
function withCookies(request: HttpRequest, parts: readonly string[]): HttpRequest {
  const headers = request.headers.flatMap(([name, value]): [string, string][] =>
    name.toLowerCase() !== 'cookie' ? [[name, value]] : parts.length === 0 ? [] : [[name, parts.join('; ')]],
  );
  return { ...request, headers };
}

/** Adds, rewrites or prefixes the cookie in an answer. Returns the headers to send. */
export function writeCookie(
  runtime: Runtime,
  session: Session,
  response: HttpResponse,
  cookie: CookieSettings,
): [string, string][] {
  const own = runtime.server(session.backend, session.server)?.cookie;
  const headers = setByServer(session, response, cookie, own);
  if (cookie.mode !== 'insert') return headers;
  const now = wallClock(runtime);
  if (session.isDirect && !needsDates(cookie, session.cookieDates ?? NO_DATES, now)) return headers;
  if (cookie.preserve && session.cookieOut === 'P') return headers;
  if (cookie.postonly && session.received?.method !== 'POST') return headers;
  const value =
    own === undefined
      ? `${cookie.name}=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/`
      : `${cookie.name}=${own}${datesText(cookie, session, now)}; path=/`;
  session.cookieOut = own !== undefined && session.isDirect ? 'U' : 'I';
  const result: [string, string][] = [...headers, ['set-cookie', value + attributes(cookie)]];
  if (cookie.nocache && isCacheable(session, response)) result.push(['cache-control', 'private']);
  return result;
}
function attributes(cookie: CookieSettings): string {
  return `${cookie.domains.map((domain) => `; domain=${domain}`).join('')}${cookie.httponly ? '; HttpOnly' : ''}${cookie.secure ? '; Secure' : ''}${cookie.attributes.map((text) => `; ${text}`).join('')}`;
}
const CACHEABLE = [200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501];
/** Only what a cache might keep is marked private; an answer without validator and age is none of it (recorded). */
export function isCacheable(session: Session, response: HttpResponse): boolean {
  if (session.received?.method !== 'GET' || !CACHEABLE.includes(response.status)) return false;
  const control = headerValue(response.headers, 'cache-control') ?? '';
  if (/\b(?:private|no-cache|no-store|max-age=0|s-maxage=0)\b/i.test(control)) return false;
  if (/\b(?:public|max-age|s-maxage)\b/i.test(control)) return true;
  return ['expires', 'etag', 'last-modified'].some(
    (name) => headerValue(response.headers, name) !== undefined,
  );
}

/** A cookie of that name that the application sets itself. */
function setByServer(
  session: Session,
  response: HttpResponse,
  cookie: CookieSettings,
  own: string | undefined,
): [string, string][] {
  const at = response.headers.findIndex(
    ([name, value]) => name.toLowerCase() === 'set-cookie' && value.startsWith(`${cookie.name}=`),
  );
  const found = response.headers[at];
  if (found === undefined) return response.headers;
  session.cookieOut = 'P';
  const value = found[1];
  const end = value.indexOf(';');
  const rest = end < 0 ? '' : value.slice(end);
  const plain = value.slice(cookie.name.length + 1, end < 0 ? undefined : end);
  const replaced = (text: string): [string, string][] =>
    response.headers.map((header, index) => (index === at ? [header[0], text] : header));
  switch (cookie.mode) {
    case 'passive':
      return response.headers;
    case 'rewrite':
      session.cookieOut = 'R';
      return own === undefined ? response.headers : replaced(`${cookie.name}=${own}${rest}`);
    case 'prefix':
      session.cookieOut = 'R';
      return own === undefined ? response.headers : replaced(`${cookie.name}=${own}~${plain}${rest}`);
    case 'insert':
      if (cookie.preserve || !cookie.indirect) return response.headers;
      session.cookieOut = 'D';
      return response.headers.filter((_, index) => index !== at);
  }
}
