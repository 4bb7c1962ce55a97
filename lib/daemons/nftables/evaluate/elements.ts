/**
 * Elements of sets and maps: read by the types of the set, put in order,
 * intervals joined or refused.
 * Source: nft(8) "SETS", "MAPS", "ELEMENTS"; the order is that of 1.0.6's listing.
 */
import type { FilterElement, Verdict } from '../../../world/packet-filter.contract';
import type { Micros } from '../../../std/instant';
import { type DataType, TYPES } from '../directives';
import type { Element, Expression, Place } from '../parse/tree';
import { expandIPv6 } from './ipv6';
import { kernel } from '../kernel/trouble';
import { stateText } from './stateful';
import { EvaluationTrouble, type Range, refuse, type Value, type Values } from './values';

export interface SetShape {
  readonly key: readonly DataType[];
  /** Undefined: a plain set. */
  readonly data: readonly DataType[] | undefined;
  readonly interval: boolean;
  /** Overlapping and neighbouring ranges become one. */
  readonly merges: boolean;
  readonly anonymous: boolean;
  /** Whether elements count packets; undefined where any may. */
  readonly counts?: boolean;
  /** Bits of each part, where they are fewer than the type has. */
  readonly bits?: readonly number[];
  /** What the elements are compared with, or the types as declared. */
  readonly keyPlace?: Place;
}
/** An element and where it was written. */
export interface Placed {
  readonly element: FilterElement;
  readonly place: Place;
  readonly jump: { chain: string; place: Place } | undefined;
  /** Of the key alone. */
  readonly keyPlace?: Place;
}

export function readElements(values: Values, expression: Expression, shape: SetShape): Placed[] {
  const found: Placed[] = [];
  const visit = (given: Expression): void => {
    if (given.kind !== 'set') {
      found.push(readElement(values, plain(given), shape));
      return;
    }
    for (const element of given.elements) {
      // A variable that holds a set stands for its elements.
      if (element.key.kind === 'set' && element.data === undefined) visit(element.key);
      else found.push(readElement(values, element, shape));
    }
  };
  visit(expression);
  return found;
}

function plain(key: Expression): Element {
  return {
    key,
    data: undefined,
    timeout: undefined,
    expires: undefined,
    comment: undefined,
    counter: undefined,
    counterPlace: undefined,
    place: key.place,
  };
}

function readElement(values: Values, given: Element, shape: SetShape): Placed {
  const key = readKey(values, given.key, shape);
  if (given.counter !== undefined && shape.counts === false)
    throw refuse(given.counterPlace, `missing statement in ${kindOf(shape)} declaration`);
  let data: FilterElement['data'];
  let jump: Placed['jump'];
  if (shape.data === undefined) {
    if (given.data !== undefined) {
      if (shape.anonymous) throw refuse(given.place, 'mapping outside of map context');
      throw new EvaluationTrouble({ place: undefined, message: 'set is not a map', isNetlink: true });
    }
  } else if (given.data === undefined) throw kernel('EINVAL', given.place);
  else if (shape.data[0] === 'verdict') {
    if (given.data.kind !== 'verdict')
      throw refuse(given.data.place, "Can't parse symbolic netfilter verdict expressions");
    const { verdict, chain } = given.data;
    const name = chain?.kind === 'symbol' ? chain.text : '';
    data = (
      verdict === 'jump' || verdict === 'goto' ? { kind: verdict, chain: name } : { kind: verdict }
    ) as Verdict;
    if (verdict === 'jump' || verdict === 'goto') jump = { chain: name, place: given.place };
  } else if (given.data.kind === 'verdict') throw kernel('EINVAL', given.place);
  else {
    if (!shape.anonymous && !shape.interval && given.data.kind === 'range')
      throw refuse(given.data.place, 'Value must be a singleton');
    data = partsOf(given.data, shape.data, values);
  }
  const element: FilterElement = { key, text: '' };
  if (data !== undefined) element.data = data;
  if (given.comment !== undefined) element.comment = given.comment;
  if (given.counter !== undefined) element.counter = { ...given.counter };
  if (given.timeout !== undefined) element.timeoutMicros = given.timeout;
  return { element, place: given.place, keyPlace: given.key.place, jump };
}

function partsOf(
  expression: Expression,
  types: readonly DataType[],
  values: Values,
  bits: readonly number[] = [],
): Range[] {
  const parts = expression.kind === 'concat' ? expression.parts : [expression];
  if (parts.length < types.length)
    throw refuse(
      expression.place,
      `invalid data type, expected concatenation of (${types.map((type) => TYPES[type].title).join(', ')})`,
    );
  return parts.map((part, index) => {
    const type = types[index];
    if (type === undefined) throw refuse(parts[0]?.place, `Can't parse symbolic invalid expressions`);
    return values.range(part, type, bits[index]);
  });
}

