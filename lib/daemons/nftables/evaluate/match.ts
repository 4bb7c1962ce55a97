/** Comparisons and verdict maps. Source: nft(8) "EXPRESSIONS", "PAYLOAD EXPRESSIONS", "VERDICT MAPS". */
import type { FilterField, FilterSet } from '../../../world/network.contract';
import { type DataType, type FieldInfo, TYPES } from '../directives';
import type { Comparison, Expression, Place, Statement } from '../parse/tree';
import { filterField, type KeyShape, type RuleContext, stepField } from './context';
import { elementText, hasIntervals, readElements, settle } from './elements';
import { dataTypesOf, keyTypesOf } from './set-types';
import { type Range, refuse } from './values';

type Match = Statement & { kind: 'match' };

/** Reads the left side: a field or a concatenation of fields. */
export function keyOf(context: RuleContext, expression: Expression): KeyShape {
  const parts = expression.kind === 'concat' ? expression.parts : [expression];
  const infos = parts.map((part) => {
    if (part.kind === 'generator') return generated(context, part);
    if (part.kind !== 'field')
      throw refuse(part.kind === 'set' ? part.elements[0]?.place : part.place, 'No symbol type information');
    return context.field(part.name, part.place);
  });
  const texts = infos.map(({ text }) => (text === 'iiftype' || text === 'oiftype' ? `meta ${text}` : text));
  return {
    fields: infos.map((info, index) =>
      parts[index]?.kind === 'generator' ? 'generated' : filterField(info.text),
    ),
    types: infos.map(({ type }) => type),
    bits: infos.map(({ bits }) => bits),
    text: texts.join(' . '),
  };
}

/** Makes the number before anything looks at it. */
function generated(context: RuleContext, made: Expression & { kind: 'generator' }): FieldInfo {
  const { mode, modulus, offset, seed } = made;
  const key = made.key === undefined ? undefined : keyOf(context, made.key);
  if (modulus === 0)
    context.refusals.push({
      message: 'Numerical result out of range',
      place: context.statement ?? made.place,
    });
  context.steps.push({
    step: 'generate',
    mode,
    modulus: Math.max(1, modulus),
    offset,
    seed: seed ?? 0,
    fields: key?.fields ?? [],
    next: 0,
  });
  const what = mode === 'jhash' ? `jhash ${key?.text ?? ''}` : mode === 'symhash' ? mode : `numgen ${mode}`;
  const seeded = seed === undefined ? '' : ` seed 0x${seed.toString(16)}`;
  const shifted = offset === 0 ? '' : ` offset ${offset}`;
  const text = `${what} mod ${modulus}${seeded}${shifted}`;
  return { text, type: 'integer', bits: TYPES.integer.bits, needs: undefined };
}

export function evaluateMatch(context: RuleContext, match: Match): void {
  const { left, right } = match;
  if (left.kind === 'binary') return evaluateMasked(context, match, left);
  const key = keyOf(context, left);
  if (right.kind === 'reference') return matchNamed(context, match, key, right);
  if (right.kind === 'set') return matchSet(context, match, key, right);
  if (key.types.length > 1) return matchTogether(context, match, key);
  const type = key.types[0] ?? 'integer';
  if (right.kind === 'symbol' && right.isProtocol === true && type !== 'inet_proto')
    throw refuse(
      right.place,
      `datatype mismatch, expected ${TYPES[type].title}, expression has type ${TYPES.inet_proto.title}`,
      left.place,
    );
  if (TYPES[type].bitmask === true) return matchBits(context, match, key, type);
  if (match.mask !== undefined)
    throw refuse(match.mask.place, `Basetype of type ${TYPES[type].title} is not bitmask`);
  if (match.operator === '!')
    throw refuse(left.place, 'negation can only be used with singleton bitmask values', right.place);
  matchValue(context, match, key, type);
}

