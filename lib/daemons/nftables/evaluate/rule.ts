/**
 * One rule: its canonical text and what it does to packets.
 * Source: nft(8) "RULES", "STATEMENTS"; the texts are those of 1.0.6's listing.
 */
import type { FilterField, FilterStep } from '../../../world/network.contract';
import { type DataType, TYPES } from '../directives';
import type { Expression, Log, Nat, Place, Rule, Statement } from '../parse/tree';
import { durationText } from '../parse/time';
import { type EvaluatedRule, RuleContext, stepField, type TableView } from './context';
import { anonymousMap, evaluateMatch, evaluateVerdictMap, findSet, keyOf, mapDataOf } from './match';
import { keyTypesOf } from './set-types';
import { connectionsText, limitStep, limitText, quotaText } from './stateful';
import { type Range, refuse, type Values } from './values';

const TERMINAL = new Set(['verdict', 'reject', 'nat']);

export function evaluateRule(values: Values, table: TableView, rule: Rule): EvaluatedRule {
  const context = new RuleContext(values, table);
  let ended: Place | undefined;
  for (const statement of rule.statements) {
    if (ended !== undefined)
      throw refuse(statement.place, 'Statement after terminal statement has no effect', ended);
    context.statement = statement.place;
    evaluateStatement(context, statement);
    if (TERMINAL.has(statement.kind) && !(statement.kind === 'verdict' && statement.verdict === 'continue'))
      ended = statement.kind === 'nat' ? statement.nat.keyword : statement.place;
  }
  if (rule.comment !== undefined) context.say(`comment "${rule.comment}"`);
  return {
    text: context.text,
    steps: context.steps,
    sets: context.sets,
    jumps: context.jumps,
    counters: context.counters,
    references: context.references,
    objects: context.objects,
    meters: context.meters,
    filled: context.filled,
    nats: context.nats,
    refusals: context.refusals,
    comment: rule.comment,
  };
}

function evaluateStatement(context: RuleContext, statement: Statement): void {
  switch (statement.kind) {
    case 'match':
      return evaluateMatch(context, statement);
    case 'vmap':
      return evaluateVerdictMap(context, statement);
    case 'verdict': {
      const { verdict, chain } = statement;
      if (verdict === 'jump' || verdict === 'goto') {
        const name = chain?.kind === 'symbol' ? chain.text : '';
        context.jumps.push({ chain: name, place: chain?.place ?? statement.place });
        context.steps.push({ step: 'verdict', verdict: { kind: verdict, chain: name } });
        context.say(`${verdict} ${name}`);
      } else {
        context.steps.push({ step: 'verdict', verdict: { kind: verdict } });
        context.say(verdict);
      }
      return;
    }
    case 'counter':
      if (statement.name !== undefined) {
        context.counters.push({ name: statement.name, place: lastWord(statement.place, statement.name) });
        context.steps.push({ step: 'counter', packets: 0, bytes: 0, named: statement.name });
        context.say(`counter name "${statement.name}"`);
      } else {
        context.steps.push({ step: 'counter', packets: statement.packets, bytes: statement.bytes });
        context.say('counter');
      }
      return;
    case 'limit':
      context.steps.push(limitStep(statement.limit));
      if (statement.limit.rate === 0)
        context.refusals.push({ message: 'Invalid argument', place: statement.place });
      context.say(limitText(statement.limit));
      return;
    case 'quota':
      context.steps.push({ step: 'quota', ...statement.quota });
      context.say(quotaText(statement.quota));
      return;
    case 'connections': {
      const { most, over } = statement;
      context.steps.push({ step: 'connections', most, over, open: [] });
      context.say(connectionsText(statement));
      return;
    }
    case 'object': {
      const { type, name, namePlace } = statement;
      context.objects.push({ type, name, place: namePlace });
      if (type === 'ct helper') context.say(`ct helper set "${name}"`);
      else {
        context.steps.push({ step: 'object', type, name });
        context.say(`${type} name "${name}"`);
      }
      return;
    }
    case 'tcp-option':
      context.steps.push({ step: 'tcp-option' });
      context.say(statement.said);
      return;
    case 'log':
      return evaluateLog(context, statement.log, statement.place);
    case 'reject':
      return evaluateReject(context, statement);
    case 'nat':
      return evaluateNat(context, statement.nat);
    case 'set-value':
      return evaluateMark(context, statement);
    case 'set-update':
      return evaluateUpdate(context, statement);
    case 'notrack':
      context.steps.push({ step: 'notrack' });
      context.say('notrack');
      return;
    case 'other':
      throw refuse(statement.place, `not modelled: ${statement.what}`);
  }
}
/** The place of the last word of a statement, quoted or not. */
function lastWord(place: Place, word: string): Place {
  const written = place.source.text.slice(place.start, place.end);
  const quoted = written.endsWith('"');
  return { ...place, start: place.end - word.length - (quoted ? 2 : 0) };
}

