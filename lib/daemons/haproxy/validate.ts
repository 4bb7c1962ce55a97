/**
 * What can only be seen once all files are read: names that must exist, modes
 * that must fit, timeouts that are missing. In the daemon's order, for each
 * proxy in turn. Source: 2.6.12 `cfgparse.c` `check_config_validity()`.
 */

import { finishSmallSections } from './parse/small-sections';
import { finishUserLists } from './parse/userlist';
import { validateArguments } from './validate-arguments';
import { validateRules } from './validate-rules';
import { warnLayer6, warnLayer6Rules } from './validate-layer6';
import type { FormatNode, Place, RuleAction, ServerSettings } from './config';
import { resolveErrorPages } from './parse/error-pages';
import { prepareBind, prepareClient, prepareServer } from './parse/tls/prepare';
import { titleOf, ALERT, type Draft, FATAL, NONE, type ParserState, samplesAt } from './parse/context';
import { parseFormat, TCP_LOG_FORMAT } from './parse/format';
import { numberPatterns, type SampleUse } from './parse/pattern-files';
import { parseSampleText } from './parse/sample';
import { stepsOf } from './parse/check-steps';
import { SWITCH_OPTIONS } from './directives';
import { placeBits } from './samples';

/** Cookies captured for logs are cut at this length. */
const COOKIE_LENGTH = 63;

/** Says what is wrong and completes the drafts (ids, formats, defaults). */
export function validate(state: ParserState): number {
  let errors = 0;
  numberProxies(state);
  for (const proxy of state.proxies) if (!proxy.disabled) errors += validateProxy(state, proxy);
  for (const proxy of state.proxies)
    for (const bind of proxy.binds) errors += prepareBind(state, proxy, bind);
  for (const proxy of state.proxies) if (!proxy.disabled) errors += validateLate(state, proxy);
  errors += prepareClient(state);
  numberPatterns(state.patterns.references);
  errors += validateSections(state);
  return errors > 0 ? ALERT | FATAL : NONE;
}

/** Ids not written are the next free ones, a disabled proxy included. */
function numberProxies(state: ParserState): void {
  // The frontend of the admin sockets comes first.
  let next = state.global.sockets.length > 0 ? 2 : 1;
  for (const proxy of state.proxies) {
    if (proxy.uuid <= 0) {
      while (state.proxyIds.has(next)) next++;
      proxy.uuid = next;
      state.proxyIds.set(next, proxy);
    }
    next++;
  }
}

function warn(state: ParserState, text: string): void {
  state.log.warning(text);
}

/** One error more. */
function refuse(state: ParserState, text: string): 1 {
  state.log.alert(text);
  return 1;
}

function named(proxy: Draft): string {
  return `${titleOf(proxy)} '${proxy.id}'`;
}

