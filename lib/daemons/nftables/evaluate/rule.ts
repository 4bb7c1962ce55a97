/**
 * One rule: its canonical text and what it does to packets.
 * Source: nft(8) "RULES", "STATEMENTS"; the texts are those of 1.0.6's listing.
 */
import type { Log, Place, Rule, Statement } from '../parse/tree';
import { type EvaluatedRule, RuleContext, stepField, type TableView } from './context';
import { anonymousMap, evaluateMatch, evaluateVerdictMap, findSet, keyOf } from './match';
import { evaluateNat } from './nat';
import { evaluateReject } from './reject';
import { connectionsText, limitStep, limitText, quotaText } from './stateful';
import { evaluateUpdate } from './updates';
import { refuse, type Values } from './values';
import { evaluateWrite } from './writes';

const TERMINAL = new Set(['verdict', 'reject', 'nat', 'queue']);
const MOST_GROUPS = 0x1_0000;
/** NF_LOG_PREFIXLEN without its end. */
const LONGEST_PREFIX = 127;

export function evaluateRule(values: Values, table: TableView, rule: Rule): EvaluatedRule {
  const context = new RuleContext(values, table);
  let ended: Place | undefined;
  for (const statement of rule.statements) {
    if (ended !== undefined)
      throw refuse(statement.place, 'Statement after terminal statement has no effect', ended);
    context.statement = statement.place;
    evaluateStatement(context, statement);
    if (statement.kind !== 'match' && statement.kind !== 'vmap') context.acted();
    if (TERMINAL.has(statement.kind) && !(statement.kind === 'verdict' && statement.verdict === 'continue'))
      ended = endingOf(statement);
  }
  if (rule.comment !== undefined) context.say(`comment "${rule.comment}"`);
  context.comment = rule.comment;
  return context;
}

/** What is named as the end of a rule. */
function endingOf(statement: Statement): Place {
  if (statement.kind === 'nat') return statement.nat.keyword;
  const { place } = statement;
  return statement.kind === 'queue' ? { ...place, end: place.start + 'queue'.length } : place;
}

export function evaluateStatement(context: RuleContext, statement: Statement): void {
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
      if (statement.quota.used > statement.quota.bytes)
        context.refusals.push({ message: 'Invalid argument', place: statement.place });
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
      if (type.startsWith('ct ')) context.say(`${type} set "${name}"`);
      else if (type !== 'quota' && type !== 'limit') context.say(`${type} name "${name}"`);
      else {
        context.steps.push({ step: 'object', type, name });
        context.say(`${type} name "${name}"`);
      }
      return;
    }
    case 'object-map':
      return evaluateObjectMap(context, statement);
    case 'option-reset':
      context.field('tcp sport', statement.place);
      context.steps.push({ step: 'tcp-option' });
      context.say(`reset tcp option ${statement.option}`);
      return;
    case 'copy':
      return evaluateCopy(context, statement);
    case 'tproxy':
      return evaluateTproxy(context, statement);
    case 'queue':
      return evaluateQueue(context, statement);
    case 'log':
      return evaluateLog(context, statement.log, statement.place);
    case 'reject':
      return evaluateReject(context, statement);
    case 'nat':
      return evaluateNat(context, statement.nat);
    case 'set-value':
      return evaluateWrite(context, statement);
    case 'set-update':
      return evaluateUpdate(context, statement, evaluateStatement);
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
  const keyword: Place = { ...place, end: place.start + 'log'.length };
  if (log.level !== undefined && log.group !== undefined)
    throw refuse(keyword, 'level and group are mutually exclusive');
  if ((log.prefix?.length ?? 0) > LONGEST_PREFIX)
    context.refusals.push({ message: 'Numerical result out of range', place: keyword });
  if (log.level === 'audit' && (log.prefix !== undefined || log.flags.length > 0))
    throw refuse(keyword, "log level audit doesn't support any further options");
  const level = log.level ?? 'warn';
  const parts = ['log'];
  if (log.prefix !== undefined) parts.push(`prefix "${log.prefix}"`);
  if (log.group !== undefined) {
    parts.push(`group ${log.group % MOST_GROUPS}`);
    if (log.snaplen !== undefined) parts.push(`snaplen ${log.snaplen}`);
    if (log.threshold !== undefined) parts.push(`queue-threshold ${log.threshold}`);
  }
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

