/** Health checks over TLS: whether, and with what. Source: 2.6.12 src/check.c `init_srv_check`; recorded. */

import { TLS_VERSIONS } from '../../../protocols/tls/versions';
import { deepFreeze } from '../../../std/plain';
import type { TlsClientSettings, TlsFailure } from '../../../world/tls.contract';
import type { CheckConnect, ServerSettings } from '../config';
import type { Runtime } from './runtime';
import type { Which } from './server-status';

/** The step of a check that connects, or the last one before the step under way. */
export function connectionOf(runtime: Runtime, { proxy }: Which, step: number): CheckConnect | undefined {
  const { steps } = runtime.settings(proxy).check;
  for (let at = Math.min(step, steps.length - 1); at >= 0; at--) {
    const found = steps[at];
    if (found?.type === 'connect') return found.connect;
  }
  return undefined;
}

/** A check speaks TLS as the traffic does, unless it goes elsewhere or its own words say otherwise. */
export function speaksTls(rule: CheckConnect | undefined, settings: ServerSettings): boolean {
  if (rule !== undefined && !rule.isDefault) return rule.usesTls;
  const { checks } = settings.tls;
  if (checks !== 'as traffic') return checks === 'on';
  return settings.usesTls && settings.checkPort === 0 && settings.checkIp === undefined;
}

/** What `option ssl-hello-chk` says. */
export const ANY_HELLO: TlsClientSettings = deepFreeze({
  versions: TLS_VERSIONS,
  ciphers: 'ALL:@SECLEVEL=0',
  serverName: undefined,
  roots: '',
  invalid: 'report',
});
/** An alert is an answer in TLS too. */
export function isAnswer(why: TlsFailure | 'reset'): boolean {
  return why !== 'reset' && (why.kind === 'alert-received' || why.kind === 'alert-sent');
}
