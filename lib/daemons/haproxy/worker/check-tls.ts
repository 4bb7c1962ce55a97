/** Health checks over TLS: whether, and with what. Source: 2.6.12 src/check.c `init_srv_check`; recorded. */

import { TLS_VERSIONS } from '../../../protocols/tls/versions';
import { deepFreeze } from '../../../std/plain';
import type { TlsClientSettings, TlsFailure } from '../../../world/tls.contract';
import type { CheckConnect, ServerSettings } from '../config';
import type { Runtime } from './runtime';
import type { Which } from './server-status';

/** `http-check connect`, `tcp-check connect` */
export function ruleOf(runtime: Runtime, { proxy }: Which): CheckConnect | undefined {
  return runtime.settings(proxy).check.connect;
}

/** A check speaks TLS as the traffic does, unless it goes elsewhere or its own words say otherwise. */
export function speaksTls(runtime: Runtime, which: Which, settings: ServerSettings): boolean {
  const rule = ruleOf(runtime, which);
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
