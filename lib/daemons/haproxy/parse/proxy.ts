/**
 * `defaults`, `frontend`, `backend` and `listen`: their headers and their lines.
 * Source: HAProxy 2.6 configuration manual §4 "Proxies"; 2.6.12
 * `cfgparse-listen.c` `cfg_parse_listen()`.
 */

import type { CheckSettings, ProxyKind, Timeouts } from '../config';
import { COMMON_PROXY_DIRECTIVES, PROXY_DIRECTIVE, REGISTERED_PROXY_DIRECTIVES } from '../directives';
import { closestWord } from '../fingerprint';
import { addAcl, warnConflicts } from './acl';
import { defaultBalance, parseBalanceLine, parseHashTypeLine } from './balance';
import { parseBindLine } from './bind';
import { defaultCheck, parseHttpCheckLine } from './check';
import {
  titleOf,
  ABORT,
  ALERT,
  type Draft,
  ERROR,
  fail,
  invalidNameCharacter,
  leadingInteger,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  tooManyWords,
  warn,
  WARN,
  warnWithout,
} from './context';
import { parseCompression } from './compression';
import {
  parseBindProcessLine,
  parseDispatchLine,
  parseFcgiLine,
  parseFilterLine,
  parseIntegerLine,
  parseKeepAliveTimeLine,
  parseTcpResponseLine,
} from './rare-lines';
import { parseCaptureLine, parseDeclareLine } from './captures';
import { parseCookieLine } from './cookie';
import {
  parseHttpReuseLine,
  parseMonitorLine,
  parsePersistRuleLine,
  parseProxyNumberLine,
  parseRateLimitLine,
  parseRetryOnLine,
  parseStatsLine,
  parseTimeoutLine,
  parseUseBackendLine,
  parseUseServerLine,
} from './keywords';
import { parseErrorFileLine, parseErrorFilesLine, parseHttpErrorLine } from './error-pages';
import { parseFormatWord, parseLogLine, setLogFormat } from './log';
import { parseOptionLine } from './options';
import { parseRedirect, parseRuleLine, rulePlaces, warnMisplaced } from './rules';

import { defaultServerSettings, parseServerLine } from './server';
import { parseSourceLine } from './source';
import { parseStickLine, parseStickTableLine } from './stick';
import { parseTcpCheckLine } from './tcp-check';
import { parseTcpRequestLine } from './tcp-rules';

const NO_TIMEOUTS: Timeouts = {
  client: undefined,
  server: undefined,
  connect: undefined,
  queue: undefined,
  check: undefined,
  'http-request': undefined,
  'http-keep-alive': undefined,
  tunnel: undefined,
  tarpit: undefined,
  'client-fin': undefined,
  'server-fin': undefined,
};