// ---------------------------------------------------------------- log
function evaluateLog(context: RuleContext, log: Log, place: Place): void {
  if (log.level !== undefined && log.group !== undefined)
    throw refuse(place, 'level and group are mutually exclusive');
  const level = log.level ?? 'warn';
  const parts = ['log'];
  if (log.prefix !== undefined) parts.push(`prefix "${log.prefix}"`);
  if (log.group !== undefined) parts.push(`group ${log.group}`);
  if (log.snaplen !== undefined) parts.push(`snaplen ${log.snaplen}`);
  if (log.threshold !== undefined) parts.push(`queue-threshold ${log.threshold}`);
  if (level !== 'warn') parts.push(`level ${level}`);
  const flags = logFlags(log.flags);
  if (flags !== '') parts.push(flags);
  context.steps.push({
    step: 'log',
    prefix: log.prefix ?? '',
    level,
    ...(log.group === undefined ? {} : { group: log.group }),
    ...(flags === '' ? {} : { flags }),
  });
  context.say(parts.join(' '));
}
function logFlags(flags: readonly string[]): string {
  if (flags.length === 0) return '';
  if (flags.includes('all')) return 'flags all';
  const tcp = ['sequence', 'options'].filter((word) => flags.includes(`tcp ${word}`));
  const parts = tcp.length > 0 ? [`flags tcp ${tcp.join(',')}`] : [];
  for (const flag of ['ip options', 'skuid', 'ether']) if (flags.includes(flag)) parts.push(`flags ${flag}`);
  return parts.join(' ');
}

// ---------------------------------------------------------------- reject
const ICMPX: Readonly<
  Record<string, 'no-route' | 'port-unreachable' | 'host-unreachable' | 'admin-prohibited'>
> = {
  'no-route': 'no-route',
  'port-unreachable': 'port-unreachable',
  'host-unreachable': 'host-unreachable',
  'admin-prohibited': 'admin-prohibited',
};
const ICMP_CODES = [
  'net-unreachable',
  'host-unreachable',
  'prot-unreachable',
  'port-unreachable',
  'net-prohibited',
  'host-prohibited',
  'admin-prohibited',
] as const;

