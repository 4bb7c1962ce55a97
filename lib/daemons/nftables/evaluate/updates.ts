/** Sets that packets fill. Source: nft(8) "SET STATEMENT", "METER STATEMENT". */
import type { FilterSet } from '../../../world/packet-filter.contract';
import { type DataType, TYPES } from '../directives';
import type { Statement } from '../parse/tree';
import { DEFAULT_SET_SIZE } from '../parse/statements';
import { durationText } from '../parse/time';
import { RuleContext, stepField } from './context';
import { findSet, keyOf } from './match';
import { dataTypesOf, keyTypesOf } from './set-types';
import { type Range, refuse } from './values';

type Update = Statement & { kind: 'set-update' };
/** Keys up to this many bits are kept in a bitmap, which packets cannot fill. */
const BITMAP_BITS = 16;

/** Evaluates one statement of a rule. */
type Evaluate = (context: RuleContext, statement: Statement) => void;

export function evaluateUpdate(context: RuleContext, statement: Update, evaluate: Evaluate): void {
  if (statement.set.kind !== 'reference') throw refuse(statement.set.place, 'No such file or directory');
  if (statement.op === 'meter') return evaluateMeter(context, statement, statement.set.name, evaluate);
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
      `datatype mismatch: expected ${typesTitle(types)}, expression has type ${typesTitle(key.types)}`,
      statement.place,
    );
  const inner = new RuleContext(context.values, context.table);
  for (const then of statement.then) evaluate(inner, then);
  const data = dataOf(context, statement, set);
  const refusal = refusalOf(statement, set);
  if (refusal !== undefined) context.refusals.push({ message: refusal, place: statement.place });
  const { op } = statement;
  context.filled.push(set.name);
  context.steps.push({
    step: 'set-update',
    op,
    set: set.name,
    field: stepField(key),
    ...(data === undefined ? {} : { data: data.parts }),
    ...(statement.timeout === undefined ? {} : { timeoutMicros: statement.timeout }),
    ...(inner.steps.length === 0 ? {} : { then: inner.steps }),
  });
  const timeout = statement.timeout === undefined ? '' : ` timeout ${durationText(statement.timeout)}`;
  const then = inner.text === '' ? '' : ` ${inner.text}`;
  const mapped = data === undefined ? '' : ` : ${data.text}`;
  context.say(`${op} @${set.name} { ${key.text}${timeout}${then}${mapped} }`);
}
export function typesTitle(types: readonly DataType[]): string {
  const titles = types.map((type) => TYPES[type].title);
  return titles.length === 1 ? (titles[0] ?? '') : `concatenation of (${titles.join(', ')})`;
}

function dataOf(
  context: RuleContext,
  { data }: Update,
  set: FilterSet,
): { parts: Range[]; text: string } | undefined {
  if (data === undefined) return undefined;
  const types = dataTypesOf(set) ?? [];
  if (data.kind === 'field' || data.kind === 'map' || data.kind === 'generator' || data.kind === 'binary')
    throw refuse(data.place, 'not modelled: maps filled with fields of packets');
  const given = data.kind === 'concat' ? data.parts : [data];
  const parts = given.map((part, index) => context.values.range(part, types[index] ?? 'integer'));
  const text = parts
    .map((part, index) => context.values.rangeText(part, types[index] ?? 'integer'))
    .join(' . ');
  return { parts, text };
}

/** What the kernel says of a set that cannot be filled like this. */
function refusalOf(statement: Update, set: FilterSet): string | undefined {
  const isDynamic = set.flags.includes('dynamic');
  const types = keyTypesOf(set);
  const width = types.length === 1 ? TYPES[types[0] ?? 'integer'].bits : Number.POSITIVE_INFINITY;
  if (set.flags.includes('interval') && !isDynamic) return 'Operation not supported';
  if ((set.map === undefined) !== (statement.data === undefined) && statement.op !== 'delete')
    return 'Invalid argument';
  const isBitmap = width <= BITMAP_BITS && set.map === undefined && set.size === undefined && !isDynamic;
  const hasTimeout = set.flags.includes('timeout') || set.timeoutMicros !== undefined;
  if (isBitmap && !hasTimeout && set.handle > 0) return 'Operation not supported';
  if (statement.timeout !== undefined && !hasTimeout) return 'Operation not supported';
  if (statement.then.some(({ kind }) => kind === 'connections') && hasTimeout)
    return 'Operation not supported';
  return statement.then.length > 0 && !isDynamic ? 'Invalid argument' : undefined;
}

/** A meter is a set of its own name that the rule makes and fills. */
function evaluateMeter(context: RuleContext, statement: Update, name: string, evaluate: Evaluate): void {
  const { size, timeout, then } = statement;
  const present = context.table.set(name);
  if (present !== undefined && present.isMeter !== true)
    context.refusals.push({ message: 'File exists', place: statement.key.place });
  const key = keyOf(context, statement.key);
  const inner = new RuleContext(context.values, context.table);
  for (const each of then) evaluate(inner, each);
  context.meters.push({
    name,
    handle: 0,
    type: key.types.join(' . '),
    flags: timeout === undefined ? ['dynamic'] : ['dynamic', 'timeout'],
    elements: [],
    isMeter: true,
    size: size === undefined || size === 0 ? DEFAULT_SET_SIZE : size,
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
  context.say(
    `meter ${name} size ${size === undefined || size === 0 ? DEFAULT_SET_SIZE : size} { ${key.text}${limited} ${inner.text} }`,
  );
}
