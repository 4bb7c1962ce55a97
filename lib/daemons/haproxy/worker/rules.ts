/**
 * `http-request` and `http-response` rules, `redirect`.
 *
 * Messages are not changed in place: a rule that changes one makes a new one, so
 * that what the client sent stays as it was.
 *
 * Source: HAProxy 2.6 configuration manual §4.2 "http-request", "http-response",
 * "redirect"; src/http_ana.c `http_apply_redirect_rule`, src/http_act.c.
 */

import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import type { FormatNode, HttpRule, Redirect, RuleAction } from '../config';
import { holds } from '../evaluate/condition';
import { sampleText, sampleValue } from '../evaluate/convert';
import { numberOf } from '../evaluate/fetch';
import { render } from '../evaluate/format';
import { changePatterns, entriesOf, findReference, keyProblem } from '../evaluate/pattern-store';
import { replace } from '../evaluate/patterns';
import { headerValue, pathAndQuery, pathOf, queryOf, type Subject } from '../evaluate/subject';
import { setAddress } from './addresses';
import { lookUp, store } from './cache';
import { keep } from './captures';
import { counterValue, liveEntry, tableOf, track } from './counters';
import { variable } from './log-line';
import { challenge, ownAnswer, type OwnAnswer, replyAnswer } from './own-answers';
import { reasonOf, response as makeResponse } from './replies';
import type { Runtime } from './runtime';
import type { Session } from './state';

/** What the rules of one place came to. `rule` is the one that decided. */
export type Outcome =
  | { readonly type: 'continue' }
  | {
      readonly type: 'reply';
      readonly answer: OwnAnswer;
      readonly cause: 'P' | 'L';
      readonly delayed: boolean;
      readonly rule: HttpRule;
    }
  | { readonly type: 'cached'; readonly response: HttpResponse; readonly rule: HttpRule }
  | { readonly type: 'drop'; readonly how: 'close' | 'silent'; readonly rule: HttpRule };

const CONTINUE: Outcome = { type: 'continue' };
type Place = 'request' | 'response';

/** Applies rules in order; the messages to go on with are left in `session.request` or handed back in `subject`. */
export function applyRules(
  runtime: Runtime,
  session: Session,
  rules: readonly HttpRule[],
  place: Place,
  messages: { response: HttpResponse | undefined },
): Outcome {
  for (const rule of rules) {
    const subject: Subject = { runtime, session, request: session.request, response: messages.response };
    if (rule.condition !== undefined && !holds(subject, rule.condition)) continue;
    const outcome = perform(subject, rule, rule.action, place, messages);
    if (outcome === 'stop') return CONTINUE;
    if (outcome !== undefined) return outcome;
  }
  return CONTINUE;
}

const text = (subject: Subject, nodes: readonly FormatNode[]): string => render(subject, nodes, variable);

