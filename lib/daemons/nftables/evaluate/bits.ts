/**
 * Bit operations in comparisons: `meta mark & 0xff == 1`, `tcp flags & (syn | ack) == syn`.
 * However they are written, the kernel keeps one mask and one exclusive-or; that is what is listed.
 * Source: nft(8) "EXPRESSIONS"; linux/net/netfilter/nft_bitwise.c.
 */
import type { BitOperation, FilterStep } from '../../../world/packet-filter.contract';
import { type DataType, type TypeInfo, TYPES } from '../directives';
import type { FieldInfo } from '../fields';
import type { Expression } from '../parse/tree';
import type { RuleContext } from './context';
import { refuse, type Values } from './values';

const WHOLE = 0xffff_ffff;

export interface BitField {
  readonly info: FieldInfo;
  readonly text: string;
  readonly operations: BitOperation[];
  /** Of nothing but `&`. */
  readonly mask: number | undefined;
  /** Of nothing but `^`. */
  readonly flip: number | undefined;
  /** Values stand as plain hexadecimal numbers beside it. */
  readonly isRaw: boolean;
  /** It has to be moved to the right. */
  readonly isMoved: boolean;
}

/** A field with operations around it, innermost first. */
export function bitField(context: RuleContext, expression: Expression & { kind: 'binary' }): BitField {
  const chain: { operator: BitOperation['operator']; right: Expression }[] = [];
  let inner: Expression = expression;
  while (inner.kind === 'binary') {
    chain.unshift({ operator: inner.operator, right: inner.right });
    inner = inner.left;
  }
  if (inner.kind !== 'field') throw refuse(inner.place, 'No symbol type information');
  const info = context.field(inner.name, inner.place);
  for (const { operator, right } of chain) checkShift(operator, right, info, inner);
  const operations = chain.map(({ operator, right }) => ({
    operator,
    value: constant(context.values, right, operator === '<<' || operator === '>>' ? 'integer' : info.type),
  }));
  const isRaw = info.at !== undefined && (info.at % 8 !== 0 || info.bits % 8 !== 0);
  const show = (value: number): string =>
    isRaw ? hex(value) : beside(context.values.text(value, info.type));
  const shifts = operations.some(({ operator }) => operator === '<<' || operator === '>>');
  const { mask, flip, set } = shifts ? NO_BITS : bitsOf(operations);
  const base = isRaw ? rawBase(info, context, operations) : { text: info.text, mask: WHOLE };
  const said = shifts
    ? operations.map(({ operator, value }) => `${operator} ${operator.length === 2 ? value : show(value)}`)
    : [
        ...((mask & base.mask) >>> 0 === WHOLE ? [] : [`& ${show((mask & base.mask) >>> 0)}`]),
        ...(flip === 0 ? [] : [`^ ${show(flip)}`]),
        ...(set === 0 ? [] : [`| ${show(set)}`]),
      ];
  return {
    info,
    text: [base.text, ...said].join(' '),
    operations,
    mask: operations.length === 1 && operations[0]?.operator === '&' ? operations[0].value : undefined,
    flip: !shifts && mask === WHOLE && set === 0 ? flip : undefined,
    isRaw,
    isMoved: isRaw && ((info.at ?? 0) + info.bits) % 8 !== 0,
  };
}
function checkShift(
  operator: BitOperation['operator'],
  right: Expression,
  { bits }: FieldInfo,
  inner: Expression,
): void {
  if (operator.length !== 2 || right.kind !== 'number' || right.value < bits) return;
  throw refuse(
    right.place,
    `${operator === '<<' ? 'Left' : 'Right'} shift of ${right.value} bits is undefined for type of ${bits} bits width`,
    inner.place,
  );
}
/** Several bits beside an operator. */
export function beside(names: string): string {
  return names.includes(',') ? `(${names.replaceAll(',', ' | ')})` : names;
}
const NO_BITS = { mask: WHOLE, flip: 0, set: 0 };

/** One mask, the bits that are turned over and those that are set, for a row of operations. */
export function bitsOf(operations: readonly BitOperation[]): { mask: number; flip: number; set: number } {
  let mask = WHOLE;
  let flip = 0;
  for (const { operator, value } of operations)
    if (operator === '&') {
      mask = (mask & value) >>> 0;
      flip = (flip & value) >>> 0;
    } else if (operator === '|') {
      mask = (mask & ~value) >>> 0;
      flip = ((flip & ~value) | value) >>> 0;
    } else flip = (flip ^ value) >>> 0;
  const set = (~mask & flip) >>> 0;
  return { mask: (mask | set) >>> 0, flip: (flip & mask) >>> 0, set };
}

/** A field within a byte: its bytes, cut out and moved to the right; a part of the last bits is only cut out. */
function rawBase(
  info: FieldInfo,
  context: RuleContext,
  operations: readonly BitOperation[],
): { text: string; mask: number } {
  const at = info.at ?? 0;
  const first = at - (at % 8);
  const bits = Math.ceil((at + info.bits - first) / 8) * 8;
  const shift = bits - (at - first) - info.bits;
  const own = 2 ** info.bits - 1;
  const { base, before } = BASES[info.needs ?? ''] ?? { base: 'th', before: 0 };
  const text = `@${base},${before + first},${bits}`;
  // A value that is only turned over stays with its field.
  if (operations.every(({ operator }) => operator === '^')) return { text: info.text, mask: own };
  context.stateNeed(info);
  if (shift > 0) return { text: `(${text} & ${hex(own * 2 ** shift)}) >> ${shift}`, mask: WHOLE };
  const isWhole = operations.length === 1 && operations[0]?.operator === '&' && operations[0].value === own;
  return { text: isWhole ? info.text : text, mask: own };
}
/** Where headers start, in bits of the packet's part. */
const BASES: Readonly<Record<string, { base: string; before: number }>> = {
  ip: { base: 'nh', before: 0 },
  ip6: { base: 'nh', before: 0 },
  vlan: { base: 'll', before: 112 },
};
function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** A number made of constants. */
export function constant(values: Values, expression: Expression, type: DataType): number {
  if (expression.kind === 'binary') {
    const left = constant(values, expression.left, type);
    const right = constant(values, expression.right, type);
    switch (expression.operator) {
      case '&':
        return (left & right) >>> 0;
      case '|':
        return (left | right) >>> 0;
      case '^':
        return (left ^ right) >>> 0;
      case '<<':
        return (left << right) >>> 0;
      case '>>':
        return left >>> right;
    }
  }
  const value =
    expression.kind === 'list' ? values.range(expression, type).lo : values.single(expression, type, 32);
  if (typeof value !== 'number') throw refuse(expression.place, 'not modelled: bit operations on this type');
  return value;
}

/** How many leading bits a mask keeps; undefined: it keeps others too. */
export function prefixOf(mask: number, { bits }: Pick<TypeInfo, 'bits'>): number | undefined {
  const size = 2 ** bits - mask;
  for (let length = 1; length <= bits; length++) if (2 ** (bits - length) === size) return length;
  return undefined;
}
export function hasPrefixes(type: DataType): boolean {
  return TYPES[type].prefixes === true;
}
export type ComputeStep = FilterStep & { step: 'compute' };
/** The step that makes the value, to be looked at as `generated`. */
export function computeStep({ info, operations }: BitField): ComputeStep {
  return { step: 'compute', field: info.evaluates, operations };
}
