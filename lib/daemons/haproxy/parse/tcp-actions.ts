/**
 * What `tcp-request connection`, `session` and `content` can do.
 * Source: HAProxy 2.6 configuration manual §4.2 "tcp-request content"; 2.6.12
 * `tcp_rules.c`, `vars.c`; recorded `haproxy -c` runs.
 * Not modelled: all but accept, reject, silent-drop, track-sc, set-var, unset-var,
 * capture, set-src and set-dst.
 */

import type { TcpAction, TcpRule } from '../config';
import { placeBits } from '../samples';
import type { Outcome } from './outcome';
import { parseTcpCapture } from './captures';
import { type Draft, type Line, type ParserState, samplesAt, titleOf } from './context';
import { parseFormat } from './format';
import { isAddressAction, parseAddressAction } from './other-actions';
import type { SampleContext } from './pattern-files';
import { parseTracking } from './rules';
import { parseSampleWords } from './sample';
import { variableNameFault } from './variable-name';

/** An action and the word that follows it. */
type Parsed = Outcome<{ readonly action: TcpAction; readonly next: number }>;

const PLAIN = ['accept', 'reject', 'silent-drop'] as const;
const OTHERS =
  /^(?:capture|expect-proxy|expect-netscaler-cip|track-sc\d|ot-group|set-log-level|set-nice|switch-mode|use-service|sc-(?:inc|set)-.*|send-spoe-group|do-resolve.*|set-var.*|unset-var.*|set-(?:src|dst)(?:-port)?|set-mark|set-tos|set-priority-(?:class|offset))$/;

export function isTcpAction(word: string): boolean {
  return PLAIN.some((known) => known === word) || OTHERS.test(word);
}

/** Reads the action at the third word; an error is the text behind the line's head. */
export function parseTcpAction(
  state: ParserState,
  proxy: Draft,
  line: Line,
  where: TcpRule['where'],
): Parsed {
  const context = samplesAt(state, line.place, { proxy, use: `tcp-request ${where} expression` });
  const keywords = samplesAt(state, line.place, { proxy, use: 'ACL' });
  const word = line.at(2);
  const plain = PLAIN.find((known) => known === word);
  if (plain !== undefined) return { value: { action: { type: plain }, next: 3 } };
  if (/^track-sc[0-2]$/.test(word)) return parseTrack(proxy, line, where, keywords);
  if (/^(?:un)?set-var/.test(word)) return parseVariable(line, word, where, context);
  if (isAddressAction(word)) return parseAddressAction(word, line, 3, keywords);
  if (word === 'expect-proxy' && line.at(3) === 'layer4')
    return { value: { action: { type: 'expect-proxy' }, next: 4 } };
  if (word === 'capture')
    return parseTcpCapture(proxy, line, where, samplesAt(state, line.place, { proxy, use: 'capture rule' }));
  if (word === 'expect-proxy')
    return {
      error: `'tcp-request ${where} expect-proxy' only supports 'layer4' in ${subject(proxy)} (got '${line.at(3)}')`,
    };
  if (word === 'use-service' && line.at(3) !== '')
    // Vendor: it is the place that is named, and no service is.
    return { error: `'${where}' unknown service name.` };
  let next = 3;
  while (!['', 'if', 'unless'].includes(line.at(next))) next++;
  return { value: { action: { type: 'nothing' }, next } };
}

function subject(proxy: Draft): string {
  return `${titleOf(proxy)} '${proxy.id}'`;
}

function parseTrack(proxy: Draft, line: Line, where: TcpRule['where'], context: SampleContext): Parsed {
  const word = line.at(2);
  const tracks = parseTracking(line.from(3), context);
  if ('error' in tracks)
    return { error: `'tcp-request ${where} ${word}' : ${tracks.error} in ${subject(proxy)}.` };
  const { expression, table, wordsUsed } = tracks;
  return {
    value: { action: { type: 'track', slot: Number(word.at(-1)), expression, table }, next: 3 + wordsUsed },
  };
}

function parseVariable(line: Line, word: string, where: TcpRule['where'], context: SampleContext): Parsed {
  const found = /^(set-var|set-var-fmt|unset-var)\(([^,)]*)[^)]*\)$/.exec(word);
  if (found === null)
    return {
      error: `invalid or incomplete action '${word}'. Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'`,
    };
  const [, keyword = '', variable = ''] = found;
  const fault = variableNameFault(variable);
  if (fault !== undefined) return { error: fault };
  if (keyword === 'unset-var') return { value: { action: { type: 'unset-var', variable }, next: 3 } };
  const places = placesOf(where);
  if (keyword === 'set-var-fmt') {
    const format = parseFormat(line.at(3), { mergesSpaces: false, places, context });
    if ('error' in format) return format;
    const action: TcpAction = { type: 'set-var', variable, expression: undefined, value: format.value.nodes };
    return { value: { action, next: 4 } };
  }
  const sample = parseSampleWords(line.from(3), context);
  if ('error' in sample) return sample;
  const { expression, wordsUsed } = sample;
  return {
    value: { action: { type: 'set-var', variable, expression, value: [] }, next: 3 + wordsUsed },
  };
}

function placesOf(where: TcpRule['where']): number {
  return placeBits(`frontend tcp-request ${where} rule`);
}
