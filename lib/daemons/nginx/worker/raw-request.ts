/** Requests that come as bare bytes, from somebody at a terminal. Source: nginx 1.22 src/http/ngx_http_parse.c. */
import type { HttpRequest } from '../../../world/network.contract';

/** A head that was typed, as far as it could be read. */
export interface TypedHead {
  readonly request: HttpRequest;
  /** The request line as it came. */
  readonly line: string;
  /** What is wrong with a header line; those behind it were not read. */
  readonly problem: string | undefined;
  /** A line without a version (HTTP/0.9): the answer has no head. */
  readonly isBare: boolean;
  /** Characters of the head. */
  readonly length: number;
}
export type Parsed =
  | { readonly kind: 'incomplete' }
  | {
      readonly kind: 'invalid';
      readonly status: number;
      readonly text: string;
      readonly line: string;
      readonly isBare: boolean;
    }
  | ({ readonly kind: 'request' } & TypedHead);

const LINE =
  /^([A-Z_-]+) +((?:\/|https?:\/\/[A-Za-z0-9.-]+(?=[/:?# ]|$))[^ ]*)(?: +HTTP\/([1-9]\d*)\.(\d+))? *$/i;

export function parseRequest(text: string): Parsed {
  const start = /^[\r\n]*/.exec(text)?.[0].length ?? 0;
  const lineEnd = text.indexOf('\n', start);
  const line = (lineEnd < 0 ? text.slice(start) : text.slice(start, lineEnd)).replace(/\r$/, '');
  if (lineEnd < 0) return line === '' || /^[A-Z_-]/.test(line) ? { kind: 'incomplete' } : noMethod(line);
  if (!/^[A-Z_-]+ /.test(line)) return noMethod(line);
  const found = LINE.exec(line);
  if (found === null) return invalid('client sent invalid request', line);
  const [, method = '', target = '', major, minor] = found;
  const bodyAt = lineEnd + 1;
  if (major === undefined) {
    const text = 'client sent invalid method in HTTP/0.9 request';
    if (method !== 'GET') return { ...invalid(text, line), isBare: true };
    const request = made({ method, target, version: '1.0', headers: [], bytes: bodyAt });
    return { kind: 'request', request, line, isBare: true, problem: undefined, length: bodyAt };
  }
  if (Number(major) !== 1) return { ...invalid('client sent invalid version', line), status: 505 };
  const { headers, problem, length: read, isWhole } = readHeaders(text.slice(bodyAt));
  if (!isWhole) return { kind: 'incomplete' };
  const length = bodyAt + read;
  const request = made({ method, target, version: minor === '0' ? '1.0' : '1.1', headers, bytes: length });
  return { kind: 'request', request, line, isBare: false, problem, length };
}
/** What has come so far of a head that is not whole. */
export function partOf(text: string): {
  readonly line: string;
  readonly isLineWhole: boolean;
  readonly headers: [string, string][];
} {
  const begun = text.replace(/^[\r\n]+/, '');
  const end = begun.indexOf('\n');
  if (end < 0) return { line: begun, isLineWhole: false, headers: [] };
  const { headers } = readHeaders(begun.slice(end + 1));
  return { line: begun.slice(0, end).replace(/\r$/, ''), isLineWhole: true, headers };
}

interface Headers {
  readonly headers: [string, string][];
  readonly problem: string | undefined;
  readonly length: number;
  /** The empty line has come, or one that ends it all. */
  readonly isWhole: boolean;
}
function readHeaders(text: string): Headers {
  const headers: [string, string][] = [];
  for (let at = 0; ; ) {
    const end = text.indexOf('\n', at);
    if (end < 0) return { headers, problem: undefined, length: at, isWhole: false };
    const line = text.slice(at, end).replace(/\r$/, '');
    at = end + 1;
    if (line === '') return { headers, problem: undefined, length: at, isWhole: true };
    const name = /^[\w!#$%&'*+.^`|~-]*/.exec(line)?.[0] ?? '';
    const next = line.charAt(name.length);
    if (next === ':' && name !== '') headers.push([name, line.slice(name.length + 1).trim()]);
    else return { headers, problem: invalidHeader(name, next), length: at, isWhole: true };
  }
}
/** The line up to the letter that is none of a name's. */
function invalidHeader(name: string, next: string): string {
  const code = next.charCodeAt(0);
  const shown = next === '' ? '\\x0D' : code <= 0x20 ? `\\x${code.toString(16).padStart(2, '0')}` : next;
  return `client sent invalid header line: "${name}${shown}..."`;
}

type Invalid = Parsed & { readonly kind: 'invalid' };
function invalid(text: string, line: string): Invalid {
  return { kind: 'invalid', status: 400, text, line, isBare: false };
}
function noMethod(line: string): Invalid {
  return invalid('client sent invalid method', line);
}
function made(given: Omit<HttpRequest, 'kind' | 'trace' | 'body'>): HttpRequest {
  return { kind: 'request', trace: 0, ...given, body: '' };
}
