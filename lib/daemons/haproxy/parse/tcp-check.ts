/**
 * `tcp-check …`: what a check sends and what it waits for.
 * Source: HAProxy 2.6 configuration manual §4.2 "tcp-check send" and its kin; 2.6.12 `tcpcheck.c`
 * `proxy_parse_tcpcheck`, `parse_tcpcheck_send`; recorded `haproxy -c` runs.
 */

import type { CheckRule } from '../config';
import { parseBinary } from './check-binary';
import { parseCheckConnect } from './check-connect';
import { ownRules } from './check-order';
import { parseCheckVariable } from './check-variable';
import { parseExpect } from './check-expect';
import {
  type Draft,
  fail,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  warn,
  warnWithout,
} from './context';
import type { Outcome } from './outcome';

const KNOWN =
  "'comment', 'connect', 'send', 'send-binary', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'.";

export function parseTcpCheckLine(state: ParserState, proxy: Draft, line: Line): number {
  const bits = warnWithout(state, proxy, 'backend', line, 'tcp-check');
  const { check } = proxy;
  const word = line.at(1);
  const parsed = parseStep(state, proxy, line, word);
  if (parsed === undefined)
    return bits | fail(state, `${line.head}'tcp-check' only supports ${KNOWN} but got '${word}'`);
  if ('error' in parsed) return bits | fail(state, `${line.head}'tcp-check ${word}' : ${parsed.error}.`);
  check.hasUnusedTcpRules ||= check.kind !== 'tcp';
  ownRules(check, 'tcpRules').push(parsed.value);
  // Vendor: the warning leaves its caller without a text.
  return bits === NONE ? NONE : bits | warn(state, `${line.head}(null)`);
}

/** undefined: no such word. */
function parseStep(
  state: ParserState,
  proxy: Draft,
  line: Line,
  word: string,
): Outcome<CheckRule> | undefined {
  switch (word) {
    case 'comment':
      return line.at(2) === ''
        ? { error: 'expects a string as argument' }
        : { value: { type: 'remark', comment: line.at(2) } };
    case 'connect':
      return parseCheckConnect(state, line, ownRules(proxy.check, 'tcpRules'));
    case 'send':
    case 'send-lf':
    case 'send-binary':
    case 'send-binary-lf':
      return parseSend(state, line, word);
    case 'expect':
      return parseExpect(state, line, 2);
    default:
      return /^(?:set-var|set-var-fmt|unset-var)/.test(word) ? parseCheckVariable(state, line) : undefined;
  }
}

function parseSend(state: ParserState, line: Line, word: string): Outcome<CheckRule> {
  const data = line.at(2);
  // The daemon mixes up the two.
  if (data === '')
    return {
      error: `'${word === 'send-binary' ? 'binary string' : 'string'}' expects a ${word} as argument`,
    };
  let comment: string | undefined;
  for (let at = 3; line.at(at) !== ''; at += 2) {
    if (line.at(at) !== 'comment')
      return { error: `expects 'comment' but got '${line.at(at)}' as argument.` };
    comment = line.at(at + 1);
    if (comment === '') return { error: "'comment' expects a string as argument." };
  }
  if (word.endsWith('-lf') && data.includes('%'))
    noteEffect(state, line, `tcp-check ${word}`, 'not modelled');
  if (word !== 'send-binary') return { value: { type: 'send', text: data, comment } };
  const bytes = parseBinary(data);
  return 'error' in bytes
    ? { error: `'${data}' invalid binary string (${bytes.error}).\n` }
    : { value: { type: 'send', text: bytes.value, comment } };
}
