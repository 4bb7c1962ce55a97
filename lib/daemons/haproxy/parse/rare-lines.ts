/**
 * Lines of proxies that are checked and have no effect here: `filter`, `tcp-response`, `dispatch`, `clitcpka-cnt` and their kin.
 * Source: 2.6.12 `filters.c` `parse_filter`, `tcp_rules.c` `tcp_parse_tcp_rep`; recorded `haproxy -c` runs.
 */
import { parseCondition } from './acl';
import { parseAddress } from './address';
import {
  type Draft,
  fail,
  hasCapability,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  titleOf,
  warn,
  warnWithout,
} from './context';
import { parseTime } from './time';

const FILTERS = /^(?:cache|compression|fcgi-app|opentracing|spoe|trace)$/;
const REGISTERED =
  '\n    [CACHE] cache\n    [COMP] compression\n    [FCGI] fcgi-app\n    [  OT] opentracing\n    [SPOE] spoe\n    [TRACE] trace';

export function parseFilterLine(state: ParserState, proxy: Draft, line: Line): number {
  const name = line.at(1);
  // Vendor: the place stands there twice.
  if (proxy.kind === 'defaults')
    return fail(state, `${line.head}${line.head}filter is not allowed in a 'default' section.`);
  if (name === '')
    return fail(
      state,
      `${line.head}${line.head}missing argument for 'filter' in ${titleOf(proxy)} '${proxy.id}'.`,
    );
  if (!FILTERS.test(name))
    return fail(
      state,
      `${line.head}'filter' : unknown keyword '${name}'. Registered keywords :${REGISTERED}`,
    );
  if (name === 'cache' && line.at(2) !== '') proxy.cacheFilters.push(line.at(2));
  if (name === 'spoe') {
    const path = line.from(2)[line.from(2).indexOf('config') + 1] ?? '';
    const file = state.surroundings.readFile(path);
    if (line.from(2).includes('config') && 'error' in file)
      return fail(
        state,
        `${line.head}'filter' : 'Could not open configuration file ${path} : ${file.error}'`,
      );
  }
  const extra = name === 'compression' ? line.at(2) : '';
  return extra === '' ? NONE : fail(state, `${line.head}'filter ${name}' : unknown keyword '${extra}'.`);
}

const RESPONSE_ACTIONS =
  "'accept', 'close', 'reject', 'ot-group', 'set-log-level', 'set-nice', 'sc-inc-gpc(*)', 'sc-inc-gpc0(*)', 'sc-inc-gpc1(*)', 'sc-set-gpt(*)', 'sc-set-gpt0(*)', 'send-spoe-group', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)', 'set-mark', 'set-tos', 'silent-drop'";
