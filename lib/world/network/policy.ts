/**
 * Rules that choose a routing table: which of them hold for a packet.
 * Sources: ip-rule(8); linux/net/core/fib_rules.c, linux/net/ipv4/fib_rules.c; recorded `ip rule`.
 * Not modelled: types of service, users and ports as selectors (`ip rule` names them).
 */
import { networkOf } from '../../std/ipv4';
import type { PolicyRule } from '../network.contract';

/** What rules look at. */
export interface Flow {
  readonly source?: number;
  readonly mark?: number;
  /** where it came in; '' or absent: it is the host's own */
  readonly iif?: string;
  readonly oif?: string;
}

/** A host without rules of its own has these two behind `local`. */
export const DEFAULT_RULES: readonly PolicyRule[] = [
  { priority: 32_766, action: 'lookup', table: 'main' },
  { priority: 32_767, action: 'lookup', table: 'default' },
];
const FIRST_CHOSEN = 32_766;

export function holdsFor(rule: PolicyRule, destination: number, flow: Flow): boolean {
  const { from, to, mark, iif, oif } = rule;
  const holds =
    (from === undefined || networkOf(flow.source ?? 0, from.prefix) === from.network) &&
    (to === undefined || networkOf(destination, to.prefix) === to.network) &&
    (mark === undefined || ((flow.mark ?? 0) & mark.mask) >>> 0 === mark.value) &&
    (iif === undefined || (flow.iif === undefined || flow.iif === '' ? 'lo' : flow.iif) === iif) &&
    (oif === undefined || flow.oif === oif);
  return holds !== (rule.isNegated === true);
}

/** One before the second rule (fib_default_rule_pref). */
export function nextPriority(rules: readonly PolicyRule[]): number {
  const second = rules[0];
  return second === undefined ? 0 : Math.max(0, Math.min(second.priority, FIRST_CHOSEN) - 1);
}

/** Whether they say the same. */
export function sameRule(one: PolicyRule, other: PolicyRule): boolean {
  return one.priority === other.priority && fitsRule(one, other) && fitsRule(other, one);
}

/** Whether a rule has all that is wanted. */
export function fitsRule(rule: PolicyRule, wanted: Partial<PolicyRule>): boolean {
  return (
    (wanted.priority === undefined || rule.priority === wanted.priority) &&
    (wanted.table === undefined || rule.table === wanted.table) &&
    (wanted.action === undefined || rule.action === wanted.action) &&
    (wanted.from === undefined ||
      (rule.from?.network === wanted.from.network && rule.from.prefix === wanted.from.prefix)) &&
    (wanted.to === undefined ||
      (rule.to?.network === wanted.to.network && rule.to.prefix === wanted.to.prefix)) &&
    (wanted.mark === undefined ||
      (rule.mark?.value === wanted.mark.value && rule.mark.mask === wanted.mark.mask)) &&
    (wanted.iif === undefined || rule.iif === wanted.iif) &&
    (wanted.oif === undefined || rule.oif === wanted.oif) &&
    (wanted.isNegated === undefined || (rule.isNegated === true) === wanted.isNegated)
  );
}