/** A section with nothing in it yet, or what it takes over from a defaults section. */
export function newDraft(
  kind: ProxyKind,
  id: string,
  place: { file: string; line: number },
  parent: Draft | undefined,
): Draft {
  const base: Draft = {
    // One by one: a literal that begins with a spread is built a field at a time.
    file: place.file,
    line: place.line,
    kind,
    id,
    uuid: 0,
    mode: 'tcp',
    disabled: false,
    description: '',
    hasFrontend: kind !== 'backend',
    hasBackend: kind !== 'frontend',
    binds: [],
    maxconn: 0,
    fullconn: 0,
    sessionRate: 0,
    backlog: 0,
    defaultBackend: undefined,
    switching: [],
    servers: [],
    balance: defaultBalance(),
    retries: 3,
    redispatch: undefined,
    retryOn: ['conn-failure'],
    cookie: undefined,
    dynamicCookieKey: undefined,
    serverRules: [],
    persistRules: [],
    stickTable: undefined,
    stickRules: [],
    sourceIp: undefined,
    serverNameHeader: undefined,
    timeouts: { ...NO_TIMEOUTS },
    options: new Set(),
    connectionMode: 'keep-alive',
    reuse: 'safe',
    forwardFor: undefined,
    originalTo: undefined,
    errorFiles: new Map(),
    logs: [],
    logFormat: undefined,
    errorLogFormat: undefined,
    logTag: undefined,
    acls: new Map(),
    tcpRequest: [],
    inspectDelay: 0,
    httpRequest: [],
    httpResponse: [],
    httpAfterResponse: [],
    redirects: [],
    monitorUri: undefined,
    monitorFail: [],
    captures: { request: [], response: [], cookie: undefined },
    uniqueId: undefined,
    uniqueIdHeader: undefined,
    stats: undefined,
    check: defaultCheck(),
    compression: { algorithms: [], types: [], offload: false },
    defaultServer: defaultServerSettings(),
    samples: [],
    errorPages: [],
    parent,
    inheritsRules: false,
    isReferenced: { explicitly: false, implicitly: false },
    ruleUsers: 'both',
    needsHttpLog: false,
    emailAlert: { set: false, mailers: undefined, from: undefined, to: undefined },
    usesDispatch: false,
    listenerIds: new Map(),
    fcgiApp: undefined,
    serverStateName: undefined,
    serverStateFrom: 'none',
    lateProblems: [],
    checkCommand: undefined,
    checkPath: undefined,
    tcpRequestContent: false,
    tcpRequestSession: false,
    tcpRequestConnection: false,
    tcpResponseContent: false,
    sendState: false,
    peersSection: undefined,
    usesExternalCheck: false,
    hasStructuredLog: false,
    cacheFilters: [],
    statsUsesRealmOrAuth: false,
    usesRdpCookie: false,
  };
  return parent === undefined ? base : inherit(base, parent);
}

/** What §4 says a section takes over; rules and servers it does not. */
function inherit(draft: Draft, parent: Draft): Draft {
  // Field by field: with so many of them a spread or Object.assign takes many times as long.
  const { hasFrontend, hasBackend } = draft;
  draft.mode = parent.mode;
  draft.disabled = parent.disabled;
  draft.retries = parent.retries;
  draft.redispatch = parent.redispatch;
  draft.retryOn = [...parent.retryOn];
  draft.cookie = parent.cookie && { ...parent.cookie };
  draft.dynamicCookieKey = parent.dynamicCookieKey;
  draft.sourceIp = parent.sourceIp;
  draft.serverNameHeader = parent.serverNameHeader;
  draft.timeouts = { ...parent.timeouts };
  draft.options = new Set(parent.options);
  draft.connectionMode = parent.connectionMode;
  draft.reuse = parent.reuse;
  draft.forwardFor = parent.forwardFor && { ...parent.forwardFor };
  draft.originalTo = parent.originalTo && { ...parent.originalTo };
  draft.errorPages = [...parent.errorPages];
  draft.logs = [...parent.logs];
  draft.logTag = parent.logTag;
  draft.stats = parent.stats;
  draft.balance = { ...parent.balance };
  draft.defaultServer = { ...parent.defaultServer };
  draft.compression = copyOfCompression(parent.compression);
  draft.acls = new Map(parent.acls);
  draft.samples = [...parent.samples];
  draft.tcpRequest = [...parent.tcpRequest];
  draft.inspectDelay = parent.inspectDelay;
  draft.emailAlert = { ...parent.emailAlert };
  draft.serverStateFrom = parent.serverStateFrom;
  draft.checkCommand = parent.checkCommand;
  draft.checkPath = parent.checkPath;
  draft.usesExternalCheck = parent.usesExternalCheck;
  if (hasFrontend) {
    draft.maxconn = parent.maxconn;
    draft.sessionRate = parent.sessionRate;
    draft.backlog = parent.backlog;
    draft.defaultBackend = parent.defaultBackend;
    draft.logFormat = parent.logFormat;
    draft.errorLogFormat = parent.errorLogFormat;
    draft.uniqueId = parent.uniqueId;
    draft.uniqueIdHeader = parent.uniqueIdHeader;
    draft.monitorUri = parent.monitorUri;
  } else for (const name of FRONTEND_TIMEOUTS) draft.timeouts[name] = undefined;
  if (hasBackend) {
    draft.fullconn = parent.fullconn;
    if (parent.check.kind !== 'connect') draft.check = inheritedCheck(parent.check);
  } else for (const name of BACKEND_TIMEOUTS) draft.timeouts[name] = undefined;
  return draft;
}
const FRONTEND_TIMEOUTS = ['client', 'client-fin'] as const;
const BACKEND_TIMEOUTS = ['server', 'connect', 'check', 'queue', 'tunnel', 'server-fin'] as const;

