/**
 * `server`, `default-server` and `server-template` lines.
 * Source: HAProxy 2.6 configuration manual §5.2 "Server and default-server
 * options"; 2.6.12 `server.c` `parse_server()`, `check.c`.
 */

import { parseIPv4 } from '../../../std/ipv4';
import { SECOND } from '../../../std/instant';
import type { Place, ServerSettings } from '../config';
import { noServerTls } from '../config-tls';
import { SERVER_EXTRA_WORDS, SERVER_PARAMETER, SERVER_PARAMETERS } from '../directives';
import { closestWord } from '../fingerprint';
import { indentMessage } from '../messages';
import { parseAddress } from './address';
import {
  titleOf,
  ALERT,
  type Complaint,
  complaint,
  type Draft,
  ERROR,
  FATAL,
  invalidNameCharacter,
  leadingInteger,
  type Line,
  NONE,
  noteEffect,
  type ParserState,
  WARN,
} from './context';
import { parseMaskedAddress } from './pattern';
import { parseTime, trailingTimeWarning } from './time';
import { readSni } from './tls/prepare';
import { applyServerTls } from './tls/server';

export type ServerLineKind = 'server' | 'default-server' | 'server-template';

/** Weights go from 0 to 256. */
export const MOST_WEIGHT = 256;

const NOWHERE: Place = { file: '', line: 0 };

/** What `default-server` starts from (2.6.12 `proxy_preset_defaults()`). */
export function defaultServerSettings({ file, line }: Place = NOWHERE): ServerSettings {
  return {
    file,
    line,
    name: '',
    id: 0,
    hasExplicitId: false,
    ip: undefined,
    ipv6: undefined,
    hostname: undefined,
    unixPath: undefined,
    port: 0,
    mapsPort: false,
    portOffset: 0,
    weight: 1,
    isBackup: false,
    isDisabled: false,
    cookie: undefined,
    maxconn: 0,
    minconn: 0,
    maxqueue: 0,
    slowstartSeconds: 0,
    checks: false,
    rise: 2,
    fall: 3,
    inter: 2 * SECOND,
    fastinter: undefined,
    downinter: undefined,
    checkPort: 0,
    checkIp: undefined,
    observe: 'none',
    onError: 'fail-check',
    errorLimit: 10,
    shutdownOnDown: false,
    shutdownBackupsOnUp: false,
    track: undefined,
    nonStick: false,
    sourceIp: undefined,
    pool: { most: -1, low: 0, purgeDelay: 5 * SECOND },
    initAddresses: [],
    usesTls: false,
    sendsProxy: 'no',
    checkSendsProxy: false,
    tls: noServerTls(),
    resolvers: undefined,
    fastOpen: false,
    hasAgent: false,
    agentPort: 0,
    agentIp: undefined,
    agentInter: undefined,
    agentSend: '',
  };
}

function applyPool(
  server: ServerSettings,
  keyword: 'pool-max-conn' | 'pool-low-conn' | 'pool-purge-delay',
  value: string,
): Complaint | undefined {
  if (value === '') return error(`'${keyword}' expects <value> as argument.`);
  if (keyword === 'pool-low-conn') {
    server.pool = { ...server.pool, low: Math.max(0, leadingInteger(value)) };
    return undefined;
  }
  if (keyword === 'pool-max-conn') {
    const most = leadingInteger(value);
    if (most < -1) return error(`'${keyword}' must be >= -1`);
    server.pool = { ...server.pool, most };
    return undefined;
  }
  const time = parseTime(value, 'ms');
  if ('micros' in time) {
    server.pool = { ...server.pool, purgeDelay: time.micros };
    return undefined;
  }
  if ('character' in time)
    return error(`unexpected character '${time.character}' in argument to <${keyword}>.`);
  return error(
    `timer overflow in argument '${value}' to '${keyword}' (maximum value is 2147483647 ms or ~24.8 days).`,
  );
}

const error = (text: string): Complaint => complaint(text.split('\0')[0] ?? '');

