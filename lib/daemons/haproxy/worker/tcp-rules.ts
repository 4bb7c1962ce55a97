/**
 * `tcp-request` rules at work: on the bare connection, on the session, and on
 * the first bytes of a client.
 *
 * Source: HAProxy 2.6 configuration manual §4.2 "tcp-request content",
 * "tcp-request inspect-delay"; src/tcp_rules.c `tcp_inspect_request`.
 */

import type { Condition, TcpRule } from '../config';
import { holds } from '../evaluate/condition';
import { sampleText } from '../evaluate/convert';
import { render } from '../evaluate/format';
import type { Subject } from '../evaluate/subject';
import { isLayer6 } from '../validate-layer6';
import { setAddress } from './addresses';
import { keep } from './captures';
import { tableOf, track } from './counters';
import { variable } from './log-line';
import type { Runtime } from './runtime';
import type { Session } from './state';

export type Verdict = 'accept' | 'reject' | 'silent-drop';

function subjectOf(runtime: Runtime, session: Session): Subject {
  return { runtime, session, request: session.received, response: undefined };
}

/** `tcp-request connection` and `session`: the first that fits and decides; none: accepted. */
export function admission(runtime: Runtime, session: Session, where: 'connection' | 'session'): Verdict {
  for (const rule of runtime.settings(session.frontend).tcpRequest) {
    if (rule.where !== where || !holds(subjectOf(runtime, session), rule.condition)) continue;
    const verdict = apply(runtime, session, rule);
    if (verdict !== undefined) return verdict;
  }
  return 'accept';
}

/**
 * `tcp-request content` of one proxy. `wait`: a rule asks for bytes that may
 * still come. Once time is up, what is not there is not there.
 */
export function inspection(
  runtime: Runtime,
  session: Session,
  { proxy, isFinal }: { proxy: number; isFinal: boolean },
): Verdict | 'wait' {
  for (const rule of runtime.settings(proxy).tcpRequest) {
    if (rule.where !== 'content') continue;
    if (!isFinal && session.waiting.length === 0 && asksForBytes(rule)) return 'wait';
    if (!holds(subjectOf(runtime, session), rule.condition)) continue;
    const verdict = apply(runtime, session, rule);
    if (verdict !== undefined) return verdict;
  }
  return 'accept';
}

function asksForBytes({ condition, action }: TcpRule): boolean {
  if (condition !== undefined && conditionAsks(condition)) return true;
  return (
    (action.type === 'set-var' || action.type === 'capture') &&
    action.expression !== undefined &&
    isLayer6(action.expression.fetch)
  );
}
/** `WAIT_END` is met when nothing more is waited for. */
function conditionAsks({ suites }: Condition): boolean {
  return suites.some((suite) =>
    suite.some(({ acl }) =>
      acl.expressions.some(({ sample }) => sample.fetch === 'wait_end' || isLayer6(sample.fetch)),
    ),
  );
}

/** Undefined: the next rule's turn. */
function apply(runtime: Runtime, session: Session, { action }: TcpRule): Verdict | undefined {
  const subject = subjectOf(runtime, session);
  switch (action.type) {
    case 'accept':
    case 'reject':
    case 'silent-drop':
      return action.type;
    case 'track': {
      const key = sampleText(subject, action.expression);
      const table = tableOf(runtime, action.table, session.frontend);
      if (key !== undefined) track(runtime, session, { slot: action.slot, table, key, isRequest: false });
      return undefined;
    }
    case 'set-var': {
      const value =
        action.expression === undefined
          ? render(subject, action.value, variable)
          : sampleText(subject, action.expression);
      if (value !== undefined) (session.variables ??= new Map()).set(action.variable, value);
      return undefined;
    }
    case 'unset-var':
      session.variables?.delete(action.variable);
      return undefined;
    case 'capture':
      keep(subject, action);
      return undefined;
    case 'set-src':
    case 'set-src-port':
    case 'set-dst':
    case 'set-dst-port':
      setAddress(subject, action);
      return undefined;
    case 'expect-proxy':
      session.expectsProxy = true;
      return undefined;
    case 'nothing':
      return undefined;
  }
}
