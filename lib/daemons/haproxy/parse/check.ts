/**
 * `option httpchk`, `http-check` and `option tcp-check`.
 * Source: HAProxy 2.6 configuration manual §4.2 "option httpchk", "http-check
 * expect", "http-check send"; 2.6.12 `tcpcheck.c`.
 */

import type { CheckExpect, CheckSettings, MatchMethod } from '../config';
import type { Outcome } from './outcome';
import { parseCheckConnect } from './check-connect';
import {
  type Draft,
  ERROR,
  fail,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  tooManyWords,
  warn,
  warnWithout,
} from './context';

/** What a proxy checks with before any option says otherwise: a connection. */
export function defaultCheck(): CheckSettings {
  return {
    kind: 'connect',
    place: undefined,
    request: { method: 'OPTIONS', uri: '/', version: 'HTTP/1.0', headers: [], body: '' },
    hasSend: false,
    expect: [],
    disableOn404: false,
    connect: undefined,
    hasRules: false,
    isInherited: false,
    hasUnusedHttpRules: false,
    hasUnusedTcpRules: false,
  };
}

/** `option httpchk [<method>] [<uri>] [<version>]`: one word alone is the URI. */
export function parseHttpCheckOption(state: ParserState, proxy: Draft, line: Line): number {
  let bits = warnWithout(state, proxy, 'backend', line, line.at(1));
  if (tooManyWords(state, line, 3, 1)) return bits | ERROR;
  const [first, second, version] = [line.at(2), line.at(3), line.at(4)];
  const { check } = proxy;
  const request = {
    method: 'OPTIONS',
    uri: '/',
    version: 'HTTP/1.0',
    headers: [] as [string, string][],
    body: '',
  };
  if (second === '') request.uri = first === '' ? '/' : first;
  else {
    request.method = first;
    request.uri = second;
  }
  if (version !== '') {
    const [line1 = '', ...rest] = version.split('\r\n');
    request.version = line1;
    const separator = rest.indexOf('');
    const headers = separator < 0 ? rest : rest.slice(0, separator);
    for (const header of headers) {
      const colon = header.indexOf(':');
      if (colon > 0) request.headers.push([header.slice(0, colon), header.slice(colon + 1).trim()]);
    }
    if (separator >= 0) request.body = rest.slice(separator + 1).join('\r\n');
    if (headers.length > 0 || request.body !== '') {
      bits |= warn(
        state,
        `${line.tightHead}'option httpchk' : hiding headers or body at the end of the version string is deprecated. Please, consider to use 'http-check send' directive instead.`,
      );
    }
  }
  if (check.isInherited)
    Object.assign(check, {
      expect: [],
      connect: undefined,
      hasRules: false,
      hasSend: false,
      isInherited: false,
    });
  check.kind = 'http';
  check.place = line.place;
  if (!check.hasSend) check.request = request;
  else check.request = { ...request, headers: check.request.headers, body: check.request.body };
  check.hasUnusedHttpRules = false;
  return bits;
}

export function parseTcpCheckOption(state: ParserState, proxy: Draft, line: Line): number {
  const bits = warnWithout(state, proxy, 'backend', line, line.at(1));
  if (tooManyWords(state, line, 0, 1)) return bits | ERROR;
  proxy.check.kind = 'tcp';
  proxy.check.place = line.place;
  proxy.check.hasUnusedTcpRules = false;
  return bits;
}

/** An `http-check …` line; the texts are those that `cfg_parse_listen` puts its head before. */
export function parseHttpCheckLine(state: ParserState, proxy: Draft, line: Line): number {
  const warned = warnWithout(state, proxy, 'backend', line, line.at(0));
  const outcome = httpCheckWord(state, proxy, line);
  if (outcome !== undefined) return warned | fail(state, `${line.head}${outcome}`);
  // Words that are read by this very function leave its caller without a text.
  if (warned !== NONE && /^(?:disable-on-404|send-state)$/.test(line.at(1)))
    return warned | warn(state, `${line.head}(null)`);
  if (warned !== NONE) return warned;
  return NONE;
}

function httpCheckWord(state: ParserState, proxy: Draft, line: Line): string | undefined {
  const { check } = proxy;
  const word = line.at(1);
  switch (word) {
    case 'disable-on-404':
      check.disableOn404 = true;
      return line.at(2) === ''
        ? undefined
        : `'http-check' cannot handle unexpected argument '${line.at(2)}'.`;
    case 'send-state':
      proxy.sendState = true;
      return undefined;
    case 'comment':
      check.hasUnusedHttpRules ||= check.kind !== 'http';
      return line.at(2) === '' ? "'http-check comment' : expects a string as argument." : undefined;
    case 'connect': {
      check.hasUnusedHttpRules ||= check.kind !== 'http';
      const error = parseCheckConnect(state, line, check);
      return error === undefined ? undefined : `'http-check connect' : ${error}.`;
    }
    case 'send': {
      check.hasRules = true;
      const error = parseSend(line, check);
      return error === undefined ? undefined : `'http-check send' : ${error}.`;
    }
    case 'expect': {
      check.hasRules = true;
      const parsed = parseExpect(line, 2);
      if ('error' in parsed) return `'http-check expect' : ${parsed.error}.`;
      check.expect.push(parsed.value);
      check.hasUnusedHttpRules ||= check.kind !== 'http';
      return undefined;
    }
    default:
      if (/^(?:set-var|set-var-fmt|unset-var)/.test(word)) {
        noteEffect(state, line, `http-check ${word}`, 'not modelled');
        return undefined;
      }
      return `'http-check' only supports 'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but got '${word}'`;
  }
}

