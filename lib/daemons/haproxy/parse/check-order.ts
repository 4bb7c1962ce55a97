/**
 * In which order `http-check` rules may stand once `option httpchk` was said.
 * Source: 2.6.12 `tcpcheck.c` `tcpcheck_add_http_rule`; recorded `haproxy -c` runs.
 */
import type { CheckRule, CheckSettings } from '../config';

type Kind = CheckRule['type'];

/** What the daemon says of a rule after those that are there; undefined: it may stand there. */
export function httpOrderFault({ httpRules }: CheckSettings, next: Kind): string | undefined {
  const acting = httpRules.map(({ type }) => type).filter((type) => type !== 'remark' && type !== 'variable');
  const last = acting.at(-1);
  const missing = last === undefined ? undefined : missingBetween(last, next);
  if (missing === undefined) return undefined;
  // A request right after the first connection takes the number of the option's own.
  const merged = acting[0] === 'connect' && acting[1] === 'request' ? 1 : 0;
  const step = httpRules.length + 1 - merged;
  return `unable to add http-check ${next === 'request' ? 'send' : next} rule at step ${step} (missing ${missing} rule).`;
}

function missingBetween(last: Kind, next: Kind): string | undefined {
  if (next === 'connect') return last === 'expect' ? undefined : 'expect';
  if (next === 'request') return last === 'connect' ? undefined : 'connect';
  return next === 'expect' && last === 'connect' ? 'send' : undefined;
}
