/**
 * `http-request`, `http-response`, `http-after-response` and `redirect` rules.
 * Source: HAProxy 2.6 configuration manual §4.2 "http-request", "redirect",
 * §8.2.6; 2.6.12 `http_rules.c`, `http_act.c`, `http_htx.c`.
 */

import { regularExpressionProblem } from './regular-expression';
import type {
  AddressAction,
  Condition,
  FormatNode,
  HttpRule,
  MatchMethod,
  Redirect,
  Reply,
  RuleAction,
  SampleExpression,
} from '../config';
import {
  type ActionDirective,
  HTTP_AFTER_RESPONSE_ACTIONS,
  HTTP_REQUEST_ACTIONS,
  HTTP_RESPONSE_ACTIONS,
} from '../directives';
import { closestWord } from '../fingerprint';
import { FETCHES, placeBits } from '../samples';
import { parseCondition, warnConflicts } from './acl';
import type { Outcome } from './outcome';
import { parseCaptureAction } from './captures';
import {
  titleOf,
  ABORT,
  ALERT,
  type Draft,
  fail,
  leadingInteger,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  samplesAt,
  warn,
} from './context';
import { ERROR_STATUSES } from './error-file';
import { parseFormat } from './format';
import { isAddressAction, parseAddressAction, noteReference, problemOfAction } from './other-actions';
import type { SampleContext } from './pattern-files';
import { parseReply } from './reply';
import { parseSampleWords } from './sample';
import { variableNameFault } from './variable-name';

export type RuleSet = 'http-request' | 'http-response' | 'http-after-response';

const ACTIONS: ReadonlyMap<RuleSet, readonly ActionDirective[]> = new Map([
  ['http-request', HTTP_REQUEST_ACTIONS],
  ['http-response', HTTP_RESPONSE_ACTIONS],
  ['http-after-response', HTTP_AFTER_RESPONSE_ACTIONS],
]);

/** Where samples of a rule set must be available in this proxy. */
export function rulePlaces(proxy: Draft, ruleSet: RuleSet): number {
  const isRequest = ruleSet === 'http-request';
  let bits = 0;
  if (proxy.hasFrontend)
    bits |= placeBits(isRequest ? 'frontend http-request header rule' : 'frontend http-response header rule');
  if (proxy.hasBackend)
    bits |= placeBits(isRequest ? 'backend http-request header rule' : 'backend http-response header rule');
  return bits;
}

function rulesOf(proxy: Draft, ruleSet: RuleSet): HttpRule[] {
  switch (ruleSet) {
    case 'http-request':
      return proxy.httpRequest;
    case 'http-response':
      return proxy.httpResponse;
    case 'http-after-response':
      return proxy.httpAfterResponse;
  }
}

/** After these, unconditional, nothing of the rule set runs any more. */
function isFinal(action: RuleAction): boolean {
  const { type } = action;
  return (
    type === 'allow' ||
    type === 'deny' ||
    type === 'tarpit' ||
    type === 'return' ||
    type === 'auth' ||
    type === 'reject' ||
    type === 'redirect' ||
    type === 'silent-drop'
  );
}

/** A whole `http-request …` line. */
export function parseRuleLine(state: ParserState, proxy: Draft, line: Line, ruleSet: RuleSet): number {
  if (proxy.kind === 'defaults' && proxy.id === '') {
    return fail(state, `${line.head}'${ruleSet}' not allowed in anonymous 'defaults' section.`);
  }
  let bits = NONE;
  const rules = rulesOf(proxy, ruleSet);
  const last = rules.at(-1);
  if (last !== undefined && last.condition === undefined && isFinal(last.action)) {
    bits |= warn(
      state,
      `${line.tightHead}previous '${ruleSet}' action is final and has no condition attached, further entries are NOOP.`,
    );
  }
  const rule = parseRule(state, proxy, line, ruleSet, 1);
  if (rule === undefined) return bits | ALERT | ABORT;
  if (ruleSet === 'http-request')
    bits |= warnMisplaced(state, proxy, line, ruleSet, ['redirect', 'use_backend', 'use-server']);
  bits |= warnConflicts(state, rule.condition, rulePlaces(proxy, ruleSet), line.place);
  rules.push(rule);
  return bits;
}

