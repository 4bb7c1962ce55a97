/** Logs, limits, access, headers: what decides about a request or tells of it. Source: nginx 1.22 src/http/modules/ngx_http_{log,limit_req,limit_conn,access,headers_filter,realip,auth_basic,…}_module.c. */
import { compilePattern } from './pattern';
import type { AccessLog, Format, Part, Template } from '../config';
import { type Conf, FAILED, type Failed, type Handler } from './conf';
import { readSyslog } from './main';
import { compileTemplate, countVariables, declareVariable, LOG_VARIABLES, useVariable } from './template';
import { LEAST_ZONE } from './upstream';
import { isIPv6, readNetwork, readNumber, readSize, readTime } from './values';

// ---------------------------------------------------------------- logs
/** `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"` */
export const COMBINED: Format = [
  { variable: 'remote_addr' },
  ' - ',
  { variable: 'remote_user' },
  ' [',
  { variable: 'time_local' },
  '] "',
  { variable: 'request' },
  '" ',
  { variable: 'status' },
  ' ',
  { variable: 'body_bytes_sent' },
  ' "',
  { variable: 'http_referer' },
  '" "',
  { variable: 'http_user_agent' },
  '"',
];

const logFormat: Handler = (conf, words) => {
  const [, name = '', ...texts] = words;
  const { formats } = conf.scope;
  if (formats.has(name) || (name === 'combined' && !conf.isStream))
    return conf.fail(`duplicate "log_format" name "${name}"`);
  let escape = 'default';
  if (texts[0]?.startsWith('escape=') === true) {
    escape = texts.shift()?.slice(7) ?? '';
    if (!['json', 'none', 'default'].includes(escape))
      return conf.fail(`unknown log format escaping "${escape}"`);
  }
  const parts: Part[] = [];
  for (const text of texts) {
    const read = readFormat(conf, text);
    if (read === FAILED) return FAILED;
    parts.push(...read);
  }
  formats.set(name, { escape, parts: parts as (string | { variable: string })[] });
  return undefined;
};
function readFormat(conf: Conf, text: string): Format | Failed {
  const parts: Part[] = [];
  for (let at = 0; at < text.length; ) {
    if (text.charAt(at) !== '$') {
      const next = text.indexOf('$', at);
      const end = next < 0 ? text.length : next;
      parts.push(text.slice(at, end));
      at = end;
      continue;
    }
    const invalid = (): Failed => conf.fail(`invalid parameter "${text.slice(at)}"`);
    const isBracketed = text.charAt(at + 1) === '{';
    const begin = at + (isBracketed ? 2 : 1);
    if (begin >= text.length) return invalid();
    let end = begin;
    while (/^\w$/.test(text.charAt(end))) end++;
    const name = text.slice(begin, end);
    if (isBracketed && text.charAt(end) !== '}')
      return conf.fail(`the closing bracket in "${name}" variable is missing`);
    if (name === '') return invalid();
    if (!LOG_VARIABLES.has(name) && useVariable(conf, name) === FAILED) return FAILED;
    parts.push({ variable: name.toLowerCase() });
    at = isBracketed ? end + 1 : end;
  }
  return parts;
}
const accessLog: Handler = (conf, words) => {
  const [, name = '', second] = words;
  if (name === 'off') {
    conf.block.own.logsOff = true;
    return second === undefined ? undefined : conf.fail(`invalid parameter "${second}"`);
  }
  const target = readTarget(conf, name);
  if (target === FAILED) return FAILED;
  if (conf.isStream && second === undefined) return conf.fail('log format is not specified');
  const format = second ?? 'combined';
  const known = [...conf.scope.formats.keys(), ...(conf.isStream ? [] : ['combined'])].find(
    (one) => one.toLowerCase() === format.toLowerCase(),
  );
  if (known === undefined) return conf.fail(`unknown log format "${format}"`);
  const options = readLogOptions(conf, words.slice(3), name, target);
  if (options === FAILED) return FAILED;
  (conf.block.own.logs ??= []).push({ target, format: known, condition: options });
  return undefined;
};
function readTarget(conf: Conf, name: string): AccessLog['target'] | Failed {
  if (name.startsWith('syslog:')) return readSyslog(conf, name);
  if (countVariables(name) === 0) {
    conf.openLog(name);
    return { kind: 'file', path: conf.fullName(name) };
  }
  const path = compileTemplate(conf, conf.fullName(name));
  return path === FAILED ? FAILED : { kind: 'template', path };
}
function readLogOptions(
  conf: Conf,
  words: readonly string[],
  name: string,
  target: AccessLog['target'],
): Template | undefined | Failed {
  let size = 0;
  let flush = 0;
  let condition: Template | undefined;
  for (const word of words) {
    const value = word.slice(word.indexOf('=') + 1);
    if (word.startsWith('buffer=')) {
      size = readSize(value) ?? 0;
      if (size === 0) return conf.fail(`invalid buffer size "${value}"`);
    } else if (word.startsWith('flush=')) {
      flush = readTime(value, 'milliseconds') ?? 0;
      if (flush === 0) return conf.fail(`invalid flush time "${value}"`);
    } else if (word === 'gzip' || word.startsWith('gzip=')) {
      if (size === 0) size = 65_536;
      const level = word === 'gzip' ? 1 : (readNumber(value) ?? 0);
      if (level < 1 || level > 9) return conf.fail(`invalid compression level "${value}"`);
      conf.leaveOut('access_log … gzip');
    } else if (word.startsWith('if=')) {
      const template = compileTemplate(conf, value);
      if (template === FAILED) return FAILED;
      condition = template;
    } else return conf.fail(`invalid parameter "${word}"`);
  }
  if (flush > 0 && size === 0) return conf.fail(`no buffer is defined for access_log "${name}"`);
  if (size > 0) {
    if (target.kind === 'template') return conf.fail('buffered logs cannot have variables in name');
    if (target.kind === 'syslog') return conf.fail('logs to syslog cannot be buffered');
    conf.leaveOut('access_log … buffer');
  }
  return condition;
}

