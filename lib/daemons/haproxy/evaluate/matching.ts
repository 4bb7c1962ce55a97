/**
 * One value against one pattern. Source: HAProxy 2.6 configuration manual §7.1.1 to §7.1.6; src/pattern.c.
 */

import type { MatchMethod, Pattern } from '../config';
import { numberOf, textOf, type Value } from './fetch';
import { matches } from './patterns';

/** How values are compared with patterns. */
export interface Comparison {
  readonly match: MatchMethod;
  readonly ignoreCase: boolean;
}

export function patternMatches(value: Value, pattern: Pattern, comparison: Comparison): boolean {
  switch (pattern.kind) {
    case 'none':
      return false;
    case 'range': {
      const number = comparison.match === 'len' ? textOf(value).length : numberOf(value);
      return number >= pattern.lowest && number <= pattern.highest;
    }
    case 'network':
      return (
        typeof value === 'object' &&
        (value.ip & pattern.mask) >>> 0 === (pattern.network & pattern.mask) >>> 0
      );
    case 'text':
      return textMatches(textOf(value), pattern.text, comparison);
  }
}

function textMatches(value: string, pattern: string, { match, ignoreCase }: Comparison): boolean {
  if (match === 'reg') return matches(value, pattern, { ignoreCase });
  const text = ignoreCase ? value.toLowerCase() : value;
  const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
  switch (match) {
    case 'beg':
      return text.startsWith(wanted);
    case 'end':
      return text.endsWith(wanted);
    case 'sub':
      return text.includes(wanted);
    case 'dir':
      return isDelimited(text, wanted, '/?');
    case 'dom':
      return isDelimited(text, wanted, '/?.:');
    case 'bool':
      return (wanted === '1' || wanted === 'true') === (text === '1');
    case 'found':
      return true;
    case 'str':
    case 'int':
    case 'ip':
    case 'bin':
    case 'len':
      return text === wanted;
  }
}
/** The pattern stands between delimiters, which at its own ends do not count. */
function isDelimited(text: string, pattern: string, delimiters: string): boolean {
  let start = 0;
  let end = pattern.length;
  while (start < end && delimiters.includes(pattern.charAt(start))) start++;
  while (end > start && delimiters.includes(pattern.charAt(end - 1))) end--;
  const wanted = pattern.slice(start, end);
  if (wanted === '') return false;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const before = at === 0 || delimiters.includes(text.charAt(at - 1));
    const after = at + wanted.length === text.length || delimiters.includes(text.charAt(at + wanted.length));
    if (before && after) return true;
  }
  return false;
}