function evaluateReject(context: RuleContext, statement: Statement & { kind: 'reject' }): void {
  const { family } = context.table;
  const keyword: Place = { ...statement.place, end: statement.place.start + 'reject'.length };
  if (statement.with === 'tcp-reset') {
    if (context.transport === undefined) {
      if (family !== 'ip' && family !== 'ip6') context.say('meta l4proto tcp');
      context.transport = 'tcp';
    } else if (context.transport !== 'tcp')
      throw refuse(keyword, 'you cannot use tcp reset with this protocol', context.transportPlace);
    context.steps.push({ step: 'reject', with: 'tcp-reset', code: 'port-unreachable' });
    context.say('reject with tcp reset');
    return;
  }
  const known = family === 'ip' || family === 'ip6' ? family : context.network;
  let kind = statement.with;
  let code = 'port-unreachable';
  if (kind === undefined) kind = known === 'ip' ? 'icmp' : known === 'ip6' ? 'icmpv6' : 'icmpx';
  else code = rejectCode(context, statement, kind, keyword);
  if (kind === 'icmpv6') {
    if (known === 'ip') throw refuse(keyword, `conflicting protocols specified: ip vs. ip6`);
    context.network = 'ip6';
    context.forgetNetwork('ip6');
    // Nothing in the simulated network is IPv6: such a rule meets no packet.
    context.steps.push({ step: 'match', field: 'meta nfproto', op: '==', values: [{ lo: 10, hi: 10 }] });
    context.steps.push({ step: 'reject', with: 'icmpx', code: 'port-unreachable' });
    context.say(family === 'ip6' && code === 'port-unreachable' ? 'reject' : `reject with icmpv6 ${code}`);
    return;
  }
  if (kind === 'icmpx') {
    context.steps.push({ step: 'reject', with: 'icmpx', code: ICMPX[code] ?? 'port-unreachable' });
    context.say(code === 'port-unreachable' ? 'reject' : `reject with icmpx ${code}`);
    return;
  }
  if (known === 'ip6') throw refuse(keyword, `conflicting protocols specified: ip6 vs. ip`);
  context.network = 'ip';
  context.forgetNetwork('ip');
  context.steps.push({
    step: 'reject',
    with: 'icmp',
    code: ICMP_CODES.find((name) => name === code) ?? 'port-unreachable',
  });
  context.say(family === 'ip' && code === 'port-unreachable' ? 'reject' : `reject with icmp ${code}`);
}
function rejectCode(
  context: RuleContext,
  statement: Statement & { kind: 'reject' },
  kind: 'icmp' | 'icmpv6' | 'icmpx' | 'tcp-reset',
  keyword: Place,
): string {
  const { code, place } = statement;
  const word = code?.kind === 'symbol' || code?.kind === 'number' ? code.text : '';
  if (kind === 'icmpx') {
    if (context.table.family === 'ip' || context.table.family === 'ip6')
      throw refuse(code?.place ?? place, 'abstracted ICMP unreachable not supported', keyword);
    const names = Object.keys(ICMPX);
    const found = names.includes(word) ? word : names[Number(word)];
    if (found === undefined) throw refuse(code?.place, 'Could not parse icmpx code');
    return found;
  }
  if (kind === 'icmpv6') {
    const names = [
      'no-route',
      'admin-prohibited',
      'addr-unreachable',
      'port-unreachable',
      'policy-fail',
      'reject-route',
    ];
    if (!names.includes(word)) throw refuse(code?.place, 'Could not parse icmpv6 code');
    return word;
  }
  const number = code === undefined ? 3 : context.values.single(code, 'icmp_code');
  return context.values.text(number, 'icmp_code');
}

