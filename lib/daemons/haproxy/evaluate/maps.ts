/**
 * `map_beg(<file>,<default>)`: what a map has for a value.
 * Source: HAProxy 2.6 configuration manual §7.3.1 "map"; src/map.c `sample_conv_map`,
 * src/pattern.c; recorded answers: exact keys, the longest prefix and the
 * narrowest network win, elsewhere the first entry.
 */

import type { MatchMethod, Pattern, PatternEntry } from '../config';
import { mapConverter } from '../parse/pattern-files';
import { textOf, type Value } from './fetch';
import { patternMatches } from './matching';
import { entriesOf, findReference, parsedEntries } from './pattern-store';
import { expand } from './patterns';
import type { Subject } from './subject';
import { parseIPv4 } from '../../../std/ipv4';

/** undefined: nothing fits, and there is no default. */
export function mapped(
  subject: Subject,
  converter: string,
  value: Value,
  [file = '', fallback]: readonly string[],
): Value | undefined {
  const { match, output } = mapConverter(converter);
  const entries = entriesOf(subject.runtime, findReference(subject.runtime, file));
  const method = match === 'regm' ? 'reg' : match;
  const entry = findEntry(entries, method, value);
  const text = entry === undefined ? fallback : textFor(entry, match, value);
  if (text === undefined) return undefined;
  if (output === 'int') return Number(text);
  if (output === 'str') return text;
  const ip = parseIPv4(text);
  return ip === undefined ? undefined : { ip };
}
/** `map_regm`: `\\1` in the value is what the key's group found. */
function textFor(entry: PatternEntry, match: MatchMethod | 'regm', value: Value): string {
  const text = entry.value ?? '';
  if (match !== 'regm') return text;
  return expand(textOf(value), entry.key, text) ?? text;
}

const exact = new WeakMap<readonly PatternEntry[], ReadonlyMap<string, PatternEntry>>();

/** The entry that fits a value. */
export function findEntry(
  entries: readonly PatternEntry[],
  match: MatchMethod,
  value: Value,
): PatternEntry | undefined {
  if (match === 'str') {
    let known = exact.get(entries);
    if (known === undefined) {
      known = new Map([...entries].reverse().map((entry) => [entry.key, entry]));
      exact.set(entries, known);
    }
    return known.get(textOf(value));
  }
  let best = -1;
  let found: PatternEntry | undefined;
  for (const [at, pattern] of parsedEntries(entries, match).entries()) {
    if (!patternMatches(value, pattern, { match, ignoreCase: false })) continue;
    const width = widthOf(pattern, match);
    if (width <= best) continue;
    best = width;
    found = entries[at];
  }
  return found;
}
/** How narrow a pattern is where that counts. */
function widthOf(pattern: Pattern, match: MatchMethod): number {
  if (pattern.kind === 'network') return pattern.mask;
  return match === 'beg' && pattern.kind === 'text' ? pattern.text.length : 0;
}