function copyOfCompression({ algorithms, types, offload }: Draft['compression']): Draft['compression'] {
  return { algorithms: [...algorithms], types: [...types], offload };
}
function inheritedCheck(check: CheckSettings): CheckSettings {
  const own = { ...check };
  own.httpRules = [...check.httpRules];
  own.tcpRules = [...check.tcpRules];
  own.inherited = { httpRules: true, tcpRules: true };
  return own;
}

/** One line of a proxy section, its header included. */
export function parseProxyLine(state: ParserState, line: Line): number {
  const keyword = line.at(0);
  if (keyword === 'listen' || keyword === 'frontend' || keyword === 'backend')
    return parseHeader(state, line, keyword);
  if (keyword === 'defaults') return parseDefaultsHeader(state, line);
  const proxy = state.current;
  if (proxy === undefined) return fail(state, `${line.head}'listen' or 'defaults' expected.`);
  return parseKeyword(state, proxy, line, keyword);
}

function parseHeader(state: ParserState, line: Line, kind: Exclude<ProxyKind, 'defaults'>): number {
  const name = line.at(1);
  if (name === '') {
    state.log.alert(`${line.head}'${kind}' expects an <id> argument`);
    return ALERT | ABORT;
  }
  let bits = NONE;
  const invalid = invalidNameCharacter(name);
  if (invalid !== undefined)
    bits |= fail(state, `${line.head}character '${invalid}' is not permitted in '${kind}' name '${name}'.`);
  const twin = (kind === 'backend' ? state.backends : state.frontends).get(name);
  if (twin !== undefined) {
    bits |= fail(
      state,
      `Parsing [${line.file}:${line.number}]: ${kind === 'listen' ? 'proxy' : kind} '${name}' has the same name as ${titleOf(twin)} '${twin.id}' declared at ${twin.file}:${twin.line}.`,
    );
  }
  const isOdd = line.at(2) !== '' && (line.at(3) === '' || line.at(2) !== 'from');
  if (isOdd || tooManyWords(state, line, 3)) {
    state.current = undefined;
    if (kind !== 'backend')
      state.log.alert(`${line.head}please use the 'bind' keyword for listening addresses.`);
    return isOdd ? bits : bits | ERROR;
  }
  state.currentDefaults = state.lastDefaults;
  return bits | startSection(state, line, kind, name, 2);
}

function parseDefaultsHeader(state: ParserState, line: Line): number {
  state.currentDefaults = undefined;
  const isUnnamed = line.at(1) === 'from' && line.at(2) !== '' && line.at(3) === '';
  return startSection(state, line, 'defaults', isUnnamed ? '' : line.at(1), isUnnamed ? 1 : 2);
}

/** `from <defaults>`, then the new section itself. */
function startSection(state: ParserState, line: Line, kind: ProxyKind, name: string, fromAt: number): number {
  let bits = NONE;
  if (line.at(fromAt) === 'from') {
    const wanted = line.at(fromAt + 1);
    const found = state.defaults.filter((known) => known.id === wanted);
    const [parent, second] = found;
    if (parent === undefined) {
      state.log.alert(`${line.head}defaults section '${wanted}' not found for ${kind} '${name}'.`);
      return ALERT | ABORT;
    }
    if (second !== undefined) {
      bits |= fail(
        state,
        `${line.head}ambiguous defaults section name '${wanted}' referenced by ${kind} '${name}' exists at least at ${parent.file}:${parent.line} and ${second.file}:${second.line}.`,
      );
    }
    parent.isReferenced.explicitly = true;
    state.currentDefaults = parent;
  } else if (state.currentDefaults !== undefined) state.currentDefaults.isReferenced.implicitly = true;
  const parent = state.currentDefaults;
  if (parent?.isReferenced.explicitly === true && parent.isReferenced.implicitly) {
    state.log.alert(
      `${line.head}defaults section '${parent.id}' (declared at ${parent.file}:${parent.line}) is explicitly referenced by another proxy and implicitly used here. To avoid any ambiguity don't mix both usage. Add a last defaults section not explicitly used or always use explicit references.`,
    );
    bits |= WARN;
  }
  const draft = newDraft(kind, name, line.place, parent);
  state.current = draft;
  if (parent !== undefined) bits |= inheritRules(state, line, draft, parent);
  if (kind === 'defaults') {
    state.defaults.push(draft);
    state.currentDefaults = draft;
    state.lastDefaults = draft;
  } else {
    state.proxies.push(draft);
    if (draft.hasFrontend) state.frontends.set(name, draft);
    if (draft.hasBackend) state.backends.set(name, draft);
  }
  return bits;
}