const RESPONSE_ACTION =
  /^(?:accept|close|reject|ot-group|set-log-level|set-nice|sc-(?:inc|set)-gp[ct][01]?(?:\(.*)?|send-spoe-group|(?:un)?set-var(?:-fmt)?(?:\(.*)?|set-mark|set-tos|silent-drop)$/;

export function parseTcpResponseLine(state: ParserState, proxy: Draft, line: Line): number {
  const [what, value] = [line.at(1), line.at(2)];
  const where = `${titleOf(proxy)} '${proxy.id}'`;
  if (what === '') return fail(state, `${line.head}missing argument for 'tcp-response' in ${where}`);
  if (what === 'inspect-delay') {
    const time = parseTime(value, 'ms');
    return 'micros' in time
      ? NONE
      : fail(
          state,
          `${line.head}'tcp-response inspect-delay' expects a positive delay in milliseconds, in ${where} (unexpected character '${time.fault === 'character' ? time.character : ''}')`,
        );
  }
  if (what !== 'content')
    return fail(
      state,
      `${line.head}'tcp-response' expects 'inspect-delay' or 'content' in ${where} (got '${what}')`,
    );
  proxy.tcpResponseContent = true;
  if (!RESPONSE_ACTION.test(value))
    return fail(
      state,
      `${line.head}'tcp-response content' expects ${RESPONSE_ACTIONS} in ${where} (got '${value}').`,
    );
  const from = line.from(3).findIndex((word) => word === 'if' || word === 'unless');
  if (from < 0) return NONE;
  const condition = parseCondition(state, proxy, line.from(from + 3), line.place);
  return 'error' in condition
    ? fail(
        state,
        `${line.head}'tcp-response content ${value}' : error detected in ${where} while parsing '${line.at(from + 3)}' condition : ${condition.error}`,
      )
    : NONE;
}

/** `max-keep-alive-queue`, `clitcpka-cnt`, `srvtcpka-cnt`: a number. */
export function parseIntegerLine(state: ParserState, proxy: Draft, line: Line): number {
  const [keyword, value] = [line.at(0), line.at(1)];
  const isQueue = keyword === 'max-keep-alive-queue';
  if (value === '')
    return fail(
      state,
      // Vendor: the verb stands there twice.
      `${line.head}'${keyword}' expects ${isQueue ? 'expects an integer value (or -1 to disable)' : 'an integer value'}`,
    );
  const odd = value.replace(/^-?\d+/, '').charAt(0);
  if (odd !== '')
    return fail(
      state,
      `${line.head}'${keyword}' : unexpected character '${odd}' in integer value '${value}'`,
    );
  return warnUseless(state, proxy, line);
}

/** `clitcpka-idle` and its kin: a duration. */
export function parseKeepAliveTimeLine(state: ParserState, proxy: Draft, line: Line): number {
  const [keyword, value] = [line.at(0), line.at(1)];
  if (value === '') return fail(state, `${line.head}'${keyword}' expects an integer value`);
  const time = parseTime(value, 's');
  if ('character' in time)
    return fail(state, `${line.head}unexpected character '${time.character}' in argument to <${keyword}>.\n`);
  return warnUseless(state, proxy, line);
}

/** In the half of a proxy that does not have what the word is about. */
function warnUseless(state: ParserState, proxy: Draft, line: Line): number {
  const keyword = line.at(0);
  const capability = keyword.startsWith('cli') ? 'frontend' : 'backend';
  if (hasCapability(proxy, capability)) return NONE;
  return warn(
    state,
    `${line.head}${keyword} will be ignored because ${titleOf(proxy)} '${proxy.id}' has no ${capability} capability`,
  );
}

export function parseDispatchLine(state: ParserState, proxy: Draft, line: Line): number {
  const bits = warnWithout(state, proxy, 'backend', line, 'dispatch');
  const value = line.at(1);
  if (value === '')
    return (
      bits |
      fail(
        state,
        `${line.head}'dispatch' : '' resolves to an empty address (environment variable missing?)\n`,
      )
    );
  const parsed = parseAddress(value, {
    allowsPort: true,
    needsPort: true,
    resolve: (name) => state.surroundings.address(name),
  });
  if ('error' in parsed) return bits | fail(state, `${line.head}'dispatch' : ${parsed.error}`);
  proxy.usesDispatch = true;
  return bits;
}

/** The line has no effect, but its numbers are looked at. */
export function parseBindProcessLine(state: ParserState, line: Line): number {
  for (const word of line.from(1)) {
    const fault = processFault(word);
    if (fault !== undefined) return fail(state, `${line.head}bind-process : ${fault}`);
  }
  return NONE;
}

/** `all`, `odd`, `even`, or numbers of which there is but one since 2.5. */
export function processFault(word: string): string | undefined {
  if (/^(?:all|odd|even)$/.test(word)) return undefined;
  const found = /^(\d+)(?:-(\d*))?$/.exec(word);
  if (found === null && word !== '') return `'${word}' is not a valid number/range.`;
  const isWithin = found !== null && Number(found[1]) === 1 && Number(found[2] || 1) === 1;
  return isWithin ? undefined : `'${word}' is not a valid number/range. It supports numbers from 1 to 1.\n`;
}

/** There are no FastCGI applications here: one that is named is one that is missing. */
export function parseFcgiLine(state: ParserState, proxy: Draft, line: Line): number {
  if (!proxy.hasBackend || proxy.kind === 'defaults')
    return fail(state, `${line.head}'use-fcgi-app' only available in backend or listen section`);
  if (line.at(1) === '') return fail(state, `${line.head}'use-fcgi-app' expects <name> as argument`);
  proxy.fcgiApp = line.at(1);
  noteEffect(state, line, 'use-fcgi-app', 'not modelled');
  return NONE;
}
