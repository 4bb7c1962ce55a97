/**
 * Where an `http-check` rule goes, and which may follow which. The request of `option httpchk` is a rule too:
 * the first one, until an `http-check send` takes its place at the end of the list.
 * Source: 2.6.12 `tcpcheck.c` `tcpcheck_add_http_rule`, `tcpcheck_overwrite_send_http_rule`, `proxy_parse_httpcheck`;
 * recorded `haproxy -c` runs.
 */
import type { CheckRequest, CheckRule, CheckSettings, HttpCheckRule } from '../config';

type Act = 'connect' | 'request' | 'expect';
/** Of the acts, as the daemon names them. */
const WORD: Readonly<Record<Act, string>> = { connect: 'connect', request: 'send', expect: 'expect' };

/** `option httpchk`: its request goes before all rules, or is written over the first one that sends. */
export function placeOption({ httpRules: rules }: CheckSettings, request: CheckRequest): void {
  const acts = rules.filter(isAct);
  const first = acts[0]?.type === 'connect' ? acts[1] : acts[0];
  const option = { type: 'request', request, comment: undefined, index: 0, isOption: true } as const;
  if (first?.type === 'request' && !first.isOption)
    rules[rules.indexOf(first)] = { ...first, request: written(first.request, request) };
  else {
    if (first?.type === 'request') rules.splice(rules.indexOf(first), 1);
    rules.unshift(option);
  }
}

/** The list that a section's rules go to: with the first of them it begins one of its own, without what its defaults say. */
export function ownRules<List extends 'httpRules' | 'tcpRules'>(
  check: CheckSettings,
  list: List,
): CheckSettings[List] {
  if (check.inherited[list]) {
    check[list] = [];
    check.inherited[list] = false;
  }
  return check[list];
}

/** A line of its own. @returns why the rule cannot stand here */
export function placeRule(check: CheckSettings, rule: CheckRule): string | undefined {
  const rules = ownRules(check, 'httpRules');
  const last = rules.at(-1);
  const index = last === undefined || last.isOption ? 0 : last.index + 1;
  // Before the option has been read nobody looks.
  if (check.kind === 'http' && isAct(rule)) {
    const missing = missingBetween(rules.findLast(isAct), rule.type);
    if (missing !== undefined)
      return `unable to add http-check ${WORD[rule.type]} rule at step ${index + 1} (missing ${missing} rule).`;
    const first = rules.find(isAct);
    if (rule.type === 'request' && first?.type === 'request' && first.isOption) {
      rules.splice(rules.indexOf(first), 1);
      rules.push({ ...first, request: written(first.request, rule.request), isOption: false });
      return undefined;
    }
  }
  rules.push({ ...rule, index, isOption: false });
  return undefined;
}
function isAct(rule: CheckRule | HttpCheckRule): rule is HttpCheckRule & { type: Act } {
  return rule.type === 'connect' || rule.type === 'request' || rule.type === 'expect';
}
function missingBetween(last: HttpCheckRule | undefined, next: Act): string | undefined {
  if (last === undefined || last.isOption) return undefined;
  if (next === 'request' && last.type !== 'connect') return 'connect';
  if (next === 'expect' && last.type === 'connect') return 'send';
  if (next === 'connect' && last.type !== 'expect') return 'expect';
  return undefined;
}

/** What the new one says replaces what the old one says. */
function written(old: CheckRequest, next: CheckRequest): CheckRequest {
  return {
    method: next.method ?? old.method,
    uri: next.uri ?? old.uri,
    version: next.version ?? old.version,
    headers: next.headers.length > 0 ? next.headers : old.headers,
    body: next.body === '' ? old.body : next.body,
  };
}
