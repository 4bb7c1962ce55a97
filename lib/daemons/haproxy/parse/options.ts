/**
 * `option …` lines of proxies. Source: HAProxy 2.6 configuration manual §4.2
 * "option …"; 2.6.12 `cfgparse-listen.c`, `proxy.c` `cfg_opts`.
 */

import type { ForwardFor } from '../config';
import { COMMON_OPTIONS, OTHER_OPTION, SWITCH_OPTION, SWITCH_OPTIONS } from '../directives';
import { closestWord } from '../fingerprint';
import { parseOtherCheck } from './other-checks';
import { parseMaskedAddress } from './pattern';
import { parseHttpCheckOption, parseTcpCheckOption } from './check';
import {
  titleOf,
  type Draft,
  ERROR,
  fail,
  leadingInteger,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  tooManyWords,
  warn,
} from './context';
import { setLogFormat } from './log';

const CONNECTION_MODES = {
  httpclose: 'close',
  'http-server-close': 'server-close',
  'http-keep-alive': 'keep-alive',
} as const;

export function parseOptionLine(state: ParserState, proxy: Draft, line: Line): number {
  const name = line.at(1);
  if (name === '') return fail(state, `${line.tightHead}'option' expects an option name.`);
  const effect = SWITCH_OPTION.get(name)?.effect ?? OTHER_OPTION.get(name)?.effect;
  if (effect !== undefined) noteEffect(state, line, `option ${name}`, effect);
  if (SWITCH_OPTION.has(name)) return parseSwitch(state, proxy, line, name);
  switch (name) {
    case 'forceclose':
      return fail(
        state,
        `${line.tightHead}option '${name}' is not supported any more since HAProxy 2.0, please just remove it, or use 'option httpclose' if absolutely needed.`,
      );
    case 'http-tunnel':
      return fail(
        state,
        `${line.tightHead}option '${name}' is not supported any more since HAProxy 2.1, please just remove it, it shouldn't be needed.`,
      );
    case 'http_proxy':
      return fail(
        state,
        `${line.tightHead}option '${name}' is not supported any more since HAProxy 2.5. This option stopped working in HAProxy 1.9 and usually had nasty side effects. It can be more reliably implemented with combinations of 'http-request set-dst' and 'http-request set-uri', and even 'http-request do-resolve' if DNS resolution is desired.`,
      );
    case 'httpclose':
    case 'http-server-close':
    case 'http-keep-alive':
      if (tooManyWords(state, line, 0, 1)) return ERROR;
      if (line.modifier === undefined) proxy.connectionMode = CONNECTION_MODES[name];
      else if (line.modifier === 'no' && proxy.connectionMode === CONNECTION_MODES[name])
        proxy.connectionMode = 'keep-alive';
      if (line.modifier !== 'default') return NONE;
      break;
    case 'redispatch':
      return parseRedispatch(state, proxy, line);
    default:
      break;
  }
  if (line.modifier !== undefined) {
    return fail(state, `${line.tightHead}negation/default is not supported for option '${name}'.`);
  }
  return parsePlainOption(state, proxy, line, name);
}

function parseSwitch(state: ParserState, proxy: Draft, line: Line, name: string): number {
  if (tooManyWords(state, line, 0, 1)) return ERROR;
  const sections = SWITCH_OPTION.get(name)?.sections ?? '';
  const isUsable =
    (sections.includes('f') && proxy.hasFrontend) || (sections.includes('b') && proxy.hasBackend);
  if (!isUsable) {
    const missing = sections.includes('f') ? 'no frontend' : 'no backend';
    return warn(
      state,
      `${line.head}'${name}' ignored because ${titleOf(proxy)} '${proxy.id}' has ${missing} capability.`,
    );
  }
  if (line.modifier === undefined) proxy.options.add(name);
  else proxy.options.delete(name);
  return NONE;
}

function parseRedispatch(state: ParserState, proxy: Draft, line: Line): number {
  if (!proxy.hasBackend) {
    return warn(
      state,
      `${line.head}'redispatch' ignored because ${titleOf(proxy)} '${proxy.id}' has no backend capability.`,
    );
  }
  if (line.modifier !== undefined) proxy.redispatch = undefined;
  else proxy.redispatch = line.at(2) === '' ? -1 : leadingInteger(line.at(2));
  return NONE;
}

