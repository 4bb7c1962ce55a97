/** Comparisons and verdict maps. Source: nft(8) "EXPRESSIONS", "PAYLOAD EXPRESSIONS", "VERDICT MAPS". */
import type { FilterField, FilterSet } from '../../../world/packet-filter.contract';
import { type DataType, TYPES } from '../directives';
import type { FieldInfo } from '../fields';
import type { Comparison, Expression, Place, Statement } from '../parse/tree';
import { beside, type BitField, bitField, computeStep, constant, hasPrefixes, prefixOf } from './bits';
import { type KeyShape, type RuleContext, stepField } from './context';
import { elementText, hasIntervals, type Placed, readElements, settle } from './elements';
import { dataTypesOf, keyTypesOf } from './set-types';
import { type Range, refuse } from './values';

type Match = Statement & { kind: 'match' };

/** Reads the left side: a field or a concatenation of fields. */
export function keyOf(context: RuleContext, expression: Expression): KeyShape {
  if (expression.kind === 'field') {
    const { text, type, bits, evaluates } = context.field(expression.name, expression.place);
    return { fields: [evaluates], types: [type], bits: [bits], text: spoken(text) };
  }
  const parts = expression.kind === 'concat' ? expression.parts : [expression];
  const infos = parts.map((part) => {
    if (part.kind === 'generator') return generated(context, part);
    if (part.kind === 'binary') return computed(context, part);
    if (part.kind !== 'field')
      throw refuse(
        part.kind === 'set' ? part.elements[0]?.place : part.place,
        parts.length > 1 && part.kind === 'symbol'
          ? `Can't parse symbolic invalid expressions`
          : 'No symbol type information',
      );
    return context.field(part.name, part.place);
  });
  return {
    fields: infos.map(({ evaluates }) => evaluates),
    types: infos.map(({ type }) => type),
    bits: infos.map(({ bits }) => bits),
    text: infos.map(({ text }) => spoken(text)).join(' . '),
  };
}

function spoken(text: string): string {
  return text === 'iiftype' || text === 'oiftype' ? `meta ${text}` : text;
}

