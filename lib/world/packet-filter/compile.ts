/**
 * A ruleset made ready for packets: base chains in the order in which a hook
 * runs them, chains and sets by name. Rebuilt whenever the ruleset is replaced.
 *
 * Sources: nft(8) "CHAINS" (hooks, priorities), semantics note A4.1: equal
 * priorities run in the order of creation (the kernel leaves it open).
 */
import type {
  FilterChain,
  FilterCounter,
  FilterElement,
  FilterField,
  FilterSet,
  FilterStep,
  FilterTable,
  Hook,
  Ruleset,
} from '../packet-filter.contract';

export interface BaseChain {
  table: FilterTable;
  chain: FilterChain;
  priority: number;
  type: 'filter' | 'nat' | 'route';
  /** Where it is bound to devices. */
  devices: readonly string[] | undefined;
}
export interface CompiledTable {
  table: FilterTable;
  chains: Map<string, FilterChain>;
  sets: Map<string, CompiledSet>;
  counters: Map<string, FilterCounter>;
}
/** A set with its single values by key, and the ranges that need a look. */
export interface CompiledSet {
  set: FilterSet;
  exact: Map<number | string, FilterElement>;
  ranges: FilterElement[] /** elements may come, go or expire between packets */;
  changes: boolean;
  size: number;
}
export interface CompiledRuleset {
  source: Ruleset;
  generation: number;
  hooks: Map<Hook, BaseChain[]>;
  tables: Map<FilterTable, CompiledTable>;
  needsConntrack: boolean;
  hasNat: boolean;
  empty: boolean;
}

export function compileRuleset(ruleset: Ruleset): CompiledRuleset {
  const hooks = new Map<Hook, BaseChain[]>();
  const tables = new Map<FilterTable, CompiledTable>();
  let needsConntrack = false;
  let hasNat = false;
  for (const table of ruleset.tables) {
    if (table.flags.includes('dormant')) continue;
    tables.set(table, compileTable(table));
    if (table.family !== 'ip' && table.family !== 'inet' && table.family !== 'netdev') continue;
    for (const chain of table.chains) {
      if (chain.rules.some((rule) => rule.steps.some(usesConntrack))) needsConntrack = true;
      const { base } = chain;
      if (base === undefined) continue;
      if (base.type === 'nat') hasNat = needsConntrack = true;
      const list = hooks.get(base.hook) ?? [];
      list.push({ table, chain, priority: base.priority, type: base.type, devices: base.devices });
      hooks.set(base.hook, list);
    }
  }
  // Array.sort is stable: equal priorities stay in the order of creation.
  for (const list of hooks.values()) list.sort((a, b) => a.priority - b.priority);
  return {
    source: ruleset,
    generation: ruleset.generation,
    hooks,
    tables,
    needsConntrack,
    hasNat,
    empty: hooks.size === 0,
  };
}

function compileTable(table: FilterTable): CompiledTable {
  const updated = new Set<string>();
  for (const chain of table.chains)
    for (const rule of chain.rules)
      for (const step of rule.steps) if (step.step === 'set-update') updated.add(step.set);
  return {
    table,
    chains: new Map(table.chains.map((chain) => [chain.name, chain])),
    sets: new Map(table.sets.map((set) => [set.name, compileSet(set, updated.has(set.name))])),
    counters: new Map(table.counters.map((counter) => [counter.name, counter])),
  };
}

function compileSet(set: FilterSet, updated: boolean): CompiledSet {
  const exact = new Map<number | string, FilterElement>();
  const ranges: FilterElement[] = [];
  for (const element of set.elements) {
    const part = element.key[0];
    if (element.key.length === 1 && part !== undefined && part.lo === part.hi && !isWildcard(part.lo))
      exact.set(part.lo, element);
    else ranges.push(element);
  }
  const changes =
    updated ||
    set.timeoutMicros !== undefined ||
    set.flags.includes('timeout') ||
    set.flags.includes('dynamic') ||
    set.elements.some((element) => element.expiresAt !== undefined);
  return { set, exact, ranges, changes, size: set.elements.length };
}

export function isWildcard(value: number | string): boolean {
  return typeof value === 'string' && value.endsWith('*');
}

function isConntrackField(field: FilterField): boolean {
  return field.startsWith('ct ');
}
function usesConntrack(step: FilterStep): boolean {
  switch (step.step) {
    case 'match':
    case 'vmap':
    case 'set-update':
      if (step.step === 'set-update' && step.then?.some(usesConntrack) === true) return true;
      return Array.isArray(step.field) ? step.field.some(isConntrackField) : isConntrackField(step.field);
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
    case 'notrack':
    case 'connections':
      return true;
    case 'compute':
      return isConntrackField(step.field);
    case 'set-mark':
      return step.target === 'ct';
    default:
      return false;
  }
}