/** Reads one line; the server joins the proxy even when a parameter is wrong, as in the daemon. */
export function parseServerLine(state: ParserState, proxy: Draft, line: Line, kind: ServerLineKind): number {
  const { log } = state;
  const head = `[${line.file}:${line.number}] : `;
  log.setContext(() => head);
  if (kind !== 'default-server' && proxy.kind === 'defaults') {
    log.alert(`'${line.at(0)}' not allowed in 'defaults' section.`);
    return ERROR;
  }
  if (!proxy.hasBackend) {
    log.alert(
      `${line.head}'${line.at(0)}' not allowed because ${titleOf(proxy)} '${proxy.id}' has no backend capability.`,
    );
    return ERROR;
  }
  const start =
    kind === 'default-server'
      ? { server: proxy.defaultServer, next: 1 }
      : startServer(state, proxy, line, kind);
  if (typeof start === 'number') {
    log.setContext(undefined);
    return start;
  }
  const { server } = start;
  let bits = parseParameters(state, proxy, line, server, start.next, kind);
  if ((bits & FATAL) === 0 && kind !== 'default-server') bits |= finishServer(state, server);
  if ((bits & FATAL) === 0 && kind === 'server-template') addTemplateServers(proxy, line, server);
  log.setContext(undefined);
  return bits;
}

function startServer(
  state: ParserState,
  proxy: Draft,
  line: Line,
  kind: ServerLineKind,
): { readonly server: ServerSettings; readonly next: number } | number {
  const { log } = state;
  const isTemplate = kind === 'server-template';
  if (line.at(isTemplate ? 3 : 2) === '') {
    const wanted = isTemplate ? '<prefix> <nb | range> <addr>[:<port>]' : '<name> and <addr>[:<port>]';
    log.alert(`'${line.at(0)}' expects ${wanted} as arguments.`);
    return ERROR;
  }
  const name = line.at(1);
  const invalid = invalidNameCharacter(name);
  if (invalid !== undefined) {
    log.alert(
      `character '${invalid}' is not permitted in ${line.at(0)} ${isTemplate ? 'prefix' : 'name'} '${name}'.`,
    );
    return ERROR;
  }
  if (isTemplate && templateRange(line.at(2)) === undefined) {
    log.alert(`Wrong ${line.at(0)} number or range arg '${line.at(2)}'.`);
    return ERROR;
  }
  const at = isTemplate ? 3 : 2;
  const parsed = parseAddress(withVariables(state, line.at(at)), {
    allowsPort: true,
    allowsOffset: true,
    keepsNames: true,
  });
  const server =
    'error' in parsed ? defaultServerSettings(line.place) : inherited(proxy.defaultServer, line.place);
  server.name = name;
  log.setContext(() => `[${line.file}:${line.number}] : 'server ${proxy.id}/${server.name}' : `);
  proxy.servers.push(server);
  if ('error' in parsed) {
    log.alert(parsed.error);
    return ERROR;
  }
  server.mapsPort = parsed.lowPort === 0 || parsed.highPort === 0;
  server.portOffset = parsed.offset ?? 0;
  const { address } = parsed;
  switch (address.kind) {
    case 'inet':
      server.ip = address.ip;
      server.port = address.port;
      break;
    case 'inet6':
      server.ipv6 = address.text;
      server.port = address.port;
      break;
    case 'name':
      server.hostname = address.name;
      server.port = address.port;
      break;
    case 'unix':
      server.unixPath = address.path;
      break;
    case 'descriptor':
      break;
  }
  return { server, next: at + 1 };
}

/** A server that starts from `default-server`. */
function inherited(settings: ServerSettings, { file, line }: Place): ServerSettings {
  // A plain copy, then what is its own: leaving fields out while copying takes ten times as long.
  const server: { -readonly [Field in keyof ServerSettings]: ServerSettings[Field] } = { ...settings };
  server.file = file;
  server.line = line;
  server.id = 0;
  server.ip = undefined;
  server.port = 0;
  server.hostname = undefined;
  server.initAddresses = [...settings.initAddresses];
  return server;
}

function templateRange(text: string): { readonly low: number; readonly high: number } | undefined {
  const [first = '', second] = text.split('-', 2);
  const low = second === undefined ? 1 : leadingInteger(first);
  const high = leadingInteger(second ?? first);
  return low < 0 || high < low ? undefined : { low, high };
}