/** Rules of a named defaults section belong to the sections that name it, one kind of section only. */
function inheritRules(state: ParserState, line: Line, draft: Draft, parent: Draft): number {
  const hasRules =
    parent.httpRequest.length +
      parent.httpResponse.length +
      parent.httpAfterResponse.length +
      parent.tcpRequest.length >
      0 || parent.tcpResponseContent;
  if (!hasRules) return NONE;
  const refuse = (text: string): number => {
    state.log.alert(`${line.tightHead}${text}`);
    return ALERT | ABORT;
  };
  const where = `(defaults section at ${parent.file}:${parent.line})`;
  if (draft.kind === 'defaults')
    return refuse(
      `a defaults section cannot inherit from a defaults section defining TCP/HTTP rules ${where}.`,
    );
  if (draft.kind === 'listen')
    return refuse('a listen section cannot inherit from a defaults section defining TCP/HTTP rules.');
  if (parent.ruleUsers !== 'both' && parent.ruleUsers !== draft.kind) {
    return refuse(
      `frontends and backends cannot inherit from the same defaults section if it defines TCP/HTTP rules ${where}.`,
    );
  }
  if (draft.kind === 'backend' && (parent.tcpRequestConnection || parent.tcpRequestSession)) {
    return refuse(
      `a backend section cannot inherit from a defaults section defining 'tcp-request connection' or 'tcp-request session' rules ${where}.`,
    );
  }
  parent.ruleUsers = draft.kind;
  draft.inheritsRules = true;
  return NONE;
}

/** Directives that were removed, with what the daemon advises instead. */
const REMOVED: ReadonlyMap<string, string> = new Map([
  ...['cliexp', 'reqrep'].map(
    (word) =>
      [
        word,
        "Use 'http-request replace-path', 'http-request replace-uri' or 'http-request replace-header' instead.",
      ] as const,
  ),
  ['reqdel', "Use 'http-request del-header' instead."],
  ['reqallow', "Use 'http-request allow' instead."],
  ['reqtarpit', "Use 'http-request tarpit' instead."],
  ['reqirep', "Use 'http-request replace-header' instead."],
  ['reqidel', "Use 'http-request del-header' instead."],
  ['reqideny', "Use 'http-request deny' instead."],
  ['reqiallow', "Use 'http-request allow' instead."],
  ['reqitarpit', "Use 'http-request tarpit' instead."],
  ['reqadd', "Use 'http-request add-header' instead."],
  ...['srvexp', 'rsprep', 'rspirep'].map(
    (word) => [word, "Use 'http-response replace-header' instead."] as const,
  ),
  ['rspdel', "Use 'http-response del-header' ."],
  ['rspidel', "Use 'http-response del-header' instead."],
  ['rspdeny', "Use 'http-response deny' instead."],
  ['rspideny', "Use 'http-response deny' instead."],
  ['rspadd', "Use 'http-response add-header' instead."],
  ['block', "Use 'http-request deny' which uses the exact same syntax."],
  ['reqipass', ''],
]);