// ---------------------------------------------------------------- limits
interface ZoneWords {
  name: string;
  size: number;
  rate: number;
}
function readZoneWords(conf: Conf, words: readonly string[], hasRate: boolean): ZoneWords | Failed {
  const found: ZoneWords = { name: '', size: 0, rate: 1_000 };
  for (const word of words.slice(2)) {
    if (word.startsWith('zone=')) {
      const colon = word.indexOf(':');
      const size = colon < 0 ? undefined : readSize(word.slice(colon + 1));
      if (size === undefined) return conf.fail(`invalid zone size "${word}"`);
      if (size < LEAST_ZONE) return conf.fail(`zone "${word}" is too small`);
      found.name = word.slice(5, colon);
      found.size = size;
      continue;
    }
    if (hasRate && word.startsWith('rate=')) {
      const isMinute = word.endsWith('r/m');
      const text = word.slice(5).replace(/r\/[sm]$/, '');
      const rate = readNumber(text);
      if (rate === undefined || rate === 0) return conf.fail(`invalid rate "${word}"`);
      found.rate = Math.floor((rate * 1_000) / (isMinute ? 60 : 1));
      continue;
    }
    return conf.fail(`invalid parameter "${word}"`);
  }
  return found.name === '' ? conf.fail(`"${words[0] ?? ''}" must have "zone" parameter`) : found;
}
const limitZone =
  (use: 'limit_req' | 'limit_conn'): Handler =>
  (conf, words) => {
    const [directive = '', keyText = ''] = words;
    const key = compileTemplate(conf, keyText);
    if (key === FAILED) return FAILED;
    const found = readZoneWords(conf, words, use === 'limit_req');
    if (found === FAILED) return FAILED;
    const zone = conf.zone(found.name, found.size, zoneUse(conf, use));
    if (zone === FAILED) return FAILED;
    if (zone.settings !== undefined)
      return conf.fail(`${directive} "${found.name}" is already bound to key "${textOf(zone.settings.key)}"`);
    zone.settings = { name: found.name, use, key, rate: found.rate, place: conf.place };
    return undefined;
  };