function parseSend(line: Line, check: CheckSettings): string | undefined {
  const request = { ...check.request, headers: [...check.request.headers] };
  for (let at = 2; line.at(at) !== ''; at++) {
    const word = line.at(at);
    const value = line.at(at + 1);
    switch (word) {
      case 'meth':
        if (value === '') return `'${word}' expects a string as argument.`;
        request.method = value;
        break;
      case 'uri':
      case 'uri-lf':
        if (value === '') return `'${word}' expects a string as argument.`;
        request.uri = value;
        break;
      case 'ver':
        if (value === '') return `'${word}' expects a string as argument.`;
        request.version = value;
        break;
      case 'hdr':
        if (value === '' || line.at(at + 2) === '')
          return `'${word}' expects <name> and <value> as arguments`;
        request.headers.push([value, line.at(at + 2)]);
        at++;
        break;
      case 'body':
      case 'body-lf':
        if (value === '') return `'${word}' expects a string as argument.`;
        request.body = value;
        break;
      case 'comment':
        if (value === '') return `'${word}' expects a string as argument.`;
        break;
      default:
        return `expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but got '${word}' as argument.`;
    }
    at++;
  }
  check.request = request;
  check.hasSend = true;
  check.hasUnusedHttpRules ||= check.kind !== 'http';
  return undefined;
}

const HEADER_METHODS: readonly MatchMethod[] = ['str', 'beg', 'end', 'sub', 'reg'];
const PATTERN_WORDS = /^(?:string|rstring|string-lf|status|rstatus)$/;
const OPTION_WORDS =
  /^(?:comment|on-success|on-error|ok-status|error-status|tout-status|status-code|min-recv)$/;

/** `[!] <match> <pattern>` from word `from`. */
function parseExpect(line: Line, from: number): Outcome<CheckExpect> {
  let expect: CheckExpect | undefined;
  let negated = false;
  if (line.at(from) === '') return { error: 'expects at least a matching pattern as arguments' };
  for (let at = from; line.at(at) !== ''; ) {
    let word = line.at(at);
    while (word.startsWith('!')) {
      negated = !negated;
      word = word.slice(1);
      if (word === '') word = line.at(++at);
    }
    const value = line.at(at + 1);
    if (PATTERN_WORDS.test(word)) {
      if (expect !== undefined) return { error: 'only on pattern expected' };
      if (value === '') return { error: `'${word}' expects a <pattern> as argument` };
      const statuses = word === 'status' ? parseStatuses(value) : { value: [] };
      if ('error' in statuses) return statuses;
      const what = word === 'string-lf' ? 'string' : word;
      expect = {
        negated,
        what: what as CheckExpect['what'],
        pattern: value,
        statuses: statuses.value,
        headerName: '',
        headerMatch: 'str',
      };
      at += 2;
    } else if (word === 'hdr' || word === 'fhdr') {
      if (expect !== undefined) return { error: 'only on pattern expected' };
      const header = parseHeaderExpect(line, at, word, negated);
      if ('error' in header) return header;
      expect = header.value.expect;
      at = header.value.next;
    } else if (OPTION_WORDS.test(word)) {
      if (value === '') return { error: `'${word}' expects a string as argument` };
      at += 2;
    } else {
      return {
        error: `'only supports min-recv, [!]string', '[!]rstring', '[!]string-lf', '[!]status', '[!]rstatus', [!]hdr, [!]fhdr or comment but got '${word}' as argument.`,
      };
    }
  }
  return expect === undefined
    ? { error: 'expects at least a matching pattern as arguments' }
    : { value: expect };
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
  negated: boolean,
): Outcome<{ expect: CheckExpect; next: number }> {
  let at = start + 1;
  if (!/^name(?:-lf)?$/.test(line.at(at)) || line.at(at + 1) === '') {
    return { error: `'${word}' expects at the name keyword as first argument followed by a pattern` };
  }
  const headerName = line.at(at + 1) === '-m' ? line.at(at + 3) : line.at(at + 1);
  at += line.at(at + 1) === '-m' ? 4 : 2;
  let pattern = '';
  let headerMatch: MatchMethod = 'str';
  if (/^value(?:-lf)?$/.test(line.at(at))) {
    at++;
    if (line.at(at) === '-m') {
      const method = HEADER_METHODS.find((known) => known === line.at(at + 1));
      if (method === undefined)
        return {
          error: `'${word}' : '-m' only supports 'str', 'beg', 'end', 'sub' or 'reg' (got '${line.at(at + 1)}')`,
        };
      headerMatch = method;
      at += 2;
    }
    pattern = line.at(at);
    if (pattern === '') return { error: `'${word}' expect a pattern with the value keyword` };
    at++;
  }
  return {
    value: { expect: { negated, what: word, pattern, statuses: [], headerName, headerMatch }, next: at },
  };
}
