/**
 * Live traffic tells about a server too: `observe`, `error-limit`, `on-error`.
 * Source: HAProxy 2.6 configuration manual §5.2 "observe", "on-error"; src/check.c `__health_adjust`.
 */

import type { ServerSettings } from '../config';
import { step } from './checks';
import type { Runtime } from './runtime';
import type { CheckState, ServerState } from './state';

/** What a request told about its server; `good` and `bad` are what `observe` of each layer makes of it. */
export type Observation =
  | 'connected'
  | 'not connected'
  | 'good answer'
  | 'bad status'
  | 'bad answer'
  | 'read error'
  | 'read timeout'
  | 'closed';
const OBSERVED: Readonly<
  Record<Observation, { layer4: boolean | undefined; layer7: boolean | undefined; text: string }>
> = {
  connected: { layer4: true, layer7: undefined, text: 'L4 successful connection' },
  'not connected': { layer4: false, layer7: false, text: 'L4 unsuccessful connection' },
  'good answer': { layer4: undefined, layer7: true, text: 'Correct http response' },
  'bad status': { layer4: undefined, layer7: false, text: 'Wrong http response' },
  'bad answer': { layer4: undefined, layer7: false, text: 'Invalid http response' },
  'read error': { layer4: undefined, layer7: false, text: 'Read error (http)' },
  'read timeout': { layer4: undefined, layer7: false, text: 'Read timeout (http)' },
  closed: { layer4: undefined, layer7: false, text: 'Close from server (http)' },
};

export function observe(runtime: Runtime, proxy: number, index: number, seen: Observation): void {
  const settings = runtime.serverSettings(proxy, index);
  if (settings === undefined || settings.observe === 'none') return;
  const server = runtime.server(proxy, index);
  const { check } = server ?? {};
  if (server === undefined || check === undefined || check.paused) return;
  const isGood = OBSERVED[seen][settings.observe];
  if (isGood === undefined) return;
  if (isGood) {
    server.consecutiveErrors = 0;
    return;
  }
  server.consecutiveErrors += 1;
  if (server.consecutiveErrors < settings.errorLimit) return;
  const description = `Detected ${server.consecutiveErrors} consecutive errors, last one was: ${OBSERVED[seen].text}`;
  server.consecutiveErrors = 0;
  server.failedObservations += 1;
  fail(runtime, { proxy, server }, { check, description }, settings);
  if (settings.fastinter !== undefined)
    step(runtime, { proxy, server }, { type: 'hurry', now: runtime.now, delay: settings.fastinter });
}
function fail(
  runtime: Runtime,
  which: { proxy: number; server: ServerState },
  { check, description }: { readonly check: CheckState; readonly description: string },
  settings: ServerSettings,
): void {
  switch (settings.onError) {
    case 'fastinter':
      return;
    case 'fail-check':
    case 'sudden-death':
    case 'mark-down':
      check.duration = -1;
      check.description = description;
      check.status = 'HANA';
      which.server.failedChecks += 1;
      step(runtime, which, { type: 'observed', how: settings.onError });
  }
}