function readKey(values: Values, expression: Expression, shape: SetShape): Range[] {
  if (expression.kind === 'wildcard')
    return shape.key.map((type) =>
      type === 'ifname' ? { lo: '*', hi: '*' } : { lo: 0, hi: Number.MAX_SAFE_INTEGER },
    );
  if (!shape.anonymous && !shape.interval) {
    const parts = expression.kind === 'concat' ? expression.parts : [expression];
    for (const part of parts) {
      const isPattern = part.kind === 'symbol' && part.text.endsWith('*') && shape.key.includes('ifname');
      const kind =
        part.kind === 'prefix' || isPattern ? 'prefix' : part.kind === 'range' ? 'range' : undefined;
      if (kind !== undefined)
        throw refuse(
          part.place,
          `You must add 'flags interval' to your ${kindOf(shape)} declaration if you want to add ${kind} elements`,
        );
    }
  }
  if (expression.kind === 'concat' && shape.key.length > 1 && expression.parts.length > shape.key.length)
    throw tooMany(expression, shape);
  return partsOf(expression, shape.key, values, shape.bits);
}
function kindOf({ data }: SetShape): string {
  return data === undefined ? 'set' : 'map';
}
/** One component too many: in a rule the whole is meant, elsewhere what is left over. */
function tooMany(expression: Expression & { kind: 'concat' }, shape: SetShape): EvaluationTrouble {
  if (shape.keyPlace !== undefined)
    return refuse(expression.place, 'too many concatenation components', shape.keyPlace);
  const extra = expression.parts[shape.key.length];
  const place =
    extra === undefined ? expression.place : { ...extra.place, start: extra.place.start - '. '.length };
  return refuse(place, `Can't parse symbolic invalid expressions`);
}

export function isWildcardElement(element: FilterElement): boolean {
  return element.key.every(({ lo, hi }) => lo === '*' || hi === Number.MAX_SAFE_INTEGER);
}

/** Whether any element is more than a single value: such a set has intervals. */
export function hasIntervals(elements: readonly Placed[]): boolean {
  return elements.some(({ element }) =>
    element.key.some(({ lo, hi }) => lo !== hi || (typeof lo === 'string' && lo.endsWith('*'))),
  );
}

/** Orders elements, joins or refuses overlaps, drops what is there twice. */
export function settle(elements: readonly Placed[], shape: SetShape): Placed[] {
  const isInterval = shape.interval || hasIntervals(elements);
  const sorted = elements.toSorted((a, b) => compareElements(a.element, b.element, isInterval, shape.key));
  const kept: Placed[] = [];
  for (const next of sorted) {
    const last = kept[kept.length - 1];
    if (last === undefined || next.element.key.length !== 1) {
      if (last !== undefined && sameKey(last.element, next.element)) {
        if (!sameData(last.element, next.element)) throw twice(last, next);
        continue;
      }
      kept.push(next);
      continue;
    }
    const a = last.element.key[0];
    const b = next.element.key[0];
    if (a === undefined || b === undefined || isWildcardElement(next.element)) {
      kept.push(next);
      continue;
    }
    if (a.lo === b.lo && a.hi === b.hi) {
      if (shape.data !== undefined && !sameData(last.element, next.element)) throw twice(last, next);
      continue;
    }
    if (typeof a.hi === 'number' && typeof b.lo === 'number' && typeof b.hi === 'number' && isInterval) {
      if (shape.merges && shape.data === undefined && b.lo <= a.hi + 1) {
        kept[kept.length - 1] = {
          ...last,
          element: { ...last.element, key: [{ lo: a.lo, hi: Math.max(a.hi, b.hi) }] },
        };
        continue;
      }
      if (b.lo <= a.hi) throw conflict(last, next);
    }
    if (isInterval && !shape.merges && overlaps6(a, b)) throw conflict(last, next);
    kept.push(next);
  }
  return kept;
}

/** Whether two ranges of IPv6 addresses have an address in common. */
function overlaps6(a: Range, b: Range): boolean {
  const first = bounds6(a.lo);
  const second = bounds6(b.lo);
  return first !== undefined && second !== undefined && first.lo <= second.hi && second.lo <= first.hi;
}
/** First and last address of a prefix or range, all digits written. */
function bounds6(value: Value): { lo: string; hi: string } | undefined {
  if (typeof value !== 'string' || !/:.*:/.test(value)) return undefined;
  const [from = '', to] = value.split('-');
  if (to !== undefined) return { lo: expandIPv6(from), hi: expandIPv6(to) };
  const lo = expandIPv6(value);
  const length = Number(value.split('/')[1] ?? 128);
  const whole = Math.floor(length / 4);
  const mask = 0xf >> (length % 4);
  const middle = (Number.parseInt(lo.charAt(whole) || '0', 16) | mask).toString(16);
  return { lo, hi: `${lo.slice(0, whole)}${whole < 32 ? middle : ''}`.padEnd(32, 'f') };
}

/** One key for two values: the kernel minds the second, of ranges the first. */
function twice(a: Placed, b: Placed): ReturnType<typeof kernel> {
  const [first, second] = a.place.start <= b.place.start ? [a, b] : [b, a];
  return kernel('EEXIST', hasIntervals([a]) ? first.place : second.place);
}
function conflict(a: Placed, b: Placed): ReturnType<typeof refuse> {
  const [first, second] = a.place.start <= b.place.start ? [a, b] : [b, a];
  return refuse(second.place, 'conflicting intervals specified', first.place);
}

