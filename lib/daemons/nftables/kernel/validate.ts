/**
 * What only shows when base chains are followed: translation where the hook has none, rejects behind the routing,
 * jumps in a circle. Source: `nft_table_validate` in linux/net/netfilter/nf_tables_api.c; recorded with `nft -f`.
 */
import type {
  FilterChain,
  FilterField,
  FilterStep,
  FilterTable,
  Hook,
} from '../../../world/packet-filter.contract';
import { jumpTargets } from './chains';

const DEEPEST_JUMP = 16;
/** Steps that do not fit everywhere. */
const PLACED = new Set<FilterStep['step']>([
  'reject',
  'masquerade',
  'snat',
  'dnat',
  'redirect',
  'match',
  'compute',
]);

/** The first thing that does not fit now that the chain has these steps too, as the kernel's errno. */
export function misfitOf(
  table: FilterTable,
  { base: own }: FilterChain,
  steps: readonly FilterStep[],
): 'EOPNOTSUPP' | 'EMLINK' | undefined {
  const leads = steps.some(
    (step) => step.step === 'vmap' || (step.step === 'verdict' && 'chain' in step.verdict),
  );
  // Without a jump a base chain answers for itself.
  if (!leads && own !== undefined) return steps.every((step) => fits(step, own)) ? undefined : 'EOPNOTSUPP';
  if (!leads && steps.every(({ step }) => !PLACED.has(step))) return undefined;
  for (const base of table.chains) {
    const found = base.base === undefined ? undefined : follow(table, base, base.base, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

function follow(
  table: FilterTable,
  chain: FilterChain,
  base: NonNullable<FilterChain['base']>,
  above: readonly string[],
): 'EOPNOTSUPP' | 'EMLINK' | undefined {
  if (above.includes(chain.name) || above.length > DEEPEST_JUMP) return 'EMLINK';
  const names = new Set<string>();
  for (const { steps } of chain.rules) {
    if (steps.some((step) => !fits(step, base))) return 'EOPNOTSUPP';
    for (const name of [...jumpTargets(steps), ...mapJumps(table, steps)]) names.add(name);
  }
  for (const name of names) {
    const next = table.chains.find((each) => each.name === name);
    const found = next === undefined ? undefined : follow(table, next, base, [...above, chain.name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Translation belongs into chains of type nat, each kind at hooks of its own; some fields are known at some hooks only. */
function fits(step: FilterStep, { type, hook }: NonNullable<FilterChain['base']>): boolean {
  switch (step.step) {
    case 'match':
    case 'compute':
    case 'vmap':
      return Array.isArray(step.field)
        ? step.field.every((field) => isKnownAt(field, hook))
        : isKnownAt(step.field, hook);
    case 'reject':
      return hook !== 'postrouting';
    case 'masquerade':
      return type === 'nat' && hook === 'postrouting';
    case 'snat':
      return type === 'nat' && (hook === 'postrouting' || hook === 'input');
    case 'dnat':
    case 'redirect':
      return type === 'nat' && (hook === 'prerouting' || hook === 'output');
    default:
      return true;
  }
}

function isKnownAt(field: FilterField, hook: Hook): boolean {
  switch (field) {
    case 'rt mtu':
    case 'ipsec out':
      return hook === 'forward' || hook === 'output' || hook === 'postrouting';
    case 'ipsec in':
      return hook === 'prerouting' || hook === 'input' || hook === 'forward';
    case 'meta sdif':
    case 'meta sdifname':
      return hook === 'input' || hook === 'forward';
    default:
      return field.startsWith('fib ') || field === 'osf name' ? isLookedUpAt(field, hook) : true;
  }
}

/** The interface towards somewhere is known where the way is; where a packet came in, only until it goes out. */
function isLookedUpAt(field: FilterField, hook: Hook): boolean {
  if (/^fib .* oif \S+$/.test(field))
    return hook === 'forward' || hook === 'output' || hook === 'postrouting';
  const isIncoming = field === 'osf name' || / iif type$/.test(field) || / oif(?:name)?$/.test(field);
  return !isIncoming || hook === 'prerouting' || hook === 'input' || hook === 'forward';
}

function mapJumps(table: FilterTable, steps: readonly FilterStep[]): string[] {
  return steps.flatMap((step) => {
    if (step.step !== 'vmap') return [];
    const set = table.sets.find(({ name }) => name === step.set);
    return (set?.elements ?? []).flatMap(({ data }) =>
      data !== undefined && 'chain' in data ? [data.chain] : [],
    );
  });
}
