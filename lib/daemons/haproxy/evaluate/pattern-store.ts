/**
 * Patterns as they are now: as configured, until the runtime API or a rule changes them.
 * Source: HAProxy 2.6 management guide §9.3 "add map", "set map"; src/pattern.c.
 */

import type { MatchMethod, Pattern, PatternEntry, PatternReference } from '../config';
import { parsePattern } from '../parse/pattern';
import type { Runtime } from '../worker/runtime';

/** The entries of reference number `index` of the configuration. */
export function entriesOf(runtime: Runtime, index: number): readonly PatternEntry[] {
  return runtime.state.patterns.get(index) ?? runtime.configuration.patterns[index]?.entries ?? [];
}

/** Entries are never changed in place: what was computed from them is kept for as long as they stand. */
const parsed = new WeakMap<readonly PatternEntry[], Map<MatchMethod, readonly Pattern[]>>();
/** One pattern for each entry. */
export function parsedEntries(entries: readonly PatternEntry[], match: MatchMethod): readonly Pattern[] {
  let known = parsed.get(entries);
  if (known === undefined) parsed.set(entries, (known = new Map()));
  let patterns = known.get(match);
  if (patterns === undefined) {
    patterns = entries.map(({ key }): Pattern => {
      const pattern = parsePattern(key, match, 'eq');
      return 'error' in pattern ? { kind: 'none' } : pattern.value;
    });
    known.set(match, patterns);
  }
  return patterns;
}

/** By file, or by `#` and number; −1: there is none. */
export function findReference(runtime: Runtime, name: string): number {
  return runtime.configuration.patterns.findIndex(({ file, number }) =>
    name.startsWith('#') ? `#${number}` === name : file !== '' && file === name,
  );
}

/** What keeps a key from being added; undefined: nothing. */
export function keyProblem(reference: PatternReference | undefined, key: string): string | undefined {
  for (const { match } of reference?.comparisons ?? []) {
    const pattern = parsePattern(key, match, 'eq');
    if ('error' in pattern) return pattern.error;
  }
  return undefined;
}

export type PatternChange =
  | { readonly type: 'add'; readonly key: string; readonly value: string | undefined }
  | { readonly type: 'set'; readonly key: string; readonly value: string }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'clear' };

/** False: there was nothing to change. */
export function changePatterns(runtime: Runtime, index: number, change: PatternChange): boolean {
  const before = entriesOf(runtime, index);
  const after = changed(before, change);
  if (after === before) return false;
  count(runtime, index, change, before.length - after.length);
  runtime.state.patterns.set(index, after);
  return true;
}
/** `entry_cnt`: the daemon counts an entry once for each way in which it is kept, but takes it off only once. */
export function countOf(runtime: Runtime, index: number): number {
  const reference = runtime.configuration.patterns[index];
  if (reference === undefined) return 0;
  return runtime.state.patternCounts.get(index) ?? reference.entries.length * reference.comparisons.length;
}
function count(runtime: Runtime, index: number, { type }: PatternChange, gone: number): void {
  const ways = runtime.configuration.patterns[index]?.comparisons.length ?? 1;
  const change = type === 'add' ? ways : type === 'set' ? 0 : -gone;
  runtime.state.patternCounts.set(index, countOf(runtime, index) + change);
}

function changed(entries: readonly PatternEntry[], change: PatternChange): readonly PatternEntry[] {
  switch (change.type) {
    case 'add':
      return [...entries, { key: change.key, value: change.value }];
    case 'set':
      return entries.some(({ key }) => key === change.key)
        ? entries.map((entry) => (entry.key === change.key ? { ...entry, value: change.value } : entry))
        : entries;
    case 'delete': {
      const rest = entries.filter(({ key }) => key !== change.key);
      return rest.length === entries.length ? entries : rest;
    }
    case 'clear':
      return entries.length === 0 ? entries : [];
  }
}
