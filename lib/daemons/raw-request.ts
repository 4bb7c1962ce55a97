/**
 * A request that somebody types: bytes to a message, as far as a terminal sends them.
 * Source: RFC 9112 §3, §6.3; HAProxy 2.6 src/h1.c `h1_headers_to_hdr_list`.
 * Not modelled: chunked request bodies.
 */
import type { HttpRequest } from '../world/network.contract';

export function parseRequest(
  text: string,
): { request: HttpRequest; length: number } | 'incomplete' | 'malformed' {
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
  const length = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
  if (!Number.isInteger(length) || length < 0) return 'malformed';
  const bodyAt = end.index + end[0].length;
  const body = rest.slice(bodyAt, bodyAt + length);
  if (body.length < length) return 'incomplete';
  return {
    request: {
      kind: 'request',
      trace: 0,
      method: line[1] ?? '',
      target: line[2] ?? '',
      version: line[3] === '0' ? '1.0' : '1.1',
      headers,
      body,
      bytes: bodyAt + length,
    },
    length: start + bodyAt + length,
  };
}
/** The first line is whole and is none of a request. */
function looksWrong(text: string): boolean {
  const newline = text.indexOf('\n');
  if (newline < 0) return /[^\x20-\x7e\r]/.test(text);
  return !/^\S+ \S+ HTTP\/1\.[01]\r?$/.test(text.slice(0, newline));
}