// ---------------------------------------------------------------- proxies, queues, objects by map
/** Hands packets to a transparent socket; nothing here opens one, so no packet gets past. */
function evaluateTproxy(context: RuleContext, statement: Statement & { kind: 'tproxy' }): void {
  const { family, address, port, place } = statement;
  const { values, table } = context;
  if (table.family !== 'ip' && table.family !== 'ip6' && table.family !== 'inet')
    throw refuse(place, 'tproxy is only supported for IPv4/IPv6/INET');
  if (context.transport === undefined)
    throw refuse(place, 'Transparent proxy support requires transport protocol match');
  if (table.family === 'inet' && context.network !== undefined && context.network !== family)
    throw refuse(
      place,
      `conflicting protocols specified: ${context.network} vs. ${family ?? 'unknown'}. You must specify ip or ip6 family in tproxy statement`,
      context.networkPlace,
    );
  if (address !== undefined && family === undefined && table.family === 'inet')
    throw refuse(place, 'ip or ip6 must be specified with address for inet tables.');
  const is6 = family === 'ip6' || (family === undefined && table.family === 'ip6');
  const type = is6 ? 'ipv6_addr' : 'ipv4_addr';
  const own = address === undefined ? '' : values.text(values.range(address, type).lo, type);
  const service =
    port === undefined ? '' : `:${values.rangeText(values.range(port, 'inet_service'), 'inet_service')}`;
  context.placement = 'prerouting';
  context.steps.push({ step: 'match', field: 'never', op: '==', values: [] });
  const said = family === undefined ? 'tproxy' : `tproxy ${family}`;
  context.say(`${said} to ${own !== '' && is6 ? `[${own}]` : own}${service}`);
}
/** Copies of packets elsewhere: read, and refused where they have no place. */
function evaluateCopy(context: RuleContext, { what, to, place }: Statement & { kind: 'copy' }): void {
  const { family } = context.table;
  const isPlaced = family === 'netdev' || (what === 'dup' && (family === 'ip' || family === 'ip6'));
  if (!isPlaced) throw refuse(place, 'unsupported family');
  if (to.kind === 'symbol' || to.kind === 'number') {
    const type =
      family === 'netdev'
        ? what === 'fwd'
          ? undefined
          : 'iface_index'
        : family === 'ip'
          ? 'ipv4_addr'
          : 'ipv6_addr';
    if (type !== undefined) context.values.single(to, type);
  }
  throw refuse(place, `not modelled: the statement ${what}`);
}
/** A queue that no program reads: packets are lost, or pass where the rule allows it. */
function evaluateQueue(context: RuleContext, { to, flags }: Statement & { kind: 'queue' }): void {
  if (flags.includes('fanout') && to?.kind !== 'range' && (to?.kind === 'number' || to === undefined))
    throw refuse(to?.place, 'fanout requires a range to be specified');
  const isBypassed = flags.includes('bypass');
  context.steps.push({ step: 'verdict', verdict: { kind: isBypassed ? 'accept' : 'queue' } });
  const said = ['bypass', 'fanout'].filter((flag) => flags.includes(flag));
  const parts = ['queue', ...(said.length === 0 ? [] : [`flags ${said.join(',')}`])];
  if (to?.kind === 'map') {
    const key = keyOf(context, to.key);
    if (to.data.kind === 'reference') parts.push(`to ${key.text} map @${findSet(context, to.data).name}`);
    else parts.push(`to ${key.text} map { ${anonymousMap(context, key, to.data, ['integer']).text} }`);
  } else if (to?.kind === 'generator') parts.push(`to ${keyOf(context, to).text}`);
  else {
    const range = to === undefined ? { lo: 0, hi: 0 } : context.values.range(to, 'integer');
    parts.push(`to ${context.values.rangeText(range, 'integer')}`);
  }
  context.say(parts.join(' '));
}
/** `counter name tcp dport map { 22 : "ssh" }` */
function evaluateObjectMap(context: RuleContext, statement: Statement & { kind: 'object-map' }): void {
  const { type, map } = statement;
  const key = keyOf(context, map.key);
  const field = stepField(key);
  if (map.data.kind === 'reference') {
    const set = findSet(context, map.data);
    context.steps.push({ step: 'object-map', type, map: { field, set: set.name } });
    context.say(`${type} name ${key.text} map @${set.name}`);
    return;
  }
  const { name, text, elements } = anonymousMap(context, key, map.data, ['string']);
  for (const { element, place } of elements) {
    const [object] = Array.isArray(element.data) ? element.data : [];
    context.mapped.push({ type, name: String(object?.lo ?? ''), place });
  }
  context.steps.push({ step: 'object-map', type, map: { field, set: name } });
  context.say(`${type} name ${key.text} map { ${text} }`);
}
