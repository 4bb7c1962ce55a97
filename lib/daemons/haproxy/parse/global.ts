/**
 * Lines of `global`. Source: HAProxy 2.6 configuration manual §3 "Global
 * parameters"; 2.6.12 `cfgparse-global.c`, `cli.c`.
 */

import { SECOND } from '../../../std/instant';
import type { GlobalSettings, StatsSocket } from '../config';
import {
  COMMON_GLOBAL_DIRECTIVES,
  GLOBAL_DIRECTIVE,
  GLOBAL_EXTRA_WORDS,
  REGISTERED_GLOBAL_DIRECTIVES,
} from '../directives';
import { closestWord } from '../fingerprint';
import { parseListenAddresses, parseSocketParameters } from './bind';
import {
  ALERT,
  ERROR,
  fail,
  FATAL,
  leadingInteger,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  tooManyWords,
  warn,
} from './context';
import { parseGlobalWord, readDelay } from './global-words';
import { parseLogLine } from './log';
import { parseTime, trailingTimeWarning } from './time';
import { parseTlsGlobalLine } from './tls/global';

export function defaultGlobal(hostname: string): GlobalSettings {
  return {
    maxconn: undefined,
    uid: undefined,
    gid: undefined,
    chroot: undefined,
    pidfile: undefined,
    logs: [],
    logTag: 'haproxy',
    sockets: [],
    spreadChecks: 0,
    maxSpreadChecks: undefined,
    daemon: false,
    masterWorker: false,
    noExitOnFailure: false,
    quiet: false,
    zeroWarning: false,
    hardStopAfter: undefined,
    threads: undefined,
    buffers: { size: 16_384, reserve: 1_024, headers: 101 },
    rates: { connections: 0, sessions: 0, handshakes: 0 },
    description: '',
    node: hostname,
  };
}

/** Words that stand alone. */
const SWITCHES =
  /^(?:daemon|noepoll|nokqueue|noevports|nopoll|busy-polling|set-dumpable|insecure-fork-wanted|insecure-setuid-wanted|nosplice|nogetaddrinfo|noreuseport|quiet|zero-warning|external-check|strict-limits|h2-workaround-bogus-websocket-clients|no-memory-trimming|h1-accept-payload-with-any-method|pp2-never-send-local)$/;

/** Words followed by a number, of which we keep none. */
const NUMBERS =
  /^(?:tune\.(?:recv_enough|buffers\.limit|buffers\.reserve|pipesize|http\.cookielen|http\.logurilen)|maxcomprate|maxzlibmem)$/;

/** The same, but only once. */
const NUMBERS_ONCE =
  /^(?:tune\.(?:runqueue-depth|maxpollevents|maxaccept|rcvbuf\.client|rcvbuf\.server|sndbuf\.client|sndbuf\.server)|maxconnrate|maxsessrate|maxsslrate|maxpipes|fd-hard-limit|ulimit-n|maxconn)$/;

/** Reads one line; the section's own header is one. */
export function parseGlobalLine(state: ParserState, line: Line): number {
  const keyword = line.at(0);
  const directive = GLOBAL_DIRECTIVE.get(keyword);
  if (directive === undefined) return unknownKeyword(state, line, keyword);
  noteEffect(state, line, keyword, directive.effect);
  if (keyword === 'global') return tooManyWords(state, line, 0) ? ERROR : NONE;
  if (SWITCHES.test(keyword)) return parseSwitch(state, line, keyword);
  if (NUMBERS.test(keyword)) return parseNumber(state, line, keyword);
  if (NUMBERS_ONCE.test(keyword)) return once(state, line, keyword) || parseNumber(state, line, keyword);
  return (
    parseTlsGlobalLine(state, line) ??
    parseGlobalWord(state, line, keyword) ??
    parseOther(state, line, keyword)
  );
}

function unknownKeyword(state: ParserState, line: Line, keyword: string): number {
  const words = [...REGISTERED_GLOBAL_DIRECTIVES, ...COMMON_GLOBAL_DIRECTIVES].map((known) => known.keyword);
  const best = closestWord(keyword, [...words, ...GLOBAL_EXTRA_WORDS]);
  const hint = best === undefined ? '' : `; did you mean '${best}' maybe ?`;
  return fail(state, `${line.head}unknown keyword '${keyword}' in 'global' section${hint}`);
}