function matchValue(context: RuleContext, match: Match, key: KeyShape, type: DataType): void {
  const { values } = context;
  const { right } = match;
  // Whether there is an interface at all.
  if (type === 'iface_index' && key.text.startsWith('fib ') && right.kind === 'symbol')
    if (right.text === 'missing' || right.text === 'exists') {
      const op = (right.text === 'missing') === (match.operator !== '!=') ? '==' : '!=';
      context.steps.push({ step: 'match', field: stepField(key), op, values: [{ lo: 0, hi: 0 }] });
      context.say(join(key.text, match.operator === '!=' ? '!=' : '', right.text));
      return;
    }
  let range = values.range(match.right, type, key.bits[0]);
  let operator = match.operator === '==' ? '' : match.operator;
  // Hours over midnight are those outside the rest of the day.
  if (
    type === 'hour' &&
    typeof range.lo === 'number' &&
    typeof range.hi === 'number' &&
    range.lo > range.hi
  ) {
    range = { lo: range.hi, hi: range.lo };
    operator = operator === '!=' ? '' : '!=';
  }
  context.steps.push({
    step: 'match',
    field: stepField(key),
    op: operator === '' || operator === '!' ? '==' : operator,
    values: [range],
  });
  if (key.text === 'ct original proto-dst' && context.transport === undefined)
    throw refuse(match.right.place, `Can't parse symbolic invalid expressions`);
  // A range that was written as one stays one.
  const said = match.right.kind === 'range' ? values.spanText(range, type) : values.rangeText(range, type);
  const implies =
    operator === '' && range.lo === range.hi
      ? context.settle(key.text, values.rangeText(range, type), match.place)
      : undefined;
  context.say(join(key.text, operator, said), implies);
}
function join(key: string, operator: Comparison, value: string): string {
  return operator === '' ? `${key} ${value}` : `${key} ${operator} ${value}`;
}

/** `ct state`, `ct status`, `tcp flags`: any of the bits, exactly these, or these of a mask. */
function matchBits(context: RuleContext, match: Match, key: KeyShape, type: DataType): void {
  const { values } = context;
  const field = stepField(key);
  const range = values.range(match.right, type);
  const bits = typeof range.lo === 'number' ? range.lo : 0;
  const value = values.text(bits, type);
  const { operator } = match;
  if (match.mask !== undefined) {
    const mask = values.range(match.mask, type).lo;
    pushMasked(context, field, operator === '!=' ? '!=' : '==', typeof mask === 'number' ? mask : 0, bits);
    context.say(`${join(key.text, operator === '!=' ? '!=' : '', value)} / ${values.text(mask, type)}`);
    return;
  }
  if (
    match.right.kind === 'range' ||
    operator === '<' ||
    operator === '>' ||
    operator === '<=' ||
    operator === '>='
  ) {
    context.steps.push({
      step: 'match',
      field,
      op: operator === '' || operator === '!' ? '==' : operator,
      values: [range],
    });
    context.say(join(key.text, operator === '==' ? '' : operator, values.rangeText(range, type)));
    return;
  }
  switch (operator) {
    case '':
      context.steps.push({ step: 'match', field, op: '==', bits: true, values: [range] });
      context.say(`${key.text} ${value}`);
      return;
    case '!':
      context.steps.push({ step: 'match', field, op: '!=', bits: true, values: [range] });
      context.say(`${key.text} ! ${value}`);
      return;
    default: {
      const isSingle = (bits & (bits - 1)) === 0;
      // The state of a packet is one bit: equal to several never holds, but is what the program asks for.
      if (type === 'tcp_flag') pushMasked(context, field, operator === '!=' ? '!=' : '==', 0xff, bits);
      else
        context.steps.push({
          step: 'match',
          field,
          op: operator === '!=' ? '!=' : '==',
          bits: true,
          values: [range],
        });
      const several = type === 'tcp_flag' ? `0x${bits.toString(16)}` : value.replaceAll(',', ' | ');
      context.say(`${key.text} ${operator} ${isSingle ? value : several}`);
    }
  }
}
function pushMasked(
  context: RuleContext,
  field: FilterField | FilterField[],
  op: '==' | '!=',
  mask: number,
  value: number,
): void {
  context.steps.push({ step: 'match', field, op, mask, values: [{ lo: value, hi: value }] });
}