/** Makes the number before anything looks at it. */
function generated(context: RuleContext, made: Expression & { kind: 'generator' }): FieldInfo {
  const { mode, modulus, offset, seed } = made;
  const key = made.key === undefined ? undefined : keyOf(context, made.key);
  if (modulus === 0)
    context.refusals.push({
      message: 'Numerical result out of range',
      place: made.place,
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
  return { text, type: 'integer', bits: TYPES.integer.bits, needs: undefined, evaluates: 'generated' };
}
/** Changes the bits before anything looks at them. */
function computed(context: RuleContext, expression: Expression & { kind: 'binary' }): FieldInfo {
  const found = bitField(context, expression);
  context.steps.push(computeStep(found));
  return { ...found.info, text: found.text, evaluates: 'generated' };
}

export function evaluateMatch(context: RuleContext, match: Match): void {
  const { left, right } = match;
  if (left.kind === 'binary') return evaluateMasked(context, match, left);
  const key = keyOf(context, left);
  checkPorts(context, key, right);
  if (key.text === 'meta nftrace')
    context.refusals.push({ message: 'Operation not supported', place: left.place });
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

/** Ports of a connection have a type only where its protocol is known. */
function checkPorts(context: RuleContext, key: KeyShape, value: Expression): void {
  if (context.transport !== undefined || !key.text.startsWith('ct ')) return;
  if (!/^ct (?:original|reply) proto-/.test(key.text)) return;
  const place = value.kind === 'set' ? value.elements[0]?.key.place : value.place;
  throw refuse(place, `Can't parse symbolic invalid expressions`);
}

function matchValue(context: RuleContext, match: Match, key: KeyShape, type: DataType): void {
  const { values } = context;
  const { right } = match;
  // Whether there is an interface at all.
  if ((type === 'iface_index' || type === 'ifname') && key.text.startsWith('fib ') && right.kind === 'symbol')
    if (right.text === 'missing' || right.text === 'exists') {
      const op = (right.text === 'missing') === (match.operator !== '!=') ? '==' : '!=';
      context.steps.push({
        step: 'match',
        field: stepField(key),
        op,
        values: [type === 'ifname' ? { lo: '', hi: '' } : { lo: 0, hi: 0 }],
      });
      context.say(join(key.text, match.operator === '!=' ? '!=' : '', right.text));
      return;
    }
  if (
    right.kind === 'symbol' &&
    !right.quoted &&
    type !== 'boolean' &&
    type !== 'iface_index' &&
    type !== 'ifname'
  )
    if (right.text === 'missing' || right.text === 'exists')
      throw refuse(
        right.place,
        `datatype mismatch, expected ${TYPES[type].title}, expression has type boolean type`,
        match.left.place,
      );
  if (type === 'ifname' && right.kind === 'range')
    throw refuse(right.from.place, 'Range expression is undefined for network interface name types', {
      ...right.place,
      start: right.from.place.end,
    });
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
  // A range that was written as one stays one.
  const said = match.right.kind === 'range' ? values.spanText(range, type) : values.rangeText(range, type);
  if (match.right.kind === 'prefix' && !hasPrefixes(type)) {
    context.say(prefixText(context, key, operator, range, match.right.length));
    return;
  }
  const implies =
    operator === '' && range.lo === range.hi
      ? context.settle(key.text, values.rangeText(range, type), match.place)
      : undefined;
  context.say(join(key.text, operator, said), implies);
}
/** Whole bytes of a value stay a prefix; other bits become a mask. */
function prefixText(
  { values }: RuleContext,
  key: KeyShape,
  operator: Comparison,
  { lo }: Range,
  length: number,
): string {
  const [type = 'integer'] = key.types;
  const [bits = TYPES[type].bits] = key.bits;
  if (length % 8 === 0) return join(key.text, operator, `${values.text(lo, type)}/${length}`);
  const mask = 2 ** bits - 2 ** (bits - length);
  return `${key.text} & ${values.text(mask, type)} ${operator === '' ? '==' : operator} ${values.text(lo, type)}`;
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
    const said = values.text(mask, type);
    context.say(
      bits === 0 && operator !== '!='
        ? `${key.text} ! ${said}`
        : `${join(key.text, operator === '!=' ? '!=' : '', value)} / ${said}`,
    );
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
    const said = type === 'tcp_flag' ? values.rangeText(range, type) : hexRange(range);
    context.say(join(key.text, operator === '==' ? '' : operator, said));
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
/** Bits in the host's own order have no names beside `<` and in ranges. */
function hexRange({ lo, hi }: Range): string {
  const hex = (value: number | string): string => `0x${Number(value).toString(16)}`;
  return lo === hi ? hex(lo) : `${hex(lo)}-${hex(hi)}`;
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
  const { right } = match;
  const operator = match.operator === '' || match.operator === '!' ? '==' : match.operator;
  if (right.kind === 'set' || right.kind === 'reference' || right.kind === 'range') {
    const key = keyOf(context, left);
    if (right.kind === 'reference') return matchNamed(context, match, key, right);
    if (right.kind === 'range') return matchValue(context, match, key, key.types[0] ?? 'integer');
    return matchSet(context, { ...match, operator }, key, right);
  }
  const found = bitField(context, left);
  const { info, mask, flip } = found;
  const { type } = info;
  if (found.operations.some(({ operator: each }) => each.length === 2) && type !== 'integer')
    throw refuse(
      right.place,
      `datatype mismatch, expected ${TYPES[type].title}, expression has type integer`,
      left.place,
    );
  const value = constant(context.values, right, type);
  const field = info.evaluates;
  if (flip !== undefined) {
    // Both sides are turned over: the field alone is left.
    const range = { lo: (value ^ flip) >>> 0, hi: (value ^ flip) >>> 0 };
    context.steps.push({ step: 'match', field, op: operator, values: [range] });
    const shown = found.isMoved ? `0x${range.lo.toString(16)}` : context.values.text(range.lo, type);
    const isSaid = operator !== '==' || TYPES[type].bitmask === true;
    context.say(join(info.text, isSaid ? operator : '', shown));
    return;
  }
  if (mask === undefined) {
    context.steps.push(computeStep(found));
    context.steps.push({
      step: 'match',
      field: 'generated',
      op: operator,
      values: [{ lo: value, hi: value }],
    });
  } else if (operator === '==' || operator === '!=') pushMasked(context, field, operator, mask, value);
  else context.steps.push({ step: 'match', field, op: operator, mask, values: [{ lo: value, hi: value }] });
  context.say(maskedText(context, found, operator, value));
}
function maskedText(context: RuleContext, found: BitField, operator: Comparison, value: number): string {
  const { info, mask, text, isRaw } = found;
  const { type } = info;
  const show = (number: number): string =>
    isRaw ? `0x${number.toString(16)}` : context.values.text(number, type);
  if (text === info.text)
    return join(text, operator === '==' ? '' : operator, show(value).replace(/^0x/, ''));
  const isEquation = operator === '==' || operator === '!=';
  if (mask !== undefined && TYPES[type].bitmask === true) {
    if (!isEquation) return `${info.text} & ${beside(show(mask))} ${operator} ${show(value)}`;
    if (value === 0) return `${info.text} ${operator === '!=' ? '' : '! '}${show(mask)}`;
    if ((mask & (mask - 1)) !== 0)
      return `${join(info.text, operator === '!=' ? '!=' : '', show(value))} / ${show(mask)}`;
  }
  const length = mask === undefined || !hasPrefixes(type) ? undefined : prefixOf(mask, TYPES[type]);
  if (length !== undefined)
    return join(
      info.text,
      operator === '==' ? '' : operator,
      `${context.values.text(value, type)}/${length}`,
    );
  return `${text} ${operator} ${show(value)}`;
}

/** `a . b` against one value. */
function matchTogether(context: RuleContext, match: Match, key: KeyShape): void {
  const { values } = context;
  const { right } = match;
  if (match.operator !== '' || right.kind === 'concat')
    throw refuse(
      match.left.place,
      'Use concatenations with sets and maps, not singleton values',
      right.place,
    );
  const parts = [right];
  if (parts.length < key.types.length)
    throw refuse(
      right.place,
      `invalid data type, expected concatenation of (${key.types.map((type) => TYPES[type].title).join(', ')})`,
    );
  const ranges = parts.map((part, index) => values.range(part, key.types[index] ?? 'integer'));
  context.steps.push({
    step: 'match',
    field: stepField(key),
    op: '==',
    values: ranges,
  });
  const text = ranges
    .map((range, index) => values.rangeText(range, key.types[index] ?? 'integer'))
    .join(' . ');
  context.say(join(key.text, '', text));
}

// ---------------------------------------------------------------- sets
export function findSet(context: RuleContext, reference: Expression & { kind: 'reference' }): FilterSet {
  const absent = context.table.absent?.();
  if (absent !== undefined) throw absent;
  const set = context.table.set(reference.name);
  if (set === undefined) {
    const like = context.table.like?.(reference.name);
    throw refuse(reference.place, `No such file or directory${like === undefined ? '' : `; ${like}`}`);
  }
  context.references.push({ name: reference.name, place: context.statement ?? reference.place });
  return set;
}
export function checkTypes(
  key: KeyShape,
  set: FilterSet,
  place: Place,
  left: Place,
  { isMap }: { isMap: boolean } = { isMap: false },
): void {
  const types = keyTypesOf(set);
  if (types.length !== key.types.length || types.some((type, index) => type !== key.types[index])) {
    const say = (list: readonly DataType[]): string =>
      list.length === 1
        ? TYPES[list[0] ?? 'integer'].title
        : `concatenation of (${list.map((type) => TYPES[type].title).join(', ')})`;
    throw refuse(
      place,
      isMap
        ? `datatype mismatch, map expects ${say(types)}, mapping expression has type ${say(key.types)}`
        : `datatype mismatch, expected ${say(key.types)}, expression has type ${say(types)}`,
      left,
    );
  }
}

/** The operator between two expressions. */
function between(left: Place, right: Place): Place {
  const text = left.source.text.slice(left.end, right.start);
  const start = left.end + text.length - text.trimStart().length;
  return { ...left, start, end: start + text.trim().length };
}

function matchNamed(
  context: RuleContext,
  match: Match,
  key: KeyShape,
  right: Expression & { kind: 'reference' },
): void {
  if (match.operator === '!')
    throw refuse(match.left.place, 'negation can only be used with singleton bitmask values', right.place);
  if (match.operator.startsWith('<') || match.operator.startsWith('>'))
    throw refuse(
      right.place,
      `Relational expression (${match.operator}) is undefined for set reference expressions`,
      between(match.left.place, right.place),
    );
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
  const shape = {
    key: key.types,
    data: undefined,
    interval: false,
    merges: true,
    anonymous: true,
    keyPlace: match.left.place,
  };
  const given = readElements(context.values, right, shape);
  const [only] = given;
  const operator = match.operator === '!=' ? '!=' : '';
  if (given.length === 1 && only !== undefined && key.types.length === 1) {
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
  const name = context.addSet(
    {
      type: key.types.join(' . '),
      flags: hasIntervals(settled) ? ['interval'] : [],
      elements: settled.map(({ element }) => element),
    },
    right.place,
  );
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
  if (key.text === 'icmp type' || key.text === 'icmpv6 type')
    context.icmpType = settled.flatMap(({ element }) => element.key.map(({ lo }) => Number(lo)));
  const text = settled
    .map(({ element }) =>
      elementText(context.values, element, { key: key.types, data: undefined }, undefined),
    )
    .join(', ');
  // Behind a bit operation the comparison is said.
  const isSaid = operator === '' && match.left.kind === 'binary';
  context.say(join(key.text, isSaid ? '==' : operator, `{ ${text} }`));
}

/** `key vmap { … }` */
export function evaluateVerdictMap(context: RuleContext, statement: Statement & { kind: 'vmap' }): void {
  const key = keyOf(context, statement.key);
  const { data } = statement;
  if (data.kind === 'reference') {
    const set = findSet(context, data);
    if (set.map === undefined) throw refuse(data.place, 'Expression is not a map');
    if (set.map !== 'verdict') throw refuse(data.place, 'invalid verdict map expression');
    checkTypes(key, set, data.place, statement.key.place, { isMap: true });
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
): { name: string; text: string; elements: readonly Placed[] } {
  const shape = { key: key.types, data: types, interval: false, merges: false, anonymous: true };
  const settled = settle(readElements(context.values, data, shape), shape);
  for (const { jump } of settled) if (jump !== undefined) context.jumps.push({ ...jump, isMapped: true });
  const name = context.addSet(
    {
      type: key.types.join(' . '),
      map: types.join(' . '),
      flags: hasIntervals(settled) ? ['interval'] : [],
      elements: settled.map(({ element }) => element),
    },
    data.place,
  );
  const text = settled
    .map(({ element }) => elementText(context.values, element, { key: key.types, data: types }, undefined))
    .join(', ');
  return { name, text, elements: settled };
}
export function mapDataOf(set: FilterSet): readonly DataType[] {
  return dataTypesOf(set) ?? [];
}