/** `server-template app 1-3 …` makes app1, app2, app3. */
function addTemplateServers(proxy: Draft, line: Line, server: ServerSettings): void {
  const range = templateRange(line.at(2)) ?? { low: 1, high: 1 };
  const prefix = line.at(1);
  for (let number = range.low + 1; number <= range.high; number++) {
    proxy.servers.push({ ...server, name: `${prefix}${number}`, hasExplicitId: false, id: 0 });
  }
  server.name = `${prefix}${range.low}`;
}

function parseParameters(
  state: ParserState,
  proxy: Draft,
  line: Line,
  server: ServerSettings,
  from: number,
  kind: ServerLineKind,
): number {
  let bits = NONE;
  let at = from;
  while (line.at(at) !== '') {
    const keyword = line.at(at);
    const parameter = SERVER_PARAMETER.get(keyword);
    if (parameter === undefined) return unknownParameter(state, keyword, kind);
    noteEffect(state, line, keyword, parameter.effect);
    if (kind === 'default-server' && !parameter.inDefault) {
      state.log.alert(`'${keyword}' option is not accepted in default-server sections`);
      bits = ALERT;
      at += 1 + Math.max(0, parameter.takes);
      continue;
    }
    const position = { next: at + 1 + Math.max(0, parameter.takes) };
    const complaint = applyParameter(state, proxy, line, server, at, position);
    bits = complaint?.bits ?? NONE;
    if (complaint !== undefined) {
      const text = `${indentMessage(complaint.text)}.`;
      if (complaint.bits === WARN) state.log.warning(text);
      else state.log.alert(text);
      if ((complaint.bits & FATAL) !== 0) return complaint.bits;
    }
    at = position.next;
  }
  return bits;
}

function unknownParameter(state: ParserState, keyword: string, kind: ServerLineKind): number {
  const words = [...SERVER_PARAMETERS.map((known) => known.keyword), ...SERVER_EXTRA_WORDS];
  const best = closestWord(keyword, words);
  const hint = kind === 'default-server' ? ' Hint: no address was expected for this server.' : '';
  state.log.alert(
    best === undefined
      ? `unknown keyword '${keyword}'.${hint}`
      : `unknown keyword '${keyword}'; did you mean '${best}' maybe ?${hint}`,
  );
  return ERROR;
}

function finishServer(state: ParserState, server: ServerSettings): number {
  const literal = server.initAddresses.find((method) => method !== 'last');
  if (server.hostname !== undefined && literal !== undefined) server.ip = parseIPv4(literal);
  if (server.checks && server.track !== undefined) {
    state.log.alert('unable to enable checks and tracking at the same time!');
    return ERROR;
  }
  if (server.hasAgent && server.agentPort === 0) {
    state.log.alert(`server ${server.name} does not have agent port. Agent check has been disabled.`);
    return ERROR;
  }
  const fault = readSni(state, server);
  if (fault !== undefined) {
    state.log.alert(fault);
    return ERROR;
  }
  return NONE;
}