function validateProxy(state: ParserState, proxy: Draft): number {
  let errors = 0;
  if (proxy.mode === 'tcp') ensureNoHttp(state, proxy);
  if (proxy.hasFrontend && proxy.binds.length === 0) {
    warn(
      state,
      `${named(proxy)} has no 'bind' directive. Please declare it as a backend if this was intended.`,
    );
  }
  if (proxy.hasBackend && proxy.balance.isExplicit && proxy.usesDispatch) {
    warn(state, `dispatch address of ${named(proxy)} will be ignored in balance mode.`);
  }
  if (proxy.hasBackend && proxy.balance.isExplicit && proxy.options.has('transparent'))
    errors += refuse(state, `${named(proxy)} cannot use both transparent and balance mode.`);
  errors += validateChecks(state, proxy);
  errors += validateDefaultBackend(state, proxy);
  errors += validateSwitching(state, proxy);
  errors += validateServerRules(state, proxy);
  warnLayer6Rules(state, proxy);
  errors += validateStickRules(state, proxy);
  errors += validateRules(state, proxy);
  if (proxy.hasBackend) warnServerState(state, proxy);
  if (proxy.fcgiApp !== undefined) {
    if (!state.fcgiApps.some(({ name }) => name === proxy.fcgiApp))
      errors += refuse(state, `proxy '${proxy.id}' : fcgi-app '${proxy.fcgiApp}' not found.`);
    errors += refuse(state, `proxy '${proxy.id}': FCGI app configured but no FCGI server found.`);
  }
  for (const ask of proxy.lateProblems) {
    const problem = ask();
    if (problem !== undefined) errors += refuse(state, problem);
  }
  errors += validatePeersAndMailers(state, proxy);
  if (
    proxy.stats !== undefined &&
    proxy.stats.requestRules.length > 0 &&
    (proxy.stats.users.length > 0 || proxy.stats.realm !== undefined)
  ) {
    errors += refuse(
      state,
      `proxy '${proxy.id}': stats 'auth'/'realm' and 'http-request' can't be used at the same time.`,
    );
  }
  errors += compileFormats(state, proxy);
  errors += validateArguments(state, proxy);
  warnTimeouts(state, proxy);
  if (proxy.check.hasUnusedTcpRules)
    warn(state, `${named(proxy)} uses tcp-check rules without 'option tcp-check', so the rules are ignored.`);
  warnCaptures(state, proxy);
  if (proxy.hasBackend && proxy.serverStateFrom === 'global' && state.serverStateFile === undefined) {
    warn(
      state,
      `backend '${proxy.id}' configured to load server state file from global section 'server-state-file' directive. Unfortunately, 'server-state-file' is not set!`,
    );
  }
  errors += validateServers(state, proxy);
  if (
    proxy.hasFrontend &&
    proxy.logs.length === 0 &&
    (proxy.logFormat !== undefined || proxy.hasStructuredLog)
  ) {
    warn(state, `log format ignored for ${named(proxy)} since it has no log address.`);
  }
  if (proxy.mode !== 'http') warnHttpWords(state, proxy);
  for (const server of proxy.servers) {
    if (proxy.mode !== 'http' && server.cookie !== undefined) {
      warn(state, `${named(proxy)} : ignoring cookie for server '${server.name}' as HTTP mode is disabled.`);
    }
  }
  return errors;
}

/** `mode tcp` with words that need HTTP. */
function ensureNoHttp(state: ParserState, proxy: Draft): void {
  if (proxy.cookie !== undefined)
    warn(state, `cookie will be ignored for ${named(proxy)} (needs 'mode http').`);
  if (proxy.monitorUri !== undefined)
    warn(state, `monitor-uri will be ignored for ${named(proxy)} (needs 'mode http').`);
  if (['uri', 'url_param', 'hdr'].includes(proxy.balance.algorithm)) {
    proxy.balance.algorithm = 'roundrobin';
    warn(
      state,
      `Layer 7 hash not possible for ${named(proxy)} (needs 'mode http'). Falling back to round robin.`,
    );
  }
  const format = proxy.logFormat;
  if (format === undefined || format.kind === 'tcp' || format.kind === 'custom') return;
  const option = format.kind === 'https' ? 'option httpslog' : 'option httplog';
  proxy.logFormat = { ...format, kind: 'tcp', text: TCP_LOG_FORMAT };
  const place = lastFormatOf(proxy, format);
  warn(
    state,
    `parsing [${place.file}:${place.line}] : '${option}' not usable with ${named(proxy)} (needs 'mode http'). Falling back to 'option tcplog'.`,
  );
}

/** Rules that make text leave their own line where the log format had left its one (`px->conf.lfs_line` of src/http_act.c). */
function makesText(action: RuleAction): boolean {
  switch (action.type) {
    case 'return':
    case 'deny':
    case 'tarpit':
      return action.reply.headers.length > 0 || action.reply.body.kind === 'format';
    case 'set-var':
      return action.value.length > 0;
    case 'redirect':
      return true;
    default:
      return /^(?:(?:set|add|replace)-header|replace-value|(?:add|del|set)-(?:acl|map))$/.test(action.type);
  }
}
function lastFormatOf(proxy: Draft, format: Place): Place {
  const rules = [...proxy.httpRequest, ...proxy.httpResponse, ...proxy.httpAfterResponse].filter(
    ({ action, file, line }) => makesText(action) && file === format.file && line > format.line,
  );
  return rules.reduce<Place>((last, rule) => (rule.line > last.line ? rule : last), format);
}