/** A rule placed after one that the daemon evaluates later, and so only looks as if it came second. */
export function warnMisplaced(
  state: ParserState,
  proxy: Draft,
  line: Line,
  keyword: string,
  later: readonly string[],
): number {
  const exists: ReadonlyMap<string, boolean> = new Map([
    ['tcp-request session', proxy.tcpRequestSession],
    ['tcp-request content', proxy.tcpRequestContent],
    ['monitor fail', proxy.monitorFail.length > 0],
    ['http-request', proxy.httpRequest.length > 0],
    ['redirect', proxy.redirects.length > 0],
    ['use_backend', proxy.switching.length > 0],
    ['use-server', proxy.serverRules.length > 0],
  ]);
  const found = later.find((rule) => exists.get(rule) === true);
  if (found === undefined) return NONE;
  const article = found === 'http-request' ? 'an' : 'a';
  return warn(
    state,
    `${line.head}a '${keyword}' rule placed after ${article} '${found}' rule will still be processed before.`,
  );
}

/** One rule from word `from`; says its own alerts. */
export function parseRule(
  state: ParserState,
  proxy: Draft,
  line: Line,
  ruleSet: RuleSet,
  from: number,
): HttpRule | undefined {
  const word = line.at(from);
  const known = ACTIONS.get(ruleSet) ?? [];
  const directive = known.find((action) =>
    action.isPrefix
      ? word.startsWith(action.keyword) && isPrefixUse(word, action.keyword)
      : action.keyword === word,
  );
  if (directive === undefined) {
    sayUnknownAction(state, line, ruleSet, word, known);
    return undefined;
  }
  if (directive.keyword === 'normalize-uri' && !state.said.has('expose-experimental-directives')) {
    fail(
      state,
      `${line.head}'${word}' action is experimental, must be allowed via a global 'expose-experimental-directives'`,
    );
    return undefined;
  }
  noteEffect(state, line, `${ruleSet} ${word}`, directive.effect);
  const reader = new ActionReader(state, proxy, line, ruleSet, from + 1);
  const action = reader.read(directive.keyword, word);
  if ('error' in action) {
    fail(
      state,
      `${line.head}error detected in ${titleOf(proxy)} '${proxy.id}' while parsing '${ruleSet} ${word}' rule : ${action.error}.`,
    );
    return undefined;
  }
  const next = line.at(reader.next);
  if (next === 'if' || next === 'unless') {
    const condition = parseCondition(state, proxy, line.from(reader.next), line.place);
    if ('error' in condition) {
      fail(
        state,
        `${line.head}error detected while parsing an '${ruleSet} ${word}' condition : ${condition.error}.`,
      );
      return undefined;
    }
    return { file: line.file, line: line.number, action: action.value, condition: condition.value };
  }
  if (next !== '') {
    fail(
      state,
      `${line.tightHead}'${ruleSet} ${word}' expects either 'if' or 'unless' followed by a condition but found '${next}'.`,
    );
    return undefined;
  }
  return { file: line.file, line: line.number, action: action.value, condition: reader.condition };
}

/** `set-var-fmt(x)` is no `set-var` although it starts like one. */
function isPrefixUse(word: string, keyword: string): boolean {
  return !/^[a-z-]/.test(word.slice(keyword.length));
}

function sayUnknownAction(
  state: ParserState,
  line: Line,
  ruleSet: RuleSet,
  word: string,
  known: readonly ActionDirective[],
): void {
  const list = known.map(({ keyword, isPrefix }) => `'${keyword}${isPrefix ? '(*)' : ''}'`).join(', ');
  const best =
    word === ''
      ? undefined
      : closestWord(
          word,
          known.map(({ keyword, isPrefix }) => ({ word: keyword, tolerance: isPrefix ? 3 : 2 })),
        );
  const hint = best === undefined ? '' : ` Did you mean '${best}' maybe ?`;
  fail(
    state,
    `${line.tightHead}'${ruleSet}' expects ${list}, but got '${word}'${word === '' ? ' (missing argument)' : ''}.${hint}`,
  );
}

/** Reads what follows an action's word; `next` is then the word after it. */
class ActionReader {
  readonly #state: ParserState;
  readonly #proxy: Draft;
  readonly #line: Line;
  readonly #ruleSet: RuleSet;
  next: number;
  /** set by a redirect, which reads its own condition */
  condition: Condition | undefined;

  constructor(state: ParserState, proxy: Draft, line: Line, ruleSet: RuleSet, next: number) {
    this.#state = state;
    this.#proxy = proxy;
    this.#line = line;
    this.#ruleSet = ruleSet;
    this.next = next;
  }

