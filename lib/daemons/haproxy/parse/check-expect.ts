/**
 * `http-check expect …` and `tcp-check expect …`.
 * Source: HAProxy 2.6 configuration manual §4.2 "http-check expect", "tcp-check expect"; 2.6.12 `tcpcheck.c`
 * `parse_tcpcheck_expect`; recorded `haproxy -c` runs.
 */

import type { CheckExpect, CheckOutcome, CheckRule, MatchMethod } from '../config';
import { leadingInteger, type Line, noteEffect, type ParserState } from './context';
import type { Outcome } from './outcome';
import { parseBinary } from './check-binary';
import { regularExpressionProblem } from './regular-expression';

type Rule = 'http-check' | 'tcp-check';

const HEADER_METHODS: readonly MatchMethod[] = ['str', 'beg', 'end', 'sub', 'reg'];
const STATUSES: ReadonlyMap<string, readonly CheckOutcome[]> = new Map([
  ['ok-status', ['L4OK', 'L6OK', 'L7OK', 'L7OKC']],
  ['error-status', ['L4CON', 'L6RSP', 'L7RSP', 'L7STS']],
  ['tout-status', ['L4TOUT', 'L6TOUT', 'L7TOUT']],
]);
const PATTERN_WORDS: Readonly<Record<Rule, RegExp>> = {
  'http-check': /^(?:string|rstring|string-lf|status|rstatus)$/,
  'tcp-check': /^(?:string|rstring|string-lf|binary|rbinary|binary-lf)$/,
};
const UNKNOWN_WORD: Readonly<Record<Rule, string>> = {
  'http-check':
    "'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, [!]fhdr or comment",
  'tcp-check':
    "'only supports min-recv, '[!]binary', '[!]string', '[!]rstring', '[!]string-lf''[!]rbinary', '[!]binary-lf' or comment",
};

/** An expectation of which the line has said nothing yet. */
export const PLAIN_EXPECT: CheckExpect = {
  negated: false,
  what: 'string',
  pattern: '',
  statuses: [],
  headerName: '',
  nameMatch: 'str',
  headerMatch: 'str',
  leastBytes: -1,
  okStatus: undefined,
  errorStatus: undefined,
  timeoutStatus: undefined,
  onSuccess: undefined,
  onError: undefined,
};

/** `[!] <match> <pattern>` and what may stand around it, from word `from`. */
export function parseExpect(state: ParserState, line: Line, from: number): Outcome<CheckRule> {
  const rule: Rule = line.at(0) === 'tcp-check' ? 'tcp-check' : 'http-check';
  let pattern: Partial<CheckExpect> | undefined;
  const options: { -readonly [K in keyof CheckExpect]?: CheckExpect[K] } = {};
  let comment: string | undefined;
  let negated = false;
  if (line.at(from) === '') return { error: 'expects at least a matching pattern as arguments' };
  for (let at = from; line.at(at) !== ''; ) {
    let word = line.at(at);
    const hasMark = word.startsWith('!');
    while (word.startsWith('!')) {
      negated = !negated;
      word = word.slice(1);
      if (word === '') word = line.at(++at);
    }
    const value = line.at(at + 1);
    const statuses = STATUSES.get(word);
    if (PATTERN_WORDS[rule].test(word)) {
      if (pattern !== undefined) return { error: 'only on pattern expected' };
      if (value === '') return { error: `'${word}' expects a <pattern> as argument` };
      const parsed = parsePattern(word, value);
      if ('error' in parsed) return parsed;
      if (word.endsWith('-lf') && value.includes('%'))
        noteEffect(state, line, `${rule} expect ${word}`, 'not modelled');
      pattern = parsed.value;
      at += 2;
    } else if ((word === 'hdr' || word === 'fhdr') && rule === 'http-check') {
      if (pattern !== undefined) return { error: 'only on pattern expected' };
      const header = parseHeaderExpect(line, at, word);
      if ('error' in header) return header;
      pattern = header.value.expect;
      at = header.value.next;
    } else if (
      /^(?:min-recv|comment|on-success|on-error|status-code)$/.test(word) ||
      statuses !== undefined
    ) {
      if (hasMark) return { error: `[!] not supported with '${word}'` };
      if (value === '')
        return { error: `'${word}' expects a${word === 'min-recv' ? ' integer' : ' string'} as argument` };
      if (statuses !== undefined) {
        const status = statuses.find((known) => known === value);
        if (status === undefined) return { error: statusProblem(word, statuses, value) };
        if (word === 'ok-status') options.okStatus = status;
        else if (word === 'error-status') options.errorStatus = status;
        else options.timeoutStatus = status;
      } else if (word === 'min-recv') {
        const least = leadingInteger(value);
        if (least < -1) return { error: `'${word}' expects -1 or an integer from 0 to INT_MAX` };
        options.leastBytes = least;
      } else if (word === 'comment') comment = value;
      else if (word === 'status-code' || value.includes('%'))
        noteEffect(state, line, `${rule} expect ${word}`, 'not modelled');
      else if (word === 'on-success') options.onSuccess = { text: value };
      else options.onError = { text: value };
      at += 2;
    } else return { error: `${UNKNOWN_WORD[rule]} but got '${word}' as argument.` };
  }
  if (pattern === undefined) return { error: 'expects at least a matching pattern as arguments' };
  return {
    value: { type: 'expect', expect: { ...PLAIN_EXPECT, ...options, ...pattern, negated }, comment },
  };
}