/** `field & mask == value` */
function evaluateMasked(context: RuleContext, match: Match, left: Expression & { kind: 'binary' }): void {
  const { values } = context;
  if (left.operator !== '&') throw refuse(left.place, `not modelled: ${left.operator} in a comparison`);
  if (left.left.kind !== 'field')
    throw refuse(
      left.left.place,
      left.left.kind === 'binary' ? 'not modelled: nested bit operations' : 'No symbol type information',
    );
  const key = keyOf(context, left.left);
  const type = key.types[0] ?? 'integer';
  const field = stepField(key);
  const mask = values.range(left.right, type, 32).lo;
  const value =
    match.right.kind === 'list' ? values.range(match.right, type).lo : values.single(match.right, type, 32);
  if (typeof mask !== 'number' || typeof value !== 'number')
    throw refuse(left.place, 'not modelled: bit operations on this type');
  const operator = match.operator === '' || match.operator === '!' ? '==' : match.operator;
  if (operator === '==' || operator === '!=') pushMasked(context, field, operator, mask, value);
  else context.steps.push({ step: 'match', field, op: operator, mask, values: [{ lo: value, hi: value }] });
  const show = (number: number): string => (type === 'integer' ? String(number) : values.text(number, type));
  if (TYPES[type].bitmask === true) {
    if (value === 0) {
      context.say(operator === '!=' ? `${key.text} ${show(mask)}` : `${key.text} ! ${show(mask)}`);
      return;
    }
    if ((mask & (mask - 1)) !== 0) {
      context.say(`${join(key.text, operator === '!=' ? '!=' : '', show(value))} / ${show(mask)}`);
      return;
    }
    context.say(`${key.text} & ${show(mask)} ${operator} ${show(value)}`);
    return;
  }
  const inverse = 0xffffffff - mask + 1;
  if (
    type === 'ipv4_addr' &&
    operator === '==' &&
    Number.isInteger(0x100000000 / inverse) &&
    isPower(inverse)
  ) {
    const range: Range = { lo: value, hi: value + inverse - 1 };
    context.say(`${key.text} ${values.rangeText(range, type)}`);
    return;
  }
  context.say(`${key.text} & ${show(mask)} ${operator} ${show(value)}`);
}
function isPower(size: number): boolean {
  let value = 1;
  while (value < size) value *= 2;
  return value === size;
}

/** `a . b` against one value. */
function matchTogether(context: RuleContext, match: Match, key: KeyShape): void {
  const { values } = context;
  const { right } = match;
  const parts = right.kind === 'concat' ? right.parts : [right];
  if (parts.length < key.types.length)
    throw refuse(
      right.place,
      `invalid data type, expected concatenation of (${key.types.map((type) => TYPES[type].title).join(', ')})`,
    );
  const ranges = parts.map((part, index) => values.range(part, key.types[index] ?? 'integer'));
  context.steps.push({
    step: 'match',
    field: stepField(key),
    op: match.operator === '!=' ? '!=' : '==',
    values: ranges,
  });
  const text = ranges
    .map((range, index) => values.rangeText(range, key.types[index] ?? 'integer'))
    .join(' . ');
  context.say(join(key.text, match.operator === '!=' ? '!=' : '', text));
}

// ---------------------------------------------------------------- sets
export function findSet(context: RuleContext, reference: Expression & { kind: 'reference' }): FilterSet {
  const set = context.table.set(reference.name);
  if (set === undefined) {
    const like = context.table.like?.(reference.name);
    throw refuse(reference.place, `No such file or directory${like === undefined ? '' : `; ${like}`}`);
  }
  context.references.push({ name: reference.name, place: context.statement ?? reference.place });
  return set;
}
function checkTypes(key: KeyShape, set: FilterSet, place: Place, left: Place): void {
  const types = keyTypesOf(set);
  if (types.length !== key.types.length || types.some((type, index) => type !== key.types[index])) {
    const say = (list: readonly DataType[]): string =>
      list.length === 1
        ? TYPES[list[0] ?? 'integer'].title
        : `concatenation of (${list.map((type) => TYPES[type].title).join(', ')})`;
    throw refuse(
      place,
      `datatype mismatch, expected ${say(key.types)}, expression has type ${say(types)}`,
      left,
    );
  }
}

