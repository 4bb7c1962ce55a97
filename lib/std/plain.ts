/**
 * Plain data: what a checkpoint is made of. JSON's kinds, plus `undefined`,
 * Map, IdMap, Set and typed arrays; a tree, without shared references or cycles.
 */

import { BrokenPromise } from './assert';
import { IdMap } from './id-map';

/** The typed arrays that plain data may hold. */
export type PlainArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Plain data. Declare shapes as `type`: an `interface` has no index signature and does not fit. */
export type Plain =
  | undefined
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain }
  | ReadonlyMap<Plain, Plain>
  | ReadonlySet<Plain>
  | IdMap<Plain>
  | PlainArray;

/**
 * A deep copy of plain data. Frozen objects are shared, not copied: parsed
 * configurations are deep-frozen once (see `deepFreeze`) and never change.
 * @param before an earlier copy: what is equal in both is shared with it, so that
 * a row of copies takes little room; none of them may change then
 * @throws BrokenPromise for what is not plain (functions, class instances, symbols)
 */
export function clonePlain<T>(value: T, before?: unknown): T {
  return copy(value, before) as T;
}

function copy(value: unknown, before: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol') refuse(value);
    return value;
  }
  if (Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return copyList(value, Array.isArray(before) ? before : undefined);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype)
    return copyRecord(value as Fields, isRecord(before) ? before : undefined);
  if (value instanceof Map) return copyMap(value, before instanceof Map ? before : undefined);
  if (value instanceof Set) return copySet(value, before instanceof Set ? before : undefined);
  if (value instanceof IdMap) return copyIdMap(value, before instanceof IdMap ? before : undefined);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return copyArray(value as PlainArray, before);
  if (prototype === null) return copyFields(Object.assign(Object.create(null) as Fields, value));
  return refuse(value);
}

type Fields = Record<string, unknown>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
function isDeep(item: unknown): boolean {
  return typeof item === 'object' ? item !== null : typeof item === 'function';
}

/** The earlier copy itself when it is equal, in the order of its fields too. */
function copyRecord(record: Fields, before: Fields | undefined): Fields {
  if (before === undefined) return copyFields({ ...record });
  const keys = Object.keys(before);
  let made: Fields | undefined;
  let place = 0;
  for (const key in record) {
    const item = record[key];
    const old = before[key];
    // The same object in both is a frozen one.
    const copied = item !== old && isDeep(item) ? copy(item, old) : item;
    if (made === undefined && (keys[place++] !== key || !Object.is(copied, old)))
      made = withFieldsOf({ ...record }, before, key);
    if (made !== undefined && copied !== item) made[key] = copied;
  }
  return made ?? (place === keys.length ? before : withFieldsOf({ ...record }, before, undefined));
}
/** Takes over the earlier copy's parts up to a field. */
function withFieldsOf(made: Fields, before: Fields, end: string | undefined): Fields {
  for (const key in made) {
    if (key === end) break;
    if (isDeep(made[key])) made[key] = before[key];
  }
  return made;
}
/** Deepens a shallow copy, which keeps the engine's layout of the original. */
function copyFields(record: Fields): Fields {
  for (const key in record) {
    const item = record[key];
    if (isDeep(item)) record[key] = copy(item, undefined);
  }
  return record;
}

function copyList(list: readonly unknown[], before: readonly unknown[] | undefined): readonly unknown[] {
  let made: unknown[] | undefined;
  if (before === undefined || before.length > list.length) made = list.slice();
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    const old = before?.[i];
    const copied = item !== old && isDeep(item) ? copy(item, old) : item;
    if (made === undefined && (i >= (before?.length ?? 0) || !Object.is(copied, old))) {
      made = list.slice();
      for (let k = 0; k < i; k++) made[k] = before?.[k];
    }
    if (made !== undefined && copied !== item) made[i] = copied;
  }
  return made ?? before ?? list.slice();
}

function copyMap(
  map: ReadonlyMap<unknown, unknown>,
  before: ReadonlyMap<unknown, unknown> | undefined,
): ReadonlyMap<unknown, unknown> {
  const keys = before?.size === map.size ? before.keys() : undefined;
  let made = keys === undefined ? new Map<unknown, unknown>() : undefined;
  let place = 0;
  for (const [key, item] of map) {
    const old = before?.get(key);
    const copied = item !== old && isDeep(item) ? copy(item, old) : item;
    if (made === undefined && (isDeep(key) || !Object.is(keys?.next().value, key) || !Object.is(copied, old)))
      made = firstOf(before, place);
    made?.set(isDeep(key) ? copy(key, undefined) : key, copied);
    place++;
  }
  return made ?? before ?? new Map();
}
function firstOf(map: ReadonlyMap<unknown, unknown> | undefined, count: number): Map<unknown, unknown> {
  const made = new Map<unknown, unknown>();
  for (const [key, item] of map ?? []) {
    if (made.size === count) break;
    made.set(key, item);
  }
  return made;
}

function copySet(set: ReadonlySet<unknown>, before: ReadonlySet<unknown> | undefined): ReadonlySet<unknown> {
  if (set.size === 0 && before?.size === 0) return before;
  const made = new Set<unknown>();
  let isSame = before !== undefined && before.size === set.size;
  const keys = isSame ? before?.keys() : undefined;
  for (const item of set) {
    if (isSame && (isDeep(item) || !Object.is(keys?.next().value, item))) isSame = false;
    made.add(isDeep(item) ? copy(item, undefined) : item);
  }
  return isSame && before !== undefined ? before : made;
}

function copyIdMap(map: IdMap<unknown>, before: IdMap<unknown> | undefined): IdMap<unknown> {
  const made = new IdMap<unknown>();
  const ids = map.keys();
  const former = before?.keys();
  let isSame = former?.length === ids.length;
  for (const [place, id] of ids.entries()) {
    const item = map.get(id);
    const old = before?.get(id);
    const copied = isDeep(item) ? copy(item, old) : item;
    if (former?.[place] !== id || !Object.is(copied, old)) isSame = false;
    made.set(id, copied);
  }
  return isSame && before !== undefined ? before : made;
}

function copyArray(array: PlainArray, before: unknown): PlainArray {
  if (!ArrayBuffer.isView(before) || before instanceof DataView) return array.slice();
  const old = before as PlainArray;
  if (old.constructor !== array.constructor || old.length !== array.length) return array.slice();
  for (let i = 0; i < array.length; i++) if (!Object.is(array[i], old[i])) return array.slice();
  return old;
}

function refuse(value: unknown): never {
  const kind = typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value;
  throw new BrokenPromise(`not plain data: ${kind}`);
}

/**
 * Freezes plain data all the way down and returns it. Maps and sets have their
 * contents frozen and count as frozen (JavaScript cannot stop `set` and `add`
 * on them); typed arrays cannot be frozen and are left to their owner's care.
 */
export function deepFreeze<T>(value: T): T {
  freeze(value);
  return value;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  if (value instanceof Map) {
    for (const [key, item] of value) {
      freeze(key);
      freeze(item);
    }
  } else if (value instanceof IdMap) {
    for (const item of value.values()) freeze(item);
  } else if (value instanceof Set || Array.isArray(value)) {
    for (const item of value) freeze(item);
  } else {
    for (const item of Object.values(value)) freeze(item);
  }
}
