/**
 * What rules name and only the whole configuration has: tables, slots, sections.
 * Source: 2.6.12 `cfgparse.c` `check_action_rules()`, `stick_table.c`
 * `check_trk_action()`, `http_act.c`, `http_htx.c`; recorded messages.
 */

import type { Reply, RuleAction, TcpAction } from './config';
import type { Draft, ParserState } from './parse/context';
import { hasTable } from './validate-arguments';

/** How many errors the rules of a proxy have, in their order. */
export function validateRules(state: ParserState, proxy: Draft): number {
  const rules: readonly { readonly action: RuleAction | TcpAction }[] = [
    ...proxy.tcpRequest,
    ...proxy.httpRequest,
    ...proxy.httpResponse,
    ...proxy.httpAfterResponse,
  ];
  let errors = 0;
  for (const { action } of rules) {
    const problem = problemOf(state, proxy, action);
    if (problem === undefined) continue;
    state.log.alert(`Proxy '${proxy.id}': ${problem}.`);
    errors += 1;
  }
  return errors;
}

function problemOf(state: ParserState, proxy: Draft, action: RuleAction | TcpAction): string | undefined {
  switch (action.type) {
    case 'track': {
      const name = action.table ?? proxy.id;
      return hasTable(state, name)
        ? undefined
        : `unable to find table '${name}' referenced by track-sc${action.slot}`;
    }
    case 'capture':
      // What rules of a backend fill may be missing.
      return proxy.hasFrontend && action.index >= proxy.captures[action.side].length
        ? `unable to find capture id '${action.index}' referenced by http-${action.side} capture rule`
        : undefined;
    case 'deny':
    case 'tarpit':
    case 'return':
      return replyProblem(state, proxy, action.reply);
    default:
      return undefined;
  }
}

function replyProblem(state: ParserState, proxy: Draft, { status, body }: Reply): string | undefined {
  if (body.kind !== 'section') return undefined;
  const section = state.httpErrors.find(({ name }) => name === body.name);
  if (section === undefined) return `unknown http-errors section '${body.name}' referenced by an http reply `;
  if (!section.pages.has(status))
    state.log.warning(
      `Proxy '${proxy.id}': status '${status}' referenced by an http reply not declared in http-errors section '${body.name}'.`,
    );
  return undefined;
}
