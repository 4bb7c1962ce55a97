/**
 * The smaller words of proxy sections: timeouts, the stats page, retries and such. The big ones have files of their own.
 * Source: HAProxy 2.6 configuration manual §4.2; 2.6.12 `cfgparse-listen.c`,
 * `proxy.c`, `http_htx.c`.
 */

import { SECOND } from '../../../std/instant';
import type { StatsPage, Timeouts } from '../config';
import { placeBits } from '../samples';
import { parseCondition, warnConflicts } from './acl';
import {
  titleOf,
  type Draft,
  ERROR,
  fail,
  leadingInteger,
  type Line,
  NONE,
  type ParserState,
  tooManyWords,
  WARN,
  warn,
  warnWithout,
} from './context';
import { parseRule, rulePlaces } from './rules';
import { parseTime, trailingTimeWarning } from './time';

type TimeoutName = keyof Timeouts;

/** Which half of a proxy a timeout belongs to. */
const TIMEOUT_CAPABILITY: ReadonlyMap<string, 'frontend' | 'backend' | 'either'> = new Map([
  ['client', 'frontend'],
  ['tarpit', 'either'],
  ['http-keep-alive', 'either'],
  ['http-request', 'either'],
  ['server', 'backend'],
  ['connect', 'backend'],
  ['check', 'backend'],
  ['queue', 'backend'],
  ['tunnel', 'backend'],
  ['client-fin', 'frontend'],
  ['server-fin', 'backend'],
]);

/** What the words of before 2.1 are called now. */
const OLD_TIMEOUTS: ReadonlyMap<string, string> = new Map([
  ['clitimeout', 'client'],
  ['srvtimeout', 'server'],
  ['contimeout', 'connect'],
]);

export function parseTimeoutLine(state: ParserState, proxy: Draft, line: Line): number {
  const name = line.at(1);
  const value = line.at(2);
  const capability = TIMEOUT_CAPABILITY.get(name);
  if (capability === undefined) {
    const successor = OLD_TIMEOUTS.get(name);
    if (successor !== undefined)
      return fail(
        state,
        `${line.head}the '${name}' directive is not supported anymore since HAProxy 2.1. Use 'timeout ${successor}'.`,
      );
    return fail(
      state,
      `${line.head}'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'http-keep-alive', 'http-request', 'tunnel', 'tarpit', 'client-fin' and 'server-fin' (got '${name}')`,
    );
  }
  const said = `'timeout ${name}'`;
  if (value === '') return fail(state, `${line.head}${said} expects an integer value (in milliseconds)`);
  const time = parseTime(value, 'ms');
  if (!('micros' in time)) {
    return time.fault === 'overflow'
      ? fail(
          state,
          `${line.head}timer overflow in argument '${value}' to ${said} (maximum value is 2147483647 ms or ~24.8 days)`,
        )
      : fail(state, `${line.head}unexpected character '${time.character}' in ${said}`);
  }
  if (time.trailing !== undefined) warn(state, trailingTimeWarning(value, time.trailing));
  const key = name as TimeoutName;
  const before = proxy.timeouts[key];
  const inherited = state.currentDefaults === proxy ? before : state.currentDefaults?.timeouts[key];
  proxy.timeouts[key] = time.micros === 0 ? undefined : time.micros;
  if (line.at(3) !== '')
    return fail(
      state,
      `${line.head}${said} : unexpected extra argument '${line.at(3)}' after value '${value}'.`,
    );
  const isUsable =
    capability === 'frontend'
      ? proxy.hasFrontend
      : capability === 'backend'
        ? proxy.hasBackend
        : proxy.hasFrontend || proxy.hasBackend;
  if (!isUsable) {
    return warn(
      state,
      `${line.head}${said} will be ignored because ${titleOf(proxy)} '${proxy.id}' has no ${capability === 'frontend' ? 'frontend' : 'backend'} capability`,
    );
  }
  if (before !== inherited) return warn(state, `${line.head}overwriting ${said} which was already specified`);
  return NONE;
}

const RETRYABLE = [
  'conn-failure',
  'empty-response',
  'response-timeout',
  '500',
  '502',
  '503',
  '504',
  '0rtt-rejected',
  'junk-response',
];
const RETRY_WORDS =
  /^(?:conn-failure|empty-response|response-timeout|401|403|404|408|425|500|501|502|503|504|0rtt-rejected|junk-response)$/;