function validateChecks(state: ParserState, proxy: Draft): number {
  let errors = 0;
  const { check } = proxy;
  check.steps = stepsOf(check);
  if (check.hasUnusedHttpRules)
    warn(state, `${named(proxy)} uses http-check rules without 'option httpchk', so the rules are ignored.`);
  if (check.kind === 'tcp' && check.disableOn404)
    warn(state, `'disable-on-404' will be ignored for ${named(proxy)} (requires 'option httpchk').`);
  if (proxy.usesExternalCheck) {
    if (!state.externalCheck)
      errors += refuse(
        state,
        `Proxy '${proxy.id}' : 'option external-check' unable to find required 'global.external-check'.`,
      );
    if (proxy.checkCommand === undefined) {
      errors += refuse(
        state,
        `Proxy '${proxy.id}' : 'option external-check' unable to find required 'external-check command'.`,
      );
    }
    if (!state.insecureFork) {
      warn(
        state,
        `Proxy '${proxy.id}' : 'insecure-fork-wanted' not enabled in the global section, 'option external-check' will likely fail.`,
      );
    }
  }
  const { emailAlert } = proxy;
  if (
    emailAlert.set &&
    (emailAlert.mailers === undefined || emailAlert.from === undefined || emailAlert.to === undefined)
  ) {
    warn(
      state,
      `'email-alert' will be ignored for ${named(proxy)} (the presence any of 'email-alert from', 'email-alert level' 'email-alert mailers', 'email-alert myhostname', or 'email-alert to' requires each of 'email-alert from', 'email-alert mailers' and 'email-alert to' to be present).`,
    );
    emailAlert.mailers = undefined;
  }
  if (!proxy.usesExternalCheck)
    for (const [word, value] of [
      ['command', proxy.checkCommand],
      ['path', proxy.checkPath],
    ])
      if (value !== undefined)
        warn(
          state,
          `'external-check ${word}' will be ignored for ${named(proxy)} (requires 'option external-check').`,
        );
  if (proxy.checkCommand?.startsWith('/') === false && proxy.checkPath === undefined)
    errors += refuse(
      state,
      `Proxy '${proxy.id}': 'external-check command' does not have a leading '/' and 'external-check path' is not set.`,
    );
  return errors;
}

function findBackend(state: ParserState, name: string): Draft | undefined {
  return state.proxies.find((proxy) => proxy.id === name && proxy.hasBackend);
}

/** A frontend in TCP mode may hand over to an HTTP backend, never the other way round. */
function modesFit(proxy: Draft, target: Draft): boolean {
  return target.mode === proxy.mode || (proxy.mode === 'tcp' && target.mode === 'http');
}

function misfit(proxy: Draft, target: Draft, use: string): string {
  const place = (one: Draft): string => `${one.mode} ${titleOf(one)} '${one.id}' (${one.file}:${one.line})`;
  return `${place(proxy)} tries to use incompatible ${place(target)} ${use} (see 'mode').`;
}

function validateDefaultBackend(state: ParserState, proxy: Draft): number {
  const name = proxy.defaultBackend?.name;
  if (name === undefined) return 0;
  const target = findBackend(state, name);
  if (target === undefined)
    return refuse(state, `Proxy '${proxy.id}': unable to find required default_backend: '${name}'.`);
  if (target === proxy)
    return refuse(state, `Proxy '${proxy.id}': loop detected for default_backend: '${name}'.`);
  if (!modesFit(proxy, target)) return refuse(state, misfit(proxy, target, 'as its default backend'));
  if (proxy.servers.length > 0) {
    warn(
      state,
      `In proxy '${proxy.id}', the 'default_backend' rule always has precedence over the servers, which will never be used.`,
    );
  }
  return 0;
}

/** A name with `%…` in it is computed for each request. */
function dynamicName(
  state: ParserState,
  text: string,
  place: Place,
  noted: { readonly proxy: Draft; readonly use: SampleUse },
): { readonly nodes: FormatNode[] | undefined } | { readonly error: string } {
  const parsed = parseFormat(text, {
    mergesSpaces: false,
    places: placeBits('frontend http-request header rule'),
    context: samplesAt(state, place, noted),
  });
  if ('error' in parsed) return parsed;
  const isPlain = parsed.value.nodes.every((node) => node.kind === 'text');
  return { nodes: isPlain ? undefined : parsed.value.nodes };
}

