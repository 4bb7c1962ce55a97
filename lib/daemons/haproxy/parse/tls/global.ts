/**
 * Words of TLS in `global`. Source: HAProxy 2.6 configuration manual §3.1,
 * §3.2 "tune.ssl.…"; 2.6.12 `cfgparse-ssl.c`; recorded `haproxy -c` runs.
 */

import { readCertificateChain } from '../../../../protocols/x509';
import type { TlsOptions } from '../../config-tls';
import {
  ERROR,
  fail,
  leadingInteger,
  type Line,
  NONE,
  type ParserState,
  tooManyWords,
  WARN,
  warn,
} from '../context';
import { parseTime, trailingTimeWarning } from '../time';
import { diffieHellmanBits } from './diffie-hellman';
import { applyTlsOption } from './options';
import { EXTRA_FILES } from './reading';

type Side = 'bindDefaults' | 'serverDefaults';

/** Undefined: the word is none of TLS. */
export function parseTlsGlobalLine(state: ParserState, line: Line): number | undefined {
  const keyword = line.at(0);
  const value = line.at(1);
  switch (keyword) {
    case 'ca-base':
    case 'crt-base':
      return parseBase(state, line, keyword);
    case 'ssl-default-bind-ciphers':
    case 'ssl-default-bind-ciphersuites':
    case 'ssl-default-server-ciphers':
    case 'ssl-default-server-ciphersuites':
    case 'ssl-default-bind-curves':
      return parseDefaultText(state, line, keyword);
    case 'ssl-default-bind-options':
    case 'ssl-default-server-options':
      return parseDefaultOptions(state, line, keyword);
    case 'ssl-server-verify':
      if (tooManyWords(state, line, 1)) return ERROR;
      if (value === '') return fail(state, `${line.head}'${keyword}' expects an integer argument.`);
      if (value !== 'none' && value !== 'required')
        return fail(state, `${line.head}'${keyword}' expects 'none' or 'required' as argument.`);
      state.tls.serverVerify = value;
      return NONE;
    case 'ssl-dh-param-file':
      return parseDiffieHellmanFile(state, line);
    case 'ssl-load-extra-files':
      return parseExtraFiles(state, line);
    case 'ssl-load-extra-del-ext':
      state.tls.stripsCrt = true;
      return NONE;
    case 'issuers-chain-path':
      return parseIssuers(state, line);
    case 'ssl-provider':
      return parseProvider(state, line);
    case 'httpclient.ssl.verify':
      if (tooManyWords(state, line, 1)) return ERROR;
      if (value === 'none' || value === 'required') return NONE;
      fail(state, `${line.head}'${keyword}' expects 'none' or 'required' as argument.`);
      return fail(state, `${line.head}(null)`);
    case 'httpclient.ssl.ca-file':
      if (tooManyWords(state, line, 1)) return ERROR;
      state.tls.clientAuthorities = value;
      return NONE;
    case 'maxsslconn':
      return integerOf(state, line) === undefined ? ERROR : NONE;
    default:
      return keyword.startsWith('tune.ssl.') ? parseTuning(state, line) : undefined;
  }
}

function parseBase(state: ParserState, line: Line, keyword: 'ca-base' | 'crt-base'): number {
  const key = keyword === 'ca-base' ? 'authorityBase' : 'certificateBase';
  if (tooManyWords(state, line, 1)) return ERROR;
  if (state.tls[key] !== '') return fail(state, `${line.head}'${keyword}' already specified.`);
  const value = line.at(1);
  if (value === '')
    return fail(state, `${line.head}global statement '${keyword}' expects a directory path as an argument.`);
  state.tls[key] = value;
  return NONE;
}

function parseDefaultText(state: ParserState, line: Line, keyword: string): number {
  const side: Side = keyword.startsWith('ssl-default-bind') ? 'bindDefaults' : 'serverDefaults';
  const wanted = keyword.endsWith('curves')
    ? 'a curves suite as an arguments'
    : 'a cipher suite as an argument';
  if (tooManyWords(state, line, 1)) return ERROR;
  if (line.at(1) === '') return fail(state, `${line.head}global statement '${keyword}' expects ${wanted}.`);
  const word = keyword.endsWith('ciphers')
    ? 'ciphers'
    : keyword.endsWith('curves')
      ? 'curves'
      : 'cipherSuites';
  state.tls[side] = { ...state.tls[side], [word]: line.at(1) };
  return NONE;
}

/** Words without a value that the daemon takes here and that change nothing we model. */
const SILENT = /^(?:no-tls-tickets|tls-tickets)$/;

function parseDefaultOptions(state: ParserState, line: Line, keyword: string): number {
  const side: Side = keyword.startsWith('ssl-default-bind') ? 'bindDefaults' : 'serverDefaults';
  if (line.at(1) === '')
    return fail(state, `${line.head}global statement '${keyword}' expects an option as an argument.`);
  for (let at = 1; line.at(at) !== ''; at++) {
    const word = line.at(at);
    if (SILENT.test(word)) continue;
    const isBound = word === 'ssl-min-ver' || word === 'ssl-max-ver';
    const value = isBound ? line.at(at + 1) : '';
    const known = isBound || /^(?:(?:no|force)-(?:sslv3|tlsv1\d)|prefer-client-ciphers)$/.test(word);
    const outcome = known
      ? applyTlsOption(state, state.tls[side], { keyword: word, value, place: 'bind' })
      : 'of another kind';
    if (outcome === 'of another kind')
      return fail(state, `${line.head}unknown option '${word}' on global statement '${keyword}'.`);
    if (outcome.complaint !== undefined)
      return fail(state, `${line.head}${outcome.complaint.text} on global statement '${keyword}'.`);
    state.tls[side] = outcome.options satisfies TlsOptions;
    if (isBound) at++;
  }
  return NONE;
}