export function parseRetryOnLine(state: ParserState, proxy: Draft, line: Line): number {
  if (line.at(1) === '')
    return fail(state, `${line.head}'retry-on' needs at least one keyword to specify when to retry`);
  if (!proxy.hasBackend)
    return fail(state, `${line.head}'retry-on' only available in backend or listen section`);
  const reasons = new Set<string>();
  for (const [index, word] of line.from(1).entries()) {
    if (word === 'all-retryable-errors') for (const reason of RETRYABLE) reasons.add(reason);
    else if (word === 'none') {
      if (index !== 0 || line.at(2) !== '')
        return fail(state, `${line.head}'retry-on' 'none' keyworld only usable alone`);
    } else if (RETRY_WORDS.test(word)) reasons.add(word);
    else return fail(state, `${line.head}'retry-on': unknown keyword '${word}'`);
  }
  proxy.retryOn = [...reasons];
  return NONE;
}

/** `maxconn`, `backlog`, `fullconn`: one number. */
export function parseProxyNumberLine(state: ParserState, proxy: Draft, line: Line): number {
  const keyword = line.at(0);
  const capability = keyword === 'fullconn' ? 'backend' : 'frontend';
  const hint =
    keyword === 'maxconn'
      ? " Maybe you want 'fullconn' instead ?"
      : keyword === 'fullconn'
        ? " Maybe you want 'maxconn' instead ?"
        : '';
  const bits = warnWithout(state, proxy, capability, line, keyword, hint);
  if (line.at(1) === '') return bits | fail(state, `${line.head}'${keyword}' expects an integer argument.`);
  if (keyword === 'maxconn') proxy.maxconn = leadingInteger(line.at(1));
  else if (keyword === 'backlog') proxy.backlog = leadingInteger(line.at(1));
  else proxy.fullconn = leadingInteger(line.at(1));
  return tooManyWords(state, line, 1) ? bits | ERROR : bits;
}

const REUSE = ['never', 'safe', 'aggressive', 'always'] as const;
export function parseHttpReuseLine(state: ParserState, proxy: Draft, line: Line): number {
  const bits = warnWithout(state, proxy, 'backend', line, 'http-reuse');
  const mode = REUSE.find((one) => one === line.at(1));
  if (mode === undefined) {
    return (
      bits | fail(state, `${line.head}'http-reuse' only supports 'never', 'safe', 'aggressive', 'always'.`)
    );
  }
  proxy.reuse = mode;
  return tooManyWords(state, line, 0, 1) ? bits | ERROR : bits;
}

function newStatsPage(): StatsPage {
  return {
    uri: '/haproxy?stats',
    realm: undefined,
    users: [],
    refreshSeconds: 0,
    scopes: [],
    hideVersion: false,
    showNode: false,
    showDescription: undefined,
    showLegends: false,
    adminRules: [],
    requestRules: [],
  };
}