/** Sets what one parameter says. `position.next` is where the following one starts. */
function applyParameter(
  state: ParserState,
  proxy: Draft,
  line: Line,
  server: ServerSettings,
  at: number,
  position: { next: number },
): Complaint {
  const keyword = line.at(at);
  const value = line.at(at + 1);
  switch (keyword) {
    case 'backup':
      server.isBackup = true;
      return undefined;
    case 'no-backup':
      server.isBackup = false;
      return undefined;
    case 'check':
      server.checks = true;
      return undefined;
    case 'no-check':
      server.checks = false;
      return undefined;
    case 'disabled':
      server.isDisabled = true;
      return undefined;
    case 'enabled':
      server.isDisabled = false;
      return undefined;
    case 'non-stick':
      server.nonStick = true;
      return undefined;
    case 'stick':
      server.nonStick = false;
      return undefined;
    case 'cookie':
      if (value === '') return error(`'${keyword}' expects <value> as argument.\n`);
      server.cookie = value;
      return undefined;
    case 'weight':
      return applyWeight(server, value);
    case 'maxconn':
      server.maxconn = leadingInteger(value);
      return undefined;
    case 'minconn':
      server.minconn = leadingInteger(value);
      return undefined;
    case 'maxqueue':
      server.maxqueue = leadingInteger(value);
      return undefined;
    case 'id':
      return applyId(proxy, server, value);
    case 'rise':
    case 'fall':
      if (value === '') return error(`'${keyword}' expects an integer argument.`);
      server[keyword] = leadingInteger(value);
      return server[keyword] <= 0 ? error(`'${keyword}' has to be > 0.`) : undefined;
    case 'inter':
    case 'fastinter':
    case 'downinter':
      return applyInterval(state, server, keyword, value);
    case 'port':
      if (value === '') return error(`'${keyword}' expects a port number as argument.`);
      server.checkPort = leadingInteger(value);
      return undefined;
    case 'addr':
      return applyCheckAddress(state, server, keyword, value);
    case 'slowstart':
      return applySlowstart(state, server, value);
    case 'error-limit':
      if (value === '') return error(`'${keyword}' expects an integer argument.`);
      server.errorLimit = leadingInteger(value);
      return server.errorLimit <= 0 ? error(`${keyword} has to be > 0.`) : undefined;
    case 'observe':
      return applyObserve(proxy, server, value);
    case 'on-error':
      return applyOnError(server, value);
    case 'on-marked-down':
      server.shutdownOnDown = value === 'shutdown-sessions';
      return server.shutdownOnDown
        ? undefined
        : error(`'${keyword}' expects 'shutdown-sessions' but got '${value}'`);
    case 'on-marked-up':
      server.shutdownBackupsOnUp = value === 'shutdown-backup-sessions';
      return server.shutdownBackupsOnUp
        ? undefined
        : error(`'${keyword}' expects 'shutdown-backup-sessions' but got '${value}'`);
    case 'track':
      if (value === '') return error("'track' expects [<proxy>/]<server> as argument.\n");
      server.track = value;
      return undefined;
    case 'init-addr':
      return applyInitAddresses(server, value);
    case 'source':
      return applySource(state, line, server, at, position);
    case 'usesrc':
      return error("'usesrc' only allowed after a 'source' statement.");
    case 'proxy-v2-options':
      return applyProxyOptions(value);
    case 'resolve-net':
      return applyNetworks(value);
    case 'resolve-opts':
      return applyResolveOptions(value);
    case 'redir':
      return value === '' ? error(`'${keyword}' expects <prefix> as argument.\n`) : undefined;
    case 'resolve-prefer':
      return value === 'ipv4' || value === 'ipv6'
        ? undefined
        : error(`'${keyword}' expects either ipv4 or ipv6 as argument.`);
    case 'proto':
    case 'check-proto':
      return applyProtocol(keyword, value);
    case 'ws':
      return value === 'h1' || value === 'h2' || value === 'auto'
        ? undefined
        : error(`'${keyword}' has to be 'auto', 'h1' or 'h2'`);
    case 'log-proto':
      return value === 'legacy' || value === 'octet-count'
        ? undefined
        : error(`'${keyword}' expects one of 'legacy' or 'octet-count' but got '${value}'`);
    case 'send-proxy':
    case 'send-proxy-v2':
      server.sendsProxy = keyword === 'send-proxy' ? 'v1' : 'v2';
      return undefined;
    case 'no-send-proxy':
    case 'no-send-proxy-v2':
      server.sendsProxy = 'no';
      return undefined;
    case 'check-send-proxy':
    case 'no-check-send-proxy':
      server.checkSendsProxy = keyword === 'check-send-proxy';
      return undefined;
    case 'tcp-ut':
      if (value === '') return error(`'${keyword}' : missing TCP User Timeout value`);
      return 'micros' in parseTime(value, 'ms')
        ? undefined
        : error(`'${keyword}' : expects a positive delay in milliseconds`);
    case 'max-reuse':
      return value === '' ? error(`'${keyword}' expects <value> as argument.`) : undefined;
    case 'pool-max-conn':
    case 'pool-low-conn':
    case 'pool-purge-delay':
      return applyPool(server, keyword, value);
    case 'socks4':
      if (value === '') return error(`'${keyword}' expects <addr>:<port> as argument.`);
      return value.includes(':')
        ? undefined
        : error(`'${keyword} ${value}' : missing port specification in '${value}'`);
    case 'agent-check':
      server.hasAgent = true;
      return undefined;
    case 'no-agent-check':
      server.hasAgent = false;
      return undefined;
    case 'agent-port':
      server.agentPort = leadingInteger(value);
      return value === '' ? error(`'${keyword}' expects a port number as argument.`) : undefined;
    case 'agent-send':
      if (value === '') return error(`'${keyword}' expects a string as argument.`);
      server.agentSend = value;
      return undefined;
    case 'agent-addr': {
      if (value === '') return error(`'${keyword}' expects an address as argument.`);
      const ip = parseIPv4(value) ?? state.surroundings.address(value);
      if (ip === undefined)
        return error(`parsing agent-addr failed. Check if '${value}' is correct address.`);
      server.agentIp = ip;
      return undefined;
    }
    case 'namespace':
      return error(
        value === '' ? `'${keyword}' : expects <name> as argument` : `Cannot open namespace '${value}'`,
      );
    case 'resolvers':
      server.resolvers = value;
      return undefined;
    case 'tfo':
    case 'no-tfo':
      server.fastOpen = keyword === 'tfo';
      return undefined;
    case 'agent-inter':
      return applyInterval(state, server, 'agentInter', value, keyword);
    default: {
      const said = applyServerTls(state, server, keyword, value);
      return said === false ? undefined : said;
    }
  }
}