function parseSwitch(state: ParserState, line: Line, keyword: string): number {
  if (tooManyWords(state, line, 0)) return ERROR;
  if (keyword === 'daemon') state.global.daemon = true;
  else if (keyword === 'quiet') state.global.quiet = true;
  else if (keyword === 'zero-warning') state.global.zeroWarning = true;
  else if (keyword === 'external-check') state.externalCheck = true;
  else if (keyword === 'insecure-fork-wanted') state.insecureFork = line.modifier !== 'no';
  return NONE;
}

/** An alert that does not stop the start: the first line counts. */
function once(state: ParserState, line: Line, keyword: string): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  if (!state.said.has(keyword)) {
    state.said.add(keyword);
    return NONE;
  }
  state.log.alert(`${line.head}'${keyword}' already specified. Continuing.`);
  return ALERT;
}

function parseNumber(state: ParserState, line: Line, keyword: string): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const unit = keyword === 'maxcomprate' ? ' in kb/s' : '';
  if (line.at(1) === '') return fail(state, `${line.head}'${keyword}' expects an integer argument${unit}.`);
  const value = leadingInteger(line.at(1));
  if (keyword === 'maxconn') state.global.maxconn = value;
  else if (keyword === 'tune.bufsize') state.global.buffers.size = value;
  else if (keyword === 'tune.maxrewrite') state.global.buffers.reserve = value;
  else if (keyword === 'tune.http.maxhdr') state.global.buffers.headers = value;
  else if (keyword === 'maxconnrate') state.global.rates.connections = value;
  else if (keyword === 'maxsessrate') state.global.rates.sessions = value;
  else if (keyword === 'maxsslrate') state.global.rates.handshakes = value;
  return NONE;
}

function parseOther(state: ParserState, line: Line, keyword: string): number {
  const { global } = state;
  const value = line.at(1);
  switch (keyword) {
    case 'master-worker':
      if (tooManyWords(state, line, 1)) return ERROR;
      if (value !== '' && value !== 'no-exit-on-failure')
        return fail(state, `${line.head}'${keyword}' only supports 'no-exit-on-failure' option.`);
      global.masterWorker = true;
      global.noExitOnFailure = value !== '';
      return NONE;
    case 'tune.chksize':
      return fail(
        state,
        `${line.tightHead}option '${keyword}' is not supported any more (tune.bufsize is used instead).`,
      );
    case 'tune.bufsize':
    case 'tune.maxrewrite':
      return (
        parseNumber(state, line, keyword) ||
        (leadingInteger(value) < (keyword === 'tune.bufsize' ? 1 : 0)
          ? fail(state, `${line.head}'${keyword}' expects a positive integer argument.`)
          : NONE)
      );
    case 'tune.http.maxhdr':
      return parseNumber(state, line, keyword) || between(state, line, keyword, 1, 32767);
    case 'tune.comp.maxlevel':
      return tooManyWords(state, line, 1) ? ERROR : between(state, line, keyword, 1, 9);
    case 'nbproc':
      return fail(
        state,
        `${line.head}nbproc is not supported any more since HAProxy 2.5. Threads will automatically be used on multi-processor machines if available.`,
      );
    case 'uid':
    case 'gid':
      return parseId(state, line, keyword);
    case 'user':
    case 'group':
      return parseAccount(state, line, keyword);
    case 'chroot':
    case 'pidfile': {
      const bits = once(state, line, keyword);
      if (bits !== NONE) return bits;
      if (value === '')
        return fail(
          state,
          `${line.head}'${keyword}' expects a ${keyword === 'chroot' ? 'directory as an' : 'file name as an'} argument.`,
        );
      global[keyword] = value;
      return NONE;
    }
    case 'description':
      if (value === '') return fail(state, `${line.tightHead}'description' expects a string argument.`);
      global.description = line.from(1).join(' ');
      return NONE;
    case 'node':
      if (tooManyWords(state, line, 1)) return ERROR;
      if (!/^[A-Za-z0-9_.-]+$/.test(value)) {
        return fail(
          state,
          `${line.tightHead}'node' requires valid node name - non-empty string with digits(0-9), letters(A-Z, a-z), dot(.), hyphen(-) or underscode(_).`,
        );
      }
      global.node = value;
      return NONE;
    case 'log': {
      const error = parseLogLine(state, global.logs, line);
      return error === undefined ? NONE : fail(state, `${line.head}log : ${error}`);
    }
    case 'log-tag':
      if (tooManyWords(state, line, 1)) return ERROR;
      if (value === '') return fail(state, `${line.head}'log-tag' expects a tag for use in syslog.`);
      global.logTag = value;
      return NONE;
    case 'stats':
      return parseStats(state, line);
    case 'spread-checks':
      return parseSpreadChecks(state, line);
    case 'max-spread-checks':
      return parseMaxSpreadChecks(state, line);
    case 'setenv':
    case 'presetenv':
      return parseSetEnvironment(state, line, keyword);
    case 'unsetenv':
      if (value === '') return fail(state, `${line.tightHead}'unsetenv' expects at least one variable name.`);
      for (const name of line.from(1)) state.variables.set(name, null);
      return NONE;
    case 'localpeer':
      if (tooManyWords(state, line, 1)) return ERROR;
      return value === '' ? fail(state, `${line.head}'localpeer' expects a name as an argument.`) : NONE;
    case 'nbthread':
      return parseThreads(state, line);
    case 'hard-stop-after':
      return parseHardStop(state, line);
    case 'cpu-map':
      return parseCpuMap(state, line);
    case 'server-state-file':
      state.serverStateFile = value;
      return value === ''
        ? fail(state, `${line.head}'${keyword}' expect one argument: a file path.`) & FATAL
        : NONE;
    case 'unix-bind':
      return parseUnixBind(state, line);
    default:
      return NONE;
  }
}

