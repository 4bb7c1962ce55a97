/** Bash's arrays as plain data, in the order bash lists them. */
import { bytesFromText } from '../../std/bytes';

/** Values by index, ascending. */
export interface IndexedArray {
  items: Map<number, string>;
  /** One more than the highest index. */
  next: number;
}

export function makeArray(values: readonly string[]): IndexedArray {
  return { items: new Map(values.map((value, index) => [index, value])), next: values.length };
}

export function copyArray(array: IndexedArray): IndexedArray {
  return { items: new Map(array.items), next: array.next };
}

export function setElement(array: IndexedArray, index: number, value: string): void {
  if (index >= array.next) array.next = index + 1;
  else if (!array.items.has(index)) {
    const sorted = [...array.items, [index, value] as const].sort((a, b) => a[0] - b[0]);
    array.items = new Map(sorted);
    return;
  }
  array.items.set(index, value);
}

export function removeElement(array: IndexedArray, index: number): void {
  if (!array.items.delete(index) || index !== array.next - 1) return;
  let next = 0;
  for (const key of array.items.keys()) next = key + 1;
  array.next = next;
}

/** FNV-1 over the bytes, as bash hashes names. */
function hashName(name: string): number {
  let hash = 2166136261;
  for (const byte of bytesFromText(name))
    hash = (Math.imul(hash, 16777619) ^ (byte > 127 ? byte - 256 : byte)) >>> 0;
  return hash;
}

/** Keys as bash's hash table lists them: by bucket, the newest of a bucket first. */
export function hashOrder(keys: Iterable<string>, buckets = 1024): string[] {
  const placed = [...keys].map((key, age) => ({ key, age, bucket: hashName(key) & (buckets - 1) }));
  placed.sort((a, b) => a.bucket - b.bucket || b.age - a.age);
  return placed.map(({ key }) => key);
}
