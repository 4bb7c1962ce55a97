/**
 * A host's rules and tables beside main: what `ip rule` and `ip route … table` change. Plain data of the host's state.
 * Sources: linux/net/core/fib_rules.c, linux/net/ipv4/fib_frontend.c.
 */
import type { Errno } from '../files.contract';
import type { PolicyRule, Route } from '../network.contract';
import type { HostState } from '../world.contract';
import { DEFAULT_RULES, fitsRule, nextPriority, sameRule } from './policy';

/** Absent while a host has never had any. */
export interface PolicyRouting {
  /** behind the rule for `local`, by priority */
  rules: PolicyRule[];
  /** of tables that are neither main nor local; each says its table */
  routes: Route[];
  /** tables that exist, with routes or without */
  tables: string[];
}

export function policyOf(state: HostState): PolicyRouting {
  state.policy ??= { rules: [...DEFAULT_RULES], routes: [], tables: [] };
  return state.policy;
}
export function rulesOf(state: HostState): readonly PolicyRule[] {
  return state.policy?.rules ?? DEFAULT_RULES;
}
/** The routes of a table; undefined: there is no such table. */
export function routesOf(state: HostState, table: string | undefined): Route[] | undefined {
  if (table === undefined || table === 'main') return state.routes;
  const { policy } = state;
  if (policy === undefined || !policy.tables.includes(table)) return undefined;
  return policy.routes.filter((route) => route.table === table);
}

export function addRule(
  state: HostState,
  wanted: Omit<PolicyRule, 'priority'> & { priority?: number | undefined },
): Errno | undefined {
  const policy = policyOf(state);
  const rule: PolicyRule = { ...wanted, priority: wanted.priority ?? nextPriority(policy.rules) };
  if (wanted.priority !== undefined && policy.rules.some((known) => sameRule(known, rule))) return 'EEXIST';
  const at = policy.rules.findIndex(({ priority }) => priority > rule.priority);
  policy.rules.splice(at < 0 ? policy.rules.length : at, 0, rule);
  return undefined;
}
export function removeRule(state: HostState, wanted: Partial<PolicyRule>): Errno | undefined {
  const { rules } = policyOf(state);
  const at = rules.findIndex((rule) => fitsRule(rule, wanted));
  if (at < 0) return 'ENOENT';
  rules.splice(at, 1);
  return undefined;
}