function between(state: ParserState, line: Line, keyword: string, lowest: number, highest: number): number {
  const number = leadingInteger(line.at(1));
  return number >= lowest && number <= highest
    ? NONE
    : fail(state, `${line.head}'${keyword}' expects a numeric value between ${lowest} and ${highest}`);
}

function parseId(state: ParserState, line: Line, keyword: 'uid' | 'gid'): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const value = line.at(1);
  if (state.global[keyword] !== undefined && state.global[keyword] !== 0)
    return alreadySet(state, line, keyword);
  if (value === '') return fail(state, `${line.head}'${keyword}' expects an integer argument.`);
  if (!/^[-+]?\d+$/.test(value)) {
    const other = keyword === 'uid' ? 'user' : 'group';
    return warn(
      state,
      `${line.head} ${keyword}: string '${value}' is not a number.\n   | You might want to use the '${other}' parameter to use a system ${other} name.`,
    );
  }
  state.global[keyword] = Number(value);
  return NONE;
}

function parseAccount(state: ParserState, line: Line, keyword: 'user' | 'group'): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const key = keyword === 'user' ? 'uid' : 'gid';
  if (state.global[key] !== undefined && state.global[key] !== 0)
    return alreadySet(state, line, key, keyword);
  const id = keyword === 'user' ? state.surroundings.user(line.at(1)) : state.surroundings.group(line.at(1));
  if (id === undefined)
    return fail(state, `${line.head}cannot find ${keyword} id for '${line.at(1)}' (0:Success)`);
  state.global[key] = id;
  return NONE;
}

function alreadySet(state: ParserState, line: Line, key: 'uid' | 'gid', keyword?: string): number {
  const said =
    key === 'uid' ? 'user/uid already' : keyword === 'group' ? 'gid/group was already' : 'group/gid already';
  state.log.alert(`${line.head}${said} specified. Continuing.`);
  return ALERT;
}

function parseStats(state: ParserState, line: Line): number {
  const verb = line.at(1);
  const value = line.at(2);
  const refuse = (text: string): number => fail(state, `${line.head}${text}`);
  switch (verb) {
    case 'socket': {
      if (value === '')
        return refuse("'stats socket' in global section expects an address or a path to a UNIX socket");
      const parsed = parseListenAddresses(state, value);
      if ('error' in parsed)
        return refuse(`parsing [${line.file}:${line.number}] : 'stats socket' : ${parsed.error}\n`);
      const [address] = parsed.addresses;
      if (address === undefined) return NONE;
      const socket: StatsSocket = {
        file: line.file,
        line: line.number,
        address,
        level: 'operator',
        mode: undefined,
        uid: undefined,
        gid: undefined,
      };
      const error = parseSocketParameters(state, line, socket, 3);
      if (error !== undefined) return refuse(error);
      state.global.sockets.push(socket);
      state.globalSocketsExist = true;
      return NONE;
    }
    case 'timeout': {
      const time = parseTime(value, 'ms');
      if (!('micros' in time)) {
        return time.fault === 'overflow'
          ? refuse(
              `timer overflow in argument '${value}' to 'stats timeout' (maximum value is 2147483647 ms or ~24.8 days)`,
            )
          : refuse(
              value === ''
                ? "'stats timeout' : unexpected character '"
                : `'stats timeout' : unexpected character '${time.character}'`,
            );
      }
      if (time.trailing !== undefined) warn(state, trailingTimeWarning(value, time.trailing));
      return time.micros > 0 ? NONE : refuse("'stats timeout' expects a positive value");
    }
    case 'maxconn':
      return leadingInteger(value) > 0 ? NONE : refuse("'stats maxconn' expects a positive value");
    case 'bind-process':
      return NONE;
    default:
      return refuse(
        `'stats' only supports 'socket', 'maxconn', 'bind-process' and 'timeout' (got '${verb}')`,
      );
  }
}