/** `stats uri /stats`: any of these turns the page on. */
export function parseStatsLine(state: ParserState, proxy: Draft, line: Line): number {
  const verb = line.at(1);
  const value = line.at(2);
  // The first line of a section lets go of the page of the defaults section.
  if (proxy.kind !== 'defaults' && proxy.parent !== undefined && proxy.stats === proxy.parent.stats)
    proxy.stats = undefined;
  const page = proxy.stats ?? newStatsPage();
  const missing = (text: string): number => fail(state, `${line.head}${text}`);
  switch (verb) {
    case 'enable':
      break;
    case 'hide-version':
      page.hideVersion = true;
      break;
    case 'show-legends':
      page.showLegends = true;
      break;
    case 'show-modules':
      break;
    case 'show-node':
      page.showNode = true;
      break;
    case 'show-desc':
      page.showDescription = line.from(2).join(' ') || state.global.description;
      if (page.showDescription === '')
        warn(
          state,
          `${line.tightHead}'show-desc' requires a parameter or 'desc' to be set in the global section.`,
        );
      break;
    case 'uri':
      if (value === '') return missing("'uri' needs an URI prefix.");
      page.uri = value;
      break;
    case 'realm':
      if (value === '') return missing("'realm' needs an realm name.");
      page.realm = value;
      break;
    case 'scope':
      if (value === '') return missing("'scope' needs a proxy name.");
      page.scopes.push(value);
      break;
    case 'auth': {
      if (value === '') return missing("'auth' needs a user:password account.");
      const colon = value.indexOf(':');
      page.users.push({
        user: colon < 0 ? value : value.slice(0, colon),
        password: colon < 0 ? '' : value.slice(colon + 1),
      });
      break;
    }
    case 'refresh': {
      const time = parseTime(value, 's');
      if (!('micros' in time)) {
        return time.fault === 'overflow'
          ? fail(
              state,
              `${line.tightHead}timer overflow in argument <${value}> to stats refresh interval, maximum value is 2147483647 s (~68 years).`,
            )
          : fail(
              state,
              `${line.tightHead}unexpected character '${time.character}' in argument to stats refresh interval.`,
            );
      }
      if (time.trailing !== undefined) warn(state, trailingTimeWarning(value, time.trailing));
      page.refreshSeconds = time.micros / SECOND;
      break;
    }
    case 'admin': {
      const bits = parseStatsAdmin(state, proxy, line, page);
      if (bits !== NONE && bits !== WARN) return bits;
      break;
    }
    case 'http-request': {
      if (proxy.kind === 'defaults')
        return fail(state, `${line.tightHead}'stats' not allowed in 'defaults' section.`);
      const rule = parseRule(state, proxy, line, 'http-request', 2);
      if (rule === undefined) return ERROR | 8;
      page.requestRules.push(rule);
      break;
    }
    default:
      return fail(
        state,
        `${line.tightHead}${verb === '' ? 'missing keyword in' : 'unknown stats parameter'} '${verb === '' ? 'stats' : verb}', expects 'admin', 'uri', 'realm', 'auth', 'scope', 'enable', 'hide-version', 'show-node', 'show-desc' or 'show-legends'.`,
      );
  }
  proxy.stats = page;
  return NONE;
}

function parseStatsAdmin(state: ParserState, proxy: Draft, line: Line, page: StatsPage): number {
  if (proxy.kind === 'defaults')
    return fail(state, `${line.tightHead}'stats admin' not allowed in 'defaults' section.`);
  if (line.at(2) !== 'if' && line.at(2) !== 'unless') {
    return fail(state, `${line.head}'stats admin' requires either 'if' or 'unless' followed by a condition.`);
  }
  const condition = parseCondition(state, proxy, line.from(2), line.place);
  if ('error' in condition)
    return fail(state, `${line.head}error detected while parsing a 'stats admin' rule : ${condition.error}.`);
  page.adminRules.push(condition.value);
  return warnConflicts(state, condition.value, rulePlaces(proxy, 'http-request'), line.place);
}

/** `use_backend name if …` */
export function parseUseBackendLine(state: ParserState, proxy: Draft, line: Line): number {
  if (proxy.kind === 'defaults')
    return fail(state, `${line.head}'use_backend' not allowed in 'defaults' section.`);
  let bits = warnWithout(state, proxy, 'frontend', line, 'use_backend');
  const [backend, next] = [line.at(1), line.at(2)];
  if (backend === '') return bits | fail(state, `${line.head}'use_backend' expects a backend name.`);
  const rule = { file: line.file, line: line.number, backend, format: undefined };
  if (next === '') {
    proxy.switching.push({ ...rule, condition: undefined });
    return bits;
  }
  if (next !== 'if' && next !== 'unless') {
    return (
      bits |
      fail(
        state,
        `${line.head}unexpected keyword '${next}' after switching rule, only 'if' and 'unless' are allowed.`,
      )
    );
  }
  const condition = parseCondition(state, proxy, line.from(2), line.place);
  if ('error' in condition)
    return (
      bits | fail(state, `${line.head}error detected while parsing switching rule : ${condition.error}.`)
    );
  bits |= warnConflicts(state, condition.value, placeBits('frontend use-backend rule'), line.place);
  proxy.switching.push({ ...rule, condition: condition.value });
  return bits;
}