function statusProblem(word: string, known: readonly string[], given: string): string {
  const names = known.map((name) => `'${name}'`);
  return `'${word}' only supports ${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''} status (got '${given}').`;
}

function parsePattern(word: string, value: string): Outcome<Partial<CheckExpect>> {
  switch (word) {
    case 'status': {
      const statuses = parseStatuses(value);
      return 'error' in statuses
        ? statuses
        : { value: { what: 'status', pattern: value, statuses: statuses.value } };
    }
    case 'rstatus':
    case 'rstring':
    case 'rbinary': {
      const problem = regularExpressionProblem(value);
      return problem === undefined ? { value: { what: word, pattern: value } } : { error: problem };
    }
    case 'binary': {
      const bytes = parseBinary(value);
      return 'error' in bytes
        ? { error: `invalid binary string (${bytes.error})` }
        : { value: { what: 'binary', pattern: bytes.value } };
    }
    case 'binary-lf':
      return { value: { what: 'binary', pattern: value } };
    default:
      return { value: { what: 'string', pattern: value } };
  }
}

/** `200,204,300-399` */
function parseStatuses(text: string): Outcome<{ lowest: number; highest: number }[]> {
  const ranges: { lowest: number; highest: number }[] = [];
  for (const part of text.split(',')) {
    const found = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (found === null)
      return {
        error: `invalid character '${/[^\d-]/.exec(part)?.[0] ?? part.charAt(0)}' in the list of status codes`,
      };
    const lowest = Number(found[1]);
    ranges.push({ lowest, highest: found[2] === undefined ? lowest : Number(found[2]) });
  }
  return { value: ranges };
}

function parseHeaderExpect(
  line: Line,
  start: number,
  word: 'hdr' | 'fhdr',
): Outcome<{ expect: Partial<CheckExpect>; next: number }> {
  let at = start + 1;
  if (!/^name(?:-lf)?$/.test(line.at(at)) || line.at(at + 1) === '') {
    return { error: `'${word}' expects at the name keyword as first argument followed by a pattern` };
  }
  at++;
  const method = (): MatchMethod | undefined => {
    if (line.at(at) !== '-m') return 'str';
    at += 2;
    return HEADER_METHODS.find((known) => known === line.at(at - 1));
  };
  const unknown = (): { error: string } => ({
    error: `'${word}' : '-m' only supports 'str', 'beg', 'end', 'sub' or 'reg' (got '${line.at(at - 1)}')`,
  });
  const nameMatch = method();
  if (nameMatch === undefined) return unknown();
  const headerName = line.at(at);
  at++;
  let pattern = '';
  let headerMatch: MatchMethod | undefined = 'str';
  if (/^value(?:-lf)?$/.test(line.at(at))) {
    at++;
    headerMatch = method();
    if (headerMatch === undefined) return unknown();
    pattern = line.at(at);
    if (pattern === '') return { error: `'${word}' expect a pattern with the value keyword` };
    at++;
  }
  return { value: { expect: { what: word, pattern, headerName, nameMatch, headerMatch }, next: at } };
}
