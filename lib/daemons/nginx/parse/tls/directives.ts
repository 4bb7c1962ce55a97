/** Directives about TLS that are read in their own way. Source: nginx 1.22 src/http/modules/ngx_http_ssl_module.c. */
import { FAILED, type Handler } from '../conf';
import { readSystemError } from '../system-error';
import { readNumber, readSize } from '../values';
import { DIRECTORY } from './files';

/** Eight pages: a shared cache needs that much. */
const LEAST_CACHE = 32_768;

const ssl: Handler = (conf, [, value = '']) => {
  if (conf.block.values.has('ssl')) return 'is duplicate';
  const lower = value.toLowerCase();
  if (lower !== 'on' && lower !== 'off')
    return conf.fail(`invalid value "${value}" in "ssl" directive, it must be "on" or "off"`);
  conf.put('ssl', lower === 'on');
  conf.warn('the "ssl" directive is deprecated, use the "listen ... ssl" directive instead');
  return undefined;
};
const sessionCache: Handler = (conf, words) => {
  for (const word of words.slice(1)) {
    if (word === 'off' || word === 'none' || word === 'builtin') continue;
    if (word.startsWith('builtin:')) {
      if (readNumber(word.slice(8)) === undefined) return conf.fail(`invalid session cache "${word}"`);
      continue;
    }
    const shared = /^shared:([^:]+):(.+)$/.exec(word);
    const size = shared === null ? undefined : readSize(shared[2] ?? '');
    if (shared === null || size === undefined) return conf.fail(`invalid session cache "${word}"`);
    if (size < LEAST_CACHE) return conf.fail(`session cache "${word}" is too small`);
    const zone = conf.zone(shared[1] ?? '', size, 'ssl');
    if (zone === FAILED) return FAILED;
    zone.settings ??= { name: zone.name, use: 'other', key: [], rate: 0, place: conf.place };
  }
  return undefined;
};
const ocspCache: Handler = (conf, [, value = '']) => {
  if (value === 'off') return undefined;
  const shared = /^shared:([^:]+):(.+)$/.exec(value);
  const size = shared === null ? undefined : readSize(shared[2] ?? '');
  if (size === undefined) return conf.fail(`invalid OCSP cache "${value}"`);
  return size < LEAST_CACHE ? conf.fail(`OCSP cache "${value}" is too small`) : undefined;
};
const passwordFile: Handler = (conf, [name = '', value = '']) => {
  if (conf.block.values.has(name)) return 'is duplicate';
  const path = conf.fullName(value, { isConf: true });
  const read = conf.around.readFile(path);
  if ('problem' in read) {
    const isDirectory = readSystemError(read.problem).number === DIRECTORY;
    return conf.fail(`${isDirectory ? 'read' : 'open'}() "${path}" failed ${read.problem}`);
  }
  const lines = read.text.split('\n').map((line) => line.replace(/\r$/, ''));
  const passwords = lines.filter((line) => line !== '');
  conf.put(name, { texts: passwords.length === 0 ? [''] : passwords });
  return undefined;
};

export const TLS_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['ssl', ssl],
  ['ssl_session_cache', sessionCache],
  ['ssl_ocsp_cache', ocspCache],
  ...['ssl', 'proxy_ssl', 'grpc_ssl', 'uwsgi_ssl'].map((prefix): readonly [string, Handler] => [
    `${prefix}_password_file`,
    passwordFile,
  ]),
];
