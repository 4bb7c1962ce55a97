/**
 * `http-check set-var(…)`, `tcp-check unset-var(…)` and their kin.
 * Source: 2.6.12 `tcpcheck.c` `parse_tcpcheck_action`, `vars.c` `parse_store`; recorded `haproxy -c` runs.
 * Not modelled: that a check keeps variables.
 */
import type { CheckRule } from '../config';
import { type Line, noteEffect, type ParserState, samplesAt } from './context';
import { parseFormat } from './format';
import type { Outcome } from './outcome';
import { parseSampleWords } from './sample';
import { variableNameFault } from './variable-name';

const EXPECTED = "Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'";

/** The rule, or what is wrong with it: begins with the action's own name. */
export function parseCheckVariable(state: ParserState, line: Line): Outcome<CheckRule> {
  const word = line.at(1);
  const action = /^(?:set-var-fmt|set-var|unset-var)/.exec(word)?.[0] ?? word;
  const fault = variableFault(state, line, word, action);
  if (fault !== undefined) return { error: `'${action}' : ${fault}` };
  noteEffect(state, line, `${line.at(0)} ${word}`, 'not modelled');
  return { value: { type: 'variable', comment: undefined } };
}

function variableFault(state: ParserState, line: Line, word: string, action: string): string | undefined {
  const rest = word.slice(action.length);
  if (!rest.startsWith('(')) return `invalid or incomplete action '${word}'. ${EXPECTED}`;
  const end = rest.indexOf(')');
  if (end < 0) return `incomplete argument after action '${word}'. ${EXPECTED}`;
  const named = variableNameFault(rest.slice(1, end));
  if (named !== undefined || action === 'unset-var') return named;
  const context = samplesAt(state, line.place);
  const parsed =
    action === 'set-var'
      ? parseSampleWords(line.from(2), context)
      : parseFormat(line.at(2), { mergesSpaces: false, places: 0, context });
  return 'error' in parsed ? parsed.error : undefined;
}