function validateSwitching(state: ParserState, proxy: Draft): number {
  let errors = 0;
  for (const rule of proxy.switching) {
    const name = dynamicName(state, rule.backend, rule, { proxy, use: 'use_backend expression' });
    if ('error' in name) {
      errors += refuse(
        state,
        `Parsing [${rule.file}:${rule.line}]: failed to parse use_backend rule '${rule.backend}' : ${name.error}.`,
      );
      continue;
    }
    rule.format = name.nodes;
    warnLayer6(state, proxy, rule.condition);
    if (name.nodes !== undefined) continue;
    const target = findBackend(state, rule.backend);
    if (target === undefined)
      errors += refuse(state, `Proxy '${proxy.id}': unable to find required use_backend: '${rule.backend}'.`);
    else if (target === proxy)
      errors += refuse(state, `Proxy '${proxy.id}': loop detected for use_backend: '${rule.backend}'.`);
    else if (!modesFit(proxy, target))
      errors += refuse(state, misfit(proxy, target, "in a 'use_backend' rule"));
  }
  return errors;
}

function validateServerRules(state: ParserState, proxy: Draft): number {
  let errors = 0;
  for (const rule of proxy.serverRules) {
    const name = dynamicName(state, rule.server, rule, { proxy, use: 'use-server expression' });
    if ('error' in name) {
      errors += refuse(
        state,
        `Parsing [${rule.file}:${rule.line}]; use-server rule failed to parse log-format '${rule.server}' : ${name.error}.`,
      );
      continue;
    }
    rule.format = name.nodes;
    warnLayer6(state, proxy, rule.condition);
    if (name.nodes !== undefined || proxy.servers.some((server) => server.name === rule.server)) continue;
    errors += refuse(
      state,
      `${named(proxy)} : unable to find server '${rule.server}' referenced in a 'use-server' rule.`,
    );
  }
  return errors;
}

function validateStickRules(state: ParserState, proxy: Draft): number {
  let errors = 0;
  for (const rule of proxy.stickRules) {
    const name = rule.table ?? proxy.id;
    const table = state.proxies.find(
      (known) => known.id === name && known.stickTable !== undefined,
    )?.stickTable;
    const kind = rule.onResponse ? 'store table' : 'stick-table';
    if (table === undefined)
      errors += refuse(state, `Proxy '${proxy.id}': unable to find ${kind} '${name}'.`);
    else if (
      table.type === 'ip' &&
      !['ipv4', 'ipv6', 'addr', 'sint', 'str', 'any'].includes(rule.expression.type)
    ) {
      errors += refuse(
        state,
        `Proxy '${proxy.id}': type of fetch not usable with type of stick-table '${name}'.`,
      );
    }
  }
  return errors;
}

/** `load-server-state-from-file local`: the file of the backend's name. */
function warnServerState(state: ParserState, proxy: Draft): void {
  if (proxy.serverStateFrom !== 'local') return;
  const name = proxy.serverStateName ?? proxy.id;
  const path =
    state.serverStateBase === '' || name.startsWith('/') ? name : `${state.serverStateBase}/${name}`;
  const file = state.surroundings.readFile(path);
  if ('error' in file)
    warn(state, `Proxy '${proxy.id}': Can't open server state file '${path}': ${file.error}.`);
}

function validatePeersAndMailers(state: ParserState, proxy: Draft): number {
  let errors = 0;
  if (proxy.stickTable !== undefined && proxy.peersSection !== undefined) {
    const peers = state.peers.find((known) => known.name === proxy.peersSection);
    if (peers === undefined)
      errors += refuse(state, `Proxy '${proxy.id}': unable to find sync peers '${proxy.peersSection}'.`);
    else if (!peers.hasPeers && !peers.disabled) {
      errors += refuse(
        state,
        `Proxy '${proxy.id}': unable to find local peer '${state.surroundings.hostname}' in peers section '${peers.name}'.`,
      );
    }
  }
  const { mailers } = proxy.emailAlert;
  if (mailers !== undefined) {
    const found = state.mailers.find((known) => known.name === mailers);
    if (found === undefined)
      errors += refuse(state, `Proxy '${proxy.id}': unable to find mailers '${mailers}'.`);
    else found.isUsed = true;
  }
  return errors;
}

