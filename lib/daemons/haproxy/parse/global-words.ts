/**
 * Words of `global` whose one argument is looked at and changes nothing here.
 * Source: 2.6.12 `cfgparse-global.c`, `haproxy.c`, `fd.c`, `h2.c`, `hlua.c`, `vars.c`, `activity.c`; recorded `haproxy -c` runs.
 */
import {
  ERROR,
  fail,
  leadingInteger,
  type Line,
  NONE,
  type ParserState,
  samplesAt,
  tooManyWords,
  warn,
} from './context';
import { parseSampleWords } from './sample';
import { parseTime, trailingTimeWarning } from './time';
import { variableNameFault } from './variable-name';

/** A switch with its values in the order of the message. */
const CHOICES: ReadonlyMap<string, readonly string[]> = new Map([
  ['tune.idle-pool.shared', ['on', 'off']],
  ['tune.listener.multi-queue', ['on', 'off']],
  ['tune.sched.low-latency', ['on', 'off']],
  ['profiling.tasks', ['on', 'auto', 'off']],
]);

/** A number between two others. */
const RANGES: ReadonlyMap<string, { lowest: number; highest: number; expected: string }> = new Map([
  ['tune.h2.header-table-size', { lowest: 4096, highest: 65536, expected: 'a numeric value' }],
  ['tune.h2.max-frame-size', { lowest: 16384, highest: 16777215, expected: 'a numeric value' }],
  ['tune.pool-high-fd-ratio', { lowest: 0, highest: 100, expected: 'an integer argument' }],
  ['tune.pool-low-fd-ratio', { lowest: 0, highest: 100, expected: 'an integer argument' }],
  ['maxcompcpuusage', { lowest: 0, highest: 100, expected: 'an integer argument' }],
]);

/** One argument at most, and any will do. */
const ANYTHING =
  /^(?:tune\.(?:fail-alloc|h2\.initial-window-size|h2\.max-concurrent-streams)|mworker-max-reloads)$/;

/** undefined: not one of these words. */
export function parseGlobalWord(state: ParserState, line: Line, keyword: string): number | undefined {
  const refuse = (text: string): number => fail(state, `${line.head}${text}`);
  const value = line.at(1);
  const choices = CHOICES.get(keyword);
  if (choices !== undefined) {
    if (tooManyWords(state, line, 1)) return ERROR;
    if (choices.includes(value)) return NONE;
    const names = choices.map((choice) => `'${choice}'`);
    const last = names.pop() ?? '';
    const list = names.length > 1 ? `${names.join(', ')}, or ${last}` : `${names.join('')} or ${last}`;
    return refuse(`'${keyword}' expects either ${list} but got '${value}'.`);
  }
  const range = RANGES.get(keyword);
  if (range !== undefined) {
    if (tooManyWords(state, line, 1)) return ERROR;
    const number = leadingInteger(value);
    return value !== '' && number >= range.lowest && number <= range.highest
      ? NONE
      : refuse(`'${keyword}' expects ${range.expected} between ${range.lowest} and ${range.highest}.`);
  }
  if (ANYTHING.test(keyword)) return tooManyWords(state, line, 1) ? ERROR : NONE;
  if (keyword.startsWith('tune.lua.')) return luaWord(state, line, keyword);
  if (/^tune\.vars\..*-size$/.test(keyword))
    return value === '' || isSize(value) ? NONE : refuse(`${keyword}: '${value}' is an invalid size`);
  return parseOtherWord(state, line, keyword);
}

function parseOtherWord(state: ParserState, line: Line, keyword: string): number | undefined {
  const refuse = (text: string): number => fail(state, `${line.head}${text}`);
  const value = line.at(1);
  switch (keyword) {
    case 'close-spread-time':
    case 'grace':
      return 'bits' in readDelay(state, line, keyword) ? ERROR : NONE;
    case 'tune.idletimer':
      return idleTimer(state, line);
    case 'tune.peers.max-updates-at-once':
      if (tooManyWords(state, line, 1)) return ERROR;
      return leadingInteger(value) > 0
        ? NONE
        : refuse(`'${keyword}' expects an integer argument greater than 0.`);
    case 'tune.pattern.cache-size':
      return value !== '' && leadingInteger(value) >= 0
        ? NONE
        : refuse(`'${keyword}' expects a positive numeric value`);
    case 'tune.fd.edge-triggered':
      return state.said.has('expose-experimental-directives')
        ? NONE
        : refuse(
            `'${keyword}' directive is experimental, must be allowed via a global 'expose-experimental-directives'`,
          );
    case 'cluster-secret':
      if (tooManyWords(state, line, 1)) return ERROR;
      return value === '' ? refuse('expects an ASCII string argument.') : NONE;
    case 'h1-case-adjust':
      if (value === '' || line.at(2) === '')
        return refuse(`'${keyword}' expects <from> and <to> as argument.`);
      return value.toLowerCase() === line.at(2).toLowerCase()
        ? NONE
        : refuse('<from> and <to> must not differ execpt the case');
    case 'h1-case-adjust-file':
      if (value !== '') state.caseFile = value;
      return value === '' ? refuse(`'${keyword}' expects a file name as argument.`) : NONE;
    case 'default-path':
      return defaultPath(state, line);
    case 'server-state-base':
      state.serverStateBase = value;
      return value === '' ? refuse(`'${keyword}' expects one argument: a directory path.`) : NONE;
    case 'thread-groups':
    case 'thread-group':
      return threadGroups(state, line, keyword);
    case 'set-var':
    case 'set-var-fmt':
      return setVariable(state, line, keyword);
    case 'lua-load':
    case 'lua-load-per-thread':
      return loadLua(state, line, keyword);
    case 'lua-prepend-path':
      if (value === '') return refuse(`'${keyword}' expects to receive a <path> as argument`);
      return line.at(2) === '' || line.at(2) === 'path' || line.at(2) === 'cpath'
        ? NONE
        : refuse(`'${keyword}' expects <type> to either be 'path' or 'cpath'`);
    default:
      return undefined;
  }
}

