/**
 * `log` lines. Source: HAProxy 2.6 configuration manual §3.1 "log", §4.2 "log",
 * "log-format", "option httplog"; 2.6.12 `log.c` `parse_logsrv()`.
 */

import { SYSLOG_PRIORITIES } from '../../../protocols/syslog';
import type { LogFormat, LogTarget } from '../config';
import { parseAddress } from './address';
import { type Draft, fail, leadingInteger, type Line, NONE, type ParserState, warn, WARN } from './context';
import { CLF_LOG_FORMAT, HTTP_LOG_FORMAT, HTTPS_LOG_FORMAT, TCP_LOG_FORMAT } from './format';

export const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'auth2',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'cron2',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
];
export const LEVELS: readonly string[] = SYSLOG_PRIORITIES;
export const LOG_FORMATS: readonly string[] = [
  'rfc3164',
  'local',
  'rfc5424',
  'priority',
  'short',
  'timed',
  'iso',
  'raw',
];
const SYSLOG_PORT = 514;

/** Adds to or empties a list of targets; the error is the daemon's text without its head. */
export function parseLogLine(state: ParserState, targets: LogTarget[], line: Line): string | undefined {
  const isGlobal = targets === state.global.logs;
  if (line.modifier === 'no') {
    if (line.at(1) !== '') return "'no log' does not expect arguments";
    targets.length = 0;
    return undefined;
  }
  if (line.at(1) === 'global' && line.at(2) === '') {
    if (isGlobal) return "'global' is not supported for a global syslog server";
    for (const target of state.global.logs) {
      if (targets.some((known) => known.globalLine === target.line)) continue;
      const { address, facility, level, minLevel, format, line: globalLine } = target;
      const { file, number } = line;
      targets.push({ file, line: number, address, facility, level, minLevel, format, globalLine });
    }
    return undefined;
  }
  if (line.at(1) === '' || line.at(2) === '')
    return `expects <address> and <facility> ${isGlobal ? '' : 'or global'} as arguments`;
  return parseTarget(state, targets, line);
}

function parseTarget(state: ParserState, targets: LogTarget[], line: Line): string | undefined {
  let at = 2;
  let format = '';
  if (line.at(at) === 'len') {
    const length = leadingInteger(line.at(at + 1));
    if (length < 80 || length > 65535)
      return `invalid log length '${line.at(at + 1)}', must be between 80 and 65535`;
    at += 2;
  }
  if (line.at(at) === 'format') {
    format = line.at(at + 1);
    if (!LOG_FORMATS.includes(format)) return `unknown log format '${format}'`;
    at += 2;
  }
  if (line.at(at) === 'sample') {
    const problem = sampleProblem(line.at(at + 1));
    if (problem !== undefined) return problem;
    at += 2;
  }
  const facility = line.at(at);
  if (!FACILITIES.includes(facility)) return `unknown log facility '${facility}'`;
  at++;
  const level = line.at(at) === '' ? 7 : LEVELS.indexOf(line.at(at));
  if (level < 0) return `unknown optional log level '${line.at(at)}'`;
  const minLevel = line.at(at + 1) === '' ? 0 : LEVELS.indexOf(line.at(at + 1));
  if (minLevel < 0) return `unknown optional minimum log level '${line.at(at + 1)}'`;
  if (line.at(at + 2) !== '') return `cannot handle unexpected argument '${line.at(at + 2)}'`;
  const address = parseTargetAddress(state, line.at(1));
  if ('error' in address) return address.error;
  targets.push({
    file: line.file,
    line: line.number,
    address: address.value,
    facility,
    level,
    minLevel,
    format,
    globalLine: undefined,
  });
  return undefined;
}

/** `1,3-4:10`: which of how many messages are sent. */
function sampleProblem(text: string): string | undefined {
  const colon = text.indexOf(':');
  if (colon < 0) return 'Missing sample size';
  const size = leadingInteger(text.slice(colon + 1));
  const highest = Math.max(
    ...text
      .slice(0, colon)
      .split(',')
      .map((range) => leadingInteger(range.split('-').at(-1) ?? '')),
  );
  return size < highest
    ? `sample size ${size} should be greater or equal to ${highest} the maximum of the high ranges limits`
    : undefined;
}

function parseTargetAddress(
  state: ParserState,
  text: string,
): { readonly value: LogTarget['address'] } | { readonly error: string } {
  if (text === 'stdout') return { value: { kind: 'descriptor', number: 1 } };
  if (text === 'stderr') return { value: { kind: 'descriptor', number: 2 } };
  if (text.startsWith('ring@')) return { value: { kind: 'ring', name: text.slice(5) } };
  const parsed = parseAddress(text, {
    allowsPort: true,
    allowsDescriptor: true,
    resolve: (name) => state.surroundings.address(name),
  });
  if ('error' in parsed) return parsed;
  const { address } = parsed;
  if ((address.kind === 'inet' || address.kind === 'inet6') && address.port === 0)
    return { value: { ...address, port: SYSLOG_PORT } };
  return { value: address };
}

/** How a format is named when another one replaces it. */
function optionOf(format: LogFormat): string {
  switch (format.kind) {
    case 'http':
      return 'option httplog';
    case 'tcp':
      return 'option tcplog';
    case 'clf':
      return 'option httplog clf';
    case 'https':
      return 'option httpslog';
    case 'custom':
      return 'log-format';
  }
}

const TEXTS: Readonly<Record<Exclude<LogFormat['kind'], 'custom'>, string>> = {
  http: HTTP_LOG_FORMAT,
  tcp: TCP_LOG_FORMAT,
  clf: CLF_LOG_FORMAT,
  https: HTTPS_LOG_FORMAT,
};

/** Sets the log format of a section; `said` is the directive as warnings name it. */
export function setLogFormat(
  state: ParserState,
  proxy: Draft,
  line: Line,
  kind: LogFormat['kind'],
  said: string,
): number {
  if (proxy.logFormat !== undefined && proxy.kind === 'defaults') {
    warn(
      state,
      `${line.tightHead}'${said}' overrides previous '${optionOf(proxy.logFormat)}' in 'defaults' section.`,
    );
  }
  const text = kind === 'custom' ? line.at(1) : TEXTS[kind];
  proxy.logFormat = { file: line.file, line: line.number, kind, text, nodes: [] };
  if (proxy.kind !== 'backend') return NONE;
  const name = kind === 'clf' ? 'option httplog' : kind === 'https' ? 'option httpslog' : said;
  warn(state, `${line.head}backend '${proxy.id}' : '${name}' directive is ignored in backends.`);
  return WARN;
}

/** `log-format <text>` and its kin take exactly one word. */
export function parseFormatWord(state: ParserState, line: Line): number {
  if (line.at(1) === '') return fail(state, `${line.head}${line.at(0)} expects an argument.`);
  if (line.at(2) !== '')
    return fail(state, `${line.head}${line.at(0)} expects only one argument, don't forget to escape spaces!`);
  return NONE;
}