// ---------------------------------------------------------------- nat
function evaluateNat(context: RuleContext, nat: Nat): void {
  const { family } = context.table;
  const { values } = context;
  context.nats.push(nat.type);
  let said: string = nat.type;
  const isInet = family === 'inet';
  if (isInet && nat.address !== undefined && nat.family === undefined)
    throw refuse(nat.keyword, 'ip or ip6 must be specified with address for inet tables.');
  if (nat.family === 'ip6' || family === 'ip6') return evaluateNat6(context, nat);
  let ip: Range | undefined;
  let port: Range | undefined;
  let map: { field: FilterField | FilterField[]; set: string } | undefined;
  let address = '';
  if (nat.address !== undefined) {
    if (nat.address.kind === 'map') {
      const found = natMap(context, nat.address);
      map = found.map;
      address = found.text;
      if (found.hasPort) said += ' ip';
      else if (isInet) said += ' ip';
    } else {
      const [where, portPart] = nat.address.kind === 'concat' ? nat.address.parts : [nat.address];
      if (where !== undefined) ip = values.range(where, 'ipv4_addr');
      if (portPart !== undefined) port = values.range(portPart, 'inet_service');
      if (ip !== undefined) address = values.rangeText(ip, 'ipv4_addr');
      if (isInet) said += ' ip';
    }
  }
  if (nat.port !== undefined) {
    port = values.range(nat.port, 'inet_service');
    if (context.transport === undefined)
      throw refuse(
        nat.port.place,
        'transport protocol mapping is only valid after transport protocol match',
        nat.keyword,
      );
  }
  const flags = ['random', 'fully-random', 'persistent'].filter((flag) => nat.flags.includes(flag));
  const portText = port === undefined ? '' : `:${values.rangeText(port, 'inet_service')}`;
  if (address !== '' || portText !== '') said += ` to ${address}${portText}`;
  if (flags.length > 0) said += ` ${flags.join(',')}`;
  context.steps.push(natStep(nat.type, numbers(ip), numbers(port), map, flags));
  context.say(said);
}
/** Translation of IPv6 addresses: read and listed; the simulated network has no such packets. */
function evaluateNat6(context: RuleContext, nat: Nat): void {
  const { address, port, type, flags } = nat;
  const { values } = context;
  if (address?.kind === 'map') throw refuse(nat.keyword, 'not modelled: maps of IPv6 addresses');
  let said: string = nat.family === undefined ? type : `${type} ip6`;
  if (address !== undefined) {
    const text = values.rangeText(values.range(address, 'ipv6_addr'), 'ipv6_addr');
    said += ` to ${port === undefined ? text : `[${text}]`}`;
  }
  if (port !== undefined)
    said += `${address === undefined ? ' to ' : ''}:${values.rangeText(values.range(port, 'inet_service'), 'inet_service')}`;
  if (flags.length > 0) said += ` ${flags.join(',')}`;
  context.steps.push({ step: 'match', field: 'meta nfproto', op: '==', values: [{ lo: 10, hi: 10 }] });
  context.steps.push(natStep(type, undefined, undefined, undefined, [...flags]));
  context.say(said);
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
  map: { field: FilterField | FilterField[]; set: string } | undefined,
  flags: string[],
): FilterStep {
  const parts = { ...(port === undefined ? {} : { port }) };
  switch (type) {
    case 'dnat':
      return {
        step: 'dnat',
        ...parts,
        ...(ip === undefined ? {} : { ip }),
        ...(map === undefined ? {} : { map }),
        flags,
      };
    case 'snat':
      return {
        step: 'snat',
        ...parts,
        ...(ip === undefined ? {} : { ip }),
        ...(map === undefined ? {} : { map }),
        flags,
      };
    case 'masquerade':
      return { step: 'masquerade', ...parts, flags };
    case 'redirect':
      return { step: 'redirect', ...parts };
  }
}
/** `dnat to tcp dport map { 80 : 10.0.0.1 }` */
function natMap(
  context: RuleContext,
  expression: Expression & { kind: 'map' },
): { map: { field: FilterField | FilterField[]; set: string }; text: string; hasPort: boolean } {
  const key = keyOf(context, expression.key);
  const { data } = expression;
  if (data.kind === 'reference') {
    const set = findSet(context, data);
    if (set.map === undefined) throw refuse(data.place, 'Expression is not a map');
    return {
      map: { field: stepField(key), set: set.name },
      text: `${key.text} map @${set.name}`,
      hasPort: mapDataOf(set).length > 1,
    };
  }
  const hasPort = data.kind === 'set' && data.elements.some((element) => element.data?.kind === 'concat');
  const types: DataType[] = hasPort ? ['ipv4_addr', 'inet_service'] : ['ipv4_addr'];
  const { name, text } = anonymousMap(context, key, data, types);
  return { map: { field: stepField(key), set: name }, text: `${key.text} map { ${text} }`, hasPort };
}

// ---------------------------------------------------------------- marks, sets
function evaluateMark(context: RuleContext, statement: Statement & { kind: 'set-value' }): void {
  const { target, value } = statement;
  if (target.kind !== 'field') throw refuse(target.place, 'No symbol type information');
  const which = target.name === 'ct mark' ? 'ct' : 'meta';
  const said = `${target.name} set`;
  const { values } = context;
  const sourceOf = (expression: Expression): 'meta' | 'ct' | undefined =>
    expression.kind === 'field' && expression.name === 'meta mark'
      ? 'meta'
      : expression.kind === 'field' && expression.name === 'ct mark'
        ? 'ct'
        : undefined;
  if (value.kind === 'map') {
    const key = keyOf(context, value.key);
    const { name, text } =
      value.data.kind === 'reference'
        ? { name: findSet(context, value.data).name, text: `@${value.data.name}` }
        : anonymousMap(context, key, value.data, ['mark']);
    context.steps.push({
      step: 'set-mark',
      target: which,
      value: 0,
      map: { field: stepField(key), set: name },
    });
    context.say(`${said} ${key.text} map ${value.data.kind === 'reference' ? text : `{ ${text} }`}`);
    return;
  }
  if (value.kind === 'generator') {
    const { text } = keyOf(context, value);
    context.steps.push({ step: 'set-mark', target: which, value: 0, source: 'generated' });
    context.say(`${said} ${text}`);
    return;
  }
  const source = sourceOf(value);
  if (source !== undefined) {
    context.steps.push({ step: 'set-mark', target: which, value: 0, source });
    context.say(`${said} ${source} mark`);
    return;
  }
  if (value.kind === 'binary' && (value.operator === '&' || value.operator === '|')) {
    const from = sourceOf(value.left);
    if (from === undefined) throw refuse(value.place, 'not modelled: marks made of other fields');
    const number = values.single(value.right, 'mark');
    if (typeof number !== 'number') throw refuse(value.place, 'not modelled: marks made of other fields');
    context.steps.push({
      step: 'set-mark',
      target: which,
      value: 0,
      source: from,
      ...(value.operator === '&' ? { and: number } : { or: number }),
    });
    context.say(`${said} ${from} mark ${value.operator} ${values.text(number, 'mark')}`);
    return;
  }
  const number = values.single(value, 'mark');
  context.steps.push({ step: 'set-mark', target: which, value: typeof number === 'number' ? number : 0 });
  context.say(`${said} ${values.text(number, 'mark')}`);
}