/** `use-server name if …` */
export function parseUseServerLine(state: ParserState, proxy: Draft, line: Line): number {
  if (proxy.kind === 'defaults')
    return fail(state, `${line.head}'use-server' not allowed in 'defaults' section.`);
  let bits = warnWithout(state, proxy, 'backend', line, 'use-server');
  if (line.at(1) === '') return bits | fail(state, `${line.head}'use-server' expects a server name.`);
  if (line.at(2) !== 'if' && line.at(2) !== 'unless') {
    return (
      bits | fail(state, `${line.head}'use-server' requires either 'if' or 'unless' followed by a condition.`)
    );
  }
  const condition = parseCondition(state, proxy, line.from(2), line.place);
  if ('error' in condition)
    return (
      bits | fail(state, `${line.head}error detected while parsing switching rule : ${condition.error}.`)
    );
  bits |= warnConflicts(
    state,
    condition.value,
    placeBits('backend use-server, balance or stick-match rule'),
    line.place,
  );
  proxy.serverRules.push({
    file: line.file,
    line: line.number,
    server: line.at(1),
    format: undefined,
    condition: condition.value,
  });
  return bits;
}

/** `force-persist`, `ignore-persist` */
export function parsePersistRuleLine(state: ParserState, proxy: Draft, line: Line): number {
  const keyword = line.at(0);
  if (proxy.kind === 'defaults')
    return fail(state, `${line.head}'${keyword}' not allowed in 'defaults' section.`);
  let bits = warnWithout(state, proxy, 'backend', line, keyword);
  if (line.at(1) !== 'if' && line.at(1) !== 'unless') {
    return (
      bits | fail(state, `${line.head}'${keyword}' requires either 'if' or 'unless' followed by a condition.`)
    );
  }
  const condition = parseCondition(state, proxy, line.from(1), line.place);
  if ('error' in condition)
    return (
      bits | fail(state, `${line.head}error detected while parsing a '${keyword}' rule : ${condition.error}.`)
    );
  bits |= warnConflicts(state, condition.value, placeBits('backend tcp-request content rule'), line.place);
  proxy.persistRules.push({
    file: line.file,
    line: line.number,
    kind: keyword === 'force-persist' ? 'force' : 'ignore',
    condition: condition.value,
  });
  return bits;
}

/** `monitor fail if …` */
export function parseMonitorLine(state: ParserState, proxy: Draft, line: Line): number {
  if (proxy.kind === 'defaults')
    return fail(state, `${line.head}'monitor' not allowed in 'defaults' section.`);
  const bits = warnWithout(state, proxy, 'frontend', line, 'monitor');
  if (line.at(1) !== 'fail') return bits | fail(state, `${line.head}'monitor' only supports 'fail'.`);
  if (line.at(2) !== 'if' && line.at(2) !== 'unless') {
    return (
      bits |
      fail(state, `${line.head}'monitor fail' requires either 'if' or 'unless' followed by a condition.`)
    );
  }
  const condition = parseCondition(state, proxy, line.from(2), line.place);
  if ('error' in condition)
    return (
      bits |
      fail(state, `${line.head}error detected while parsing a 'monitor fail' condition : ${condition.error}.`)
    );
  proxy.monitorFail.push(condition.value);
  return bits;
}

/** `rate-limit sessions <number>` */
export function parseRateLimitLine(state: ParserState, proxy: Draft, line: Line): number {
  const [what, value] = [line.at(1), line.at(2)];
  if (what !== 'sessions')
    return fail(state, `${line.head}'rate-limit' only supports 'sessions' (got '${what}')`);
  if (value === '')
    return fail(
      state,
      `${line.head}'rate-limit sessions' expects expects an integer value (in sessions/second)`,
    );
  const odd = value.replace(/^-?\d+/, '').charAt(0);
  if (odd !== '')
    return fail(
      state,
      `${line.head}'rate-limit sessions' : unexpected character '${odd}' in integer value '${value}'`,
    );
  proxy.sessionRate = leadingInteger(value);
  if (proxy.hasFrontend) return NONE;
  return warn(
    state,
    `${line.head}rate-limit sessions will be ignored because ${titleOf(proxy)} '${proxy.id}' has no frontend capability`,
  );
}
