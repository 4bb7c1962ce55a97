/**
 * `tcp-request …` and `tcp-response …`. Source: HAProxy 2.6 configuration
 * manual §4.2 "tcp-request connection", "tcp-request content"; 2.6.12
 * `tcp_rules.c`. What the actions are stands in `tcp-actions`.
 */

import type { Condition } from '../config';
import { TCP_CONNECTION_ACTIONS, TCP_CONTENT_ACTIONS } from '../directives';
import { placeBits } from '../samples';
import { parseCondition } from './acl';
import { titleOf, type Draft, fail, type Line, NONE, noteEffect, type ParserState, warn } from './context';
import { warnMisplaced } from './rules';
import { isTcpAction, parseTcpAction } from './tcp-actions';
import { parseTime } from './time';

type Where = 'connection' | 'session' | 'content';

const LATER: Readonly<Record<Where, readonly string[]>> = {
  content: ['monitor fail', 'http-request', 'redirect', 'use_backend', 'use-server'],
  session: ['tcp-request content', 'monitor fail', 'http-request', 'redirect', 'use_backend', 'use-server'],
  connection: [
    'tcp-request session',
    'tcp-request content',
    'monitor fail',
    'http-request',
    'redirect',
    'use_backend',
    'use-server',
  ],
};

function subject(proxy: Draft): string {
  return `${titleOf(proxy)} '${proxy.id}'`;
}

export function parseTcpRequestLine(state: ParserState, proxy: Draft, line: Line): number {
  const verb = line.at(1);
  const refuse = (text: string): number => fail(state, `${line.head}${text}`);
  if (verb === '') {
    return refuse(
      `missing argument for 'tcp-request' in ${proxy.kind === 'defaults' ? 'defaults section' : subject(proxy)}`,
    );
  }
  const isAnonymous = proxy.kind === 'defaults' && proxy.id === '';
  if (verb === 'inspect-delay') {
    if (isAnonymous)
      return refuse("tcp-request inspect-delay is not allowed in anonymous 'defaults' sections");
    const time = parseTime(line.at(2), 'ms');
    if (line.at(2) !== '' && 'micros' in time) {
      proxy.inspectDelay = time.micros;
      return NONE;
    }
    const why =
      line.at(2) === '' || 'micros' in time || time.fault === 'overflow'
        ? ''
        : ` (unexpected character '${time.character}')`;
    return refuse(
      `'tcp-request inspect-delay' expects a positive delay in milliseconds, in ${subject(proxy)}${why}`,
    );
  }
  if (verb !== 'content' && verb !== 'connection' && verb !== 'session') {
    return refuse(
      proxy.kind === 'defaults'
        ? `'tcp-request' expects 'inspect-delay', 'connection', or 'content' in defaults section (got '${verb}')`
        : `'tcp-request' expects 'inspect-delay', 'connection', or 'content' in ${subject(proxy)} (got '${verb}')`,
    );
  }
  if (isAnonymous) return refuse(`tcp-request ${verb} is not allowed in anonymous 'defaults' sections`);
  if (verb !== 'content' && !proxy.hasFrontend)
    return refuse(
      `tcp-request ${verb} is not allowed because ${titleOf(proxy)} ${proxy.id} is not a frontend`,
    );
  return parseRule(state, proxy, line, verb);
}

function parseRule(state: ParserState, proxy: Draft, line: Line, where: Where): number {
  const word = line.at(2);
  if (!isTcpAction(word)) {
    const actions = where === 'content' ? TCP_CONTENT_ACTIONS : TCP_CONNECTION_ACTIONS;
    return fail(
      state,
      `${line.head}'tcp-request ${where}' expects 'accept', 'reject', 'capture', 'expect-proxy', 'expect-netscaler-cip', 'track-sc0' ... 'track-sc2', ${actions} in ${subject(proxy)} (got '${word}').\n`,
    );
  }
  const parsed = parseTcpAction(state, proxy, line, where);
  if ('error' in parsed) return fail(state, `${line.head}${parsed.error}`);
  const { action, next: at } = parsed.value;
  if (action.type === 'nothing') noteEffect(state, line, `tcp-request ${where} ${word}`, 'not modelled');
  let condition: Condition | undefined;
  if (line.at(at) === 'if' || line.at(at) === 'unless') {
    const read = parseCondition(state, proxy, line.from(at), line.place);
    if ('error' in read)
      return fail(
        state,
        `${line.head}'tcp-request ${where} ${word}' : error detected in ${subject(proxy)} while parsing 'if' condition : ${read.error}`,
      );
    condition = read.value;
  } else if (line.at(at) !== '') {
    return fail(
      state,
      `${line.head}'tcp-request ${where} ${word}' only accepts 'if' or 'unless', in ${subject(proxy)} (got '${line.at(at)}')`,
    );
  }
  warnMisplaced(state, proxy, line, 'tcp-request', LATER[where]);
  const bits = warnUseless(state, proxy, line, where, condition);
  proxy.tcpRequest.push({ file: line.file, line: line.number, where, action, condition });
  if (where === 'content') proxy.tcpRequestContent = true;
  else if (where === 'session') proxy.tcpRequestSession = true;
  else proxy.tcpRequestConnection = true;
  return bits;
}

function warnUseless(
  state: ParserState,
  proxy: Draft,
  line: Line,
  where: Where,
  condition: Condition | undefined,
): number {
  const places =
    where === 'content'
      ? (proxy.hasFrontend ? placeBits('frontend tcp-request content rule') : 0) |
        (proxy.hasBackend ? placeBits('backend tcp-request content rule') : 0)
      : placeBits(
          where === 'connection'
            ? 'frontend tcp-request connection rule'
            : 'frontend tcp-request session rule',
        );
  const title =
    places === placeBits('backend tcp-request content rule')
      ? 'backend tcp-request content rule'
      : `frontend tcp-request ${where} rule`;
  const useless = condition?.suites.flat().find(({ acl }) => (acl.places & places) === 0)?.acl;
  if (useless === undefined) return NONE;
  const said =
    useless.name === ''
      ? `anonymous acl will never match in 'tcp-request ${where}' because it uses keyword '${useless.expressions[0]?.keyword ?? ''}' which is incompatible with '${title}'`
      : `acl '${useless.name}' will never match in 'tcp-request ${where}' because it only involves keywords that are incompatible with '${title}'`;
  return warn(state, `${line.head}${said}`);
}