function parseDiffieHellmanFile(state: ParserState, line: Line): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const path = line.at(1);
  if (path === '') return fail(state, `${line.head}'ssl-dh-param-file' expects a file path as an argument.`);
  const file = state.surroundings.readFile(path);
  const bits = 'text' in file ? diffieHellmanBits(file.text) : undefined;
  if (bits === undefined)
    return fail(state, `${line.head}'ssl-dh-param-file': unable to load DH parameters from file <${path}>.`);
  state.tls.diffieHellman = { ...state.tls.diffieHellman, fileBits: bits };
  return NONE;
}

function parseExtraFiles(state: ParserState, line: Line): number {
  const words = line.from(1);
  const isKnown = words.every((word) => word === 'none' || word === 'all' || EXTRA_FILES.includes(word));
  if (words.length === 0 || !isKnown)
    return fail(
      state,
      `${line.head}'ssl-load-extra-files' expects one or multiple arguments (none, all, bundle, sctl, ocsp, issuer).`,
    );
  const all = words.includes('all');
  state.tls.extraFiles = new Set(all ? EXTRA_FILES : words.filter((word) => word !== 'none'));
  return NONE;
}

function parseIssuers(state: ParserState, line: Line): number {
  const path = line.at(1);
  const kind = state.surroundings.kindOf(path);
  const refuse = (text: string): number =>
    fail(state, `${line.head}global statement 'issuers-chain-path'${text}`);
  if (path === '' || 'error' in kind) return refuse(' expects a directory path as an argument.\n');
  if (kind.kind !== 'directory') return refuse(`: ${path} is not a directory.\n`);
  const listed = state.surroundings.list(path);
  const names = 'error' in listed ? [] : [...listed.names].sort();
  state.tls.issuerChains = names
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const file = state.surroundings.readFile(`${path}/${name}`);
      const chain = 'text' in file ? readCertificateChain(file.text) : undefined;
      return chain?.ok === true ? [chain.value] : [];
    });
  return NONE;
}

function parseProvider(state: ParserState, line: Line): number {
  const known = ['default', 'legacy', 'base', 'null'];
  if (known.includes(line.at(1))) return NONE;
  state.log.alert(`ssl-provider ${line.at(1)}: unknown provider`);
  return fail(state, `${line.head}(null)`);
}

// ---------------------------------------------------------------- tune.ssl
function parseTuning(state: ParserState, line: Line): number {
  const keyword = line.at(0);
  const value = line.at(1);
  switch (keyword) {
    case 'tune.ssl.default-dh-param': {
      const bits = integerOf(state, line);
      if (bits === undefined) return ERROR;
      state.tls.diffieHellman = { ...state.tls.diffieHellman, defaultBits: bits === 0 ? undefined : bits };
      return bits < 1024 ? fail(state, `${line.head}'${keyword}' expects a value >= 1024.`) : NONE;
    }
    case 'tune.ssl.cachesize':
    case 'tune.ssl.maxrecord':
    case 'tune.ssl.hard-maxrecord':
    case 'tune.ssl.ssl-ctx-cache-size':
    case 'tune.ssl.capture-buffer-size':
      return parsePositive(state, line);
    case 'tune.ssl.capture-cipherlist-size': {
      const said = `${line.tightHead}'${keyword}' is deprecated and will be removed in version 2.7. Please use 'tune.ssl.capture-buffer-size' instead.`;
      return warn(state, said) | parsePositive(state, line);
    }
    case 'tune.ssl.force-private-cache':
      return tooManyWords(state, line, 0) ? ERROR : NONE;
    case 'tune.ssl.keylog':
      return value === 'on' || value === 'off'
        ? NONE
        : fail(state, `${line.head}'${keyword}' expects either 'on' or 'off' but got '${value}'.`);
    case 'tune.ssl.lifetime':
      return parseLifetime(state, line);
    default:
      return NONE;
  }
}

/** Undefined: it is missing, and that has been said. */
function integerOf(state: ParserState, line: Line): number | undefined {
  if (tooManyWords(state, line, 1)) return undefined;
  if (line.at(1) !== '') return leadingInteger(line.at(1));
  fail(state, `${line.head}'${line.at(0)}' expects an integer argument.`);
  return undefined;
}
function parsePositive(state: ParserState, line: Line): number {
  const number = integerOf(state, line);
  if (number === undefined) return ERROR;
  return number < 0 ? fail(state, `${line.head}'${line.at(0)}' expects a positive numeric value.`) : NONE;
}

function parseLifetime(state: ParserState, line: Line): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const value = line.at(1);
  if (value === '')
    return fail(
      state,
      `${line.head}'tune.ssl.lifetime' expects ssl sessions <lifetime> in seconds as argument.`,
    );
  const time = parseTime(value, 's');
  if ('micros' in time) {
    if (time.trailing === undefined) return NONE;
    warn(state, trailingTimeWarning(value, time.trailing));
    return WARN;
  }
  return time.fault === 'overflow'
    ? fail(
        state,
        `${line.head}timer overflow in argument '${value}' to <tune.ssl.lifetime> (maximum value is 2147483647 s or ~68 years).`,
      )
    : fail(state, `${line.head}unexpected character '${time.character}' in argument to <tune.ssl.lifetime>.`);
}