function matchNamed(
  context: RuleContext,
  match: Match,
  key: KeyShape,
  right: Expression & { kind: 'reference' },
): void {
  const set = findSet(context, right);
  checkTypes(key, set, right.place, match.left.place);
  context.steps.push({
    step: 'match',
    field: stepField(key),
    op: match.operator === '!=' ? '!=' : '==',
    set: set.name,
  });
  context.say(join(key.text, match.operator === '!=' ? '!=' : '', `@${set.name}`));
}

function matchSet(
  context: RuleContext,
  match: Match,
  key: KeyShape,
  right: Expression & { kind: 'set' },
): void {
  const shape = { key: key.types, data: undefined, interval: false, merges: true, anonymous: true };
  const given = readElements(context.values, right, shape);
  const [only] = given;
  const operator = match.operator === '!=' ? '!=' : '';
  if (
    given.length === 1 &&
    only !== undefined &&
    key.types.length === 1 &&
    TYPES[key.types[0] ?? 'integer'].bitmask !== true
  ) {
    const element = right.elements[0];
    if (
      element !== undefined &&
      element.key.kind !== 'set' &&
      element.key.kind !== 'wildcard' &&
      element.comment === undefined
    )
      return matchValue(context, { ...match, right: element.key }, key, key.types[0] ?? 'integer');
  }
  const settled = settle(given, shape);
  const name = context.addSet({
    type: key.types.join(' . '),
    flags: hasIntervals(settled) ? ['interval'] : [],
    elements: settled.map(({ element }) => element),
  });
  const [bits] = key.types;
  if (key.text === 'ip protocol' || key.text === 'meta l4proto' || key.text === 'ip6 nexthdr') {
    const last = settled[settled.length - 1]?.element.key[0];
    if (operator === '' && last !== undefined && bits !== undefined)
      context.settle(key.text, context.values.rangeText(last, bits), match.place);
    context.isOneOf = true;
  }
  context.steps.push({
    step: 'match',
    field: stepField(key),
    op: operator === '!=' ? '!=' : '==',
    set: name,
  });
  const text = settled
    .map(({ element }) =>
      elementText(context.values, element, { key: key.types, data: undefined }, undefined),
    )
    .join(', ');
  context.say(join(key.text, operator, `{ ${text} }`));
}

/** `key vmap { … }` */
export function evaluateVerdictMap(context: RuleContext, statement: Statement & { kind: 'vmap' }): void {
  const key = keyOf(context, statement.key);
  const { data } = statement;
  if (data.kind === 'reference') {
    const set = findSet(context, data);
    if (set.map === undefined) throw refuse(data.place, 'Expression is not a map');
    if (set.map !== 'verdict') throw refuse(data.place, 'invalid verdict map expression');
    checkTypes(key, set, data.place, statement.key.place);
    context.steps.push({ step: 'vmap', field: stepField(key), set: set.name });
    context.say(`${key.text} vmap @${set.name}`);
    return;
  }
  const { name, text } = anonymousMap(context, key, data, ['verdict']);
  context.steps.push({ step: 'vmap', field: stepField(key), set: name });
  context.say(`${key.text} vmap { ${text} }`);
}

/** A map written in the rule; returns its local name and its text. */
export function anonymousMap(
  context: RuleContext,
  key: KeyShape,
  data: Expression,
  types: readonly DataType[],
): { name: string; text: string } {
  const shape = { key: key.types, data: types, interval: false, merges: false, anonymous: true };
  const settled = settle(readElements(context.values, data, shape), shape);
  for (const { jump } of settled) if (jump !== undefined) context.jumps.push(jump);
  const name = context.addSet({
    type: key.types.join(' . '),
    map: types.join(' . '),
    flags: hasIntervals(settled) ? ['interval'] : [],
    elements: settled.map(({ element }) => element),
  });
  const text = settled
    .map(({ element }) => elementText(context.values, element, { key: key.types, data: types }, undefined))
    .join(', ');
  return { name, text };
}
export function mapDataOf(set: FilterSet): readonly DataType[] {
  return dataTypesOf(set) ?? [];
}
