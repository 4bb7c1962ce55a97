/**
 * What comes from the worker is a copy each time. This puts the parts that did not change back in place of their
 * copies, so that whoever compares by identity (React, the canvas) sees what did.
 */

/**
 * `next`, with every part that says the same as its counterpart in `before` being that counterpart. Items of lists
 * that have an `id` are counterparts by it, others by their place. Plain data only: neither is changed.
 */
export function shareEqual<Value>(before: unknown, next: Value): Value {
  if (Array.isArray(next)) return Array.isArray(before) ? (sharedList(before, next) as Value) : next;
  if (isRecord(next)) return isRecord(before) ? (sharedRecord(before, next) as Value) : next;
  return next;
}

function sharedList(before: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const known = next.some(hasId)
    ? new Map(before.map((item, index) => [keyOf(item, index), item]))
    : undefined;
  const list = next.map((item, index) =>
    shareEqual(known === undefined ? before[index] : known.get(keyOf(item, index)), item),
  );
  return list.length === before.length && list.every((item, index) => item === before[index]) ? before : list;
}
function keyOf(item: unknown, index: number): unknown {
  return hasId(item) ? item.id : index;
}
function hasId(item: unknown): item is { id: string } {
  return isRecord(item) && typeof item['id'] === 'string';
}

function sharedRecord(
  before: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const known = Object.keys(before);
  const keys = Object.keys(next);
  let isSame = keys.length === known.length;
  let shared: Record<string, unknown> | undefined;
  let index = 0;
  for (const key of keys) {
    const value = next[key];
    const kept = value === before[key] ? value : shareEqual(before[key], value);
    isSame &&= kept === before[key] && key === known[index];
    index += 1;
    if (kept !== value) (shared ??= { ...next })[key] = kept;
  }
  return isSame ? before : (shared ?? next);
}
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
