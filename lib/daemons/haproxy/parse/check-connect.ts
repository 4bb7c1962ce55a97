/**
 * `http-check connect …` and `tcp-check connect …`. Source: HAProxy 2.6
 * configuration manual §4.2 "http-check connect"; 2.6.12 `tcpcheck.c`
 * `parse_tcpcheck_connect()`; recorded `haproxy -c` runs.
 * Not modelled: `via-socks4`, ports that are computed.
 */

import type { CheckConnect, CheckRule } from '../config';
import { parseAddress } from './address';
import type { Outcome } from './outcome';
import { leadingInteger, type Line, noteEffect, type ParserState, samplesAt } from './context';
import type { SampleContext } from './pattern-files';
import { parseSampleText } from './sample';
import { MUX_PROTOCOLS } from './server';

const MOST_PORT = 65_535;

/** The words from the third one on, after the rules that were there before. */
export function parseCheckConnect(
  state: ParserState,
  line: Line,
  before: readonly CheckRule[],
): Outcome<CheckRule> {
  const keyword = `${line.at(0)} connect`;
  const isTcp = line.at(0) === 'tcp-check';
  const first = before.find(({ type }) => type !== 'remark' && type !== 'variable');
  if (first !== undefined && first.type !== 'connect')
    return {
      error:
        "first step MUST also be a 'connect', optionally preceded by a 'set-var', an 'unset-var' or a 'comment', when there is a 'connect' step in the tcp-check ruleset",
    };
  let comment: string | undefined;
  const connect: { -readonly [K in keyof CheckConnect]: CheckConnect[K] } = {
    usesTls: false,
    isDefault: false,
    sni: undefined,
    port: undefined,
    hasPort: false,
    ip: undefined,
    sendsProxy: false,
  };
  for (let at = 2; line.at(at) !== ''; at++) {
    const word = line.at(at);
    const value = line.at(at + 1);
    switch (word) {
      case 'ssl':
        connect.usesTls = true;
        continue;
      case 'default':
        connect.isDefault = true;
        continue;
      case 'linger':
        continue;
      case 'send-proxy':
        connect.sendsProxy = true;
        continue;
      case 'via-socks4':
        noteEffect(state, line, `${keyword} ${word}`, 'not modelled');
        continue;
      case 'sni':
      case 'comment':
        if (value === '') return { error: `'${word}' expects a string as argument.` };
        if (word === 'sni') connect.sni = value;
        else comment = value;
        break;
      case 'alpn':
        if (value === '') return { error: `'${word}' : missing the comma-delimited ALPN protocol suite` };
        break;
      case 'proto': {
        const error = protocolError(value, isTcp);
        if (error !== undefined) return { error };
        break;
      }
      case 'port': {
        const error = portError(value, samplesAt(state, line.place));
        if (error !== undefined) return { error };
        connect.hasPort = true;
        if (/^\d+$/.test(value)) connect.port = Number(value);
        else noteEffect(state, line, `${keyword} port <expression>`, 'not modelled');
        break;
      }
      case 'addr': {
        if (value === '') return { error: "'addr' expects <ipv4|ipv6> as argument." };
        const parsed = parseAddress(value, {
          allowsPort: true,
          resolve: (name) => state.surroundings.address(name),
        });
        if ('error' in parsed) return { error: `'addr' : ${parsed.error}.` };
        connect.hasPort ||= parsed.lowPort !== 0;
        if (parsed.address.kind === 'inet') connect.ip = parsed.address.ip;
        break;
      }
      default:
        return {
          error: `expects 'comment', 'port', 'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or 'via-socks4', 'linger', 'default' but got '${word}' as argument.`,
        };
    }
    at++;
  }
  return { value: { type: 'connect', connect, comment } };
}

function protocolError(value: string, isTcp: boolean): string | undefined {
  if (value === '') return "'proto' expects a MUX protocol as argument.";
  if (!MUX_PROTOCOLS.includes(value)) return `'proto' : unknown MUX protocol '${value}'.`;
  return isTcp && value !== 'none' ? `'proto' : invalid MUX protocol '${value}' for tcp-check` : undefined;
}

function portError(value: string, context: SampleContext): string | undefined {
  if (value === '') return "'port' expects a port number or a sample expression as argument.";
  if (/^[-+]?\d+$/.test(value)) {
    const port = leadingInteger(value);
    return port >= 1 && port <= MOST_PORT
      ? undefined
      : `expects a valid TCP port (from range 1 to ${MOST_PORT}) or a sample expression, got ${value}.`;
  }
  const parsed = parseSampleText(value, context);
  return 'error' in parsed ? `error detected while parsing port expression : ${parsed.error}` : undefined;
}