function compileFormats(state: ParserState, proxy: Draft): number {
  if (!proxy.hasFrontend) proxy.logFormat = undefined;
  const format = proxy.logFormat;
  if (format !== undefined) {
    const parsed = parseFormat(format.text, {
      mergesSpaces: true,
      places: placeBits('logs'),
      context: samplesAt(state, format, { proxy, use: 'log-format string' }),
    });
    if ('error' in parsed) {
      proxy.logFormat = undefined;
      return refuse(
        state,
        `Parsing [${format.file}:${format.line}]: failed to parse log-format : ${parsed.error}.`,
      );
    }
    proxy.logFormat = { ...format, nodes: parsed.value.nodes };
  }
  const errors = compileUniqueId(state, proxy) + compileErrorFormat(state, proxy);
  if (proxy.balance.algorithm !== 'hash') return errors;
  const parsed = parseSampleText(proxy.balance.argument, samplesAt(state, proxy.balance));
  if ('error' in parsed) {
    return refuse(
      state,
      `${named(proxy)} [${proxy.file}:${proxy.line}]: failed to parse 'balance hash' expression '${proxy.balance.argument}' in : ${parsed.error}.`,
    );
  }
  proxy.balance.expression = parsed.expression;
  return 0;
}

/** `unique-id-format` */
function compileUniqueId(state: ParserState, proxy: Draft): number {
  const format = proxy.hasFrontend ? proxy.uniqueId : undefined;
  proxy.uniqueId = undefined;
  if (format === undefined) return 0;
  const parsed = parseFormat(format.text, {
    mergesSpaces: true,
    places: placeBits('frontend http-request header rule'),
    context: samplesAt(state, format, { proxy, use: 'unique-id-format string' }),
  });
  if ('error' in parsed)
    return refuse(
      state,
      `Parsing [${format.file}:${format.line}]: failed to parse unique-id : ${parsed.error}.`,
    );
  proxy.uniqueId = { ...format, nodes: parsed.value.nodes };
  return 0;
}

/** `error-log-format` */
function compileErrorFormat(state: ParserState, proxy: Draft): number {
  const format = proxy.hasFrontend ? proxy.errorLogFormat : undefined;
  proxy.errorLogFormat = undefined;
  if (format === undefined) return 0;
  const parsed = parseFormat(format.text, {
    mergesSpaces: true,
    places: placeBits('logs'),
    context: samplesAt(state, format, { proxy, use: 'log-format string' }),
  });
  if ('error' in parsed)
    return refuse(
      state,
      `Parsing [${format.file}:${format.line}]: failed to parse error-log-format : ${parsed.error}.`,
    );
  proxy.errorLogFormat = { ...format, nodes: parsed.value.nodes };
  return 0;
}

function warnTimeouts(state: ParserState, proxy: Draft): void {
  const { client, connect, server, tunnel } = proxy.timeouts;
  const lacksClient = proxy.hasFrontend && client === undefined;
  const lacksServer = server === undefined && (proxy.mode === 'http' || tunnel === undefined);
  const lacksBackend = proxy.hasBackend && proxy.servers.length > 0 && (connect === undefined || lacksServer);
  if (!lacksClient && !lacksBackend) return;
  warn(
    state,
    `missing timeouts for ${named(proxy)}.\n   | While not properly invalid, you will certainly encounter various problems\n   | with such a configuration. To fix this, please ensure that all following\n   | timeouts are set to a non-zero value: 'client', 'connect', 'server'.`,
  );
}

function warnCaptures(state: ParserState, proxy: Draft): void {
  const { cookie } = proxy.captures;
  if (cookie === undefined || cookie.length < COOKIE_LENGTH + 1) return;
  warn(state, `truncating capture length to ${COOKIE_LENGTH} bytes for ${named(proxy)}.`);
  cookie.length = COOKIE_LENGTH;
}

