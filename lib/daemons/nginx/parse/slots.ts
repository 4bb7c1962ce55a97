/**
 * Settings of the common kinds: a flag, a number, a size, a time, words.
 * Source: nginx 1.22 src/core/ngx_conf_file.c `ngx_conf_set_*_slot`.
 */
import type { Place, HeaderRule } from '../config';
import type { Directive } from '../directives';
import { type Conf, FAILED, type Handler, type Outcome } from './conf';
import { compileTemplate } from './template';
import { readNumber, readSize, readTime, readUrl } from './values';

export const setSlot: Handler = (conf, words, directive) => {
  const [, value = ''] = words;
  const known = conf.block.values.get(directive.target)?.value;
  if (known !== undefined && !COLLECTS.has(directive.slot)) return 'is duplicate';
  switch (directive.slot) {
    case 'flag':
      return setFlag(conf, directive, value);
    case 'number':
      return setNumber(conf, directive, value);
    case 'size':
      return setSize(conf, directive, readSize(value));
    case 'offset':
      return setSize(conf, directive, readSize(value, { giga: true }));
    case 'milliseconds':
    case 'seconds':
      return setSize(conf, directive, readTime(value, directive.slot));
    case 'text':
      conf.put(directive.target, value);
      return undefined;
    case 'texts': {
      const before = typeof known === 'object' && 'texts' in known ? known.texts : [];
      conf.put(directive.target, { texts: [...before, value] });
      return undefined;
    }
    case 'pairs':
    case 'parameter':
      return addPair(conf, words, directive);
    case 'choice':
      return setChoice(conf, directive, value);
    case 'set':
      return addToSet(conf, words, directive);
    case 'buffers':
      return setBuffers(conf, words, directive);
    case 'path':
      return setPath(conf, words, directive);
    case 'access':
      return setAccess(conf, words, directive);
    case 'value': {
      const template = compileTemplate(conf, value);
      if (template === FAILED) return FAILED;
      if (directive.words.includes('size') && !value.includes('$') && readSize(value) === undefined)
        return 'invalid value';
      conf.put(directive.target, template);
      return undefined;
    }
    case 'values': {
      const templates = typeof known === 'object' && 'templates' in known ? [...known.templates] : [];
      for (const word of words.slice(1)) {
        const template = compileTemplate(conf, word);
        if (template === FAILED) return FAILED;
        templates.push(template);
      }
      conf.put(directive.target, { templates });
      return undefined;
    }
    case 'types':
      return addTypes(conf, words, directive);
    case 'bind':
      return setBind(conf, words, directive);
    case 'charset':
      if (compileTemplate(conf, value) === FAILED) return FAILED;
      conf.put(directive.target, value);
      return undefined;
    case 'cache-valid':
      return addCacheTime(conf, directive, words);
    case 'cache-path':
      return addCachePath(conf, words);
    case 'obsolete':
      conf.warn(
        `the "${directive.name}" directive is obsolete, use the "${OBSOLETE[directive.name] ?? ''}" directive instead`,
      );
      return undefined;
    case 'own':
      return undefined;
  }
};
/** Slots that may be given several times. */
const COLLECTS: ReadonlySet<string> = new Set([
  'texts',
  'values',
  'pairs',
  'parameter',
  'set',
  'types',
  'cache-valid',
  'cache-path',
  'obsolete',
]);
const OBSOLETE: Readonly<Record<string, string>> = {
  http2_max_requests: 'keepalive_requests',
  http2_max_field_size: 'large_client_header_buffers',
  http2_max_header_size: 'large_client_header_buffers',
  http2_recv_timeout: 'client_header_timeout',
  http2_idle_timeout: 'keepalive_timeout',
};

