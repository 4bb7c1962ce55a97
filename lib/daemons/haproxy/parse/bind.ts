/**
 * `bind` lines and the parameters of `stats socket`.
 * Source: HAProxy 2.6 configuration manual §5.1 "Bind options"; 2.6.12
 * `listener.c`, `cfgparse-ssl.c`, `cfgparse-unix.c`.
 */

import type { BindSettings, SocketAddress, StatsSocket } from '../config';
import { noBindTls } from '../config-tls';
import { BIND_PARAMETER, BIND_PARAMETERS } from '../directives';
import { closestWord } from '../fingerprint';
import { indentMessage } from '../messages';
import { parseAddress } from './address';
import {
  type Complaint,
  complaint as error,
  type Draft,
  fail,
  FATAL,
  leadingInteger,
  type Line,
  noteEffect,
  type ParserState,
  WARN,
  warn,
  warnWithout,
} from './context';
import { processFault } from './rare-lines';
import { parseTime } from './time';
import { MUX_PROTOCOLS } from './server';
import { applyBindTls } from './tls/bind';

/** What a parameter may set; a bind line uses one half, a stats socket the other. */
type Target = Partial<BindSettings & StatsSocket>;

/** `addr:port,addr:low-high`: one address for each port. */
export function parseListenAddresses(
  state: ParserState,
  text: string,
): { readonly addresses: SocketAddress[] } | { readonly error: string } {
  const addresses: SocketAddress[] = [];
  for (const part of text.split(',')) {
    if (part === '') break;
    const parsed = parseAddress(part, {
      allowsPort: true,
      needsPort: true,
      allowsRange: true,
      allowsDescriptor: true,
      isStream: true,
      resolve: (name) => state.surroundings.address(name),
    });
    if ('error' in parsed) return parsed;
    const { address } = parsed;
    if (address.kind !== 'inet' && address.kind !== 'inet6') addresses.push(address);
    else
      for (let port = parsed.lowPort; port <= parsed.highPort; port++) addresses.push({ ...address, port });
  }
  return { addresses };
}

export function parseBindLine(state: ParserState, proxy: Draft, line: Line): number {
  if (proxy.kind === 'defaults') return fail(state, `${line.head}'bind' not allowed in 'defaults' section.`);
  let bits = warnWithout(state, proxy, 'frontend', line, 'bind');
  const text = line.at(1);
  if (text === '') {
    return (
      bits |
      fail(
        state,
        `${line.head}'bind' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments.`,
      )
    );
  }
  const parsed = parseListenAddresses(state, text);
  if ('error' in parsed) return bits | fail(state, `${line.head}'bind' : ${indentMessage(parsed.error)}`);
  const bind: BindSettings = {
    file: line.file,
    line: line.number,
    text,
    addresses: parsed.addresses,
    name: undefined,
    maxconn: 0,
    backlog: 0,
    acceptsProxy: false,
    usesTls: false,
    tls: noBindTls(),
  };
  proxy.binds.push(bind);
  const where = `'bind ${text}' in section '${state.section}'`;
  for (let at = 2; line.at(at) !== ''; ) {
    const keyword = line.at(at);
    const parameter = BIND_PARAMETER.get(keyword);
    if (parameter === undefined) {
      const best = suggestParameter(keyword);
      const hint = best === undefined ? '.' : `; did you mean '${best}' maybe ?`;
      return bits | fail(state, `${line.head}${where}: unknown keyword '${keyword}'${hint}`);
    }
    noteEffect(state, line, keyword, parameter.effect);
    const complaint = applyParameter(state, line, at, bind);
    if (complaint !== undefined) {
      const said = `${line.head}${where} : ${indentMessage(complaint.text)}`;
      bits |= complaint.bits === WARN ? warn(state, said) : fail(state, said);
      if ((complaint.bits & FATAL) !== 0) return bits;
    }
    at += 1 + parameter.takes;
  }
  return bits;
}

function suggestParameter(keyword: string): string | undefined {
  return closestWord(
    keyword,
    BIND_PARAMETERS.map((known) => known.keyword),
  );
}

/** The words after `stats socket <address>`; an error is the daemon's text without its head. */
export function parseSocketParameters(
  state: ParserState,
  line: Line,
  socket: StatsSocket,
  from: number,
): string | undefined {
  for (let at = from; line.at(at) !== ''; ) {
    const keyword = line.at(at);
    const parameter = BIND_PARAMETER.get(keyword);
    if (parameter === undefined) {
      const best = suggestParameter(keyword);
      const hint = best === undefined ? '.' : `. Did you mean '${best}' maybe ?`;
      return `'stats socket' : unknown keyword '${keyword}'${hint}`;
    }
    const complaint = applyParameter(state, line, at, socket);
    if (complaint?.bits === WARN) warn(state, `${line.head}'stats socket' : ${complaint.text}`);
    else if (complaint !== undefined) return `'stats socket' : '${complaint.text}'`;
    at += 1 + parameter.takes;
  }
  return undefined;
}