function perform(
  subject: Subject,
  rule: HttpRule,
  action: RuleAction,
  place: Place,
  messages: { response: HttpResponse | undefined },
): Outcome | 'stop' | undefined {
  const { session } = subject;
  switch (action.type) {
    case 'allow':
      return 'stop';
    case 'deny':
      return {
        type: 'reply',
        answer: replyAnswer(subject, action.reply),
        cause: 'P',
        delayed: false,
        rule,
      };
    case 'tarpit':
      return { type: 'reply', answer: replyAnswer(subject, action.reply), cause: 'P', delayed: true, rule };
    case 'return':
      return {
        type: 'reply',
        answer: replyAnswer(subject, action.reply),
        cause: 'L',
        delayed: false,
        rule,
      };
    case 'auth':
      return { type: 'reply', answer: asked(subject, action.realm), cause: 'L', delayed: false, rule };
    case 'cache-use': {
      const response = lookUp(subject.runtime, session, action.cache);
      return response === undefined ? undefined : { type: 'cached', response, rule };
    }
    case 'cache-store':
      if (messages.response !== undefined) store(subject.runtime, session, action.cache, messages.response);
      return undefined;
    case 'reject':
      return { type: 'drop', how: 'close', rule };
    case 'silent-drop':
      return { type: 'drop', how: 'silent', rule };
    case 'redirect': {
      const message = redirected(subject, action.redirect);
      return message === undefined
        ? undefined
        : { type: 'reply', answer: ownAnswer(message), cause: 'L', delayed: false, rule };
    }
    case 'set-header':
    case 'add-header':
    case 'del-header':
    case 'replace-header':
    case 'replace-value':
      changeHeaders(subject, action, place, messages);
      return undefined;
    case 'replace-path':
    case 'replace-pathq':
    case 'replace-uri':
    case 'set-method':
    case 'set-path':
    case 'set-pathq':
    case 'set-query':
    case 'set-uri':
      changeLine(subject, action);
      return undefined;
    case 'set-status':
      if (messages.response !== undefined)
        messages.response = {
          ...messages.response,
          status: action.status,
          reason: action.reason ?? reasonOf(action.status),
        };
      return undefined;
    case 'set-var': {
      const value =
        action.expression === undefined
          ? text(subject, action.value)
          : sampleText(subject, action.expression);
      if (value !== undefined) (session.variables ??= new Map()).set(action.variable, value);
      return undefined;
    }
    case 'unset-var':
      session.variables?.delete(action.variable);
      return undefined;
    case 'set-log-level':
      if (action.level === 'silent') session.noLog = true;
      else
        session.logLevel = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'].indexOf(
          action.level,
        );
      return undefined;
    case 'disable-l7-retry':
      session.noRetry = true;
      return undefined;
    case 'track': {
      const key = sampleText(subject, action.expression);
      const own = session.backend >= 0 ? session.backend : session.frontend;
      if (key !== undefined)
        track(subject.runtime, session, {
          slot: action.slot,
          table: tableOf(subject.runtime, action.table, own),
          key,
          isRequest: true,
        });
      return undefined;
    }
    case 'count': {
      const tracked = session.tracked?.find(({ slot }) => slot === action.slot);
      if (tracked !== undefined)
        counterValue(
          subject.runtime,
          tracked.table,
          liveEntry(subject.runtime, tracked.table, tracked.key),
          `inc_${action.counter}`,
        );
      return undefined;
    }
    case 'set-gpt0': {
      const tracked = session.tracked?.find(({ slot }) => slot === action.slot);
      const value =
        typeof action.value === 'number' ? action.value : numberOf(sampleValue(subject, action.value) ?? 0);
      const entry = tracked && liveEntry(subject.runtime, tracked.table, tracked.key);
      if (entry !== undefined) entry.gpt0 = value;
      return undefined;
    }
    case 'set-map':
    case 'del-map':
    case 'add-acl':
    case 'del-acl':
      changeList(subject, action);
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
    case 'nothing':
      return undefined;
  }
}

/** What no line of the configuration uses is not there to be changed; what is no pattern is not added. */
function changeList(
  subject: Subject,
  action: Extract<RuleAction, { type: 'set-map' | 'del-map' | 'add-acl' | 'del-acl' }>,
): void {
  const { runtime } = subject;
  const index = findReference(runtime, action.file);
  if (index < 0) return;
  const key = text(subject, action.key);
  if (action.type.startsWith('del')) {
    changePatterns(runtime, index, { type: 'delete', key });
    return;
  }
  if (keyProblem(runtime.configuration.patterns[index], key) !== undefined) return;
  const value = action.type === 'set-map' ? text(subject, action.value) : undefined;
  const isKnown = entriesOf(runtime, index).some((entry) => entry.key === key);
  if (!isKnown) changePatterns(runtime, index, { type: 'add', key, value });
  else if (value !== undefined) changePatterns(runtime, index, { type: 'set', key, value });
}

// ---------------------------------------------------------------- headers
type HeaderAction = Extract<
  RuleAction,
  { type: 'set-header' | 'add-header' | 'del-header' | 'replace-header' | 'replace-value' }
>;

function changeHeaders(
  subject: Subject,
  action: HeaderAction,
  place: Place,
  messages: { response: HttpResponse | undefined },
): void {
  const { session } = subject;
  if (place === 'request' && session.request !== undefined) {
    const headers = changed(subject, session.request.headers, action);
    session.request = {
      ...session.request,
      headers,
      bytes: session.request.bytes + headBytes(headers) - headBytes(session.request.headers),
    };
  } else if (place === 'response' && messages.response !== undefined) {
    const headers = changed(subject, messages.response.headers, action);
    messages.response = {
      ...messages.response,
      headers,
      bytes: messages.response.bytes + headBytes(headers) - headBytes(messages.response.headers),
    };
  }
}
export function headBytes(headers: readonly [string, string][]): number {
  let bytes = 0;
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return bytes;
}
function changed(subject: Subject, headers: [string, string][], action: HeaderAction): [string, string][] {
  const name = action.name.toLowerCase();
  switch (action.type) {
    case 'set-header':
      return [...headers.filter(([own]) => own !== name), [name, text(subject, action.value)]];
    case 'add-header':
      return [...headers, [name, text(subject, action.value)]];
    case 'del-header':
      return headers.filter(([own]) => !nameMatches(own, name, action.match));
    case 'replace-header':
    case 'replace-value': {
      const replacement = text(subject, action.value);
      return headers.map(([own, value]) => {
        if (own !== name) return [own, value];
        const parts = action.type === 'replace-value' ? value.split(',') : [value];
        return [own, parts.map((part) => whole(part, action.pattern, replacement)).join(',')];
      });
    }
  }
}
/** The whole value is replaced by the replacement, once the pattern is found in it. */
function whole(value: string, pattern: string, replacement: string): string {
  return replace(value, pattern, replacement, { all: false, ignoreCase: false }) ?? value;
}
function nameMatches(own: string, name: string, match: string): boolean {
  switch (match) {
    case 'beg':
      return own.startsWith(name);
    case 'end':
      return own.endsWith(name);
    case 'sub':
      return own.includes(name);
    case 'reg':
      return replace(own, name, '', { all: false, ignoreCase: true }) !== undefined;
    default:
      return own === name;
  }
}

