/** Requests that come as bare bytes, from somebody at a terminal. Source: nginx 1.22 src/http/ngx_http_parse.c. */
import { byteLength } from '../../../std/bytes';
import type { HttpRequest } from '../../../world/network.contract';

export type Parsed =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid'; readonly status: number; readonly text: string; readonly line: string }
  | { readonly kind: 'request'; readonly request: HttpRequest; readonly length: number };

export function parseRequest(text: string): Parsed {
  const start = /^[\r\n]*/.exec(text)?.[0].length ?? 0;
  const lineEnd = text.indexOf('\n', start);
  if (lineEnd < 0) return firstLineProblem(text.slice(start)) ?? { kind: 'incomplete' };
  const line = text.slice(start, lineEnd).replace(/\r$/, '');
  const found = /^([A-Z_-]+) +([^ ]+)(?: +HTTP\/(\d+)\.(\d+))? *$/.exec(line);
  if (found === null) {
    const isMethod = /^[A-Z_-]+ /.test(line);
    return {
      kind: 'invalid',
      status: 400,
      text: isMethod ? 'client sent invalid request' : 'client sent invalid method',
      line,
    };
  }
  const [, method = '', target = '', major, minor] = found;
  if (major === undefined) {
    // HTTP/0.9: a line and nothing else.
    return {
      kind: 'request',
      request: make(method, target, '1.0', [], '', lineEnd + 1),
      length: lineEnd + 1,
    };
  }
  if (Number(major) !== 1) return { kind: 'invalid', status: 505, text: 'client sent invalid version', line };
  const rest = text.slice(lineEnd + 1);
  const headEnd = /(?:^|\n)\r?\n/.exec(rest);
  if (headEnd === null) return { kind: 'incomplete' };
  const head = rest.slice(0, headEnd.index);
  const headers: [string, string][] = [];
  for (const one of head.split('\n')) {
    const plain = one.replace(/\r$/, '');
    const colon = plain.indexOf(':');
    if (plain === '') continue;
    // A line that is no header is left out, with a word in the log.
    if (colon > 0 && /^[A-Za-z0-9-]+$/.test(plain.slice(0, colon)))
      headers.push([plain.slice(0, colon), plain.slice(colon + 1).trim()]);
  }
  const bodyStart = lineEnd + 1 + headEnd.index + headEnd[0].length;
  const wanted = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
  const body = text.slice(bodyStart);
  if (byteLength(body) < wanted) return { kind: 'incomplete' };
  const own = body.slice(0, wanted);
  const length = bodyStart + own.length;
  return {
    kind: 'request',
    request: make(method, target, minor === '0' ? '1.0' : '1.1', headers, own, length),
    length,
  };
}
function firstLineProblem(text: string): Parsed | undefined {
  const first = text.charAt(0);
  return first !== '' && !/[A-Z_-]/.test(first)
    ? { kind: 'invalid', status: 400, text: 'client sent invalid method', line: text }
    : undefined;
}
function make(
  method: string,
  target: string,
  version: '1.0' | '1.1',
  headers: [string, string][],
  body: string,
  bytes: number,
): HttpRequest {
  return { kind: 'request', trace: 0, method, target, version, headers, body, bytes };
}