function parseSpreadChecks(state: ParserState, line: Line): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  if (line.at(1) === '')
    return fail(state, `${line.tightHead}'spread-checks' expects an integer argument (0..50).`);
  state.global.spreadChecks = leadingInteger(line.at(1));
  const isValid = state.global.spreadChecks >= 0 && state.global.spreadChecks <= 50;
  return isValid
    ? NONE
    : fail(state, `${line.tightHead}'spread-checks' needs a positive value in range 0..50.`);
}

function parseMaxSpreadChecks(state: ParserState, line: Line): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const value = line.at(1);
  if (value === '')
    return fail(state, `${line.tightHead}'max-spread-checks' expects an integer argument (0..50).`);
  const time = parseTime(value, 'ms');
  if ('micros' in time) {
    if (time.trailing !== undefined) warn(state, trailingTimeWarning(value, time.trailing));
    state.global.maxSpreadChecks = time.micros;
    return NONE;
  }
  return time.fault === 'overflow'
    ? fail(
        state,
        `${line.tightHead}timer overflow in argument <${value}> to <max-spread-checks>, maximum value is 2147483647 ms (~24.8 days).`,
      )
    : fail(
        state,
        `${line.tightHead}unsupported character '${time.character}' in 'max-spread-checks' (wants an integer delay).`,
      );
}

function parseSetEnvironment(state: ParserState, line: Line, keyword: string): number {
  if (tooManyWords(state, line, 3)) return ERROR;
  if (line.at(2) === '') return fail(state, `${line.tightHead}'${keyword}' expects a name and a value.`);
  const name = line.at(1);
  const known = state.variables.get(name) ?? state.surroundings.variable(name);
  if (keyword === 'setenv' || known === undefined) state.variables.set(name, line.at(2));
  return NONE;
}

function parseThreads(state: ParserState, line: Line): number {
  const value = line.at(1);
  if (line.at(2) !== '')
    return fail(state, `${line.head}'nbthread' cannot handle unexpected argument '${line.at(2)}'.`);
  if (!/^[-+]?\d+$/.test(value))
    return fail(state, `${line.head}'nbthread' passed a missing or unparsable integer value in '${value}'`);
  const number = Number(value);
  if (number < 1 || number > 64)
    return fail(state, `${line.head}'nbthread' value must be between 1 and 64 (was ${number})`);
  state.global.threads = number;
  return NONE;
}

function parseHardStop(state: ParserState, line: Line): number {
  const delay = readDelay(state, line, 'hard-stop-after');
  if ('bits' in delay) return delay.bits;
  state.global.hardStopAfter = Math.max(delay.micros, SECOND / 1000);
  return NONE;
}

function parseCpuMap(state: ParserState, line: Line): number {
  const [which, cpus] = [line.at(1), line.at(2)];
  if (cpus !== '')
    return /^(?:auto:)?(?:all|odd|even|\d)/.test(which)
      ? NONE
      : fail(state, `${line.head}cpu-map : '${which}' is not a valid number/range.`);
  return fail(
    state,
    `${line.head}cpu-map expects a process number  ('all', 'odd', 'even', a number from 1 to 64 or a range),  followed by a list of CPU ranges with numbers from 0 to 63.`,
  );
}

function parseUnixBind(state: ParserState, line: Line): number {
  for (let at = 1; line.at(at) !== ''; at += 2) {
    if (!/^(?:prefix|mode|uid|gid|user|group)$/.test(line.at(at))) {
      return fail(
        state,
        `${line.head}'unix-bind' only supports the 'prefix', 'mode', 'uid', 'gid', 'user' and 'group' options.`,
      );
    }
    const [word, name] = [line.at(at), line.at(at + 1)];
    if (word === 'user' && state.surroundings.user(name) === undefined)
      return fail(state, `${line.head}'unix-bind' : '${name}' unknown user.`);
    if (word === 'group' && state.surroundings.group(name) === undefined)
      return fail(state, `${line.head}'unix-bind' : '${name}' unknown group.`);
  }
  return NONE;
}