function validateServers(state: ParserState, proxy: Draft): number {
  let errors = 0;
  const first = new Map<string, ServerSettings>();
  for (const server of proxy.servers) {
    if (server.hasExplicitId) continue;
    const twin = first.get(server.name);
    if (twin === undefined) {
      first.set(server.name, server);
      continue;
    }
    errors += refuse(
      state,
      `parsing [${server.file}:${server.line}] : ${named(proxy)}, another server named '${server.name}' was already defined at line ${twin.line}, please use distinct names.`,
    );
  }
  const taken = new Set(proxy.servers.filter((server) => server.hasExplicitId).map((server) => server.id));
  let next = 1;
  for (const server of proxy.servers) {
    if (!server.hasExplicitId) {
      while (taken.has(next)) next++;
      server.id = next;
      taken.add(next);
    }
    next++;
  }
  for (const server of proxy.servers) errors += validateServerParameters(state, proxy, server);
  for (const server of proxy.servers)
    if (server.track !== undefined) errors += validateTrack(state, proxy, server.name, server.track, server);
  return errors;
}

/** What a server line asks for and cannot have. */
function validateServerParameters(state: ParserState, proxy: Draft, server: ServerSettings): number {
  const context = (): string => `[${server.file}:${server.line}] : 'server ${proxy.id}/${server.name}' : `;
  const errors = prepareServer(state, proxy, server);
  if (server.fastOpen) {
    state.log.setContext(context);
    warn(
      state,
      "server has tfo activated, the backend should be configured with at least 'conn-failure', 'empty-response' and 'response-timeout' or we wouldn't be able to retry the connection on failure.",
    );
  }
  return errors;
}

/** A rule's cache has a section of its own. */
function validateCaches(state: ParserState, proxy: Draft): number {
  let errors = 0;
  const wanted = [...proxy.httpRequest, ...proxy.httpResponse].flatMap(({ action }) =>
    action.type === 'cache-use' || action.type === 'cache-store' ? [action.cache] : [],
  );
  for (const cache of [...proxy.cacheFilters, ...wanted])
    if (!state.caches.some(({ name }) => name === cache))
      errors += refuse(
        state,
        `config: ${named(proxy)}: unable to find the cache '${cache}' referenced by the filter 'cache'.`,
      );
  return errors;
}

/** After everything else: names need their resolvers. */
function validateLate(state: ParserState, proxy: Draft): number {
  let errors = resolveErrorPages(state, proxy) + validateCaches(state, proxy);
  for (const server of proxy.servers) {
    if (server.resolvers !== undefined && !state.resolvers.some((known) => known.name === server.resolvers)) {
      errors += refuse(
        state,
        `${titleOf(proxy)} '${proxy.id}', server '${server.name}': unable to find required resolvers '${server.resolvers}'`,
      );
    }
  }
  return errors;
}

/** Servers that are checked and have no port for it. Those with names have no address yet, and are not looked at. */
export function serversWithoutPort(state: ParserState): string[] {
  const faults: string[] = [];
  // Proxies without rules of their own share a list, which is empty until the first of them is done.
  let isShared = false;
  for (const proxy of state.proxies) {
    if (proxy.disabled) continue;
    const { kind, tcpRules } = proxy.check;
    const first = tcpRules.find(({ type }) => type !== 'remark' && type !== 'variable');
    if (kind === 'tcp' && first?.type === 'connect' && first.connect.hasPort) continue;
    const isEmpty =
      kind === 'unsupported' ||
      (kind === 'tcp' && tcpRules.length === 0) ||
      (kind === 'connect' && !isShared);
    const more = isEmpty ? '' : " nor tcp_check rule 'connect' with port information";
    if (kind === 'connect') isShared ||= proxy.servers.some(({ checks }) => checks);
    for (const server of proxy.servers)
      if (server.checks && server.checkPort === 0 && server.port === 0 && server.ip !== undefined)
        faults.push(
          `config: ${titleOf(proxy)} '${proxy.id}': server '${server.name}' has neither service port nor check port${more}.`,
        );
  }
  return faults;
}

