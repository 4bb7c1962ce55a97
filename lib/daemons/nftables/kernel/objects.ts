/** Named quotas, limits and connection helpers. Source: nft(8) "STATEFUL OBJECTS", "CT HELPER". */
import type { FilterObject, FilterRule, FilterTable } from '../../../world/packet-filter.contract';
import { limitStep, rateText } from '../evaluate/stateful';
import type { Command, Handle, ObjectSpec, Place } from '../parse/tree';
import { KernelTrouble, kernel } from './trouble';

function newObject(
  type: FilterObject['type'],
  target: Handle,
  spec: ObjectSpec,
  handle: number,
): FilterObject {
  const { limit, quota, helper, comment, lines } = spec;
  const made: FilterObject = {
    type,
    name: target.name,
    handle,
    lines: [],
    ...(comment === undefined ? {} : { comment }),
  };
  if (type === 'quota') made.state = { step: 'quota', bytes: 0, over: false, used: 0, ...quota };
  else if (type === 'limit' && limit !== undefined) {
    made.state = limitStep(limit);
    made.lines = [rateText(limit)];
  } else if (helper !== undefined) {
    const own = HELPERS[helper.type]?.family;
    const family = target.family === 'inet' ? own : undefined;
    made.lines = [
      `type "${helper.type}" protocol ${helper.protocol}`,
      `l3proto ${helper.family ?? family ?? target.family}`,
    ];
  } else if (lines !== undefined) made.lines = withFamily(type, lines, spec.family ?? target.family);
  return made;
}

/** Where the family stands among the lines. */
function withFamily(type: FilterObject['type'], lines: readonly string[], family: string): string[] {
  if (type === 'synproxy') return [...lines];
  const said = `l3proto ${family}`;
  const [first = '', ...rest] = lines;
  return type === 'ct timeout' ? [first, said, ...rest] : [...lines, said];
}

/** Helpers that Debian's kernel has, by what they follow. Source: linux/net/netfilter/nf_conntrack_*.c */
const HELPERS: Readonly<Record<string, { protocols: readonly string[]; family?: string }>> = {
  ftp: { protocols: ['tcp'] },
  sip: { protocols: ['tcp', 'udp'] },
  sane: { protocols: ['tcp'] },
  tftp: { protocols: ['udp'] },
  amanda: { protocols: ['udp'] },
  RAS: { protocols: ['udp'] },
  'Q.931': { protocols: ['tcp'] },
  'H.245': { protocols: ['tcp', 'udp'] },
  irc: { protocols: ['tcp'], family: 'ip' },
  pptp: { protocols: ['tcp'], family: 'ip' },
  snmp: { protocols: ['udp'], family: 'ip' },
  'netbios-ns': { protocols: ['udp'], family: 'ip' },
};
/** What the kernel says of an object that cannot be. */
function refusedObject(
  type: FilterObject['type'],
  { helper, limit, family }: ObjectSpec,
  target: Handle,
  place: Place,
): KernelTrouble | undefined {
  if (type === 'limit' && limit === undefined) return kernel('EINVAL', place);
  if (type === 'ct expectation' && (family ?? target.family) === 'inet')
    return new KernelTrouble('Address family not supported by protocol', place, false);
  if (type !== 'ct helper') return undefined;
  if (helper === undefined || helper.type === '')
    return new KernelTrouble('Numerical result out of range', place, false);
  return HELPERS[helper.type]?.protocols.includes(helper.protocol) === true
    ? undefined
    : new KernelTrouble('No such file or directory', place, false);
}

/** Whether the rule names the object. Rules keep no step for a helper: their text does. */
function pointsTo(rule: FilterRule, object: FilterObject): boolean {
  return (
    rule.steps.some(
      (step) => step.step === 'object' && step.type === object.type && step.name === object.name,
    ) ||
    (object.type === 'ct helper' && rule.text.includes(`ct helper set "${object.name}"`))
  );
}

type CounterCommand = Command & { object: 'counter' };
type ObjectCommand = Command & { object: FilterObject['type'] };

export function changeCounter(table: FilterTable, command: CounterCommand, handle: () => number): void {
  const { target, verb } = command;
  const present = table.counters.find((each) => isMeant(each, target));
  if (verb === 'delete') {
    const place = target.namePlace ?? target.handlePlace;
    if (present === undefined) throw missing(target);
    if (usesCounter(table, present.name)) throw kernel('EBUSY', place);
    table.counters = table.counters.filter((each) => each !== present);
    return;
  }
  if (present !== undefined) {
    if (verb === 'create') throw kernel('EEXIST', target.namePlace);
    return;
  }
  table.counters.push({
    name: target.name,
    handle: handle(),
    packets: command.packets,
    bytes: command.bytes,
    ...(command.comment === undefined ? {} : { comment: command.comment }),
  });
}
function missing(target: Handle): KernelTrouble {
  const place = target.namePlace ?? target.handlePlace;
  return new KernelTrouble('No such file or directory', place, target.name !== '');
}
function usesCounter(table: FilterTable, name: string): boolean {
  return table.chains.some(({ rules }) =>
    rules.some(({ steps }) => steps.some((step) => step.step === 'counter' && step.named === name)),
  );
}

export function changeObject(table: FilterTable, command: ObjectCommand, handle: () => number): void {
  const { target, verb, object: type, spec } = command;
  const present = table.objects.find((each) => each.type === type && isMeant(each, target));
  if (verb === 'delete') {
    const place = target.namePlace ?? target.handlePlace;
    if (present === undefined) throw missing(target);
    const isUsed = table.chains.some(({ rules }) => rules.some((rule) => pointsTo(rule, present)));
    if (isUsed) throw kernel('EBUSY', place);
    table.objects = table.objects.filter((each) => each !== present);
    return;
  }
  if (present !== undefined) {
    if (verb === 'create') throw kernel('EEXIST', target.namePlace);
    // A quota takes its new limit and keeps what was used.
    if (type === 'quota' && spec?.quota !== undefined && present.state?.step === 'quota')
      present.state = { ...present.state, bytes: spec.quota.bytes, over: spec.quota.over };
    return;
  }
  const refused = refusedObject(type, spec ?? {}, target, command.place);
  if (refused !== undefined) throw refused;
  table.objects.push(newObject(type, target, spec ?? {}, handle()));
}
function isMeant(each: { name: string; handle: number }, target: Handle): boolean {
  return target.name === '' ? each.handle === target.handle : each.name === target.name;
}
export function hasObject(table: FilterTable, type: string, name: string): boolean {
  return type === 'counter'
    ? table.counters.some((counter) => counter.name === name)
    : table.objects.some((object) => object.type === type && object.name === name);
}
