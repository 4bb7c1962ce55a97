/**
 * Lines of proxies that are checked and have no effect here: `filter`, `tcp-response`, `max-keep-alive-queue`.
 * Source: 2.6.12 `filters.c` `parse_filter`, `tcp_rules.c` `tcp_parse_tcp_rep`; recorded `haproxy -c` runs.
 */
import { type Draft, fail, type Line, NONE, type ParserState, titleOf, warnWithout } from './context';
import { parseTime } from './time';

const FILTERS = /^(?:cache|compression|fcgi-app|opentracing|spoe|trace)$/;
const REGISTERED =
  '\n    [CACHE] cache\n    [COMP] compression\n    [FCGI] fcgi-app\n    [  OT] opentracing\n    [SPOE] spoe\n    [TRACE] trace';

export function parseFilterLine(state: ParserState, proxy: Draft, line: Line): number {
  const name = line.at(1);
  // Vendor: the place stands there twice.
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
  proxy.tcpResponseContent = what === 'content';
  if (what === 'content' && !RESPONSE_ACTION.test(value))
    return fail(
      state,
      `${line.head}'tcp-response content' expects ${RESPONSE_ACTIONS} in ${where} (got '${value}').`,
    );
  return NONE;
}

export function parseKeepAliveQueueLine(state: ParserState, proxy: Draft, line: Line): number {
  const value = line.at(1);
  const odd = value.replace(/^-?\d+/, '').charAt(0);
  if (odd !== '')
    return fail(
      state,
      `${line.head}'max-keep-alive-queue' : unexpected character '${odd}' in integer value '${value}'`,
    );
  return warnWithout(state, proxy, 'backend', line, line.at(0));
}
