/** Chains as the kernel keeps them: hooks, types, who jumps where. Source: nft(8) "CHAINS", linux/net/netfilter/nf_tables_api.c. */
import type { FilterChain, FilterStep, FilterTable, Hook } from '../../../world/packet-filter.contract';
import { BRIDGE_PRIORITIES, PRIORITIES } from '../directives';
import { refuse } from '../evaluate/values';
import { isNamedFor } from '../listing/ruleset';
import type { ChainSpec, Command } from '../parse/tree';
import { KernelTrouble, kernel } from './trouble';

const HOOKS: Readonly<Record<string, readonly Hook[]>> = {
  ip: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
  ip6: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
  inet: ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress'],
  bridge: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
  arp: ['input', 'output'],
  netdev: ['ingress', 'egress'],
};
const WITHOUT_NAT = new Set(['arp', 'bridge', 'netdev']);
const NO_SUCH_TYPE = 'No such file or directory';
const LOWEST_NAT_PRIORITY = -199;

/** `add chain`: a new one, or other settings of one that is there. */
export function addChain(
  table: FilterTable,
  command: Command & { object: 'chain' },
  spec: ChainSpec | undefined,
  handle: () => number,
): void {
  const { target, place } = command;
  const base = spec?.hook === undefined ? undefined : baseOf(table, command, spec);
  if (spec?.isOffloaded === true) throw kernel('EOPNOTSUPP', place);
  const present = table.chains.find(({ name }) => name === target.name);
  if (present !== undefined) {
    if (base !== undefined) {
      const same =
        present.base !== undefined &&
        present.base.hook === base.hook &&
        present.base.type === base.type &&
        present.base.priority === base.priority;
      if (present.base === undefined) throw kernel('EEXIST', target.namePlace);
      if (!same) throw kernel('EOPNOTSUPP', place);
    }
    if (spec?.policy !== undefined && present.base === undefined)
      throw kernel('EOPNOTSUPP', spec.policyPlace);
    if (spec?.policy !== undefined && present.base !== undefined)
      present.base = { ...present.base, policy: spec.policy };
    return;
  }
  if (base === undefined && spec?.policy !== undefined) throw kernel('EOPNOTSUPP', spec.policyPlace);
  const made: FilterChain = {
    name: target.name,
    handle: handle(),
    rules: [],
    ...(base === undefined ? {} : { base }),
    ...(spec?.comment === undefined ? {} : { comment: spec.comment }),
  };
  table.chains.push(made);
}

function baseOf(
  table: FilterTable,
  command: Command & { object: 'chain' },
  spec: ChainSpec,
): NonNullable<FilterChain['base']> {
  const { family } = table;
  const hook = spec.hook ?? 'input';
  const type = spec.type === 'nat' || spec.type === 'route' ? spec.type : 'filter';
  const priority = priorityOf(family, hook, spec);
  if (HOOKS[family]?.includes(hook) !== true)
    throw refuse(spec.hookName, `The ${family} family does not support this hook`);
  const needsDevice = hook === 'ingress' || hook === 'egress';
  if (needsDevice && spec.devices.length === 0)
    throw refuse(spec.hookPlace, "Missing `device' in this chain definition");
  if (!needsDevice && spec.devices.length > 0)
    throw refuse(spec.devicePlace, 'This chain type cannot be bound to device');
  const isNat = type === 'nat';
  // The family has no translation at all.
  if (isNat && WITHOUT_NAT.has(family)) throw new KernelTrouble(NO_SUCH_TYPE, spec.typePlace, false);
  if (isNat && (hook === 'forward' || needsDevice || priority < LOWEST_NAT_PRIORITY))
    throw kernel('EOPNOTSUPP', command.place);
  if (type === 'route' && WITHOUT_NAT.has(family))
    throw new KernelTrouble(NO_SUCH_TYPE, spec.typePlace, false);
  if (type === 'route' && hook !== 'output') throw kernel('EOPNOTSUPP', command.place);
  return {
    type,
    hook,
    priority,
    priorityText: spec.priority?.text ?? String(priority),
    policy: spec.policy ?? 'accept',
    ...(spec.devices.length === 0 ? {} : { devices: spec.devices.toSorted((a, b) => (a < b ? -1 : 1)) }),
  };
}
function priorityOf(family: string, hook: Hook, spec: ChainSpec): number {
  const { priority } = spec;
  if (priority === undefined) return 0;
  if (priority.value !== undefined) return priority.value;
  const name = priority.name ?? '';
  const names = family === 'bridge' ? BRIDGE_PRIORITIES : PRIORITIES;
  const standard = names[name];
  if (standard === undefined || !isNamedFor(family, hook, name))
    throw refuse(priority.place, 'invalid priority expression value in this context.');
  return standard + priority.offset;
}

export function jumpTargets(steps: readonly FilterStep[]): string[] {
  return steps.flatMap((step) =>
    step.step === 'verdict' && 'chain' in step.verdict ? [step.verdict.chain] : [],
  );
}
export function renameSteps(steps: readonly FilterStep[], from: string, to: string): FilterStep[] {
  return steps.map((step) =>
    step.step === 'verdict' && 'chain' in step.verdict && step.verdict.chain === from
      ? { ...step, verdict: { ...step.verdict, chain: to } }
      : step,
  );
}
/** Whether a rule or a verdict map of the table leads to the chain. */
export function dependants(table: FilterTable, chain: string): boolean {
  return (
    table.chains.some(({ rules }) => rules.some(({ steps }) => jumpTargets(steps).includes(chain))) ||
    table.sets.some(({ elements }) =>
      elements.some(({ data }) => data !== undefined && 'chain' in data && data.chain === chain),
    )
  );
}
export function usesSet(table: FilterTable, set: string): boolean {
  return table.chains.some(({ rules }) =>
    rules.some(({ steps }) =>
      steps.some((step) => ('set' in step && step.set === set) || ('map' in step && step.map?.set === set)),
    ),
  );
}
