/**
 * `balance` and `hash-type`. Source: HAProxy 2.6 configuration manual §4.2
 * "balance", "hash-type"; 2.6.12 `backend.c` `backend_parse_balance()`.
 */

import type { Algorithm, Balance, Place } from '../config';
import {
  type Draft,
  fail,
  leadingInteger,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  warnWithout,
} from './context';

const NOWHERE: Place = { file: '', line: 0 };

/** What a backend without a `balance` line does. */
export function defaultBalance({ file, line }: Place = NOWHERE): Balance {
  return {
    file,
    line,
    algorithm: 'roundrobin',
    isExplicit: false,
    argument: '',
    draws: 2,
    uriLength: 0,
    uriDepth: 0,
    uriWhole: false,
    uriPathOnly: false,
    domainOnly: false,
    expression: undefined,
    hashType: 'map-based',
    hashFunction: 'sdbm',
    avalanche: false,
  };
}

export function parseBalanceLine(state: ParserState, proxy: Draft, line: Line): number {
  const bits = warnWithout(state, proxy, 'backend', line, 'balance');
  const hash = proxy.balance;
  const balance = defaultBalance(line.place);
  balance.isExplicit = true;
  balance.hashType = hash.hashType;
  balance.hashFunction = hash.hashFunction;
  balance.avalanche = hash.avalanche;
  const error = parseAlgorithm(line, balance);
  if (error !== undefined) return bits | fail(state, `${line.head}balance ${error}`);
  if (balance.algorithm === 'rdp-cookie') noteEffect(state, line, 'balance rdp-cookie', 'not modelled');
  proxy.balance = balance;
  return bits;
}

function parseAlgorithm(line: Line, balance: Balance): string | undefined {
  const word = line.at(1);
  const plain: readonly Algorithm[] = ['roundrobin', 'static-rr', 'first', 'leastconn', 'source'];
  const simple = plain.find((algorithm) => algorithm === word);
  if (word === '' || simple !== undefined) {
    balance.algorithm = simple ?? 'roundrobin';
    return undefined;
  }
  if (word.startsWith('random')) return parseRandom(word, balance);
  if (word === 'uri') return parseUri(line, balance);
  if (word === 'url_param') {
    balance.algorithm = 'url_param';
    balance.argument = line.at(2);
    if (line.at(2) === '') return `${word} requires an URL parameter name.`;
    return line.at(3) === '' || line.at(3) === 'check_post'
      ? undefined
      : `${word} only accepts 'check_post' modifier (got '${line.at(3)}').`;
  }
  if (word === 'hash') {
    balance.algorithm = 'hash';
    balance.argument = line.at(2);
    if (line.at(2) === '') return `${word} requires a sample expression.`;
    return line.at(3) === '' ? undefined : `${word} takes no other argument (got '${line.at(3)}').`;
  }
  if (word.startsWith('hdr(')) {
    const end = word.indexOf(')');
    if (end <= 4) return 'hdr requires an http header field name.';
    balance.algorithm = 'hdr';
    balance.argument = word.slice(4, end);
    balance.domainOnly = line.at(2) === 'use_domain_only';
    return line.at(2) === '' || balance.domainOnly
      ? undefined
      : `${word} only accepts 'use_domain_only' modifier (got '${line.at(2)}').`;
  }
  if (word.startsWith('rdp-cookie')) {
    balance.algorithm = 'rdp-cookie';
    return word === 'rdp-cookie' || /^rdp-cookie\([^)]+\)/.test(word)
      ? undefined
      : 'rdp-cookie : missing cookie name.';
  }
  return "only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', 'hdr(name)' and 'rdp-cookie(name)' options.";
}

function parseRandom(word: string, balance: Balance): string | undefined {
  balance.algorithm = 'random';
  const rest = word.slice(6);
  if (!rest.startsWith('(') || rest.startsWith('()')) return undefined;
  const digits = /^\([-+]?\d*/.exec(rest)?.[0].slice(1) ?? '';
  const next = rest.charAt(1 + digits.length);
  balance.draws = Number(digits);
  if (next === '') return 'random : missing closing parenthesis.';
  if (next !== ')') return `random : unexpected character '${next}' after argument.`;
  return balance.draws < 1 ? 'random : number of draws must be at least 1.' : undefined;
}

function parseUri(line: Line, balance: Balance): string | undefined {
  balance.algorithm = 'uri';
  for (let at = 2; line.at(at) !== ''; at++) {
    const word = line.at(at);
    if (word === 'whole') balance.uriWhole = true;
    else if (word === 'path-only') balance.uriPathOnly = true;
    else if (word === 'len' || word === 'depth') {
      const number = leadingInteger(line.at(at + 1));
      if (number <= 0) return `uri : '${word}' expects a positive integer (got '${line.at(at + 1)}').`;
      if (word === 'len') balance.uriLength = number;
      else balance.uriDepth = number;
      at++;
    } else return `uri only accepts parameters 'len', 'depth', 'path-only', and 'whole' (got '${word}').`;
  }
  return undefined;
}

export function parseHashTypeLine(state: ParserState, proxy: Draft, line: Line): number {
  const bits = warnWithout(state, proxy, 'backend', line, 'hash-type');
  const { balance } = proxy;
  const [method, hash, modifier] = [line.at(1), line.at(2), line.at(3)];
  if (method === 'avalanche') {
    return (
      bits |
      fail(
        state,
        `${line.head}experimental feature 'hash-type avalanche' is not supported anymore, please use 'hash-type map-based sdbm avalanche' instead.`,
      )
    );
  }
  if (method !== 'consistent' && method !== 'map-based')
    return bits | fail(state, `${line.head}'hash-type' only supports 'consistent' and 'map-based'.`);
  balance.hashType = method;
  balance.hashFunction = 'sdbm';
  // Without a function, consistent hashing is spread by the avalanche too.
  balance.avalanche = hash === '' ? method === 'consistent' : modifier === 'avalanche';
  if (hash === '') return bits;
  if (hash !== 'sdbm' && hash !== 'djb2' && hash !== 'wt6' && hash !== 'crc32') {
    return (
      bits |
      fail(state, `${line.head}'hash-type' only supports 'sdbm', 'djb2', 'crc32', or 'wt6' hash functions.`)
    );
  }
  balance.hashFunction = hash;
  if (modifier !== '' && modifier !== 'avalanche') {
    return (
      bits |
      fail(state, `${line.head}'hash-type' only supports 'avalanche' as a modifier for hash functions.`)
    );
  }
  return bits | NONE;
}
