/**
 * Requests whose head does not fit a buffer, of which a part is kept free for rewriting: 400.
 * Source: HAProxy 2.6 configuration manual §3.2 "tune.bufsize", "tune.maxrewrite", "tune.http.maxhdr"; 2.6.12 `htx.h`; recorded.
 */
import type { HttpRequest } from '../../../world/network.contract';
import type { GlobalSettings } from '../config';

/** `struct htx`, `struct htx_sl` and what each block takes beside its text. */
const FRAME = 48;
const START_LINE = 36;
const BLOCK = 8;

export function isTooLarge(
  request: HttpRequest,
  { size, reserve, headers: most }: GlobalSettings['buffers'],
): boolean {
  const { headers, method, target, bytes } = request;
  // The start line counts as one.
  if (headers.length + 1 > most) return true;
  const room = size - FRAME - Math.min(reserve, size / 2);
  if (bytes + (headers.length + 3) * BLOCK + START_LINE <= room) return false;
  let used = START_LINE + method.length + target.length + 8 + (headers.length + 2) * BLOCK + 1;
  for (const [name, value] of headers) used += name.length + value.length;
  return used > room;
}
