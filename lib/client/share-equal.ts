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
  let isSame = next.length === before.length;
  let shared: unknown[] | undefined;
  let byId: Map<string, unknown> | undefined;
  for (const [index, item] of next.entries()) {
    const there = before[index];
    const known =
      !hasId(item) || (hasId(there) && there.id === item.id) ? there : (byId ??= idsOf(before)).get(item.id);
    const kept = shareEqual(known, item);
    isSame &&= kept === there;
    if (kept !== item) (shared ??= [...next])[index] = kept;
  }
  return isSame ? before : (shared ?? next);
}
function idsOf(items: readonly unknown[]): Map<string, unknown> {
  return new Map(items.filter(hasId).map((item) => [item.id, item]));
}
function hasId(item: unknown): item is { id: string } {
  return isRecord(item) && typeof item['id'] === 'string';
}

function sharedRecord(
  before: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  let isSame = true;
  let shared: Record<string, unknown> | undefined;
  // Hundreds of hosts ten times a second: no list of keys is made for what did change.
  for (const key in next) {
    const value = next[key];
    const known = before[key];
    if (value === known) continue;
    const kept = shareEqual(known, value);
    isSame &&= kept === known;
    if (kept !== value) (shared ??= { ...next })[key] = kept;
  }
  return isSame && hasSameKeys(before, next) ? before : (shared ?? next);
}
function hasSameKeys(a: object, b: object): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && Object.keys(b).every((key, index) => key === keys[index]);
}
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
