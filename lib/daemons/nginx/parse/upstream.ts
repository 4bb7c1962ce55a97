/** `upstream`, its servers and balancing methods, and the upstreams that a `proxy_pass` makes. Source: nginx 1.22 src/http/ngx_http_upstream.c and its modules. */
import type { Balancing } from '../config';
import type { Upstream } from './block';
import { type Conf, childOf, FAILED, type Failed, type Handler } from './conf';
import { compileTemplate } from './template';
import { readNumber, readSize, readTime, readUrl, type Url } from './values';

/** Eight pages. */
export const LEAST_ZONE = 32_768;

const upstream: Handler = (conf, [, host = '']) => {
  const made = addUpstream(conf, { host, port: 0, hasNoPort: true }, { isDeclared: true });
  if (made === FAILED) return FAILED;
  const block = childOf(conf, conf.isStream ? 'stream-upstream' : 'upstream');
  block.upstream = made;
  made.block = block;
  made.servers = [];
  made.place = conf.place;
  if (conf.parseBlock(block) === FAILED) return FAILED;
  return made.servers.length === 0 ? conf.fail('no servers are inside upstream') : undefined;
};

export function addUpstream(
  conf: Conf,
  wanted: { host: string; port: number; hasNoPort: boolean; url?: Url },
  { isDeclared }: { isDeclared: boolean },
): Upstream | Failed {
  const { upstreams } = conf.scope;
  const { host, port, hasNoPort, url } = wanted;
  for (const known of upstreams) {
    if (known.host.toLowerCase() !== host.toLowerCase()) continue;
    if (isDeclared && known.isDeclared) return conf.fail(`duplicate upstream "${host}"`);
    if (known.isDeclared && !hasNoPort) return conf.fail(`upstream "${host}" may not have port ${port}`);
    if (isDeclared && !known.hasNoPort)
      return conf.failAt(`upstream "${host}" may not have port ${known.port}`, known.place);
    if (known.port !== 0 && port !== 0 && known.port !== port) continue;
    if (isDeclared) {
      known.isDeclared = true;
      known.port = 0;
    }
    return known;
  }
  const made: Upstream = {
    host,
    port,
    hasNoPort,
    isDeclared,
    servers: undefined,
    place: conf.place,
    balancing: undefined,
    balancingPlace: undefined,
    supportsBackup: true,
    zone: undefined,
    keepalive: 0,
    block: undefined,
  };
  // An IPv6 address or a UNIX socket is a server too, if one that cannot be reached here.
  if (
    url !== undefined &&
    (url.family === 'unix' || (port !== 0 && (url.ip !== undefined || url.family === 'inet6')))
  )
    made.servers = [singleServer(conf, url, url.ip ?? -1)];
  upstreams.push(made);
  return made;
}
function singleServer(conf: Conf, url: Url, ip: number): NonNullable<Upstream['servers']>[number] {
  return {
    url,
    addresses: [ip],
    weight: 1,
    mostConnections: 0,
    maxFails: 1,
    failTimeout: 10,
    isBackup: false,
    isDown: false,
    place: conf.place,
  };
}