function parseKeyword(state: ParserState, proxy: Draft, line: Line, keyword: string): number {
  const directive = PROXY_DIRECTIVE.get(keyword);
  if (directive === undefined) {
    const words = [...REGISTERED_PROXY_DIRECTIVES, ...COMMON_PROXY_DIRECTIVES].map((known) => known.keyword);
    const best = closestWord(keyword, words);
    const hint = best === undefined ? '' : `; did you mean '${best}' maybe ?`;
    return fail(state, `${line.head}unknown keyword '${keyword}' in '${state.section}' section${hint}`);
  }
  noteEffect(state, line, keyword, directive.effect);
  const advice = REMOVED.get(keyword);
  if (advice !== undefined) {
    return fail(
      state,
      `${line.head}The '${keyword}' directive is not supported anymore since HAProxy 2.1.${advice === '' ? '' : ` ${advice}`}`,
    );
  }
  switch (keyword) {
    case 'server':
    case 'default-server':
    case 'server-template':
      return parseServerLine(state, proxy, line, keyword);
    case 'bind':
      return parseBindLine(state, proxy, line);
    case 'mode':
      return parseMode(state, proxy, line);
    case 'timeout':
      return parseTimeoutLine(state, proxy, line);
    case 'option':
      return parseOptionLine(state, proxy, line);
    case 'acl':
      return parseAclLine(state, proxy, line);
    case 'http-request':
    case 'http-response':
    case 'http-after-response':
      return parseRuleLine(state, proxy, line, keyword);
    case 'http-check':
      return parseHttpCheckLine(state, proxy, line);
    case 'tcp-check':
      return parseTcpCheckLine(state, proxy, line);
    case 'tcp-request':
      return parseTcpRequestLine(state, proxy, line);
    case 'tcp-response':
      if (!proxy.hasBackend || (proxy.kind === 'defaults' && proxy.id === '')) {
        return fail(
          state,
          `${line.head}tcp-response ${line.at(1)} is only allowed in 'backend' sections or 'defaults' section with a name`,
        );
      }
      return parseTcpResponseLine(state, proxy, line);
    case 'balance':
      return parseBalanceLine(state, proxy, line);
    case 'hash-type':
      return parseHashTypeLine(state, proxy, line);
    case 'cookie':
      return parseCookieLine(state, proxy, line);
    case 'use_backend':
      return parseUseBackendLine(state, proxy, line);
    case 'use-server':
      return parseUseServerLine(state, proxy, line);
    case 'force-persist':
    case 'ignore-persist':
      return parsePersistRuleLine(state, proxy, line);
    case 'stick-table':
      return parseStickTableLine(state, proxy, line);
    case 'stick':
      return parseStickLine(state, proxy, line);
    case 'stats':
      return parseStatsLine(state, proxy, line);
    case 'capture':
      return parseCaptureLine(state, proxy, line);
    case 'monitor':
      return parseMonitorLine(state, proxy, line);
    case 'maxconn':
    case 'backlog':
    case 'fullconn':
      return parseProxyNumberLine(state, proxy, line);
    case 'http-reuse':
      return parseHttpReuseLine(state, proxy, line);
    case 'retry-on':
      return parseRetryOnLine(state, proxy, line);
    case 'errorfile':
    case 'errorloc':
    case 'errorloc302':
    case 'errorloc303':
      return parseErrorFileLine(state, proxy, line);
    case 'errorfiles':
      return parseErrorFilesLine(state, proxy, line);
    case 'http-error':
      return parseHttpErrorLine(state, proxy, line);
    case 'redirect':
      return parseRedirectLine(state, proxy, line);
    case 'source':
    case 'usesrc':
      return parseSourceLine(state, proxy, line);
    case 'rate-limit':
      return parseRateLimitLine(state, proxy, line);
    default:
      return parseSmallKeyword(state, proxy, line, keyword);
  }
}