function applyParameter(state: ParserState, line: Line, at: number, target: Target): Complaint {
  const keyword = line.at(at);
  const value = line.at(at + 1);
  switch (keyword) {
    case 'name':
      if (value === '') return error(`'${keyword}' : missing name`);
      target.name = value;
      return undefined;
    case 'maxconn':
    case 'backlog': {
      if (value === '') return error(`'${keyword}' : missing value`);
      const number = leadingInteger(value);
      if (number < 0)
        return error(
          `'${keyword}' : invalid value ${number}, must be ${keyword === 'maxconn' ? '>= 0' : '> 0'}`,
        );
      target[keyword] = number;
      return undefined;
    }
    case 'id':
      return applyId(state, line, value);
    case 'nice': {
      if (value === '') return error(`'${keyword}' : missing value`);
      const number = leadingInteger(value);
      return number < -1024 || number > 1024
        ? error(`'${keyword}' : invalid value ${number}, allowed range is -1024..1024`)
        : undefined;
    }
    case 'proto':
      if (value === '') return error(`'${keyword}' : missing value`);
      return MUX_PROTOCOLS.includes(value)
        ? undefined
        : error(`'${keyword}' :  unknown MUX protocol '${value}'`);
    case 'tcp-ut':
      if (value === '') return error(`'${keyword}' : missing TCP User Timeout value`);
      return 'micros' in parseTime(value, 'ms')
        ? undefined
        : error(`'${keyword}' : expects a positive delay in milliseconds`);
    case 'mss': {
      if (value === '') return error(`'${keyword}' : missing MSS value`);
      const size = Math.abs(leadingInteger(value));
      return size >= 1 && size <= 65_535
        ? undefined
        : error(`'${keyword}' : expects an MSS with and absolute value between 1 and 65535`);
    }
    case 'namespace':
      if (value === '') return error(`'${keyword}' : missing namespace id`);
      // There are no network namespaces here.
      state.log.alert(`Cannot open namespace '${value}'.`);
      return error(`error encountered while processing '${keyword}'.`);
    case 'accept-netscaler-cip':
      if (value === '') return error(`'${keyword}' : missing value`);
      // Vendor: zero is refused with the words that would allow it.
      return leadingInteger(value) > 0
        ? undefined
        : error(`'${keyword}' : invalid value ${leadingInteger(value)}, must be >= 0`);
    case 'expose-fd':
      if (value === '') return error(`'${keyword}' : missing fd type`);
      return value === 'listeners'
        ? undefined
        : error(`'${keyword}' only supports 'listeners' (got '${value}')`);
    case 'severity-output':
      if (value === '') return error(`'${keyword}' : missing severity format`);
      return /^(?:none|number|string)$/.test(value)
        ? undefined
        : error(`'${keyword}' only supports 'none', 'number', and 'string' (got '${value}')`);
    case 'thread':
      return /^(?:all|odd|even|[\d,/-]+)$/.test(value)
        ? undefined
        : error(
            `'${value}' : '${value}' is not a valid number/range.${value === '' ? ' It supports numbers from 1 to 64.\n' : ''}`,
          );
    case 'shards': {
      if (value === '') return error(`'${keyword}' : missing value`);
      const count = leadingInteger(value);
      return value === 'by-thread' || (count >= 1 && count <= 64)
        ? undefined
        : error(`'${keyword}' : invalid value ${count}, allowed range is 1..64 or 'by-thread'`);
    }
    case 'accept-proxy':
      target.acceptsProxy = true;
      return undefined;
    case 'interface':
      return value === '' ? error(`'${keyword}' : missing interface name`) : undefined;
    case 'level':
      return applyLevel(target, value);
    case 'mode':
      if (!/^[0-7]+$/.test(value))
        return error(`'${keyword}' : missing or invalid mode '${value}' (octal integer expected)`);
      target.mode = Number.parseInt(value, 8);
      return undefined;
    case 'uid':
    case 'gid':
      if (value === '') return error(`'${keyword}' : missing value`);
      target[keyword] = leadingInteger(value);
      return undefined;
    case 'user': {
      if (value === '') return error(`'${keyword}' : missing user name`);
      const uid = state.surroundings.user(value);
      if (uid === undefined) return error(`'${keyword}' : unknown user name '${value}'`);
      target.uid = uid;
      return undefined;
    }
    case 'group': {
      if (value === '') return error(`'${keyword}' : missing group name`);
      const gid = state.surroundings.group(value);
      if (gid === undefined) return error(`'${keyword}' : unknown group name '${value}'`);
      target.gid = gid;
      return undefined;
    }
    case 'process': {
      const fault = processFault(value);
      if (fault !== undefined) return error(`'${keyword}' : ${fault}`);
      return {
        text: `'process ${value}' on 'bind' lines is deprecated and will be removed in 2.7.`,
        bits: WARN,
      };
    }
    default:
      return applyTls(state, target, keyword, value);
  }
}

function applyTls(state: ParserState, target: Target, keyword: string, value: string): Complaint {
  const outcome = applyBindTls(state, target.tls ?? noBindTls(), keyword, value);
  if (outcome === undefined) return undefined;
  if (keyword === 'ssl') target.usesTls = true;
  target.tls = outcome.tls;
  return outcome.complaint;
}

function applyId(state: ParserState, line: Line, value: string): Complaint {
  if (value === '') return error("'id' : expects an integer argument");
  if (!/^[-+]?\d+$/.test(value)) return error(`'id' : expects an integer argument, found '${value}'`);
  const id = Number(value);
  if (id <= 0) return error("'id' : custom id has to be > 0");
  const ids = state.current?.listenerIds;
  const other = ids?.get(id);
  if (other !== undefined)
    return error(`'id' : custom id ${id} already used at ${other.file}:${other.line} ('bind ${other.text}')`);
  ids?.set(id, { file: line.file, line: line.number, text: line.at(1) });
  return undefined;
}

function applyLevel(target: Target, value: string): Complaint {
  if (value === '') return error("'level' : missing level");
  if (value !== 'user' && value !== 'operator' && value !== 'admin') {
    return error("'level' only supports 'user', 'operator', and 'admin' (got '" + value + "')");
  }
  target.level = value;
  return undefined;
}
