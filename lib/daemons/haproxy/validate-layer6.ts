/**
 * Conditions that look at bytes of a connection in proxies that speak HTTP, and
 * captures that do not wait for bytes. Source: 2.6.12 `cfgparse.c`
 * `warnif_tcp_http_cond()`; recorded `haproxy -c` runs.
 */

import type { Condition } from './config';
import { type Draft, type ParserState, titleOf } from './parse/context';
import { FETCHES } from './samples';

const LAYER6 = ['L6REQ', 'L6RES'];

/** The condition is never met for what it asks of the bytes. */
export function warnLayer6(state: ParserState, proxy: Draft, condition: Condition | undefined): void {
  if (condition === undefined || proxy.mode !== 'http') return;
  const isLow = condition.suites
    .flat()
    .some(({ acl }) => acl.expressions.some(({ sample }) => isLayer6(sample.fetch)));
  if (isLow)
    state.log.warning(
      `Proxy '${proxy.id}': L6 sample fetches ignored on HTTP proxies (declared at ${condition.file}:${condition.line}).`,
    );
}

export function isLayer6(fetch: string): boolean {
  return FETCHES.get(fetch)?.sources.some((source) => LAYER6.includes(source)) === true;
}

/** Of all rules but those that choose backends and servers. */
export function warnLayer6Rules(state: ParserState, proxy: Draft): void {
  for (const { where, action } of proxy.tcpRequest)
    if (
      where === 'content' &&
      action.type === 'capture' &&
      proxy.inspectDelay === 0 &&
      isLayer6(action.expression.fetch)
    )
      state.log.warning(
        `${titleOf(proxy)} '${proxy.id}' : a 'tcp-request capture' rule explicitly depending on request contents without any 'tcp-request inspect-delay' setting. This means that this rule will randomly find its contents. This can be fixed by setting the tcp-request inspect-delay.`,
      );
  const rules = [
    ...proxy.tcpRequest.filter(({ where }) => where === 'content'),
    ...proxy.httpRequest,
    ...proxy.httpResponse,
    ...proxy.httpAfterResponse,
    ...proxy.redirects,
  ];
  for (const { condition } of rules) warnLayer6(state, proxy, condition);
}
