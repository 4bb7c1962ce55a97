/**
 * Files that hold a whole response.
 * Source: HAProxy 2.6 configuration manual §4.2 "errorfile"; 2.6.12 `http_htx.c`
 * `http_load_errorfile()`; recorded `haproxy -c` runs.
 */

import { byteLength } from '../../../std/bytes';
import type { ErrorReply } from '../config';
import type { Outcome } from './outcome';
import { type ParserState, warn } from './context';

/** Statuses for which HAProxy has a page of its own. */
export const ERROR_STATUSES = [
  200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504,
];
/** `tune.bufsize` */
const LARGEST = 16_384;

/** Reads a file that holds a whole response; an empty one stands for no answer at all. */
export function readErrorFile(state: ParserState, path: string): Outcome<ErrorReply> {
  const file = path === '/dev/null' ? { text: '' } : state.surroundings.readFile(path);
  if ('error' in file) return { error: `error opening file '${path}'.` };
  if (file.text === '') return { value: { kind: 'silent' } };
  const isLarge = byteLength(file.text) > LARGEST;
  if (isLarge) warn(state, `custom error message file '${path}' larger than ${LARGEST} bytes. Truncating.`);
  const reply = rawReply(file.text);
  if (typeof reply === 'number')
    return { error: `'${path}': unable to parse headers (error offset: ${reply})` };
  if (isLarge) return { error: `'${path}': unable to add payload into the HTX message` };
  const announced = reply.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  const size = byteLength(reply.body);
  if (announced !== undefined && Number(announced) !== size)
    return {
      error: `'${path}': payload size does not match the announced content-length (${size} != ${announced})`,
    };
  return { value: reply };
}

const NOT_COMPLETE = -2;
/** A number: where it went wrong. */
function rawReply(text: string): Extract<ErrorReply, { kind: 'raw' }> | number {
  const status = /^HTTP\/(\d\.\d) +(\d{3})(?: +([^\r\n]*))?(\r?\n)/.exec(text);
  if (status === null) return /\n/.test(text) ? 0 : NOT_COMPLETE;
  const headers: [string, string][] = [];
  let at = status[0].length;
  for (;;) {
    const end = /^\r?\n/.exec(text.slice(at, at + 2))?.[0].length;
    if (end !== undefined) {
      const body = text.slice(at + end);
      const version = status[1] === '1.0' ? '1.0' : '1.1';
      return { kind: 'raw', status: Number(status[2]), version, reason: status[3] ?? '', headers, body };
    }
    const name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]*/.exec(text.slice(at))?.[0] ?? '';
    const line = /^[^\r\n]*(\r?\n)?/.exec(text.slice(at));
    if (text.charAt(at + name.length) !== ':' || name === '')
      return at + name.length >= text.length ? NOT_COMPLETE : at + name.length;
    if (line?.[1] === undefined) return NOT_COMPLETE;
    headers.push([name, line[0].slice(name.length + 1).trim()]);
    at += line[0].length;
  }
}
