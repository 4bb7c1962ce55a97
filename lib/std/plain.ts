/**
 * Plain data: what a checkpoint is made of. JSON's kinds, plus `undefined`,
 * Map, Set and typed arrays; a tree, without shared references or cycles.
 */

import { BrokenPromise } from './assert';

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
  | PlainArray;

/**
 * A deep copy of plain data. Frozen objects are shared, not copied: parsed
 * configurations are deep-frozen once (see `deepFreeze`) and never change.
 * @throws BrokenPromise for what is not plain (functions, class instances, symbols)
 */
export function clonePlain<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol') refuse(value);
    return value;
  }
  if (Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return copyList(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return copyRecord({ ...value });
  if (value instanceof Map) return copyMap(value);
  if (value instanceof Set) return copySet(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return (value as PlainArray).slice();
  }
  if (prototype === null) return copyRecord(Object.assign(Object.create(null), value));
  return refuse(value);
}

/** Takes a shallow copy, which keeps the engine's layout of the original, and deepens it. */
function copyRecord(record: Record<string, unknown>): Record<string, unknown> {
  for (const key in record) {
    const item = record[key];
    if (typeof item === 'object' ? item !== null : typeof item === 'function') {
      record[key] = copy(item);
    }
  }
  return record;
}

function copyList(list: readonly unknown[]): unknown[] {
  const result = list.slice();
  for (let i = 0; i < result.length; i++) {
    const item = result[i];
    if (typeof item === 'object' ? item !== null : typeof item === 'function') {
      result[i] = copy(item);
    }
  }
  return result;
}

function copyMap(map: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
  const result = new Map<unknown, unknown>();
  for (const [key, item] of map) result.set(copy(key), copy(item));
  return result;
}

function copySet(set: ReadonlySet<unknown>): Set<unknown> {
  const result = new Set<unknown>();
  for (const item of set) result.add(copy(item));
  return result;
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
  } else if (value instanceof Set || Array.isArray(value)) {
    for (const item of value) freeze(item);
  } else {
    for (const item of Object.values(value)) freeze(item);
  }
}
