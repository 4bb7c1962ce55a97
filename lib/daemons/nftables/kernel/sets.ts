/** Named sets and maps, and their elements. Source: nft(8) "SETS", "MAPS", "ELEMENTS". */
import type { Family, FilterElement, FilterSet } from '../../../world/packet-filter.contract';
import type { Micros } from '../../../std/instant';
import { type DataType, typeNamed } from '../directives';
import { fieldNamed } from '../fields';
import { type Placed, sameKey, settle, type SetShape } from '../evaluate/elements';
import { dataTypesOf, keyTypesOf, OBJECT_TYPES } from '../evaluate/set-types';
import { refuse, type Values } from '../evaluate/values';
import type { Expression, Handle, Place, SetSpec } from '../parse/tree';
import { KernelTrouble, kernel } from './trouble';
import { RuleContext } from '../evaluate/context';
import { evaluateStatement } from '../evaluate/rule';

const TICK = 4_000;
const FLAG_ORDER = ['constant', 'interval', 'dynamic', 'timeout'];

/** Flags as listings order them, each once. */
export function ordered(flags: readonly string[]): string[] {
  return FLAG_ORDER.filter((flag) => flags.includes(flag));
}

export function newSet(values: Values, name: string, family: Family, spec: SetSpec): FilterSet {
  const key = spec.typeOf === undefined ? named(spec.types) : fieldTypes(spec.typeOf);
  const kind = spec.isMap ? 'map' : 'set';
  refuseUnqualified(spec, kind);
  if (spec.autoMerge && !spec.flags.includes('interval'))
    throw refuse(spec.place, 'auto-merge only works with interval sets');
  if (key.length === 0) throw refuse(spec.place, 'set definition does not specify key');
  let data: DataType[] | undefined;
  if (spec.isMap) {
    data = spec.typeOfData === undefined ? named(spec.data ?? []) : fieldTypes(spec.typeOfData);
    if (data.length === 0) throw refuse(spec.place, `${kind} definition does not specify mapping data type`);
  }
  const flags = ordered(
    spec.timeout === undefined || spec.timeout === 0 ? spec.flags : [...spec.flags, 'timeout'],
  );
  const typeOf =
    spec.typeOf === undefined
      ? undefined
      : fieldText(spec.typeOf) + (spec.typeOfData === undefined ? '' : ` : ${fieldText(spec.typeOfData)}`);
  return {
    name,
    handle: 0,
    type: key.join(' . '),
    flags,
    elements: [],
    ...(data === undefined ? {} : { map: data.join(' . ') }),
    ...(typeOf === undefined ? {} : { typeOf, keyBits: fieldBits(spec.typeOf) }),
    ...(spec.timeout === undefined || spec.timeout === 0 ? {} : { timeoutMicros: inTicks(spec.timeout) }),
    ...(spec.gcInterval === undefined ? {} : { gcMicros: spec.gcInterval }),
    ...(spec.size === undefined ? {} : { size: spec.size }),
    ...(spec.policy === 'memory' ? { policy: spec.policy } : {}),
    ...(spec.autoMerge ? { autoMerge: true } : {}),
    ...(spec.comment === undefined ? {} : { comment: spec.comment }),
    ...statesOf(values, family, spec),
  };
}
/** Times are kept in ticks of the kernel's clock (HZ=250). */
function inTicks(micros: Micros): Micros {
  return micros - (micros % TICK);
}

/** Types of no certain width say too little. */
function refuseUnqualified({ types, data, place }: SetSpec, kind: string): void {
  const isUnqualified = (text: string): boolean => ['integer', 'string', 'bitmask'].includes(text);
  const found =
    types.find(({ text }) => isUnqualified(text) || text === 'verdict') ??
    data?.find(({ text }) => isUnqualified(text));
  if (found !== undefined)
    throw refuse(
      place,
      `unqualified type ${found.text} specified in ${kind} definition. Try "typeof expression" instead of "type datatype".`,
    );
}
/** What each element counts for itself. */
function statesOf(
  values: Values,
  family: Family,
  { then }: SetSpec,
): Pick<FilterSet, 'counts' | 'states' | 'stateText'> {
  if (then.length === 0) return {};
  const context = new RuleContext(values, { family, set: () => undefined });
  for (const statement of then) evaluateStatement(context, statement);
  const states = context.steps.filter(({ step }) => step !== 'counter');
  return {
    stateText: context.text,
    ...(states.length === context.steps.length ? {} : { counts: true }),
    ...(states.length === 0 ? {} : { states }),
  };
}
/** What the kernel does not take: settings that contradict each other. */
export function refusedSettings(set: FilterSet, place: Place): KernelTrouble | undefined {
  const has = (flag: string): boolean => set.flags.includes(flag);
  if (has('constant') && has('timeout')) return kernel('EOPNOTSUPP', place);
  if (has('interval') && has('dynamic')) return kernel('EOPNOTSUPP', place);
  return set.gcMicros !== undefined && !has('timeout') ? kernel('EINVAL', place) : undefined;
}
function named(types: readonly { text: string; place: Place }[]): DataType[] {
  return types.map(({ text, place }) => {
    // Names of objects are plain strings.
    const type = OBJECT_TYPES.has(text) ? (text as DataType) : typeNamed(text);
    if (type === undefined) throw refuse(place, `unknown datatype ${text}`);
    return type;
  });
}
function fieldTypes(expression: Expression): DataType[] {
  const parts = expression.kind === 'concat' ? expression.parts : [expression];
  return parts.map((part) => {
    if (part.kind === 'generator') return 'integer';
    if (part.kind === 'symbol' && part.text === 'verdict') return 'verdict';
    const type = part.kind === 'field' ? fieldNamed(part.name)?.type : undefined;
    if (type === undefined) throw refuse(part.place, 'not modelled: typeof of this expression');
    return type;
  });
}
/** As 1.0.6 says it: of a hash of fields hardly anything. */
function generatorText({ mode, modulus }: Expression & { kind: 'generator' }): string {
  if (mode === 'jhash') return 'jhash ';
  return `${mode === 'symhash' ? mode : `numgen ${mode}`} mod ${modulus}`;
}
function fieldBits(expression: Expression | undefined): number[] {
  const parts = expression?.kind === 'concat' ? expression.parts : [expression];
  return parts.map((part) => (part?.kind === 'field' ? (fieldNamed(part.name)?.bits ?? 32) : 32));
}
function fieldText(expression: Expression): string {
  const parts = expression.kind === 'concat' ? expression.parts : [expression];
  return parts
    .map((part) => {
      if (part.kind === 'field') return part.name;
      if (part.kind === 'generator') return generatorText(part);
      return part.kind === 'symbol' ? part.text : '';
    })
    .join(' . ');
}