function zoneUse(conf: Conf, use: string): string {
  return conf.isStream ? `stream ${use}` : use;
}
/** As it was written, more or less: `${a}` and `$a` are one. */
function textOf(template: Template): string {
  return template
    .map((part) => (typeof part === 'string' ? part : 'variable' in part ? `$${part.variable}` : ''))
    .join('');
}
const limitReq: Handler = (conf, words) => {
  let name: string | undefined;
  let burst = 0;
  let delay = 0;
  for (const word of words.slice(1)) {
    const value = word.slice(word.indexOf('=') + 1);
    const number = readNumber(value) ?? 0;
    if (word.startsWith('zone=')) {
      if (conf.zone(value, 0, 'limit_req') === FAILED) return FAILED;
      name = value;
    } else if (word.startsWith('burst=')) {
      if (number === 0) return conf.fail(`invalid burst value "${word}"`);
      burst = number;
    } else if (word.startsWith('delay=')) {
      if (number === 0) return conf.fail(`invalid delay value "${word}"`);
      delay = number;
    } else if (word === 'nodelay') delay = 1e12;
    else return conf.fail(`invalid parameter "${word}"`);
  }
  if (name === undefined) return conf.fail('"limit_req" must have "zone" parameter');
  const limits = (conf.block.own.requestLimits ??= []);
  if (limits.some(({ zone }) => zone === name)) return 'is duplicate';
  limits.push({ zone: name, burst: burst * 1_000, delay: delay * 1_000, place: conf.place });
  return undefined;
};
const limitConn: Handler = (conf, [, zone = '', value = '']) => {
  if (conf.zone(zone, 0, zoneUse(conf, 'limit_conn')) === FAILED) return FAILED;
  const limits = (conf.block.own.connectionLimits ??= []);
  if (limits.some((one) => one.zone === zone)) return 'is duplicate';
  const most = readNumber(value);
  if (most === undefined || most === 0) return conf.fail(`invalid number of connections "${value}"`);
  if (most > 65_535) return conf.fail('connection limit must be less 65536');
  limits.push({ zone, most, place: conf.place });
  return undefined;
};

// ---------------------------------------------------------------- access, headers
const access: Handler = (conf, [name = '', value = '']) => {
  const rules = (conf.block.own.access ??= []);
  const denies = name === 'deny';
  const { place } = conf;
  if (value === 'all' || value === 'unix:') {
    if (value === 'all') rules.push({ denies, network: undefined, place, family: 4 });
    else rules.push({ denies, network: { address: 0, mask: 0xffffffff }, place, family: 6 });
    return undefined;
  }
  const network = readNetwork(value);
  if (network === undefined) return conf.fail(`invalid parameter "${value}"`);
  if (network.hasLowBits) conf.warn(`low address bits of ${value} are meaningless`);
  const { address, mask, family } = network;
  rules.push({ denies, network: { address, mask }, place, family });
  return undefined;
};
const addHeader: Handler = (conf, [directive = '', name = '', text = '', flag]) => {
  const value = compileTemplate(conf, text);
  if (value === FAILED) return FAILED;
  if (flag !== undefined && flag !== 'always') return conf.fail(`invalid parameter "${flag}"`);
  if (directive === 'add_trailer') conf.leaveOut('add_trailer');
  else (conf.block.own.headers ??= []).push({ name, value, always: flag === 'always' });
  return undefined;
};
const expires: Handler = (conf, words) => {
  if (conf.block.own.expires !== undefined) return 'is duplicate';
  const isModified = words.length === 3;
  if (isModified && words[1] !== 'modified') return 'invalid value';
  const text = words[words.length - 1] ?? '';
  if (text.includes('$')) {
    if (compileTemplate(conf, text) === FAILED) return FAILED;
    conf.leaveOut('expires with variables');
    conf.block.own.expires = { kind: 'off', seconds: 0 };
    return undefined;
  }
  if (!isModified && (text === 'epoch' || text === 'max' || text === 'off')) {
    conf.block.own.expires = { kind: text, seconds: 0 };
    return undefined;
  }
  const isDaily = text.startsWith('@');
  if (isDaily && isModified) return 'daily time cannot be used with "modified" parameter';
  const seconds = readTime(text.replace(/^[@+-]/, ''), 'seconds');
  if (seconds === undefined) return 'invalid value';
  if (isDaily && seconds > 86_400) return 'daily time value must be less than 24 hours';
  conf.block.own.expires = {
    kind: isDaily ? 'daily' : isModified ? 'modified' : 'access',
    seconds: text.startsWith('-') ? -seconds : seconds,
  };
  return undefined;
};
const realFrom: Handler = (conf, [, value = '']) => {
  const networks = (conf.block.own.realFrom ??= []);
  if (value === 'unix:') return undefined;
  const network = readNetwork(value);
  if (network !== undefined) {
    if (network.hasLowBits) conf.warn(`low address bits of ${value} are meaningless`);
    networks.push(network);
    return undefined;
  }
  const addresses = isIPv6(value) ? [] : conf.resolve(value);
  if (addresses === FAILED) return FAILED;
  if (typeof addresses === 'string') return conf.fail(`${addresses} in set_real_ip_from "${value}"`);
  for (const address of addresses) networks.push({ family: 4, address, mask: 0xffffffff, hasLowBits: false });
  return undefined;
};
const realHeader: Handler = (conf, [, value = '']) => {
  if (conf.block.values.has('real_ip_header')) return 'is duplicate';
  conf.put('real_ip_header', value);
  return undefined;
};
const authFile: Handler = (conf, [, value = '']) => {
  if (conf.block.values.has('auth_basic_user_file')) return 'is duplicate';
  const template = compileTemplate(conf, conf.fullName(value, { isConf: true }));
  if (template === FAILED) return FAILED;
  conf.put('auth_basic_user_file', template);
  return undefined;
};