type Update = Statement & { kind: 'set-update' };

function evaluateUpdate(context: RuleContext, statement: Update): void {
  if (statement.set.kind !== 'reference') throw refuse(statement.set.place, 'No such file or directory');
  if (statement.op === 'meter') return evaluateMeter(context, statement, statement.set.name);
  const set = findSet(context, statement.set);
  const types = keyTypesOf(set);
  if (statement.key.kind === 'symbol' || statement.key.kind === 'number') {
    context.values.single(statement.key, types[0] ?? 'integer');
    throw refuse(statement.key.place, 'not modelled: sets filled with constants');
  }
  const key = keyOf(context, statement.key);
  if (types.join() !== key.types.join())
    throw refuse(
      statement.key.place,
      `datatype mismatch: expected ${TYPES[types[0] ?? 'integer'].title}, expression has type ${TYPES[key.types[0] ?? 'integer'].title}`,
      statement.place,
    );
  const inner = new RuleContext(context.values, context.table);
  for (const then of statement.then) evaluateStatement(inner, then);
  if (statement.timeout !== undefined && !set.flags.includes('timeout') && set.timeoutMicros === undefined)
    context.refusals.push({ message: 'Operation not supported', place: statement.place });
  else if (statement.then.some(({ kind }) => kind === 'connections') && set.flags.includes('timeout'))
    context.refusals.push({ message: 'Operation not supported', place: statement.place });
  else if (statement.then.length > 0 && !set.flags.includes('dynamic'))
    context.refusals.push({ message: 'Invalid argument', place: statement.place });
  const { op } = statement;
  context.filled.push(set.name);
  context.steps.push({
    step: 'set-update',
    op,
    set: set.name,
    field: stepField(key),
    ...(statement.timeout === undefined ? {} : { timeoutMicros: statement.timeout }),
    ...(inner.steps.length === 0 ? {} : { then: inner.steps }),
  });
  const timeout = statement.timeout === undefined ? '' : ` timeout ${durationText(statement.timeout)}`;
  const then = inner.text === '' ? '' : ` ${inner.text}`;
  context.say(`${statement.op} @${set.name} { ${key.text}${timeout}${then} }`);
}

/** A meter is a set of its own name that the rule makes and fills. */
function evaluateMeter(context: RuleContext, statement: Update, name: string): void {
  const { size, timeout, then } = statement;
  const key = keyOf(context, statement.key);
  const inner = new RuleContext(context.values, context.table);
  for (const each of then) evaluateStatement(inner, each);
  context.meters.push({
    name,
    handle: 0,
    type: key.types.join(' . '),
    flags: timeout === undefined ? ['dynamic'] : ['dynamic', 'timeout'],
    elements: [],
    isMeter: true,
    ...(size === undefined ? {} : { size }),
  });
  context.steps.push({
    step: 'set-update',
    op: timeout === undefined ? 'add' : 'update',
    set: name,
    field: stepField(key),
    ...(timeout === undefined ? {} : { timeoutMicros: timeout }),
    then: inner.steps,
  });
  const limited = timeout === undefined ? '' : ` timeout ${durationText(timeout)}`;
  context.say(`meter ${name} size ${size ?? 0} { ${key.text}${limited} ${inner.text} }`);
}
