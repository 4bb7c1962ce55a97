/** `listen`: addresses, options, and what two servers may not both say of one. Source: nginx 1.22 src/http/ngx_http_core_module.c `ngx_http_core_listen`, ngx_http.c `ngx_http_add_listen`. */
import { formatIPv4 } from '../../../std/ipv4';
import type { Block, ListenEntry } from './block';
import { type Conf, FAILED, type Failed, type Handler, type Outcome } from './conf';
import { readNumber, readSize, readTime, readUrl, type Url } from './values';

/** nginx's own NGX_LISTEN_BACKLOG on Linux. */
const BACKLOG = 511;

/** A server that says nothing of it. */
export function usualListen(conf: Conf, block: Block): Failed | undefined {
  const port = conf.around.isRoot ? 80 : 8_000;
  return addListen(conf, block, {
    ip: 0,
    port,
    family: 'inet',
    text: `0.0.0.0:${port}`,
    place: conf.place,
    isDefault: false,
    isSet: false,
    isSecure: false,
    isHttp2: false,
    isWildcard: true,
    backlog: BACKLOG,
    options: [],
    isUdp: false,
  });
}
const listen: Handler = (conf, words) => {
  conf.block.hasListen = true;
  const url = readUrl(words[1] ?? '', { defaultPort: 80, isListen: true });
  if (typeof url === 'string') return conf.fail(`${url} in "${words[1] ?? ''}" of the "listen" directive`);
  const addresses = listenAddresses(conf, url);
  if (addresses === FAILED) return FAILED;
  const options = readListenOptions(conf, words.slice(2));
  if (options === FAILED) return FAILED;
  return listenOn(conf, url, addresses, options);
};
/** Names are looked up before the options are read. */
export function listenAddresses(conf: Conf, url: Url): readonly number[] | Failed {
  const addresses = url.ip === undefined && url.family === 'inet' ? conf.resolve(url.host) : [url.ip ?? 0];
  return typeof addresses === 'string'
    ? conf.fail(`${addresses} in "${url.url}" of the "listen" directive`)
    : addresses;
}
export interface ListenOptions {
  isDefault: boolean;
  isSet: boolean;
  isSecure: boolean;
  isHttp2: boolean;
  isUdp: boolean;
  backlog: number;
  words: string[];
}
/** Each address and each port of a range. */
export function listenOn(
  conf: Conf,
  url: Url,
  addresses: readonly number[],
  options: ListenOptions,
): Outcome {
  const last = Math.max(url.port, url.lastPort);
  for (let port = url.port; port <= last; port++)
    for (const ip of addresses) {
      const outcome = addListen(conf, conf.block, {
        ip,
        port,
        family: url.family,
        text: addressText(url, ip, port),
        place: conf.place,
        isDefault: options.isDefault,
        isSet: options.isSet,
        isSecure: options.isSecure,
        isHttp2: options.isHttp2,
        isWildcard: url.isWildcard,
        backlog: options.backlog,
        options: options.words,
        isUdp: options.isUdp,
      });
      if (outcome === FAILED) return FAILED;
    }
  return undefined;
}
function addressText(url: Url, ip: number, port: number): string {
  if (url.family === 'unix') return `unix:${url.host}`;
  return url.family === 'inet6' ? `${url.host.toLowerCase()}:${port}` : `${formatIPv4(ip)}:${port}`;
}
function readListenOptions(conf: Conf, words: readonly string[]): ListenOptions | Failed {
  const options: ListenOptions = {
    isDefault: false,
    isSet: false,
    isSecure: false,
    isHttp2: false,
    isUdp: false,
    backlog: BACKLOG,
    words: [...words],
  };
  for (const word of words) {
    const problem = readListenOption(conf, options, word);
    if (problem !== undefined) return problem;
  }
  return options;
}
function readListenOption(conf: Conf, options: ListenOptions, word: string): Failed | undefined {
  const value = word.slice(word.indexOf('=') + 1);
  switch (word) {
    case 'default_server':
    case 'default':
      options.isDefault = true;
      return undefined;
    case 'ssl':
      options.isSecure = true;
      return undefined;
    case 'http2':
      options.isHttp2 = true;
      return undefined;
    case 'proxy_protocol':
      conf.leaveOut('listen … proxy_protocol');
      return undefined;
    case 'bind':
    case 'deferred':
    case 'reuseport':
      options.isSet = true;
      return undefined;
    default:
  }
  if (word.startsWith('accept_filter=')) {
    // Said as an error, and not one that ends anything.
    conf.say('emerg', `accept filters "${word}" are not supported on this platform, ignored`);
    return undefined;
  }
  return readSocketOption(conf, options, word, value);
}
/** Options that both `http` and `stream` have. */
export function readSocketOption(
  conf: Conf,
  options: ListenOptions,
  word: string,
  value: string,
): Failed | undefined {
  options.isSet = true;
  if (word.startsWith('backlog=')) {
    const number = readNumber(value);
    if (number === undefined || number === 0) return conf.fail(`invalid backlog "${word}"`);
    options.backlog = number;
    return undefined;
  }
  if (word.startsWith('fastopen='))
    return readNumber(value) === undefined ? conf.fail(`invalid fastopen "${word}"`) : undefined;
  if (word.startsWith('rcvbuf='))
    return readSize(value) === undefined ? conf.fail(`invalid rcvbuf "${word}"`) : undefined;
  if (word.startsWith('sndbuf='))
    return readSize(value) === undefined ? conf.fail(`invalid sndbuf "${word}"`) : undefined;
  if (word.startsWith('ipv6only=o'))
    return value === 'on' || value === 'off' ? undefined : conf.fail(`invalid ipv6only flags "${value}"`);
  if (word.startsWith('so_keepalive=')) {
    if (value === 'on' || value === 'off') return undefined;
    const parts = value.split(':');
    const isValid =
      parts.length <= 3 &&
      parts.some((part) => part !== '') &&
      parts.every(
        (part, index) =>
          part === '' ||
          (index === 2 ? readNumber(part) !== undefined : readTime(part, 'seconds') !== undefined),
      );
    return isValid ? undefined : conf.fail(`invalid so_keepalive value: "${value}"`);
  }
  return conf.fail(conf.isStream ? `the invalid "${word}" parameter` : `invalid parameter "${word}"`);
}

/** What the servers so far have said of one address. */
export interface ListenedAddress {
  /** The server that named it last. */
  server: Block;
  isSet: boolean;
  isDefault: boolean;
}
function addListen(conf: Conf, block: Block, entry: ListenEntry): Failed | undefined {
  const { listened } = conf.scope;
  const key = `${entry.family} ${entry.text}${entry.isUdp ? ' udp' : ''}`;
  const known = listened.get(key);
  if (known !== undefined) {
    if (conf.isStream) return conf.fail(`duplicate "${entry.text}" address and port pair`);
    if (known.server === block) return conf.fail(`a duplicate listen ${entry.text}`);
    if (entry.isSet && known.isSet) return conf.fail(`duplicate listen options for ${entry.text}`);
    if (entry.isDefault && known.isDefault) return conf.fail(`a duplicate default server for ${entry.text}`);
  }
  listened.set(key, {
    server: block,
    isSet: entry.isSet || known?.isSet === true,
    isDefault: entry.isDefault || known?.isDefault === true,
  });
  (block.own.listens ??= []).push(entry);
  return undefined;
}

export const LISTEN_HANDLERS: readonly (readonly [string, Handler])[] = [['listen', listen]];