function parsePlainOption(state: ParserState, proxy: Draft, line: Line, name: string): number {
  switch (name) {
    case 'httplog':
      return parseHttpLog(state, proxy, line);
    case 'tcplog': {
      if (tooManyWords(state, line, 0, 1)) return ERROR;
      return setLogFormat(state, proxy, line, 'tcp', 'option tcplog');
    }
    case 'httpslog':
      return setLogFormat(state, proxy, line, 'https', 'option httplog');
    case 'httpchk':
      return parseHttpCheckOption(state, proxy, line);
    case 'tcp-check':
      return parseTcpCheckOption(state, proxy, line);
    case 'tcpka':
      return tooManyWords(state, line, 0, 1) ? ERROR : NONE;
    case 'ssl-hello-chk':
    case 'smtpchk':
    case 'pgsql-check':
    case 'redis-check':
    case 'mysql-check':
    case 'ldap-check':
    case 'spop-check':
    case 'external-check':
      return parseOtherCheck(state, proxy, line, name);
    case 'forwardfor':
      return parseForwardFor(state, proxy, line);
    case 'originalto':
      return parseOriginalTo(state, proxy, line);
    case 'http-restrict-req-hdr-names':
      return parseRestrictNames(state, line);
    default: {
      const words = [
        ...SWITCH_OPTIONS.map((known) => known.keyword),
        ...COMMON_OPTIONS.map((known) => known.keyword),
      ];
      const best = closestWord(name, words);
      const hint = best === undefined ? '.' : `; did you mean '${best}' maybe ?`;
      return fail(state, `${line.head}unknown option '${name}'${hint}`);
    }
  }
}

function parseHttpLog(state: ParserState, proxy: Draft, line: Line): number {
  const isClf = line.at(2) === 'clf';
  if (line.at(2) !== '' && !isClf)
    return fail(state, `${line.head}keyword 'httplog' only supports option 'clf'.`);
  if (isClf && tooManyWords(state, line, 1, 1)) return ERROR;
  return setLogFormat(
    state,
    proxy,
    line,
    isClf ? 'clf' : 'http',
    isClf ? 'option httplog clf' : 'option httplog',
  );
}

function parseForwardFor(state: ParserState, proxy: Draft, line: Line): number {
  const settings = {
    header: 'X-Forwarded-For',
    exceptNetwork: undefined as number | undefined,
    exceptMask: 0,
    ifNone: false,
  };
  proxy.forwardFor = settings;
  for (let at = 2; line.at(at) !== ''; ) {
    const word = line.at(at);
    const value = line.at(at + 1);
    if (word === 'except') {
      const parsed = parseMaskedAddress(value);
      const isIPv6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*(\/\d+)?$/.test(value);
      if (parsed === undefined && !isIPv6)
        return fail(state, `${line.head}'option forwardfor except' expects <address>[/mask] as argument.`);
      settings.exceptNetwork = parsed?.network;
      settings.exceptMask = parsed?.mask ?? 0;
      at += 2;
    } else if (word === 'header') {
      if (value === '')
        return fail(state, `${line.head}'option forwardfor header' expects <header_name> as argument.`);
      settings.header = value;
      at += 2;
    } else if (word === 'if-none') {
      settings.ifNone = true;
      at++;
    } else
      return fail(
        state,
        `${line.head}'option forwardfor' only supports optional values: 'except', 'header' and 'if-none'.`,
      );
  }
  return NONE;
}

function parseOriginalTo(state: ParserState, proxy: Draft, line: Line): number {
  const settings: ForwardFor = {
    header: 'X-Original-To',
    exceptNetwork: undefined,
    exceptMask: 0,
    ifNone: false,
  };
  proxy.originalTo = settings;
  for (let at = 2; line.at(at) !== ''; at += 2) {
    const word = line.at(at);
    const value = line.at(at + 1);
    if (word === 'except') {
      const parsed = parseMaskedAddress(value);
      if (parsed === undefined)
        return fail(state, `${line.head}'option originalto except' expects <address>[/mask] as argument.`);
      settings.exceptNetwork = parsed.network;
      settings.exceptMask = parsed.mask;
    } else if (word === 'header') {
      if (value === '')
        return fail(state, `${line.head}'option originalto header' expects <header_name> as argument.`);
      settings.header = value;
    } else
      return fail(
        state,
        `${line.head}'option originalto' only supports optional values: 'except' and 'header'.`,
      );
  }
  return NONE;
}

function parseRestrictNames(state: ParserState, line: Line): number {
  if (tooManyWords(state, line, 2)) return ERROR;
  const value = line.at(2);
  const wanted = "option 'http-restrict-req-hdr-names' expects 'preserve', 'reject' or 'delete' option.";
  if (value === '') return fail(state, `${line.head}missing parameter. ${wanted}`);
  return /^(?:preserve|reject|delete)$/.test(value)
    ? NONE
    : fail(state, `${line.head}invalid parameter '${value}'. ${wanted}`);
}