// ---------------------------------------------------------------- handlers and the rest
const handler =
  (name: string): Handler =>
  (conf) => {
    conf.block.own.handler = { name, place: conf.place };
    return undefined;
  };
const authRequest: Handler = (conf, [name = '', value = '']) => {
  if (conf.block.values.has(name)) return 'is duplicate';
  conf.put(name, value);
  return undefined;
};
const authRequestSet: Handler = (conf, [, variable = '', text = '']) => {
  if (!variable.startsWith('$')) return conf.fail(`invalid variable name "${variable}"`);
  if (declareVariable(conf, variable.slice(1)) === FAILED) return FAILED;
  const value = compileTemplate(conf, text);
  if (value === FAILED) return FAILED;
  (conf.block.own.authSets ??= []).push({ variable: variable.slice(1).toLowerCase(), value });
  return undefined;
};
const mirror: Handler = (conf, [, value = '']) => {
  const known = conf.block.values.get('mirror')?.value;
  if (value === 'off' ? known !== undefined : known === 'off') return 'is duplicate';
  conf.put('mirror', value);
  if (value !== 'off') conf.leaveOut('mirror');
  return undefined;
};
const subFilter: Handler = (conf, [, wanted = '', text = '']) => {
  const pattern = compileTemplate(conf, wanted);
  const replacement = pattern === FAILED ? FAILED : compileTemplate(conf, text);
  if (pattern === FAILED || replacement === FAILED) return FAILED;
  (conf.block.own.substitutions ??= []).push({ pattern, replacement });
  return undefined;
};
const validReferers: Handler = (conf, words) => {
  for (const word of words.slice(1)) {
    if (!word.startsWith('~')) continue;
    const pattern = compilePattern(word.slice(1), { caseless: true });
    if (typeof pattern === 'string') return conf.fail(pattern);
  }
  conf.leaveOut('valid_referers');
  return undefined;
};
const http2Push: Handler = (conf, [, value = '']) => {
  if (value !== 'off' && compileTemplate(conf, value) === FAILED) return FAILED;
  return undefined;
};

const useridExpires: Handler = (conf, [name = '', value = '']) => {
  if (conf.block.values.has(name)) return 'is duplicate';
  if (value !== 'max' && value !== 'off' && readTime(value, 'seconds') === undefined) return 'invalid value';
  conf.put(name, value);
  return undefined;
};
const useridMark: Handler = (conf, [name = '', value = '']) => {
  if (conf.block.values.has(name)) return 'is duplicate';
  if (value !== 'off' && !/^[A-Za-z0-9=]$/.test(value))
    return 'value must be "off" or a single letter, digit or "="';
  conf.put(name, value);
  return undefined;
};

export const RULE_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['log_format', logFormat],
  ['access_log', accessLog],
  ['limit_req_zone', limitZone('limit_req')],
  ['limit_conn_zone', limitZone('limit_conn')],
  ['limit_req', limitReq],
  ['limit_conn', limitConn],
  ['allow', access],
  ['deny', access],
  ['add_header', addHeader],
  ['add_trailer', addHeader],
  ['expires', expires],
  ['set_real_ip_from', realFrom],
  ['real_ip_header', realHeader],
  ['auth_basic_user_file', authFile],
  ['auth_request', authRequest],
  ['auth_request_set', authRequestSet],
  ['stub_status', handler('stub_status')],
  ['empty_gif', handler('empty_gif')],
  ['flv', handler('flv')],
  ['mp4', handler('mp4')],
  ['mirror', mirror],
  ['sub_filter', subFilter],
  ['valid_referers', validReferers],
  ['userid_expires', useridExpires],
  ['userid_mark', useridMark],
  ['http2_push', http2Push],
];
