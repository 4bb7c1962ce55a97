/** Named sets and maps, and their elements. Source: nft(8) "SETS", "MAPS", "ELEMENTS". */
import type { Family, FilterSet } from '../../../world/network.contract';
import type { Micros } from '../../../std/instant';
import { type DataType, typeNamed } from '../directives';
import { fieldNamed } from '../fields';
import { type Placed, sameKey, settle, type SetShape } from '../evaluate/elements';
import { dataTypesOf, keyTypesOf } from '../evaluate/set-types';
import { refuse, type Values } from '../evaluate/values';
import type { Expression, Place, SetSpec } from '../parse/tree';
import { kernel } from './trouble';

const FLAG_ORDER = ['constant', 'interval', 'dynamic', 'timeout'];

/** Flags as listings order them, each once. */
export function ordered(flags: readonly string[]): string[] {
  return FLAG_ORDER.filter((flag) => flags.includes(flag));
}

export function newSet(_values: Values, name: string, _family: Family, spec: SetSpec): FilterSet {
  const key = spec.typeOf === undefined ? named(spec.types) : fieldTypes(spec.typeOf);
  const kind = spec.isMap ? 'map' : 'set';
  if (key.length === 0) throw refuse(spec.place, 'set definition does not specify key');
  let data: DataType[] | undefined;
  if (spec.isMap) {
    data = spec.typeOfData === undefined ? named(spec.data ?? []) : fieldTypes(spec.typeOfData);
    if (data.length === 0) throw refuse(spec.place, `${kind} definition does not specify mapping data type`);
  }
  const flags = ordered(spec.timeout === undefined ? spec.flags : [...spec.flags, 'timeout']);
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
    ...(typeOf === undefined ? {} : { typeOf }),
    ...(spec.timeout === undefined ? {} : { timeoutMicros: spec.timeout }),
    ...(spec.gcInterval === undefined ? {} : { gcMicros: spec.gcInterval }),
    ...(spec.size === undefined ? {} : { size: spec.size }),
    ...(spec.policy === 'memory' ? { policy: spec.policy } : {}),
    ...(spec.autoMerge ? { autoMerge: true } : {}),
    ...(spec.comment === undefined ? {} : { comment: spec.comment }),
    ...(spec.counter ? { counts: true } : {}),
  };
}
function named(types: readonly { text: string; place: Place }[]): DataType[] {
  return types.map(({ text, place }) => {
    const type = typeNamed(text);
    if (type === undefined) throw refuse(place, `unknown datatype ${text}`);
    return type;
  });
}
function fieldTypes(expression: Expression): DataType[] {
  const parts = expression.kind === 'concat' ? expression.parts : [expression];
  return parts.map((part) => {
    const type = part.kind === 'field' ? fieldNamed(part.name)?.type : undefined;
    if (type === undefined) throw refuse(part.place, 'not modelled: typeof of this expression');
    return type;
  });
}
function fieldText(expression: Expression): string {
  const parts = expression.kind === 'concat' ? expression.parts : [expression];
  return parts.map((part) => (part.kind === 'field' ? part.name : '')).join(' . ');
}

export function shapeOf(set: FilterSet): SetShape {
  return {
    key: keyTypesOf(set),
    data: dataTypesOf(set),
    interval: set.flags.includes('interval'),
    merges: set.autoMerge === true,
    anonymous: false,
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
    const { element } = each;
    const timeout = element.timeoutMicros ?? set.timeoutMicros;
    added.push({
      ...each,
      element: {
        ...element,
        ...(timeout === undefined ? {} : { expiresAt: options.now + timeout }),
        ...(set.counts === true && element.counter === undefined
          ? { counter: { packets: 0, bytes: 0 } }
          : {}),
      },
    });
  }
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
    if (present === undefined) throw kernel('ENOENT', each.place);
    set.elements = set.elements.filter((element) => element !== present);
  }
}
