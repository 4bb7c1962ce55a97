/** Slots for what rules and converters capture. Source: HAProxy 2.6 configuration manual §4.2 "declare capture". */

import type { CaptureAction } from '../config';
import type { Subject } from './subject';

/** Into a slot of the frontend, if it has that many. */
export function fill(
  { runtime, session }: Subject,
  side: CaptureAction['side'],
  index: number,
  value: string,
): void {
  const { captures } = runtime.settings(session.frontend);
  const slot = captures[side][index];
  if (slot === undefined) return;
  session.captured ??= {
    request: captures.request.map(() => undefined),
    response: captures.response.map(() => undefined),
    clientCookie: undefined,
    serverCookie: undefined,
  };
  session.captured[side][index] = value.slice(0, slot.length);
}