function parseSmallKeyword(state: ParserState, proxy: Draft, line: Line, keyword: string): number {
  const value = line.at(1);
  switch (keyword) {
    case 'default_backend': {
      const bits = warnWithout(state, proxy, 'frontend', line, keyword);
      if (value === '') return bits | fail(state, `${line.head}'default_backend' expects a backend name.`);
      proxy.defaultBackend = { file: line.file, line: line.number, name: value };
      return tooManyWords(state, line, 1) ? bits | ERROR : bits;
    }
    case 'log': {
      const error = parseLogLine(state, proxy.logs, line);
      return error === undefined ? NONE : fail(state, `${line.head}log : ${error}`);
    }
    case 'log-format':
      return parseFormatWord(state, line) || setLogFormat(state, proxy, line, 'custom', 'log-format');
    case 'log-format-sd':
    case 'error-log-format': {
      const format = { file: line.file, line: line.number, kind: 'custom', text: value, nodes: [] } as const;
      if (keyword === 'error-log-format') proxy.errorLogFormat = { ...format, nodes: [] };
      else proxy.hasStructuredLog = proxy.kind !== 'backend';
      return (
        parseFormatWord(state, line) ||
        (proxy.kind === 'backend'
          ? warn(state, `${line.head}backend '${proxy.id}' : '${keyword}' directive is ignored in backends.`)
          : NONE)
      );
    }
    case 'unique-id-format':
      proxy.uniqueId = { file: line.file, line: line.number, kind: 'custom', text: value, nodes: [] };
      return parseFormatWord(state, line);
    case 'compression':
      return parseCompression(state, proxy, line);
    case 'dynamic-cookie-key': {
      const bits = warnWithout(state, proxy, 'backend', line, keyword);
      if (value === '')
        return bits | fail(state, `${line.head}'${keyword}' expects <secret_key> as argument.`);
      proxy.dynamicCookieKey = value;
      return bits;
    }
    case 'declare':
      return parseDeclareLine(state, proxy, line);
    case 'filter':
      return parseFilterLine(state, proxy, line);
    case 'unique-id-header':
      if (value === '') return fail(state, `${line.head}unique-id-header expects an argument.`);
      proxy.uniqueIdHeader = value;
      return NONE;
    case 'log-tag':
      if (value === '') return fail(state, `${line.head}'log-tag' expects a tag for use in syslog.`);
      proxy.logTag = value;
      return NONE;
    case 'retries': {
      const bits = warnWithout(state, proxy, 'backend', line, keyword);
      if (tooManyWords(state, line, 1)) return bits | ERROR;
      if (value === '')
        return (
          bits | fail(state, `${line.head}'retries' expects an integer argument (dispatch counts for one).`)
        );
      proxy.retries = leadingInteger(value);
      return bits;
    }
    case 'disabled':
    case 'enabled':
      if (tooManyWords(state, line, 0)) return ERROR;
      proxy.disabled = keyword === 'disabled';
      return NONE;
    case 'id':
      return parseId(state, proxy, line);
    case 'description':
      if (proxy.kind === 'defaults')
        return fail(state, `${line.tightHead}'description' not allowed in 'defaults' section.`);
      if (value === '') {
        // The daemon's parser returns -1 here, which its caller takes for a file that cannot be read.
        fail(state, `${line.tightHead}'description' expects a string argument.`);
        return -1;
      }
      proxy.description = line.from(1).join(' ');
      return NONE;
    case 'monitor-uri': {
      const bits = warnWithout(state, proxy, 'frontend', line, keyword);
      if (tooManyWords(state, line, 1)) return bits | ERROR;
      if (value === '') return bits | fail(state, `${line.head}'monitor-uri' expects an URI.`);
      proxy.monitorUri = value;
      return bits;
    }
    case 'monitor-net':
      return fail(
        state,
        `${line.head}'monitor-net' doesn't exist anymore. Please use 'http-request return status 200 if { src ${value} }' instead.`,
      );
    case 'http-send-name-header': {
      const bits = warnWithout(state, proxy, 'backend', line, keyword);
      if (value === '')
        return bits | fail(state, `${line.head}'http-send-name-header' requires a header string.`);
      proxy.serverNameHeader = value.toLowerCase();
      return bits;
    }
    case 'bind-process':
      return (
        parseBindProcessLine(state, line) ||
        warn(
          state,
          `${line.tightHead}'bind-process' has no effect, is deprecated, and will be removed in version 2.7.`,
        )
      );
    case 'clitimeout':
    case 'srvtimeout':
    case 'contimeout': {
      const now = { clitimeout: 'client', srvtimeout: 'server', contimeout: 'connect' }[keyword];
      return fail(
        state,
        `${line.head}the '${keyword}' directive is not supported anymore since HAProxy 2.1. Use 'timeout ${now}'.`,
      );
    }
    case 'appsession':
      return fail(state, `${line.head}'appsession' is not supported anymore since HAProxy 1.6.`);
    case 'redispatch':
    case 'redisp':
      return fail(
        state,
        `${line.head}keyword '${keyword}' directive is not supported anymore since HAProxy 2.1. Use 'option redispatch'.`,
      );
    case 'grace':
      return fail(
        state,
        `${line.tightHead}the 'grace' keyword is not supported any more since HAProxy version 2.5.`,
      );
    case 'reqdeny':
      return fail(
        state,
        `${line.head}The 'reqdeny' not supported anymore since HAProxy 2.1. Use 'http-request deny' instead.`,
      );
    case 'reqpass':
      return fail(state, `${line.head}The 'reqpass' not supported anymore since HAProxy 2.1.`);
    case 'email-alert':
      return parseEmailAlert(state, proxy, line);
    case 'persist':
      if (value === '') return fail(state, `${line.head}missing persist method.`);
      if (/^rdp-cookie\((?:[^)]*|\))$/.test(value))
        return fail(state, `${line.head}persist rdp-cookie(name)' requires an rdp cookie name.`);
      proxy.usesRdpCookie = value.startsWith('rdp-cookie');
      return proxy.usesRdpCookie ? NONE : fail(state, `${line.head}unknown persist method.`);
    case 'load-server-state-from-file': {
      const bits = warnWithout(state, proxy, 'backend', line, keyword);
      if (value !== 'global' && value !== 'local' && value !== 'none') {
        return (
          bits | fail(state, `${line.head}'${keyword}' expects 'global', 'local' or 'none'. Got '${value}'`)
        );
      }
      proxy.serverStateFrom = value;
      return bits;
    }
    case 'external-check':
      if (value === '') return fail(state, `${line.head}missing argument after 'external-check'.`);
      if ((value === 'command' || value === 'path') && line.at(2) === '')
        return fail(state, `${line.head}missing argument after '${value}'.`);
      if (tooManyWords(state, line, 2)) return ERROR;
      if (value === 'command') proxy.checkCommand = line.at(2);
      else if (value === 'path') proxy.checkPath = line.at(2);
      else
        return fail(
          state,
          `${line.head}'external-check' only supports 'command' and 'path'. but got '${value}'.`,
        );
      return NONE;
    case 'hash-balance-factor': {
      if (value === '') return fail(state, `${line.head}'${keyword}' expects an integer argument.`);
      const factor = leadingInteger(value);
      return factor !== 0 && factor <= 100
        ? fail(state, `${line.head}'${keyword}' must be 0 or greater than 100.`)
        : NONE;
    }
    case 'dispatch':
      if (proxy.kind === 'defaults')
        return fail(state, `${line.head}'dispatch' not allowed in 'defaults' section.`);
      return parseDispatchLine(state, proxy, line);
    case 'max-keep-alive-queue':
    case 'clitcpka-cnt':
    case 'srvtcpka-cnt':
      return parseIntegerLine(state, proxy, line);
    case 'clitcpka-idle':
    case 'clitcpka-intvl':
    case 'srvtcpka-idle':
    case 'srvtcpka-intvl':
      return parseKeepAliveTimeLine(state, proxy, line);
    case 'server-state-file-name': {
      const bits = warnWithout(state, proxy, 'backend', line, keyword);
      if (value !== '' && value !== 'use-backend-name') proxy.serverStateName = value;
      return tooManyWords(state, line, 1) ? bits | ERROR : bits;
    }
    case 'use-fcgi-app':
      return parseFcgiLine(state, proxy, line);
    case 'transparent':
      return tooManyWords(state, line, 0) ? ERROR : NONE;
    default:
      return NONE;
  }
}