function validateTrack(
  state: ParserState,
  proxy: Draft,
  name: string,
  track: string,
  place: { file: string; line: number },
): number {
  const [first = '', second] = track.split('/', 2);
  state.log.setContext(() => `[${place.file}:${place.line}] : 'server ${proxy.id}/${name}' : `);
  const target = second === undefined ? proxy : findBackend(state, first);
  if (target === undefined) return refuse(state, `unable to find required proxy '${first}' for tracking.`);
  const tracked = target.servers.find((server) => server.name === (second ?? first));
  if (tracked === undefined)
    return refuse(state, `unable to find required server '${second ?? first}' for tracking.`);
  if (!tracked.checks && tracked.track === undefined) {
    return refuse(
      state,
      `unable to use ${target.id}/${tracked.name} for tracking as it does not have any check nor agent enabled.`,
    );
  }
  if (tracked.name === name && target === proxy) {
    return refuse(
      state,
      `unable to track ${target.id}/${tracked.name} as it belongs to a tracking chain looping back to ${proxy.id}/${name}.`,
    );
  }
  state.log.setContext(undefined);
  return 0;
}

/** HTTP words in a section of mode tcp: said, and without effect. */
function warnHttpWords(state: ParserState, proxy: Draft): void {
  const ignored = (what: string, verb: string): void => {
    warn(state, `${what} ignored for ${named(proxy)} as ${verb} HTTP mode.`);
  };
  if (proxy.stats !== undefined) {
    ignored("'stats' statement", 'it requires');
    proxy.stats = undefined;
  }
  if (proxy.captures.cookie !== undefined) ignored("'capture' statement", 'it requires');
  if (proxy.httpRequest.length > 0) ignored("'http-request' rules", 'they require');
  if (proxy.httpResponse.length > 0) ignored("'http-response' rules", 'they require');
  if (proxy.httpAfterResponse.length > 0) ignored("'http-after-response' rules", 'they require');
  if (proxy.redirects.length > 0) ignored("'redirect' rules", 'they require');
  if (proxy.forwardFor !== undefined) {
    ignored("'option forwardfor'", 'it requires');
    proxy.forwardFor = undefined;
  }
  if (proxy.originalTo !== undefined) {
    ignored("'option originalto'", 'it requires');
    proxy.originalTo = undefined;
  }
  for (const option of SWITCH_OPTIONS) {
    if (!option.needsHttp || !proxy.options.has(option.keyword)) continue;
    const isUsable =
      (option.sections.includes('f') && proxy.hasFrontend) ||
      (option.sections.includes('b') && proxy.hasBackend);
    if (!isUsable) continue;
    ignored(`'option ${option.keyword}'`, 'it requires');
    proxy.options.delete(option.keyword);
  }
}

function validateSections(state: ParserState): number {
  let errors = 0;
  if (state.caseFile !== undefined && 'error' in state.surroundings.readFile(state.caseFile))
    errors += refuse(state, `h1-headers-case-adjust-file '${state.caseFile}': failed to open file.`);
  for (const problem of [...finishUserLists(state), ...finishSmallSections(state)])
    errors += refuse(state, problem);
  for (const peers of state.peers) {
    if (peers.local === undefined && !peers.disabled)
      warn(
        state,
        `Removing incomplete section 'peers ${peers.name}' (no peer named '${state.surroundings.hostname}').`,
      );
  }
  for (const mailers of state.mailers)
    if (!mailers.isUsed) warn(state, `Removing incomplete section 'mailers ${mailers.name}'.`);
  for (const { name, hasCommand } of state.programs) {
    if (!hasCommand) errors += refuse(state, `The program section '${name}' lacks a command to launch.`);
    if (!state.global.masterWorker)
      errors += refuse(state, "Can't use a 'program' section without master worker mode.");
  }
  for (const resolvers of state.resolvers) {
    if (resolvers.nameservers.length === 0) {
      warn(
        state,
        `resolvers '${resolvers.name}' [${resolvers.file}:${resolvers.line}] has no nameservers configured!`,
      );
    }
  }
  return errors;
}
