/**
 * Conditions: `if { path_beg /api } !blocked or local`.
 * Source: HAProxy 2.6 configuration manual §7.1, §7.2; src/acl.c, src/pattern.c.
 */

import type { AclExpression, Condition, Pattern } from '../config';
import { sampleValues } from './convert';
import { numberOf, textOf, type Value } from './fetch';
import { matches } from './patterns';
import type { Subject } from './subject';

/** No condition holds always. */
export function holds(subject: Subject, condition: Condition | undefined): boolean {
  if (condition === undefined) return true;
  const found = condition.suites.some((suite) =>
    suite.every(
      ({ negated, acl }) => acl.expressions.some((expression) => isMatched(subject, expression)) !== negated,
    ),
  );
  return found !== condition.isUnless;
}

function isMatched(subject: Subject, expression: AclExpression): boolean {
  const values = sampleValues(subject, expression.sample);
  if (expression.match === 'found') return values.length > 0;
  return values.some((value) => valueMatches(value, expression));
}

function valueMatches(value: Value, expression: AclExpression): boolean {
  // A boolean without patterns is its own answer.
  if (expression.patterns.length === 0)
    return expression.match === 'bool' || typeof value === 'boolean' ? numberOf(value) !== 0 : false;
  return expression.patterns.some((pattern) => patternMatches(value, pattern, expression));
}

function patternMatches(value: Value, pattern: Pattern, expression: AclExpression): boolean {
  switch (pattern.kind) {
    case 'none':
      return false;
    case 'range': {
      const number = expression.match === 'len' ? textOf(value).length : numberOf(value);
      return number >= pattern.lowest && number <= pattern.highest;
    }
    case 'network':
      return (
        typeof value === 'object' &&
        (value.ip & pattern.mask) >>> 0 === (pattern.network & pattern.mask) >>> 0
      );
    case 'text':
      return textMatches(textOf(value), pattern.text, expression);
  }
}

function textMatches(value: string, pattern: string, { match, ignoreCase }: AclExpression): boolean {
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
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const before = at === 0 || delimiters.includes(text.charAt(at - 1));
    const after = at + wanted.length === text.length || delimiters.includes(text.charAt(at + wanted.length));
    if (before && after) return true;
  }
  return false;
}
