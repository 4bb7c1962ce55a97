/**
 * Smaller actions of rules: addresses that are replaced, and what is checked as
 * the daemon checks it but has no effect here.
 * Source: HAProxy 2.6 configuration manual §4.2 "http-request set-src",
 * "http-request set-timeout", "http-request use-service"; 2.6.12 `http_act.c`, `tcp_act.c`.
 */

import type { AddressAction } from '../config';
import type { Outcome } from './outcome';
import type { Draft, Line, ParserState } from './context';
import type { SampleContext } from './pattern-files';
import { parseSampleWords } from './sample';

/** `set-src <sample>` and its kin, from word `from`. */
export function parseAddressAction(
  keyword: AddressAction['type'],
  line: Line,
  from: number,
  context: SampleContext,
): Outcome<{ readonly action: AddressAction; readonly next: number }> {
  const parsed = parseSampleWords(line.from(from), context);
  if ('error' in parsed) return parsed;
  return {
    value: { action: { type: keyword, expression: parsed.expression }, next: from + parsed.wordsUsed },
  };
}
export function isAddressAction(keyword: string): keyword is AddressAction['type'] {
  return /^set-(?:src|dst)(?:-port)?$/.test(keyword);
}

/** Sections that a rule names: whether they exist is looked at in the end. */
export function noteReference(state: ParserState, proxy: Draft, line: Line, at: number): void {
  const [word, first, second] = [line.at(at), line.at(at + 1), line.at(at + 2)];
  const resolvers = /^do-resolve\([^,]*,([^,)]*)/.exec(word)?.[1];
  if (resolvers !== undefined)
    proxy.lateProblems.push(() =>
      state.resolvers.some((known) => known.name === resolvers)
        ? undefined
        : `Proxy '${proxy.id}': Can't find resolvers section '${resolvers}' for do-resolve action.`,
    );
  if (word === 'send-spoe-group')
    proxy.lateProblems.push(
      () =>
        `Proxy '${proxy.id}': unable to find SPOE engine '${first}' used by the send-spoe-group '${second}'.`,
    );
}

/** Services that a rule can hand a request to. */
const SERVICES = ['prometheus-exporter'];

/** What the daemon says of an action that is not modelled; undefined: nothing. */
export function problemOfAction(keyword: string, proxy: Draft, line: Line, from: number): string | undefined {
  const [first, second] = [line.at(from), line.at(from + 1)];
  switch (keyword) {
    case 'set-mark':
    case 'set-tos': {
      if (first === '') return 'expects exactly 1 argument (integer/hex value)';
      const odd = /^(?:0[xX][0-9a-fA-F]+|\d+)?(.*)$/.exec(first)?.[1] ?? '';
      return odd === '' ? undefined : `invalid character starting at '${odd}' (integer/hex value expected)`;
    }
    case 'wait-for-body':
      if (first !== 'time') return 'expects time <time> [ at-least <bytes> ]';
      return second === '' ? "missing argument for 'time'" : undefined;
    case 'strict-mode':
      if (first === '') return 'expects exactly 1 arguments';
      return first === 'on' || first === 'off'
        ? undefined
        : `Unexpected value '${first}'. Only 'on' and 'off' are supported`;
    case 'use-service':
      if (first === '') return "'use-service' expects a service name.";
      return SERVICES.includes(first) ? undefined : `'${first}' unknown service name.`;
    case 'set-timeout':
      if (second === '') return 'expects exactly 2 arguments';
      if (!proxy.hasBackend) return `proxy '${proxy.id}' has no backend capability`;
      return first === 'server' || first === 'tunnel'
        ? undefined
        : `'set-timeout' rule supports 'server'/'tunnel' (got '${first}')`;
    default:
      return undefined;
  }
}
