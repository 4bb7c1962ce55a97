/**
 * `option httpchk`, `http-check` and `option tcp-check`.
 * Source: HAProxy 2.6 configuration manual §4.2 "option httpchk", "http-check
 * expect", "http-check send"; 2.6.12 `tcpcheck.c`.
 */

import type { CheckRequest, CheckRule, CheckSettings } from '../config';
import { parseExpect } from './check-expect';
import type { Outcome } from './outcome';
import { parseCheckConnect } from './check-connect';
import { ownRules, placeOption, placeRule } from './check-order';
import { parseCheckVariable } from './check-variable';
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
    httpRules: [],
    tcpRules: [],
    protocolRules: [],
    steps: [],
    disableOn404: false,
    inherited: { httpRules: false, tcpRules: false },
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
  const request: CheckRequest = {
    method: undefined,
    uri: undefined,
    version: undefined,
    headers: [],
    body: '',
  };
  if (second === '') request.uri = first === '' ? undefined : first;
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
  ownRules(check, 'httpRules');
  check.kind = 'http';
  check.place = line.place;
  check.hasUnusedHttpRules = false;
  placeOption(check, request);
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
      return line.at(2) === ''
        ? undefined
        : `'http-check' cannot handle unexpected argument '${line.at(2)}'.`;
    case 'comment':
      check.hasUnusedHttpRules ||= check.kind !== 'http';
      if (line.at(2) === '') return "'http-check comment' : expects a string as argument.";
      placeRule(check, { type: 'remark', comment: line.at(2) });
      return undefined;
    case 'connect':
    case 'send':
    case 'expect': {
      const parsed =
        word === 'connect'
          ? parseCheckConnect(
              state,
              line,
              ownRules(check, 'httpRules').filter(({ isOption }) => !isOption),
            )
          : word === 'send'
            ? parseSend(state, line)
            : parseExpect(state, line, 2);
      const error = 'error' in parsed ? parsed.error : placeRule(check, parsed.value);
      if (error !== undefined) {
        // The daemon throws the whole set away and goes on with an empty one.
        check.httpRules = [];
        return `'http-check ${word}' : ${error}.`;
      }
      check.hasUnusedHttpRules ||= check.kind !== 'http';
      return undefined;
    }
    default:
      if (/^(?:set-var|set-var-fmt|unset-var)/.test(word)) {
        const parsed = parseCheckVariable(state, line);
        if ('error' in parsed) return `'http-check ${word}' : ${parsed.error}.`;
        placeRule(check, parsed.value);
        check.hasUnusedHttpRules ||= check.kind !== 'http';
        return undefined;
      }
      return `'http-check' only supports 'disable-on-404', 'send-state', 'comment', 'connect', 'send', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but got '${word}'`;
  }
}

function parseSend(state: ParserState, line: Line): Outcome<CheckRule> {
  const request: CheckRequest = {
    method: undefined,
    uri: undefined,
    version: undefined,
    headers: [],
    body: '',
  };
  let comment: string | undefined;
  for (let at = 2; line.at(at) !== ''; at++) {
    const word = line.at(at);
    const value = line.at(at + 1);
    if (/^(?:meth|uri|uri-lf|ver|body|body-lf|comment)$/.test(word) && value === '')
      return { error: `'${word}' expects a string as argument.` };
    switch (word) {
      case 'meth':
        request.method = value;
        break;
      case 'uri':
      case 'uri-lf':
        request.uri = value;
        break;
      case 'ver':
        request.version = value;
        break;
      case 'hdr':
        if (value === '' || line.at(at + 2) === '')
          return { error: `'${word}' expects <name> and <value> as arguments` };
        request.headers.push([value, line.at(at + 2)]);
        at++;
        break;
      case 'body':
      case 'body-lf':
        request.body = value;
        break;
      case 'comment':
        comment = value;
        break;
      default:
        return {
          error: `expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but got '${word}' as argument.`,
        };
    }
    at++;
    if (line.at(at).includes('%[') && word !== 'comment')
      noteEffect(state, line, `http-check send ${word} with samples`, 'not modelled');
  }
  return { value: { type: 'request', request, comment } };
}