// ---------------------------------------------------------------- the request line
type LineAction = Extract<
  RuleAction,
  {
    type:
      | 'replace-path'
      | 'replace-pathq'
      | 'replace-uri'
      | 'set-method'
      | 'set-path'
      | 'set-pathq'
      | 'set-query'
      | 'set-uri';
  }
>;

function changeLine(subject: Subject, action: LineAction): void {
  const { session } = subject;
  const { request } = session;
  if (request === undefined) return;
  const value = text(subject, action.value);
  if (action.type === 'set-method') {
    session.request = {
      ...request,
      method: value,
      bytes: request.bytes + value.length - request.method.length,
    };
    return;
  }
  const target = newTarget(request, action, value);
  session.request = { ...request, target, bytes: request.bytes + target.length - request.target.length };
}
function newTarget({ target }: HttpRequest, action: LineAction, value: string): string {
  const head = target.slice(0, target.length - pathAndQuery(target).length);
  const query = target.includes('?') ? `?${queryOf(target)}` : '';
  const once = (from: string, pattern: string): string =>
    replace(from, pattern, value, { all: false, ignoreCase: false }) ?? from;
  switch (action.type) {
    case 'set-path':
      return head + value + query;
    case 'set-pathq':
      return head + value;
    case 'set-query':
      return head + pathOf(target) + (value === '' ? '' : `?${value}`);
    case 'set-uri':
      return value;
    case 'replace-path':
      return head + once(pathOf(target), action.pattern) + query;
    case 'replace-pathq':
      return head + once(pathAndQuery(target), action.pattern);
    case 'replace-uri':
      return once(target, action.pattern);
    case 'set-method':
      return target;
  }
}

// ---------------------------------------------------------------- redirects
/** Who the client is. */
function asked(subject: Subject, realm: string | undefined): OwnAnswer {
  const { runtime, session } = subject;
  const proxy = runtime.settings(session.backend >= 0 ? session.backend : session.frontend);
  return challenge(subject, [proxy], realm ?? proxy.id);
}

function redirected(subject: Subject, redirect: Redirect): HttpResponse | undefined {
  const { session } = subject;
  const target = session.request?.target ?? '';
  const written = text(subject, redirect.target);
  if (written === '' && redirect.ignoreEmpty) return undefined;
  const location = locationOf(subject, redirect, written, target);
  const headers: [string, string][] = [
    ['content-length', '0'],
    ['location', location],
  ];
  // 302, 303 and 307 may be cached by nobody; the permanent ones may.
  if (redirect.code === 302 || redirect.code === 303 || redirect.code === 307)
    headers.push(['cache-control', 'no-cache']);
  if (redirect.cookie !== undefined) headers.push(['set-cookie', redirect.cookie]);
  // Nobody takes the body of the request.
  if (
    ['content-length', 'transfer-encoding'].some((name) => headerValue(session.request?.headers ?? [], name))
  )
    headers.push(['connection', 'close']);
  return makeResponse(redirect.code, reasonOf(redirect.code), headers, '');
}
function locationOf(subject: Subject, redirect: Redirect, written: string, target: string): string {
  const full = redirect.dropQuery ? pathOf(target) : pathAndQuery(target);
  switch (redirect.kind) {
    case 'location':
      return written;
    case 'scheme': {
      const host = headerValue(subject.session.request?.headers ?? [], 'host') ?? '';
      return `${written}://${host}${withSlash(redirect, full)}`;
    }
    case 'prefix':
      return (written === '/' ? '' : written) + withSlash(redirect, full);
  }
}
function withSlash(redirect: Redirect, path: string): string {
  return redirect.appendSlash && !path.endsWith('/') ? `${path}/` : path;
}
