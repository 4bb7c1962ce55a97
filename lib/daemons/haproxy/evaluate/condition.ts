/**
 * Conditions: `if { path_beg /api } !blocked or local`.
 * Source: HAProxy 2.6 configuration manual §7.1, §7.2; src/acl.c, src/pattern.c.
 */

import type { AclExpression, Condition, Pattern } from '../config';
import { sampleValues } from './convert';
import { numberOf, type Value } from './fetch';
import { patternMatches } from './matching';
import { entriesOf, parsedEntries } from './pattern-store';
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
  const patterns = patternsOf(subject, expression);
  return values.some((value) => valueMatches(value, patterns, expression));
}

function valueMatches(value: Value, patterns: readonly Pattern[], expression: AclExpression): boolean {
  // A boolean without patterns is its own answer.
  if (patterns.length === 0)
    return expression.match === 'bool' || typeof value === 'boolean' ? numberOf(value) !== 0 : false;
  return patterns.some((pattern) => patternMatches(value, pattern, expression));
}

/** As configured, unless the runtime API or a rule has changed them. */
function patternsOf({ runtime }: Subject, expression: AclExpression): readonly Pattern[] {
  const { patterns: changed } = runtime.state;
  if (changed.size === 0 || !expression.references.some((index) => changed.has(index)))
    return expression.patterns;
  return expression.references.flatMap((index) => parsedEntries(entriesOf(runtime, index), expression.match));
}