  read(keyword: string, word: string): Outcome<RuleAction> {
    switch (keyword) {
      case 'allow':
      case 'reject':
      case 'silent-drop':
      case 'disable-l7-retry':
        return { value: { type: keyword } };
      case 'deny':
      case 'tarpit':
        return this.#deny(keyword);
      case 'return': {
        const reply = this.#reply(200);
        return 'error' in reply ? reply : { value: { type: 'return', reply: reply.value } };
      }
      case 'auth':
        return this.#auth();
      case 'redirect':
        return this.#redirect();
      case 'set-header':
      case 'add-header':
        return this.#setHeader(keyword);
      case 'early-hint': {
        const header = this.#setHeader('add-header');
        return 'error' in header ? header : { value: { type: 'nothing', keyword } };
      }
      case 'del-header':
        return this.#deleteHeader();
      case 'replace-header':
      case 'replace-value':
        return this.#replaceHeader(keyword);
      case 'replace-path':
      case 'replace-pathq':
      case 'replace-uri':
        return this.#replaceUri(keyword);
      case 'set-method':
      case 'set-path':
      case 'set-pathq':
      case 'set-query':
      case 'set-uri':
        return this.#requestLine(keyword);
      case 'set-status':
        return this.#status();
      case 'set-var':
      case 'set-var-fmt':
      case 'unset-var':
        return this.#variable(keyword, word);
      case 'capture':
        return this.#capture();
      case 'set-log-level': {
        const level = this.#line.at(this.next);
        if (!/^(?:silent|emerg|alert|crit|err|warning|notice|info|debug)$/.test(level))
          return { error: "expects exactly 1 argument (log level name or 'silent')" };
        this.next++;
        return { value: { type: 'set-log-level', level } };
      }
      default:
        if (/^track-sc\d*$/.test(word)) return this.#track(word);
        if (/^sc-(?:inc-gpc[01]|set-gpt0)(?:\(|$)/.test(word)) return this.#counter(word);
        if (/^(?:set-map|del-map|add-acl|del-acl)(?:\(|$)/.test(word)) return this.#patterns(word);
        if (isAddressAction(keyword)) return this.#address(keyword);
        if (keyword === 'cache-use' || keyword === 'cache-store') return this.#cache(keyword);
        return this.#skipUnmodelled(keyword);
    }
  }

  /** Samples of some actions the daemon takes for those of an ACL. */
  get #keywords(): SampleContext {
    return samplesAt(this.#state, this.#line.place, { proxy: this.#proxy, use: 'ACL' });
  }

  get #samples(): SampleContext {
    const use = this.#ruleSet === 'http-request' ? 'http-request expression' : 'http-response response';
    return samplesAt(this.#state, this.#line.place, { proxy: this.#proxy, use });
  }

  get #places(): number {
    return rulePlaces(this.#proxy, this.#ruleSet);
  }

  #format(text: string): Outcome<readonly FormatNode[]> {
    const parsed = parseFormat(text, {
      mergesSpaces: false,
      places: this.#places,
      context: this.#samples,
    });
    return 'error' in parsed ? parsed : { value: parsed.value.nodes };
  }

  /** With at most `deny_status` the page is that of the proxy; with anything else it is what the rule says. */
  #deny(keyword: 'deny' | 'tarpit'): Outcome<RuleAction> {
    const from = this.next;
    const reply = this.#reply(this.#ruleSet === 'http-request' ? (keyword === 'tarpit' ? 500 : 403) : 502);
    if ('error' in reply) return reply;
    const words = this.next - from;
    if (words === 0 || (words === 2 && this.#line.at(from) === 'deny_status')) {
      const { status } = reply.value;
      if (!ERROR_STATUSES.includes(status))
        return {
          error: `status code '${status}' not handled by default with 'default-errorfiles' argument.`,
        };
      reply.value.body = { kind: 'default' };
    }
    return { value: { type: keyword, reply: reply.value } };
  }

  #auth(): Outcome<RuleAction> {
    let realm: string | undefined;
    if (this.#line.at(this.next) === 'realm') {
      realm = this.#line.at(this.next + 1);
      if (realm === '') return { error: 'missing realm value.\n' };
      this.next += 2;
    }
    return { value: { type: 'auth', realm } };
  }