/** A duration in `global`, or the alert that it is none. */
export function readDelay(
  state: ParserState,
  line: Line,
  keyword: string,
): { readonly micros: number } | { readonly bits: number } {
  const refuse = (text: string) => ({ bits: fail(state, `${line.head}${text}`) });
  const value = line.at(1);
  if (value === '') return refuse(`'${keyword}' expects <time> as argument.\n`);
  const time = parseTime(value, 'ms');
  if ('micros' in time) {
    if (time.trailing !== undefined) warn(state, trailingTimeWarning(value, time.trailing));
    return { micros: time.micros };
  }
  return time.fault === 'overflow'
    ? refuse(
        `timer overflow in argument '${value}' to '${keyword}' (maximum value is 2147483647 ms or ~24.8 days)`,
      )
    : refuse(`unexpected character '${time.character}' in argument to <${keyword}>.\n`);
}

function idleTimer(state: ParserState, line: Line): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const [keyword, value] = [line.at(0), line.at(1)];
  const time = value === '' ? undefined : parseTime(value, 'ms');
  if (time !== undefined && 'character' in time)
    return fail(
      state,
      `${line.tightHead}unexpected character '${time.character}' in argument to <${keyword}>.`,
    );
  return time !== undefined && 'micros' in time && time.micros <= 65_535_000
    ? NONE
    : fail(state, `${line.head}'${keyword}' expects a timer value between 0 and 65535 ms.`);
}

function defaultPath(state: ParserState, line: Line): number {
  const [keyword, value] = [line.at(0), line.at(1)];
  if (/^(?:current|config|parent)$/.test(value)) return NONE;
  if (value === 'origin')
    return line.at(2) === ''
      ? fail(state, `${line.head}'${keyword} ${value}' expects a directory as an argument.`)
      : NONE;
  return fail(
    state,
    `${line.head}${value === '' ? 'missing' : 'unsupported'} default-path mode '${value}' for '${keyword}', supported modes include 'current', 'config', 'parent', and 'origin'.`,
  );
}

/** The Debian build knows one group. */
function threadGroups(state: ParserState, line: Line, keyword: string): number {
  const value = line.at(1);
  const isGroup = keyword === 'thread-group';
  if (!isGroup && tooManyWords(state, line, 1)) return ERROR;
  if (!/^[-+]?\d+$/.test(value))
    return fail(state, `${line.head}'${keyword}' passed a missing or unparsable integer value in '${value}'`);
  const number = Number(value);
  if (number === 1) return NONE;
  return fail(
    state,
    `${line.head}'${keyword}' ${isGroup ? 'thread-group number' : 'value'} must be between 1 and 1 (was ${number})`,
  );
}

function setVariable(state: ParserState, line: Line, keyword: string): number {
  const refuse = (text: string): number => fail(state, `${line.head}${text}`);
  const [, name, first] = [line.at(0), line.at(1), line.at(2)];
  if (name === '' || first === '')
    return refuse(
      `'${keyword}' requires a process-wide variable name ('proc.<name>') and a ${keyword === 'set-var' ? 'sample expression' : 'format string'}.`,
    );
  const fault = variableNameFault(name);
  if (fault !== undefined) return refuse(fault);
  if (!name.startsWith('proc.'))
    return refuse(
      `'${keyword}': cannot set variable '${name}', only scope 'proc' is permitted in the global section.`,
    );
  if (keyword === 'set-var-fmt') return NONE;
  const parsed = parseSampleWords(line.from(2), samplesAt(state, line.place));
  return 'error' in parsed ? refuse(parsed.error) : NONE;
}

function loadLua(state: ParserState, line: Line, keyword: string): number {
  const value = line.at(1);
  if (value === '')
    return fail(
      state,
      `${line.head}'${keyword}' expects a file ${keyword === 'lua-load' ? 'name ' : ''}as parameter.`,
    );
  const file = state.surroundings.readFile(value);
  return 'error' in file
    ? fail(state, `${line.head}error in Lua file '${value}': cannot open ${value}: ${file.error}`)
    : NONE;
}

function luaWord(state: ParserState, line: Line, keyword: string): number | undefined {
  const refuse = (text: string): number => fail(state, `${line.head}${text}`);
  const value = line.at(1);
  switch (keyword) {
    case 'tune.lua.forced-yield':
      return /^\d*$/.test(value) ? NONE : refuse(`${keyword}: invalid number`);
    case 'tune.lua.maxmem': {
      if (value === '') return refuse(`'${keyword}' expects an integer argument (Lua memory size in MB).`);
      const odd = value.replace(/^\d+/, '').charAt(0);
      return odd === '' ? NONE : refuse(`${keyword}: invalid number ${value} (error at '${odd}')`);
    }
    default:
      if (!/^tune\.lua\.(?:service|session|task)-timeout$/.test(keyword)) return undefined;
      return 'micros' in parseTime(value, 'ms') ? NONE : refuse(`${keyword}: invalid timeout`);
  }
}

/** `100`, `64k`, `10m`, `1g`: parse_size_err(). */
function isSize(text: string): boolean {
  return /^\d+[kKmMgG]?$/.test(text);
}