function parseMode(state: ParserState, proxy: Draft, line: Line): number {
  if (tooManyWords(state, line, 1)) return ERROR;
  const mode = line.at(1);
  if (mode === 'http' || mode === 'tcp') {
    proxy.mode = mode;
    return NONE;
  }
  return fail(
    state,
    mode === 'health'
      ? `${line.head}'mode health' doesn't exist anymore. Please use 'http-request return status 200' instead.`
      : `${line.head}unknown proxy mode '${mode}'.`,
  );
}

function parseId(state: ParserState, proxy: Draft, line: Line): number {
  if (proxy.kind === 'defaults')
    return fail(state, `${line.tightHead}'id' not allowed in 'defaults' section.`);
  if (tooManyWords(state, line, 1)) return ERROR;
  if (line.at(1) === '') return fail(state, `${line.tightHead}'id' expects an integer argument.`);
  const id = leadingInteger(line.at(1));
  if (id <= 0) return fail(state, `${line.tightHead}custom id has to be > 0.`);
  const other = state.proxyIds.get(id);
  if (other !== undefined) {
    return fail(
      state,
      `${line.tightHead}${titleOf(proxy)} ${proxy.id} reuses same custom id as ${titleOf(other)} ${other.id} (declared at ${other.file}:${other.line}).`,
    );
  }
  proxy.uuid = id;
  state.proxyIds.set(id, proxy);
  return NONE;
}