  #reply(status: number): Outcome<Reply> {
    const { next } = this;
    const reading = {
      state: this.#state,
      line: this.#line,
      places: this.#places,
      context: this.#samples,
    };
    const parsed = parseReply(reading, next, status);
    if ('error' in parsed) return parsed;
    this.next = parsed.value.next;
    return { value: parsed.value.reply };
  }

  #redirect(): Outcome<RuleAction> {
    const parsed = parseRedirect(
      this.#state,
      this.#proxy,
      this.#line,
      this.next,
      this.#ruleSet === 'http-request' ? 'request' : 'response',
    );
    if ('error' in parsed) return parsed;
    this.next = parsed.value.next;
    this.condition = parsed.value.condition;
    return { value: { type: 'redirect', redirect: parsed.value.redirect } };
  }

  #setHeader(type: 'set-header' | 'add-header'): Outcome<RuleAction> {
    const name = this.#line.at(this.next);
    const text = this.#line.at(this.next + 1);
    if (name === '' || text === '') return { error: 'expects exactly 2 arguments' };
    const value = this.#format(text);
    this.next += 2;
    return 'error' in value ? value : { value: { type, name, value: value.value } };
  }

  #deleteHeader(): Outcome<RuleAction> {
    const name = this.#line.at(this.next);
    if (name === '') return { error: 'expects at least 1 argument' };
    this.next++;
    let match: MatchMethod = 'str';
    if (this.#line.at(this.next) === '-m') {
      const method = this.#line.at(this.next + 1);
      if (method === '') return { error: '-m flag expects exactly 1 argument' };
      if (method !== 'str' && method !== 'beg' && method !== 'end' && method !== 'sub' && method !== 'reg') {
        return { error: `-m with unsupported matching method '${method}'` };
      }
      match = method;
      this.next += 2;
    }
    return { value: { type: 'del-header', name, match } };
  }

  #replaceHeader(type: 'replace-header' | 'replace-value'): Outcome<RuleAction> {
    const [name, pattern, text] = [
      this.#line.at(this.next),
      this.#line.at(this.next + 1),
      this.#line.at(this.next + 2),
    ];
    if (name === '' || pattern === '' || text === '') return { error: 'expects exactly 3 arguments' };
    const problem = regularExpressionProblem(pattern);
    if (problem !== undefined) return { error: problem };
    const value = this.#format(text);
    this.next += 3;
    return 'error' in value ? value : { value: { type, name, pattern, value: value.value } };
  }

  #replaceUri(type: 'replace-path' | 'replace-pathq' | 'replace-uri'): Outcome<RuleAction> {
    const [pattern, text] = [this.#line.at(this.next), this.#line.at(this.next + 1)];
    if (pattern === '' || text === '')
      return { error: 'expects exactly 2 arguments <match-regex> and <replace-format>' };
    const problem = regularExpressionProblem(pattern);
    if (problem !== undefined) return { error: `failed to parse the regex : ${problem}` };
    const value = this.#format(text);
    this.next += 2;
    return 'error' in value ? value : { value: { type, pattern, value: value.value } };
  }

  #requestLine(type: 'set-method' | 'set-path' | 'set-pathq' | 'set-query' | 'set-uri'): Outcome<RuleAction> {
    const text = this.#line.at(this.next);
    const after = this.#line.at(this.next + 1);
    if (text === '' || (after !== '' && after !== 'if' && after !== 'unless'))
      return { error: 'expects exactly 1 argument <format>' };
    const value = this.#format(text);
    this.next++;
    return 'error' in value ? value : { value: { type, value: value.value } };
  }

  #status(): Outcome<RuleAction> {
    const text = this.#line.at(this.next);
    const expected = 'expects 1 argument: <status>; or 3 arguments: <status> reason <fmt>';
    if (text === '') return { error: expected };
    const status = leadingInteger(text);
    if (!/^\d+$/.test(text) || status < 100 || status > 999)
      return { error: 'expects an integer status code between 100 and 999' };
    this.next++;
    if (this.#line.at(this.next) !== 'reason')
      return { value: { type: 'set-status', status, reason: undefined } };
    const reason = this.#line.at(this.next + 1);
    if (reason === '') return { error: expected };
    this.next += 2;
    return { value: { type: 'set-status', status, reason } };
  }

  #variable(keyword: string, word: string): Outcome<RuleAction> {
    const variants = "'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'";
    const rest = word.slice(keyword.length);
    if (!rest.startsWith('('))
      return { error: `invalid or incomplete action '${word}'. Expects ${variants}` };
    if (!rest.endsWith(')'))
      return { error: `incomplete argument after action '${word}'. Expects ${variants}` };
    const [variable = ''] = rest.slice(1, -1).split(',');
    const fault = variableNameFault(variable);
    if (fault !== undefined) return { error: fault };

    if (keyword === 'unset-var') return { value: { type: 'unset-var', variable } };
    if (keyword === 'set-var-fmt') {
      const value = this.#format(this.#line.at(this.next));
      this.next++;
      return 'error' in value
        ? value
        : { value: { type: 'set-var', variable, expression: undefined, value: value.value } };
    }
    const parsed = parseSampleWords(this.#line.from(this.next), this.#samples);
    if ('error' in parsed) return parsed;
    this.next += parsed.wordsUsed;
    const fetch = FETCHES.get(parsed.expression.fetch);
    if (fetch !== undefined && (fetch.places & this.#places) === 0) {
      return {
        error: `fetch method '${fetch.name}' extracts information from 'nothing', none of which is available here`,
      };
    }
    return { value: { type: 'set-var', variable, expression: parsed.expression, value: [] } };
  }

  #capture(): Outcome<RuleAction> {
    const side = this.#ruleSet === 'http-request' ? 'request' : 'response';
    const parsed = parseCaptureAction(this.#proxy, this.#line, this.next, {
      side,
      places: this.#places,
      context: this.#keywords,
    });
    if ('error' in parsed) return parsed;
    this.next = parsed.value.next;
    return { value: parsed.value.action };
  }

  /** `track-sc0 <key> [table <name>]`; whether the table exists is not looked at here. */
  #track(keyword: string): Outcome<RuleAction> {
    const slot = Number(keyword.slice('track-sc'.length));
    if (slot > 2) return { error: `${slot} track-sc number exceeding 2 (MAX_SESS_STKCTR-1) value` };
    const tracked = parseTracking(this.#line.from(this.next), this.#keywords);
    if ('error' in tracked) return tracked;
    this.next += tracked.wordsUsed;
    return {
      value: {
        type: 'track',
        slot,
        expression: tracked.expression,
        table: tracked.table,
      },
    };
  }

  /** `sc-inc-gpc0(0)`, `sc-set-gpt0(0) <number or sample>` */
  #counter(word: string): Outcome<RuleAction> {
    const slot = leadingInteger(/\((.*)\)$/.exec(word)?.[1] ?? '0');
    const sets = word.startsWith('sc-set-gpt0');
    if (slot > 2)
      return {
        error: `invalid stick table track ID${sets ? ` '${word}'` : ''}. The max allowed ID is 2`,
      };
    if (!sets)
      return { value: { type: 'count', slot, counter: word.startsWith('sc-inc-gpc0') ? 'gpc0' : 'gpc1' } };
    const text = this.#line.at(this.next);
    // Vendor: nothing at all is zero.
    if (text === '') return { value: { type: 'set-gpt0', slot, value: 0 } };
    if (/^\d+$/.test(text)) {
      this.next++;
      return { value: { type: 'set-gpt0', slot, value: Number(text) } };
    }
    const parsed = parseSampleWords(this.#line.from(this.next), this.#keywords);
    if ('error' in parsed) return parsed;
    this.next += parsed.wordsUsed;
    return { value: { type: 'set-gpt0', slot, value: parsed.expression } };
  }

  /** `set-map(<file>) <key> <value>`, `add-acl(<file>) <key>` */
  #patterns(word: string): Outcome<RuleAction> {
    const [, type = '', file = ''] = /^([a-z-]+)(?:\((.*)\))?$/.exec(word) ?? [];
    const count = type === 'set-map' ? 2 : 1;
    const texts = [this.#line.at(this.next), count === 2 ? this.#line.at(this.next + 1) : '-'];
    if (texts.some((text) => text === '' || text === 'if' || text === 'unless'))
      return { error: `expects exactly ${count} arguments` };
    const [key, value] = texts.map((text) => this.#format(text));
    this.next += count;
    if (key === undefined || 'error' in key) return key ?? { error: '' };
    if (value === undefined || 'error' in value) return value ?? { error: '' };
    return {
      value: {
        type: type as 'set-map' | 'del-map' | 'add-acl' | 'del-acl',
        file,
        key: key.value,
        value: count === 2 ? value.value : [],
      },
    };
  }

  #address(keyword: AddressAction['type']): Outcome<RuleAction> {
    const parsed = parseAddressAction(keyword, this.#line, this.next, this.#keywords);
    if ('error' in parsed) return parsed;
    this.next = parsed.value.next;
    return { value: parsed.value.action };
  }

  #cache(type: 'cache-use' | 'cache-store'): Outcome<RuleAction> {
    const cache = this.#line.at(this.next);
    if (cache === '' || cache === 'if' || cache === 'unless') return { error: 'expects a cache name' };
    this.next++;
    return { value: { type, cache } };
  }

  #skipUnmodelled(keyword: string): Outcome<RuleAction> {
    const problem = problemOfAction(keyword, this.#proxy, this.#line, this.next);
    if (problem !== undefined) return { error: problem };
    noteReference(this.#state, this.#proxy, this.#line, this.next - 1);
    while (!['', 'if', 'unless'].includes(this.#line.at(this.next))) this.next++;
    return { value: { type: 'nothing', keyword } };
  }
}

/** What follows `track-sc0`: a sample, and perhaps `table` with a name. */
export function parseTracking(
  words: readonly string[],
  context: SampleContext,
):
  | { readonly expression: SampleExpression; readonly table: string | undefined; readonly wordsUsed: number }
  | { readonly error: string } {
  const parsed = parseSampleWords(words, context);
  if ('error' in parsed) return parsed;
  const { expression, wordsUsed } = parsed;
  if (words[wordsUsed] !== 'table') return { expression, table: undefined, wordsUsed };
  const table = words[wordsUsed + 1];
  return table === undefined
    ? { error: 'missing table name' }
    : { expression, table, wordsUsed: wordsUsed + 2 };
}

export interface ParsedRedirect {
  readonly redirect: Redirect;
  readonly condition: Condition | undefined;
  readonly next: number;
}

/** `location|prefix|scheme … code 301 … if …` from word `from`. */
export function parseRedirect(
  state: ParserState,
  proxy: Draft,
  line: Line,
  from: number,
  use: 'request' | 'response' | 'static',
): Outcome<ParsedRedirect> {
  let kind: Redirect['kind'] | undefined;
  let destination = '';
  let code = 302;
  let cookie: string | undefined;
  const flags = { dropQuery: false, appendSlash: false, ignoreEmpty: false };
  let condition: Condition | undefined;
  let at = from;
  for (; line.at(at) !== ''; at++) {
    const word = line.at(at);
    const value = line.at(at + 1);
    if (word === 'if' || word === 'unless') {
      const parsed = parseCondition(state, proxy, line.from(at), line.place);
      if ('error' in parsed) return { error: `error in condition: ${parsed.error}` };
      condition = parsed.value;
      at += line.from(at).length;
      break;
    }
    if (word === 'drop-query') flags.dropQuery = true;
    else if (word === 'append-slash') flags.appendSlash = true;
    else if (word === 'ignore-empty') flags.ignoreEmpty = true;
    else if (/^(?:location|prefix|scheme|set-cookie|clear-cookie|code)$/.test(word)) {
      if (value === '') return { error: `missing argument for '${word}'` };
      at++;
      if (word === 'location' || word === 'prefix' || word === 'scheme') {
        kind = word;
        destination = value;
      } else if (word === 'set-cookie') cookie = `${value}; path=/;`;
      else if (word === 'clear-cookie') cookie = `${value}; path=/; Max-Age=0;`;
      else {
        code = leadingInteger(value);
        if (![301, 302, 303, 307, 308].includes(code)) {
          return {
            error: `'code': unsupported HTTP code '${value}' (must be one of 301, 302, 303, 307 or 308)`,
          };
        }
      }
    } else {
      return {
        error: `expects 'code', 'prefix', 'location', 'scheme', 'set-cookie', 'clear-cookie', 'drop-query', 'ignore-empty' or 'append-slash' (was '${word}')`,
      };
    }
  }
  if (kind === undefined) return { error: "redirection type expected ('prefix', 'location', or 'scheme')" };
  if (use === 'response' && kind !== 'location')
    return { error: "response only supports redirect type 'location'" };
  let target: readonly FormatNode[] = [{ kind: 'text', text: destination }];
  if (use !== 'static' && !(kind === 'prefix' && destination === '/')) {
    const parsed = parseFormat(destination, {
      mergesSpaces: false,
      places: rulePlaces(proxy, use === 'request' ? 'http-request' : 'http-response'),
      context: samplesAt(state, line.place, { proxy, use: 'redirect format string' }),
    });
    if ('error' in parsed) return parsed;
    target = parsed.value.nodes;
  }
  return { value: { redirect: { kind, target, code, cookie, ...flags }, condition, next: at } };
}