export function shapeOf(set: FilterSet): SetShape {
  return {
    key: keyTypesOf(set),
    data: dataTypesOf(set),
    interval: set.flags.includes('interval'),
    merges: set.autoMerge === true,
    anonymous: false,
    counts: set.counts === true,
    ...(set.keyBits === undefined ? {} : { bits: set.keyBits }),
  };
}

export function addElements(
  set: FilterSet,
  placed: readonly Placed[],
  options: { creates: boolean; now: Micros },
): void {
  const shape = shapeOf(set);
  const alive = set.elements.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > options.now);
  const fresh = settle(placed, shape);
  const added: Placed[] = [];
  for (const each of fresh) {
    const present = alive.find((element) => sameKey(element, each.element));
    if (present !== undefined) {
      if (options.creates) throw kernel('EEXIST', each.place);
      if (JSON.stringify(present.data) !== JSON.stringify(each.element.data))
        throw kernel('EEXIST', each.place);
      continue;
    }
    if (shape.interval && !shape.merges && shape.key.length === 1) {
      const [range] = each.element.key;
      const over = alive.find(
        ({ key: [other] }) =>
          range !== undefined && other !== undefined && range.lo <= other.hi && other.lo <= range.hi,
      );
      if (over !== undefined) throw refuse(each.place, 'interval overlaps with an existing one');
    }
    const { element, place } = each;
    const timeout = element.timeoutMicros ?? set.timeoutMicros;
    if ((timeout !== undefined || element.expiresAt !== undefined) && !set.flags.includes('timeout'))
      throw kernel('EINVAL', each.keyPlace ?? place);
    // The element is the text's own: nobody else has it.
    if (timeout !== undefined) element.expiresAt = options.now + timeout;
    if (set.counts === true) element.counter ??= { packets: 0, bytes: 0 };
    if (set.states !== undefined) element.states = structuredClone(set.states);
    added.push(each);
  }
  if (set.flags.includes('constant') && set.handle > 0 && set.elements.length > 0 && added.length > 0)
    throw new SetFull(added[0]?.place).trouble();
  if (set.size !== undefined && alive.length + added.length > set.size)
    throw new SetFull(added[set.size - alive.length]?.place).trouble();
  if (shape.interval && shape.merges && shape.key.length === 1) {
    const all = [
      ...alive.map((element) => ({ element, place: added[0]?.place ?? placed[0]?.place, jump: undefined })),
      ...added,
    ];
    set.elements = settle(
      all.filter((each): each is Placed => each.place !== undefined),
      shape,
    ).map(({ element }) => element);
    return;
  }
  set.elements = [...alive, ...added.map(({ element }) => element)];
}

class SetFull {
  constructor(readonly place: Place | undefined) {}
  trouble(): ReturnType<typeof refuse> {
    return refuse(this.place, 'Could not process rule: Too many open files in system');
  }
}

export function deleteElements(set: FilterSet, placed: readonly Placed[]): void {
  for (const each of placed) {
    const present = set.elements.find((element) => sameKey(element, each.element));
    if (present === undefined) {
      if (set.flags.includes('interval') && set.type.split(' . ').length === 1)
        throw refuse(each.place, 'element does not exist');
      throw new KernelTrouble('No such file or directory', each.place, false);
    }
    set.elements = set.elements.filter((element) => element !== present);
  }
}

export function setKey({ family, table, name: own }: Handle, name = own): string {
  return `${family} ${table} ${name}`;
}

/** A set's shape for keys alone. */
export function keysOnly(set: FilterSet): SetShape {
  return { ...shapeOf(set), data: undefined };
}
/** The elements that hold the keys; undefined when one of them is missing. */
export function foundElements(set: FilterSet, placed: readonly Placed[]): FilterElement[] | undefined {
  const found = placed.map(({ element }) =>
    set.elements.find((each) => each.key.every((range, part) => holds(range, element.key[part]))),
  );
  return found.every((each) => each !== undefined) ? found : undefined;
}
function holds(
  range: FilterElement['key'][number],
  wanted: FilterElement['key'][number] | undefined,
): boolean {
  return wanted !== undefined && range.lo <= wanted.lo && wanted.hi <= range.hi;
}