export function sameKey(a: FilterElement, b: FilterElement): boolean {
  return (
    a.key.length === b.key.length &&
    a.key.every((part, index) => part.lo === b.key[index]?.lo && part.hi === b.key[index]?.hi)
  );
}
function sameData(a: FilterElement, b: FilterElement): boolean {
  return JSON.stringify(a.data) === JSON.stringify(b.data);
}

/** The order of a listing: by value; interface names by their last characters first, unless the set has intervals. */
export function compareElements(
  a: FilterElement,
  b: FilterElement,
  isInterval: boolean,
  types: readonly DataType[] = [],
): number {
  if (a.key.length > 1) return isInterval ? 0 : compareBytes(keyBytes(a, types), keyBytes(b, types));
  const wild = Number(isWildcardElement(a)) - Number(isWildcardElement(b));
  if (wild !== 0) return wild;
  const [x] = a.key;
  const [y] = b.key;
  if (x === undefined || y === undefined) return 0;
  return compareValues(x.lo, y.lo, isInterval) || compareValues(y.hi, x.hi, isInterval);
}
/** Keys of several parts are ordered as one number, its first byte the lowest. */
function compareBytes(a: readonly number[], b: readonly number[]): number {
  for (let at = Math.max(a.length, b.length) - 1; at >= 0; at--) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
function keyBytes({ key }: FilterElement, types: readonly DataType[]): number[] {
  return key.flatMap(({ lo }, index) => valueBytes(lo, types[index] ?? 'integer'));
}
/** As the kernel keeps them: addresses, ports and protocols in network order, the host's own numbers in its order. */
function valueBytes(value: Value, type: DataType): number[] {
  const width = Math.ceil(TYPES[type].bits / 8);
  if (typeof value === 'number') {
    const bytes = Array.from({ length: width }, (_, index) => Math.floor(value / 256 ** index) & 0xff);
    return HOST_ORDER.has(type) ? bytes : bytes.toReversed();
  }
  const hex =
    type === 'ether_addr' ? value.replaceAll(':', '') : type === 'ipv6_addr' ? expandIPv6(value) : '';
  if (hex !== '')
    return Array.from({ length: width }, (_, index) =>
      Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
    );
  return Array.from({ length: width }, (_, index) => value.charCodeAt(index) || 0);
}
const HOST_ORDER = new Set<DataType>([
  'mark',
  'iface_index',
  'ct_state',
  'ct_status',
  'uid',
  'gid',
  'devgroup',
  'realm',
  'classid',
  'fib_addrtype',
]);
function compareValues(a: Value, b: Value, isInterval: boolean): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const isAddress = /:.*:/.test(String(a)) && !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(String(a));
  const x = isAddress ? expandIPv6(String(a)) : String(a);
  const y = isAddress ? expandIPv6(String(b)) : String(b);
  if (isAddress || isInterval || x.includes(':') || y.includes(':')) return x < y ? -1 : x > y ? 1 : 0;
  const width = Math.max(x.length, y.length);
  for (let at = width - 1; at >= 0; at--) {
    const difference = (x.charCodeAt(at) || 0) - (y.charCodeAt(at) || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

// ---------------------------------------------------------------- printing
export function elementText(
  values: Values,
  element: FilterElement,
  types: { key: readonly DataType[]; data: readonly DataType[] | undefined },
  live:
    | { now: Micros; timeoutMicros: number | undefined; stateless: boolean; text(micros: Micros): string }
    | undefined,
): string {
  let text = isWildcardElement(element)
    ? '*'
    : element.key.map((part, index) => keyText(values, part, types.key[index] ?? 'integer')).join(' . ');
  if (element.counter !== undefined)
    text +=
      live?.stateless === true
        ? ' counter'
        : ` counter packets ${element.counter.packets} bytes ${element.counter.bytes}`;
  for (const state of element.states ?? []) text += ` ${stateText(state)}`;
  if (live !== undefined) {
    const own = element.timeoutMicros;
    if (own !== undefined && own !== live.timeoutMicros) text += ` timeout ${live.text(own)}`;
    if (element.expiresAt !== undefined && !live.stateless)
      text += ` expires ${live.text(Math.max(0, element.expiresAt - live.now))}`;
  }
  if (element.comment !== undefined) text += ` comment "${element.comment}"`;
  const { data } = element;
  if (data === undefined) return text;
  if (!Array.isArray(data)) return `${text} : ${verdictText(data)}`;
  return `${text} : ${data.map((part, index) => values.rangeText(part, types.data?.[index] ?? 'integer')).join(' . ')}`;
}
/** Several bits of a key stand as one value, not as a list. */
function keyText(values: Values, part: Range, type: DataType): string {
  const text = values.rangeText(part, type);
  return TYPES[type].bitmask === true ? text.replaceAll(',', ' | ') : text;
}
export function verdictText(verdict: Verdict): string {
  return verdict.kind === 'jump' || verdict.kind === 'goto'
    ? `${verdict.kind} ${verdict.chain}`
    : verdict.kind;
}
