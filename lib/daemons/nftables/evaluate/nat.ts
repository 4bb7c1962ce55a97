/** Translation of addresses and ports. Source: nft(8) "NAT STATEMENTS". */
import type { FilterField, FilterStep } from '../../../world/packet-filter.contract';
import { type DataType, TYPES } from '../directives';
import type { Expression, Nat } from '../parse/tree';
import { type RuleContext, stepField } from './context';
import { anonymousMap, checkTypes, findSet, keyOf, mapDataOf } from './match';
import { type Range, refuse } from './values';

const WITHOUT_NAT = new Set(['arp', 'bridge', 'netdev']);
const FLAGS = ['random', 'fully-random', 'persistent'];

interface Target {
  readonly text: string;
  readonly ip?: Range | undefined;
  readonly port?: Range | undefined;
  readonly map?: { field: FilterField | FilterField[]; set: string };
  /** The family is said though the table has one. */
  readonly saysFamily: boolean;
}

export function evaluateNat(context: RuleContext, nat: Nat): void {
  const { family } = context.table;
  const { type, keyword } = nat;
  context.nats.push(type);
  if (WITHOUT_NAT.has(family)) throw refuse(keyword, 'NAT is only supported for IPv4/IPv6');
  const isInet = family === 'inet';
  // What matches before have settled need not be said.
  const settled = context.network === 'ip' || context.network === 'ip6' ? context.network : undefined;
  const wanted = nat.family ?? settled;
  if (nat.family !== undefined && settled !== undefined && nat.family !== settled)
    throw refuse(
      keyword,
      `conflicting protocols specified: ${settled} vs. ${nat.family}. You must specify ip or ip6 family in nat statement`,
      context.networkPlace,
    );
  if (isInet && nat.address !== undefined && wanted === undefined)
    throw refuse(keyword, 'ip or ip6 must be specified with address for inet tables.');
  const is6 = wanted === 'ip6';
  const own = is6 ? 'ip6' : 'ip';
  const addressType: DataType = is6 ? 'ipv6_addr' : 'ipv4_addr';
  const target = nat.address === undefined ? undefined : targetOf(context, nat, nat.address, addressType);
  const port = portOf(context, nat);
  let said: string = type;
  if (target !== undefined && (isInet || target.saysFamily)) said += ` ${own}`;
  if (nat.prefix) said += ' prefix';
  if (target !== undefined || port !== undefined) {
    const address = target?.text ?? '';
    const bracketed = is6 && port !== undefined && address !== '' ? bracket(address) : address;
    said += ` to ${bracketed}${port === undefined ? '' : `:${port.text}`}`;
  }
  const flags = FLAGS.filter((flag) => nat.flags.includes(flag));
  if (flags.length > 0) said += ` ${flags.join(',')}`;
  // Nothing in the simulated network is IPv6: such a rule meets no packet.
  if (is6) context.steps.push({ step: 'match', field: 'never', op: '==', values: [] });
  context.steps.push(
    natStep(
      type,
      is6 ? undefined : numbers(target?.ip),
      numbers(target?.port ?? port?.range),
      port?.map ?? (is6 ? undefined : target?.map),
      flags,
    ),
  );
  context.say(said);
}
function bracket(address: string): string {
  return address
    .split('-')
    .map((end) => `[${end}]`)
    .join('-');
}

function targetOf(context: RuleContext, nat: Nat, given: Expression, type: DataType): Target {
  const { values } = context;
  if (given.kind === 'map') {
    const found = natMap(context, given, [type], nat.keyword);
    if (found.hasPort && context.transport === undefined)
      throw refuse(
        given.place,
        'transport protocol mapping is only valid after transport protocol match',
        nat.keyword,
      );
    return { text: found.text, map: found.map, saysFamily: found.hasPort || nat.prefix || nat.interval };
  }
  const [where, portPart] = given.kind === 'concat' ? given.parts : [given];
  const ip = where === undefined ? undefined : values.range(where, type);
  return {
    text: ip === undefined ? '' : values.rangeText(ip, type),
    ip,
    port: portPart === undefined ? undefined : values.range(portPart, 'inet_service'),
    saysFamily: false,
  };
}
function portOf(
  context: RuleContext,
  { port, keyword }: Nat,
): { text: string; range?: Range; map?: Target['map'] } | undefined {
  if (port === undefined) return undefined;
  if (port.kind !== 'map') {
    const range = context.values.range(port, 'inet_service');
    checkTransport(context, port, keyword);
    return { range, text: context.values.rangeText(range, 'inet_service') };
  }
  checkTransport(context, port, keyword);
  const { map, text } = natMap(context, port, ['inet_service'], keyword);
  return { map, text };
}
function checkTransport(context: RuleContext, port: Expression, keyword: Nat['keyword']): void {
  if (context.transport === undefined)
    throw refuse(
      port.place,
      'transport protocol mapping is only valid after transport protocol match',
      keyword,
    );
}

function numbers(range: Range | undefined): { lo: number; hi: number } | undefined {
  return range !== undefined && typeof range.lo === 'number' && typeof range.hi === 'number'
    ? { lo: range.lo, hi: range.hi }
    : undefined;
}
function natStep(
  type: Nat['type'],
  ip: { lo: number; hi: number } | undefined,
  port: { lo: number; hi: number } | undefined,
  map: Target['map'],
  flags: string[],
): FilterStep {
  const parts = {
    ...(port === undefined ? {} : { port }),
    ...(map === undefined ? {} : { map }),
  };
  switch (type) {
    case 'dnat':
    case 'snat':
      return { step: type, ...parts, ...(ip === undefined ? {} : { ip }), flags };
    case 'masquerade':
      return { step: 'masquerade', ...parts, flags };
    case 'redirect':
      return { step: 'redirect', ...parts };
  }
}
/** `dnat to tcp dport map { 80 : 10.0.0.1 }`, `redirect to :tcp dport map { 80 : 8080 }` */
function natMap(
  context: RuleContext,
  expression: Expression & { kind: 'map' },
  data: readonly DataType[],
  keyword: Nat['keyword'],
): { map: { field: FilterField | FilterField[]; set: string }; text: string; hasPort: boolean } {
  const key = keyOf(context, expression.key);
  const { data: given } = expression;
  if (given.kind === 'reference') {
    const set = findSet(context, given);
    if (set.map === undefined) throw refuse(given.place, 'Expression is not a map');
    checkTypes(key, set, given.place, expression.key.place, { isMap: true });
    const [found = 'verdict'] = mapDataOf(set);
    const [wanted = 'verdict'] = data;
    if (found !== wanted)
      throw refuse(
        expression.place,
        `datatype mismatch: expected ${TYPES[wanted].title}, expression has type ${TYPES[found].title}`,
        keyword,
      );
    return {
      map: { field: stepField(key), set: set.name },
      text: `${key.text} map @${set.name}`,
      hasPort: mapDataOf(set).length > 1,
    };
  }
  const hasPort = given.kind === 'set' && given.elements.some((element) => element.data?.kind === 'concat');
  const types: DataType[] = hasPort ? [...data, 'inet_service'] : [...data];
  const { name, text } = anonymousMap(context, key, given, types);
  return { map: { field: stepField(key), set: name }, text: `${key.text} map { ${text} }`, hasPort };
}
