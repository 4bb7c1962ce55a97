/**
 * What a frontend keeps of messages for its log: headers, samples and a cookie.
 * Source: HAProxy 2.6 configuration manual §4.2 "capture cookie", "capture request
 * header", §8.8; src/http_ana.c `http_capture_headers`, src/log.c; recorded lines.
 */

import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import type { CaptureAction, CaptureSlot, ProxySettings } from '../config';
import { fill } from '../evaluate/capture-slots';
import { sampleText } from '../evaluate/convert';
import type { Headers, Subject } from '../evaluate/subject';
import type { Captured, Session } from './state';

/** Slots of a request that begins, with its headers. */
export function captureRequest({ captures }: ProxySettings, session: Session, request: HttpRequest): void {
  const { request: slots, response, cookie } = captures;
  if (slots.length === 0 && response.length === 0 && cookie === undefined) return;
  session.captured = {
    request: slots.map((slot) => last(slot, request.headers)),
    response: response.map(() => undefined),
    clientCookie: undefined,
    serverCookie: undefined,
  };
}
/** Of several headers of a name the last one stays. */
function last({ header, length }: CaptureSlot, headers: Headers): string | undefined {
  if (header === undefined) return undefined;
  return headers.findLast(([name]) => name.toLowerCase() === header)?.[1].slice(0, length);
}

/** Headers and cookie of a server's answer. */
export function captureResponse({ captures }: ProxySettings, session: Session, message: HttpResponse): void {
  const { captured } = session;
  if (captured === undefined) return;
  for (const [index, slot] of captures.response.entries()) {
    const value = last(slot, message.headers);
    if (value !== undefined) captured.response[index] = value;
  }
  if (captures.cookie === undefined) return;
  const set = message.headers.filter(([name]) => name === 'set-cookie' || name === 'Set-Cookie');
  captured.serverCookie ??= cookie(
    captures.cookie,
    set.map(([, value]) => value.split(';')[0] ?? ''),
  );
}
/** The client's cookie, once no rule has answered in place of a server. */
export function captureCookie({ captures }: ProxySettings, session: Session): void {
  if (session.captured === undefined || captures.cookie === undefined) return;
  const sent = session.request?.headers.filter(([name]) => name === 'cookie') ?? [];
  session.captured.clientCookie = cookie(
    captures.cookie,
    sent.flatMap(([, value]) => value.split(';')),
  );
}
/** The first whose text, name and all, begins as wanted. */
function cookie(
  { name, length }: NonNullable<ProxySettings['captures']['cookie']>,
  cookies: readonly string[],
): string | undefined {
  return cookies
    .map((text) => text.trim())
    .find((text) => text.startsWith(name) && text.includes('='))
    ?.slice(0, length);
}

/** `http-request capture …`, `tcp-request content capture …` */
export function keep(subject: Subject, { side, index, expression }: CaptureAction): void {
  const value = sampleText(subject, expression);
  if (value !== undefined) fill(subject, side, index, value);
}

// ---------------------------------------------------------------- in log lines
/** `{a|b} {c} `: as the usual lines have them. */
export function bracketed({ request, response }: Captured): string {
  return (
    (request.length === 0 ? '' : `${list(request)} `) + (response.length === 0 ? '' : `${list(response)} `)
  );
}
/** `%hr`, `%hs` */
export function list(values: readonly (string | undefined)[] | undefined): string {
  if (values === undefined || values.length === 0) return '';
  return `{${values.map((value) => encoded(value ?? '')).join('|')}}`;
}
/** `%hrl`, `%hsl` */
export function words(values: readonly (string | undefined)[] | undefined, isQuoted: boolean): string {
  if (values === undefined) return '';
  const word = (value: string | undefined): string => encoded(value ?? (isQuoted ? '' : '-'));
  return values.map((value) => (isQuoted ? `"${word(value)}"` : word(value))).join(' ');
}
/** What would break a field is written as its number. */
function encoded(value: string): string {
  return value.replace(
    /[^ !$-z~]/g,
    (character) => `#${(character.charCodeAt(0) & 255).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
