/**
 * A request that somebody types: bytes to a message, as far as a terminal sends them.
 * Source: RFC 9112 §3, §6.3; HAProxy 2.6 src/h1.c `h1_headers_to_hdr_list`.
 */
import type { HttpRequest } from '../world/network.contract';
import { type BodyFraming, framingOf, readBody } from './request-body';

export interface RequestHead {
  /** Without its body. */
  readonly request: HttpRequest;
  /** Characters of the head. */
  readonly length: number;
  /** undefined: no body follows. */
  readonly framing: BodyFraming | undefined;
}

/** The whole request, with its body. */
export function parseRequest(
  text: string,
): { request: HttpRequest; length: number } | 'incomplete' | 'malformed' {
  const head = parseHead(text);
  if (typeof head === 'string') return head;
  if (head.framing === undefined) return head;
  const rest = text.slice(head.length);
  const read = readBody(rest, head.framing);
  if (read.kind !== 'whole') return read.kind === 'part' ? 'incomplete' : 'malformed';
  const length = text.length - read.rest.length;
  return { request: { ...head.request, body: read.body, bytes: length }, length };
}
export function parseHead(text: string): RequestHead | 'incomplete' | 'malformed' {
  const start = /^(?:\r?\n)*/.exec(text)?.[0].length ?? 0;
  const rest = text.slice(start);
  const end = /\r?\n\r?\n/.exec(rest);
  if (end === null) return looksWrong(rest) ? 'malformed' : 'incomplete';
  const [first = '', ...lines] = rest.slice(0, end.index).split(/\r?\n/);
  const line = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/1\.([01])$/.exec(first);
  if (line === null) return 'malformed';
  const headers: [string, string][] = [];
  for (const header of lines) {
    const colon = header.indexOf(':');
    if (colon <= 0 || /\s/.test(header.slice(0, colon))) return 'malformed';
    headers.push([header.slice(0, colon), header.slice(colon + 1).trim()]);
  }
  if (contradicts(headers)) return 'malformed';
  const length = start + end.index + end[0].length;
  const request: HttpRequest = {
    kind: 'request',
    trace: 0,
    method: line[1] ?? '',
    target: line[2] ?? '',
    version: line[3] === '0' ? '1.0' : '1.1',
    headers,
    body: '',
    bytes: length - start,
  };
  return { request, length, framing: framingOf(headers) };
}
/** Two hosts or two lengths that differ, or a length that is no number. */
function contradicts(headers: readonly (readonly [string, string])[]): boolean {
  const known = new Map<string, string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower !== 'host' && lower !== 'content-length') continue;
    if (lower === 'content-length' && !/^\d+$/.test(value)) return true;
    if ((known.get(lower) ?? value) !== value) return true;
    known.set(lower, value);
  }
  return false;
}
/** The first line is whole and is none of a request. */
function looksWrong(text: string): boolean {
  const newline = text.indexOf('\n');
  if (newline < 0) return /[^\x20-\x7e\r]/.test(text);
  return !/^\S+ \S+ HTTP\/1\.[01]\r?$/.test(text.slice(0, newline));
}