function applyWeight(server: ServerSettings, value: string): Complaint {
  const weight = leadingInteger(value);
  if (weight < 0 || weight > MOST_WEIGHT)
    return error(`weight of server ${nameOf(server)} is not within 0 and ${MOST_WEIGHT} (${weight}).`);
  server.weight = weight;
  return undefined;
}

function applyId(proxy: Draft, server: ServerSettings, value: string): Complaint {
  if (value === '') return error("'id' : expects an integer argument");
  const id = leadingInteger(value);
  if (id <= 0) return error("'id' : custom id has to be > 0");
  const other = proxy.servers.find((known) => known !== server && known.hasExplicitId && known.id === id);
  if (other !== undefined)
    return error(
      `'id' : custom id ${id} already used at ${other.file}:${other.line} ('server ${other.name}')`,
    );
  server.id = id;
  server.hasExplicitId = true;
  return undefined;
}

/** The daemon's message names `agent-inter` for all three intervals. */
function applyInterval(
  state: ParserState,
  server: ServerSettings,
  key: 'inter' | 'fastinter' | 'downinter' | 'agentInter',
  value: string,
  keyword: string = key,
): Complaint {
  if (value === '') return error(`'${keyword}' expects a delay as argument.`);
  const name = nameOf(server);
  const time = parseTime(value, 'ms');
  if ('micros' in time) {
    if (time.trailing !== undefined) state.log.warning(trailingTimeWarning(value, time.trailing));
    if (time.micros <= 0) return error(`invalid value 0 for argument '${keyword}' of server ${name}.`);
    server[key] = time.micros;
    return undefined;
  }
  if (time.fault === 'overflow') {
    return error(
      `timer overflow in argument <${value}> to <${keyword}> of server ${name}, maximum value is 2147483647 ms (~24.8 days).`,
    );
  }
  return error(`unexpected character '${time.character}' in 'agent-inter' argument of server ${name}.`);
}

/** `${NAME}` stands for the variable here even without quotes. */
function withVariables(state: ParserState, text: string): string {
  return text.replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => state.variables.get(name) ?? state.surroundings.variable(name) ?? '',
  );
}

/** As messages call it; a `default-server` line has no name. */
function nameOf({ name }: ServerSettings): string {
  return name || 'default-server';
}

function applySlowstart(state: ParserState, server: ServerSettings, value: string): Complaint {
  const name = nameOf(server);
  const time = parseTime(value, 'ms');
  if ('micros' in time) {
    if (time.trailing !== undefined) state.log.warning(trailingTimeWarning(value, time.trailing));
    server.slowstartSeconds = Math.ceil(time.micros / SECOND);
    return undefined;
  }
  if (time.fault === 'overflow') {
    return error(
      `overflow in argument <${value}> to <slowstart> of server ${name}, maximum value is 2147483647 ms (~24.8 days).`,
    );
  }
  return error(`unexpected character '${time.character}' in 'slowstart' argument of server ${name}.`);
}

function applyCheckAddress(
  state: ParserState,
  server: ServerSettings,
  keyword: string,
  value: string,
): Complaint {
  if (value === '') return error(`'${keyword}' expects <ipv4|ipv6> as argument.`);
  const parsed = parseAddress(value, {
    allowsPort: true,
    resolve: (name) => state.surroundings.address(name),
  });
  if ('error' in parsed) return error(`'${keyword}' : ${parsed.error}`);
  server.checkIp = parsed.address.kind === 'inet' ? parsed.address.ip : undefined;
  return undefined;
}

