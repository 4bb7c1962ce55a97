/** `large_client_header_buffers`: the request line and each header line must fit one buffer, all lines together the buffers. Source: nginx 1.22 src/http/ngx_http_request.c `ngx_http_alloc_large_header_buffer`. */
import { byteLength } from '../../../std/bytes';
import type { HttpRequest } from '../../../world/network.contract';

export interface HeaderBuffers {
  readonly number: number;
  readonly size: number;
}
/** A message is cut there: NGX_MAX_ERROR_STR - 300. */
const SHOWN = 1_748;
const LINE_END = 2;

/** What was read of a request line that is too long; undefined: it fits. */
export function tooLongRequestLine(
  { method, target, version, bytes }: HttpRequest,
  { size }: HeaderBuffers,
): string | undefined {
  if (version === '2' || bytes <= size) return undefined;
  const line = `${method} ${target} HTTP/${version}`;
  return byteLength(line) + LINE_END > size ? line.slice(0, size) : undefined;
}

/** What the log says of header lines that do not fit. */
export function tooLongHeader(
  { headers, version, bytes: total }: HttpRequest,
  { number, size }: HeaderBuffers,
): string | undefined {
  if (version === '2' || total <= size) return undefined;
  let room = size;
  let used = 1;
  for (const [name, value] of headers) {
    const line = `${name}: ${value}`;
    const bytes = byteLength(line) + LINE_END;
    if (bytes > size) return `client sent too long header line: "${line.slice(0, SHOWN)}..."`;
    if (bytes > room) {
      used += 1;
      room = size;
    }
    room -= bytes;
    if (used > number) return 'client sent too large request';
  }
  return undefined;
}