function setFlag(conf: Conf, directive: Directive, value: string): Outcome {
  const lower = value.toLowerCase();
  if (lower !== 'on' && lower !== 'off')
    return conf.fail(`invalid value "${value}" in "${directive.name}" directive, it must be "on" or "off"`);
  conf.put(directive.target, lower === 'on');
  return undefined;
}
function setNumber(conf: Conf, directive: Directive, value: string): Outcome {
  const number = readNumber(value);
  if (number === undefined) return 'invalid number';
  const [low, high] = directive.words.map(Number);
  if (low !== undefined && high !== undefined && (number < low || number > high))
    return conf.fail(`value must be between ${low} and ${high}`);
  conf.put(directive.target, number);
  return undefined;
}
const POOL_ALIGNMENT = 16;
const LEAST_POOL = 112;
function setSize(conf: Conf, directive: Directive, value: number | undefined): Outcome {
  if (value === undefined) return 'invalid value';
  if (directive.words.includes('pool-size')) {
    if (value < LEAST_POOL) return conf.fail(`the pool size must be no less than ${LEAST_POOL}`);
    if (value % POOL_ALIGNMENT !== 0)
      return conf.fail(`the pool size must be a multiple of ${POOL_ALIGNMENT}`);
  }
  if (directive.name.endsWith('send_lowat')) conf.warn(`"${directive.name}" is not supported, ignored`);
  const least = POWERS[directive.name];
  if (least !== undefined && !isPower(value, least))
    return `must be ${least === 512 ? '512, 1k, 2k, 4k, 8k, 16k, 32k, 64k, or 128k' : '512, 1k, 2k, 4k, 8k, 16k, or 32k'}`;
  conf.put(directive.target, value);
  return undefined;
}
/** Sizes of zlib's tables: powers of two. */
const POWERS: Readonly<Record<string, number>> = { gzip_hash: 512, gzip_window: 511 };
function isPower(value: number, least: number): boolean {
  const most = least === 512 ? 131_072 : 32_768;
  return value >= 512 && value <= most && (value & (value - 1)) === 0;
}
function addPair(conf: Conf, words: readonly string[], directive: Directive): Outcome {
  const [, name = '', text = '', third] = words;
  if (directive.slot === 'parameter' && third !== undefined && third !== 'if_not_empty')
    return conf.fail(`invalid parameter "${third}"`);
  // Their values are compiled when all is read; what is wrong with them is said then, without a line of its own.
  const value = compileTemplate(conf, text);
  if (value === FAILED) return FAILED;
  const known = conf.block.values.get(directive.target)?.value;
  const before: readonly HeaderRule[] = typeof known === 'object' && 'pairs' in known ? known.pairs : [];
  conf.put(directive.target, { pairs: [...before, { name, value, always: false }] });
  return undefined;
}
function setChoice(conf: Conf, directive: Directive, value: string): Outcome {
  const found = directive.words.find((word) => word.toLowerCase() === value.toLowerCase());
  if (found === undefined) return conf.fail(`invalid value "${value}"`);
  conf.put(directive.target, found);
  return undefined;
}
function addToSet(conf: Conf, words: readonly string[], directive: Directive): Outcome {
  const known = conf.block.values.get(directive.target)?.value;
  const set = new Set(typeof known === 'object' && 'set' in known ? known.set : []);
  for (const word of words.slice(1)) {
    const found = directive.words.find((one) => one.toLowerCase() === word.toLowerCase());
    if (found === undefined) return conf.fail(`invalid value "${word}"`);
    if (set.has(found)) conf.warn(`duplicate value "${word}"`);
    set.add(found);
  }
  conf.put(directive.target, { set });
  return undefined;
}
function setBuffers(conf: Conf, words: readonly string[], directive: Directive): Outcome {
  const count = readNumber(words[1] ?? '');
  const size = readSize(words[2] ?? '');
  if (count === undefined || count === 0 || size === undefined || size === 0) return 'invalid value';
  conf.put(directive.target, { count, size });
  return undefined;
}
function setPath(conf: Conf, words: readonly string[], directive: Directive): Outcome {
  const levels = words.slice(2).map(readNumber);
  if (levels.some((level) => level === undefined || level === 0)) return 'invalid value';
  const length = levels.reduce<number>((sum, level) => sum + (level ?? 0) + 1, 0);
  if (length > 10 + levels.length) return 'invalid value';
  conf.put(directive.target, conf.fullName((words[1] ?? '').replace(/\/$/, '')));
  return undefined;
}
function setAccess(conf: Conf, words: readonly string[], directive: Directive): Outcome {
  for (const word of words.slice(1))
    if (!/^(?:user|group|all):rw?$/.test(word)) return conf.fail(`invalid value "${word}"`);
  conf.put(directive.target, true);
  return undefined;
}
function addTypes(conf: Conf, words: readonly string[], directive: Directive): Outcome {
  const known = conf.block.values.get(directive.target)?.value;
  const types = typeof known === 'object' && 'texts' in known ? [...known.texts] : ['text/html'];
  if (types.includes('*')) return undefined;
  for (const word of words.slice(1)) {
    if (word === '*') {
      conf.put(directive.target, { texts: ['*'] });
      return undefined;
    }
    const type = word.toLowerCase();
    if (types.includes(type)) conf.warn(`duplicate MIME type "${type}"`);
    else types.push(type);
  }
  conf.put(directive.target, { texts: types });
  return undefined;
}
function setBind(conf: Conf, words: readonly string[], directive: Directive): Outcome {
  const [, address = '', second] = words;
  if (second === undefined && address === 'off') {
    conf.put(directive.target, 'off');
    return undefined;
  }
  if (address.includes('$')) {
    if (compileTemplate(conf, address) === FAILED) return FAILED;
    conf.leaveOut(`${directive.name} with variables`);
  } else {
    const url = readUrl(address, { defaultPort: 0 });
    if (typeof url === 'string' || (url.ip === undefined && url.family !== 'inet6'))
      return conf.fail(`invalid address "${address}"`);
  }
  if (second !== undefined && second !== 'transparent') return conf.fail(`invalid parameter "${second}"`);
  conf.put(directive.target, address);
  return undefined;
}
function addCacheTime(conf: Conf, directive: Directive, words: readonly string[]): Outcome {
  const last = words[words.length - 1] ?? '';
  const seconds = readTime(last, 'seconds');
  if (seconds === undefined) return conf.fail(`invalid time value "${last}"`);
  const known = conf.block.values.get(directive.target)?.value;
  const times = typeof known === 'object' && 'times' in known ? [...known.times] : [];
  const named = words.slice(1, -1);
  for (const word of named.length === 0 ? USUALLY_CACHED : named) {
    const status = word === 'any' ? 0 : readNumber(word);
    if (status === undefined || (word !== 'any' && (status < 100 || status > 599)))
      return conf.fail(`invalid status "${word}"`);
    times.push({ status, seconds });
  }
  conf.put(directive.target, { times });
  return undefined;
}
const USUALLY_CACHED = ['200', '301', '302'];
const CACHE_SIZES = /^(max_size|min_free)=(.*)$/;
const CACHE_NUMBERS = /^(loader_files|manager_files)=(.*)$/;
const CACHE_TIMES = /^(loader_sleep|loader_threshold|manager_sleep|manager_threshold)=(.*)$/;
function cachePathProblem(word: string): string | undefined {
  const value = word.slice(word.indexOf('=') + 1);
  if (word.startsWith('levels='))
    return /^[12](?::[12]){0,2}$/.test(value) ? undefined : `invalid "levels" "${word}"`;
  if (word.startsWith('use_temp_path='))
    return value === 'on' || value === 'off'
      ? undefined
      : `invalid use_temp_path value "${word}", it must be "on" or "off"`;
  if (word.startsWith('inactive='))
    return readTime(value, 'seconds') === undefined ? `invalid inactive value "${word}"` : undefined;
  const size = CACHE_SIZES.exec(word);
  if (size !== null)
    return readSize(value, { giga: true }) === undefined ? `invalid ${size[1]} value "${word}"` : undefined;
  const number = CACHE_NUMBERS.exec(word);
  if (number !== null)
    return readNumber(value) === undefined ? `invalid ${number[1]} value "${word}"` : undefined;
  const time = CACHE_TIMES.exec(word);
  if (time !== null)
    return readTime(value, 'milliseconds') === undefined ? `invalid ${time[1]} value "${word}"` : undefined;
  return `invalid parameter "${word}"`;
}
function addCachePath(conf: Conf, words: readonly string[]): Outcome {
  let name = '';
  let size = 0;
  for (const word of words.slice(2)) {
    if (!word.startsWith('keys_zone=')) {
      const problem = cachePathProblem(word);
      if (problem !== undefined) return conf.fail(problem);
      continue;
    }
    const colon = word.indexOf(':');
    const read = colon < 0 ? undefined : readSize(word.slice(colon + 1));
    if (colon >= 0) name = word.slice(10, colon);
    if (read === undefined) return conf.fail(`invalid keys zone size "${word}"`);
    size = read;
  }
  if (name === '' || size === 0) return conf.fail(`"${words[0] ?? ''}" must have "keys_zone" parameter`);
  const zone = conf.zone(name, size, 'cache');
  if (zone === FAILED) return FAILED;
  if (zone.settings !== undefined) return conf.fail(`duplicate zone "${name}"`);
  const option = (key: string): string | undefined =>
    words
      .slice(2)
      .findLast((word) => word.startsWith(`${key}=`))
      ?.slice(key.length + 1);
  const cache = {
    path: conf.fullName(words[1] ?? '').replace(/(?<=.)\/$/, ''),
    levels: (option('levels') ?? '')
      .split(':')
      .map(Number)
      .filter((letters) => letters > 0),
    inactive: readTime(option('inactive') ?? '10m', 'seconds') ?? 600,
  };
  for (const other of conf.zones.values())
    if (other.settings?.cache?.path === cache.path) {
      const where = ({ file, line }: Place): string => `${file}:${line}`;
      return conf.failAt(
        `the same path name "${cache.path}" used in ${where(other.settings.place)} and in ${where(conf.place)}`,
        undefined,
      );
    }
  zone.settings = { name, use: 'cache', key: [], rate: 0, place: conf.place, cache };
  if (!(words[0] ?? '').startsWith('proxy_')) conf.leaveOut(words[0] ?? '');
  for (const left of ['max_size', 'min_free'])
    if (option(left) !== undefined) conf.leaveOut(`${words[0] ?? ''} ${left}=`);
  return undefined;
}