function applyObserve(proxy: Draft, server: ServerSettings, value: string): Complaint {
  if (value === '') return error("'observe' expects <mode> as argument.\n");
  if (value === 'none' || value === 'layer4') server.observe = value;
  else if (value !== 'layer7')
    return error(`'observe' expects one of 'none', 'layer4', 'layer7' but got '${value}'\n`);
  else if (proxy.mode !== 'http')
    return { text: "'layer7' can only be used in http proxies.\n", bits: ALERT };
  else server.observe = 'layer7';
  return undefined;
}

function applyOnError(server: ServerSettings, value: string): Complaint {
  switch (value) {
    case 'fastinter':
    case 'fail-check':
    case 'sudden-death':
    case 'mark-down':
      server.onError = value;
      return undefined;
    default:
      return error(
        `'on-error' expects one of 'fastinter', 'fail-check', 'sudden-death' or 'mark-down' but got '${value}'`,
      );
  }
}

function applyInitAddresses(server: ServerSettings, value: string): Complaint {
  server.initAddresses = [];
  if (value === '') return undefined;
  for (const method of value.split(',')) {
    const known =
      method === 'libc' || method === 'last' || method === 'none' || parseIPv4(method) !== undefined;
    if (!known)
      return error(
        `'init-addr' : unknown init-addr method '${method}', supported methods are 'libc', 'last', 'none'.`,
      );
    server.initAddresses.push(method);
  }
  return undefined;
}

/** What a PROXY header of version 2 may tell besides the addresses. */
const PROXY_OPTIONS = /^(?:ssl|cert-cn|ssl-cipher|cert-sig|cert-key|authority|crc32c|unique-id)$/;

function applyProxyOptions(value: string): Complaint {
  const odd = value.split(',').find((option) => !PROXY_OPTIONS.test(option));
  return odd === undefined ? undefined : error(`'${odd}' : proxy v2 option not implemented`);
}

function applyNetworks(value: string): Complaint {
  if (value === '') return error("'resolve-net' expects a list of networks.");
  const odd = value.split(',').find((network) => parseMaskedAddress(network) === undefined);
  return odd === undefined ? undefined : error(`'resolve-net' invalid network '${odd}'.`);
}

function applyResolveOptions(value: string): Complaint {
  const odd = value
    .split(',')
    .find((option) => option !== '' && !/^(?:allow-dup-ip|ignore-weight|prevent-dup-ip)$/.test(option));
  return odd === undefined
    ? undefined
    : error(
        `'resolve-opts' : unknown resolve-opts option '${odd}', supported methods are 'allow-dup-ip', 'ignore-weight', and 'prevent-dup-ip'.`,
      );
}

function applySource(
  state: ParserState,
  line: Line,
  server: ServerSettings,
  at: number,
  position: { next: number },
): Complaint {
  const value = line.at(at + 1);
  if (value === '') {
    return error(
      "'source' expects <addr>[:<port>[-<port>]], and optionally 'usesrc' <addr>, and 'interface' <name> as argument.\n",
    );
  }
  const parsed = parseAddress(value, {
    allowsPort: true,
    allowsRange: true,
    resolve: (name) => state.surroundings.address(name),
  });
  if ('error' in parsed) return error(`'source ${value}' : ${parsed.error}\n`);
  server.sourceIp = parsed.address.kind === 'inet' ? parsed.address.ip : undefined;
  position.next = at + 2;
  while (line.at(position.next) === 'usesrc' || line.at(position.next) === 'interface') {
    noteEffect(state, line, line.at(position.next), 'not modelled');
    position.next += 2;
  }
  return undefined;
}

/** Multiplexers of the Debian build. */
export const MUX_PROTOCOLS = ['h1', 'h2', 'fcgi', 'none', 'spop'];

function applyProtocol(keyword: string, value: string): Complaint {
  if (value === '') return error(`'${keyword}' : missing value`);
  return MUX_PROTOCOLS.includes(value) ? undefined : error(`'${keyword}' :  unknown MUX protocol '${value}'`);
}