function parseAclLine(state: ParserState, proxy: Draft, line: Line): number {
  const name = line.at(1);
  if (proxy.kind === 'defaults' && proxy.id === '')
    return fail(state, `${line.head}'acl' not allowed in anonymous 'defaults' section.`);
  const invalid = invalidNameCharacter(name);
  if (invalid !== undefined || name === '') {
    return fail(state, `${line.head}character '${invalid ?? '\0'}' is not permitted in acl name '${name}'.`);
  }
  if (name.toLowerCase() === 'or') {
    return fail(
      state,
      `${line.head}acl name '${name}' will never match. 'or' is used to express a logical disjunction within a condition.`,
    );
  }
  const acl = addAcl(state, proxy, name, line.from(2), line.place);
  return 'error' in acl
    ? fail(state, `${line.head}error detected while parsing ACL '${name}' : ${acl.error}.`)
    : NONE;
}

function parseRedirectLine(state: ParserState, proxy: Draft, line: Line): number {
  if (proxy.kind === 'defaults')
    return fail(state, `${line.head}'redirect' not allowed in 'defaults' section.`);
  const parsed = parseRedirect(state, proxy, line, 1, 'static');
  if ('error' in parsed) {
    return fail(
      state,
      `${line.head}error detected in ${titleOf(proxy)} '${proxy.id}' while parsing redirect rule : ${parsed.error}.`,
    );
  }
  const { redirect, condition } = parsed.value;
  proxy.redirects.push({
    file: line.file,
    line: line.number,
    action: { type: 'redirect', redirect },
    condition,
  });
  return (
    warnMisplaced(state, proxy, line, 'redirect', ['use_backend', 'use-server']) |
    warnConflicts(state, condition, rulePlaces(proxy, 'http-request'), line.place)
  );
}

function parseEmailAlert(state: ParserState, proxy: Draft, line: Line): number {
  const [what, value] = [line.at(1), line.at(2)];
  if (what === '') return fail(state, `${line.head}missing argument after 'email-alert'.`);
  if (what === 'from' || what === 'mailers' || what === 'to') proxy.emailAlert[what] = value;
  else if (what === 'level') {
    if (!/^(?:emerg|alert|crit|err|warning|notice|info|debug)$/.test(value))
      // Vendor: the two words change places.
      return fail(state, `${line.head}unknown log level '${what}' after '${value}'`);
  } else if (what !== 'myhostname')
    return fail(state, `${line.head}email-alert: unknown argument '${what}'.`);
  proxy.emailAlert.set = true;
  return NONE;
}