const server: Handler = (conf, words) => {
  const { upstream: own } = conf.block;
  if (own?.servers === undefined) return undefined;
  const isStream = conf.isStream;
  const settings = {
    weight: 1,
    mostConnections: 0,
    maxFails: 1,
    failTimeout: 10,
    isBackup: false,
    isDown: false,
  };
  for (const word of words.slice(2)) {
    const value = word.slice(word.indexOf('=') + 1);
    const number = readNumber(value);
    const invalid = (): Failed => conf.fail(`invalid parameter "${word}"`);
    if (word.startsWith('weight=')) {
      if (number === undefined || number === 0) return invalid();
      settings.weight = number;
    } else if (word.startsWith('max_conns=')) {
      if (number === undefined) return invalid();
      settings.mostConnections = number;
    } else if (word.startsWith('max_fails=')) {
      if (number === undefined) return invalid();
      settings.maxFails = number;
    } else if (word.startsWith('fail_timeout=')) {
      const time = readTime(value, 'seconds');
      if (time === undefined) return invalid();
      settings.failTimeout = time;
    } else if (word === 'backup') {
      if (!own.supportsBackup) return conf.fail(`balancing method does not support parameter "${word}"`);
      settings.isBackup = true;
    } else if (word === 'down') settings.isDown = true;
    else return invalid();
  }
  const url = readUrl(words[1] ?? '', { defaultPort: isStream ? 0 : 80 });
  if (typeof url === 'string') return conf.fail(`${url} in upstream "${words[1] ?? ''}"`);
  if (isStream && url.hasNoPort && url.family !== 'unix')
    return conf.fail(`no port in upstream "${words[1] ?? ''}"`);
  const addresses = url.ip === undefined && url.family === 'inet' ? conf.resolve(url.host) : [url.ip ?? -1];
  if (addresses === FAILED) return FAILED;
  if (typeof addresses === 'string') return conf.fail(`${addresses} in upstream "${words[1] ?? ''}"`);
  own.servers.push({ url, addresses, ...settings, place: conf.place });
  return undefined;
};

// ---------------------------------------------------------------- methods
function balance(conf: Conf, balancing: Balancing, { backup }: { backup: boolean }): void {
  const { upstream: own } = conf.block;
  if (own === undefined) return;
  if (own.balancing !== undefined || own.keepalive > 0) conf.warn('load balancing method redefined');
  own.balancing = balancing;
  own.balancingPlace = conf.place;
  own.supportsBackup = backup;
}
const leastConn: Handler = (conf) => {
  balance(conf, { method: 'least-conn' }, { backup: true });
  return undefined;
};
const ipHash: Handler = (conf) => {
  balance(conf, { method: 'ip-hash' }, { backup: false });
  return undefined;
};
const hash: Handler = (conf, [, value = '', option]) => {
  const key = compileTemplate(conf, value);
  if (key === FAILED) return FAILED;
  balance(conf, { method: 'hash', key, consistent: option !== undefined }, { backup: false });
  return option === undefined || option === 'consistent'
    ? undefined
    : conf.fail(`invalid parameter "${option}"`);
};
const random: Handler = (conf, [, two, method]) => {
  balance(conf, { method: 'random', two: two !== undefined }, { backup: false });
  if (two !== undefined && two !== 'two') return conf.fail(`invalid parameter "${two}"`);
  if (method !== undefined && method !== 'least_conn') return conf.fail(`invalid parameter "${method}"`);
  return undefined;
};
const keepalive: Handler = (conf, [name = '', value = '']) => {
  const { upstream: own } = conf.block;
  if (own === undefined || own.keepalive > 0) return 'is duplicate';
  const number = readNumber(value);
  if (number === undefined || number === 0)
    return conf.fail(`invalid value "${value}" in "${name}" directive`);
  own.keepalive = number;
  return undefined;
};
const zone: Handler = (conf, [, name = '', text]) => {
  if (name === '') return conf.fail(`invalid zone name "${name}"`);
  let size = 0;
  if (text !== undefined) {
    const read = readSize(text);
    if (read === undefined) return conf.fail(`invalid zone size "${text}"`);
    if (read < LEAST_ZONE) return conf.fail(`zone "${name}" is too small`);
    size = read;
  }
  const made = conf.zone(name, size, conf.isStream ? 'stream upstream' : 'upstream');
  if (made === FAILED) return FAILED;
  made.settings = { name, use: 'upstream', key: [], rate: 0, place: conf.place };
  if (conf.block.upstream !== undefined) conf.block.upstream.zone = name;
  return undefined;
};

export const UPSTREAM_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['upstream', upstream],
  ['upstream server', server],
  ['upstream least_conn', leastConn],
  ['upstream ip_hash', ipHash],
  ['upstream hash', hash],
  ['upstream random', random],
  ['upstream keepalive', keepalive],
  ['upstream zone', zone],
];
