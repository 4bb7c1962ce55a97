/** `server`, `location`, `listen`, `server_name` and what else the core of `http` reads in its own way. Source: nginx 1.22 src/http/ngx_http_core_module.c. */
import type { ErrorPage, Template } from '../config';
import type { Block, LocationKind } from './block';
import { type Conf, childOf, FAILED, type Failed, type Handler } from './conf';
import { usualListen } from './listen';
import { compilePattern, type Pattern } from './pattern';
import { compileTemplate, declareVariable } from './template';
import { readNumber, readSize, readTime, readUrl } from './values';

/** Named groups of an expression become variables. */
export function readPattern(conf: Conf, text: string, caseless: boolean): Pattern | Failed {
  const pattern = compilePattern(text, { caseless });
  if (typeof pattern === 'string') return conf.fail(pattern);
  for (const name of pattern.names) if (declareVariable(conf, name) === FAILED) return FAILED;
  return pattern;
}

const server: Handler = (conf) => {
  const block = childOf(conf, 'server');
  if (conf.parseBlock(block) === FAILED) return FAILED;
  if (!block.hasListen) {
    return usualListen(conf, block);
  }
  return undefined;
};

// ---------------------------------------------------------------- location
interface LocationName {
  kind: LocationKind;
  name: string;
  caseless: boolean;
}
function readLocationName(conf: Conf, words: readonly string[]): LocationName | Failed {
  const [, first = '', second] = words;
  const plain = (kind: LocationKind, name: string): LocationName => ({ kind, name, caseless: false });
  if (second !== undefined) {
    switch (first) {
      case '=':
        return plain('exact', second);
      case '^~':
        return plain('noregex', second);
      case '~':
        return plain('regex', second);
      case '~*':
        return { kind: 'regex', name: second, caseless: true };
      default:
        return conf.fail(`invalid location modifier "${first}"`);
    }
  }
  if (first.startsWith('=')) return plain('exact', first.slice(1));
  if (first.startsWith('^~')) return plain('noregex', first.slice(2));
  if (first.startsWith('~*')) return { kind: 'regex', name: first.slice(2), caseless: true };
  if (first.startsWith('~')) return plain('regex', first.slice(1));
  return plain(first.startsWith('@') ? 'named' : 'prefix', first);
}
const location: Handler = (conf, words) => {
  const found = readLocationName(conf, words);
  if (found === FAILED) return FAILED;
  const outer = conf.block;
  let pattern: Pattern | undefined;
  if (found.kind === 'regex') {
    const read = readPattern(conf, found.name, found.caseless);
    if (read === FAILED) return FAILED;
    pattern = read;
  }
  if (outer.context === 'location') {
    const problem = nesting(outer, found);
    if (problem !== undefined) return conf.fail(problem);
  }
  const block = childOf(conf, 'location');
  block.kind = found.kind;
  block.name = found.name;
  block.pattern = pattern;
  return conf.parseBlock(block);
};
function nesting(outer: Block, { kind, name }: LocationName): string | undefined {
  if (outer.kind === 'exact') return `location "${name}" cannot be inside the exact location "${outer.name}"`;
  if (outer.kind === 'named') return `location "${name}" cannot be inside the named location "${outer.name}"`;
  if (kind === 'named') return `named location "${name}" can be on the server level only`;
  if (kind !== 'regex' && !name.startsWith(outer.name))
    return `location "${name}" is outside location "${outer.name}"`;
  return undefined;
}
const METHODS = 'GET HEAD POST PUT DELETE MKCOL COPY MOVE OPTIONS PROPFIND PROPPATCH LOCK UNLOCK PATCH'.split(
  ' ',
);
const limitExcept: Handler = (conf, words) => {
  const outer = conf.block;
  if (outer.own.limitMethods !== undefined) return 'is duplicate';
  const methods: string[] = [];
  for (const word of words.slice(1)) {
    const method = word.toUpperCase();
    if (!METHODS.includes(method)) return conf.fail(`invalid method "${word}"`);
    methods.push(method);
    if (method === 'GET') methods.push('HEAD');
  }
  outer.own.limitMethods = methods;
  const block = childOf(conf, 'limit_except');
  block.name = outer.name;
  return conf.parseBlock(block);
};

// ---------------------------------------------------------------- names
const serverName: Handler = (conf, words) => {
  const names = (conf.block.own.names ??= []);
  for (const word of words.slice(1)) {
    if ((word.startsWith('*') && (word.length < 3 || word.charAt(1) !== '.')) || word === '.')
      return conf.fail(`server name "${word}" is invalid`);
    if (word.includes('/')) conf.warn(`server name "${word}" has suspicious symbols`);
    if (!word.startsWith('~')) {
      const name = word.toLowerCase() === '$hostname' ? conf.around.hostname : word;
      names.push({ name: name.toLowerCase(), pattern: undefined });
      continue;
    }
    if (word.length === 1) return conf.fail(`empty regex in server name "${word}"`);
    const pattern = readPattern(conf, word.slice(1), /[A-Z]/.test(word));
    if (pattern === FAILED) return FAILED;
    names.push({ name: word, pattern });
  }
  return undefined;
};

// ---------------------------------------------------------------- files
const root: Handler = (conf, [name = '', value = '']) => {
  const isAlias = name === 'alias';
  const { block } = conf;
  const known = block.own.root;
  if (known !== undefined) {
    if (known.isAlias === isAlias) return 'is duplicate';
    return conf.fail(
      `"${name}" directive is duplicate, "${known.isAlias ? 'alias' : 'root'}" directive was specified earlier`,
    );
  }
  if (isAlias && block.kind === 'named')
    return conf.fail('the "alias" directive cannot be used inside the named location');
  for (const variable of ['document_root', 'realpath_root'])
    if (value.includes(`$${variable}`) || value.includes(`\${${variable}}`))
      return conf.fail(`the $${variable} variable cannot be used in the "${name}" directive`);
  const text = !isAlias && value.endsWith('/') ? value.slice(0, -1) : value;
  const path = compileTemplate(conf, text.startsWith('$') ? text : conf.fullName(text));
  if (path === FAILED) return FAILED;
  block.own.root = { path, isAlias, place: conf.place };
  return undefined;
};
const types: Handler = (conf) => {
  const known = (conf.block.own.types ??= new Map<string, string>());
  return conf.parseLines(([type = '', ...extensions]) => {
    if (type === 'include' && extensions.length !== 1)
      return conf.fail('invalid number of arguments in "include" directive');
    for (const word of extensions) {
      const extension = word.toLowerCase();
      const before = known.get(extension);
      if (before !== undefined)
        conf.warn(
          `duplicate extension "${extension}", content type: "${type}", previous content type: "${before}"`,
        );
      known.set(extension, type);
    }
    return undefined;
  });
};
const errorPage: Handler = (conf, words) => {
  const pages: ErrorPage[] = (conf.block.own.errorPages ??= []);
  const uri = words[words.length - 1] ?? '';
  const before = words[words.length - 2] ?? '';
  let overwrite = -1;
  if (before.startsWith('=')) {
    if (words.length === 3) return conf.fail(`invalid value "${before}"`);
    const status = before.length > 1 ? readNumber(before.slice(1)) : 0;
    if (status === undefined) return conf.fail(`invalid value "${before}"`);
    overwrite = status;
  }
  const hasArgs = !uri.includes('$') && uri.startsWith('/') && uri.includes('?');
  const template = compileTemplate(conf, hasArgs ? uri.slice(0, uri.indexOf('?')) : uri);
  if (template === FAILED) return FAILED;
  const args = hasArgs ? uri.slice(uri.indexOf('?') + 1) : undefined;
  for (const word of words.slice(1, overwrite === -1 ? -1 : -2)) {
    const status = readNumber(word);
    if (status === undefined || status === 499) return conf.fail(`invalid value "${word}"`);
    if (status < 300 || status > 599) return conf.fail(`value "${word}" must be between 300 and 599`);
    pages.push({
      status,
      overwrite: overwrite === -1 && status >= 494 && status <= 497 ? 400 : overwrite,
      uri: template,
      args,
      place: conf.place,
    });
  }
  return undefined;
};
const tryFiles: Handler = (conf, words) => {
  if (conf.block.own.tryFiles !== undefined) return 'is duplicate';
  const files: { name: Template; isDirectory: boolean }[] = [];
  for (const word of words.slice(1, -1)) {
    const isDirectory = word.endsWith('/');
    const name = compileTemplate(conf, isDirectory ? word.slice(0, -1) : word);
    if (name === FAILED) return FAILED;
    files.push({ name, isDirectory });
  }
  const text = words[words.length - 1] ?? '';
  const last = compileTemplate(conf, text);
  if (last === FAILED) return FAILED;
  const code = text.startsWith('=') ? readNumber(text.slice(1)) : undefined;
  if (text.startsWith('=') && (code === undefined || code > 999)) return conf.fail(`invalid code "${text}"`);
  conf.block.own.tryFiles = { files, code, last, place: conf.place };
  return undefined;
};
const index: Handler = (conf, words) => {
  const indexes = (conf.block.own.indexes ??= []);
  for (const [at, word] of words.entries()) {
    if (at === 0) continue;
    if (word.startsWith('/') && at !== words.length - 1)
      conf.warn('only the last index in "index" directive should be absolute');
    if (word === '') return conf.fail(`index "${words[1] ?? ''}" in "index" directive is invalid`);
    const name = compileTemplate(conf, word);
    if (name === FAILED) return FAILED;
    indexes.push(name);
  }
  return undefined;
};
const internal: Handler = (conf) => {
  if (conf.block.values.has('internal')) return 'is duplicate';
  conf.put('internal', true);
  return undefined;
};
const keepaliveTimeout: Handler = (conf, [, value = '', header]) => {
  if (conf.block.values.has('keepalive_timeout')) return 'is duplicate';
  const time = readTime(value, 'milliseconds');
  if (time === undefined) return 'invalid value';
  conf.put('keepalive_timeout', time);
  if (header === undefined) return undefined;
  const seconds = readTime(header, 'seconds');
  if (seconds === undefined) return 'invalid value';
  conf.block.own.keepaliveHeader = seconds;
  return undefined;
};
const aio: Handler = (conf, [, value = '']) => {
  if (conf.block.values.has('aio')) return 'is duplicate';
  // Debian builds without --with-file-aio.
  if (value === 'on') return conf.fail('"aio on" is unsupported on this platform');
  if (value !== 'off' && !/^threads(?:=|$)/.test(value)) return 'invalid value';
  conf.put('aio', value);
  return undefined;
};
const directio: Handler = (conf, [, value = '']) => {
  if (conf.block.values.has('directio')) return 'is duplicate';
  if (value !== 'off' && readSize(value, { giga: true }) === undefined) return 'invalid value';
  conf.put('directio', value);
  return undefined;
};
const openFileCache: Handler = (conf, words) => {
  const [name = ''] = words;
  if (conf.block.values.has(name)) return 'is duplicate';
  let most = 0;
  for (const word of words.slice(1)) {
    const value = word.slice(word.indexOf('=') + 1);
    if (word.startsWith('max=') && (readNumber(value) ?? 0) > 0) most = Number(value);
    else if (name === 'open_log_file_cache' && isLogCacheOption(word, value)) continue;
    else if (word.startsWith('inactive=') && readTime(value, 'seconds') !== undefined) continue;
    else if (word === 'off') most = -1;
    else return conf.fail(`invalid "${name}" parameter "${word}"`);
  }
  if (most === 0) return conf.fail(`"${name}" must have the "max" parameter`);
  conf.put(name, true);
  return undefined;
};
function isLogCacheOption(word: string, value: string): boolean {
  if (word.startsWith('min_uses=')) return readNumber(value) !== undefined;
  return word.startsWith('valid=') && readTime(value, 'seconds') !== undefined;
}
const gzipDisable: Handler = (conf, words) => {
  for (const word of words.slice(1)) {
    if (word === 'msie6') continue;
    const pattern = compilePattern(word, { caseless: true });
    if (typeof pattern === 'string') return conf.fail(pattern);
  }
  return undefined;
};
const disableSymlinks: Handler = (conf, words) => {
  if (conf.block.values.has('disable_symlinks')) return 'is duplicate';
  const modes = words.slice(1).filter((word) => ['on', 'off', 'if_not_owner'].includes(word));
  for (const word of words.slice(1))
    if (!modes.includes(word) && !word.startsWith('from=')) return conf.fail(`invalid parameter "${word}"`);
  if (modes.length === 0)
    return conf.fail('"disable_symlinks" must have "off", "on" or "if_not_owner" parameter');
  if (words.length > 2 && modes.length === 2)
    return conf.fail(`duplicate parameters "${words[1] ?? ''} ${words[2] ?? ''}"`);
  if (words.length > 2 && modes[0] === 'off') return conf.fail('"from=" cannot be used with "off" parameter');
  conf.put('disable_symlinks', modes[0] ?? 'off');
  if (modes[0] !== 'off') conf.leaveOut('disable_symlinks');
  return undefined;
};
/** Addresses of name servers; times of `valid=`. */
const resolver: Handler = (conf, words) => {
  if (conf.block.own.resolver !== undefined) return 'is duplicate';
  const servers: number[] = [];
  for (const word of words.slice(1)) {
    if (word.startsWith('valid=')) {
      if (readTime(word.slice(6), 'seconds') === undefined) return conf.fail(`invalid parameter: ${word}`);
      continue;
    }
    if (word.startsWith('ipv6=')) {
      if (word !== 'ipv6=on' && word !== 'ipv6=off') return conf.fail(`invalid parameter: ${word}`);
      continue;
    }
    const url = readUrl(word, { defaultPort: 53 });
    if (typeof url === 'string') return conf.fail(`${url} in resolver "${word}"`);
    const addresses = url.ip === undefined && url.family === 'inet' ? conf.resolve(url.host) : [url.ip ?? 0];
    if (addresses === FAILED) return FAILED;
    if (typeof addresses === 'string') return conf.fail(`${addresses} in resolver "${word}"`);
    servers.push(...addresses);
  }
  if (servers.length === 0) return conf.fail('no name servers defined');
  conf.block.own.resolver = servers;
  return undefined;
};

export const HTTP_CORE_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['server', server],
  ['location', location],
  ['limit_except', limitExcept],
  ['server_name', serverName],
  ['root', root],
  ['alias', root],
  ['types', types],
  ['error_page', errorPage],
  ['try_files', tryFiles],
  ['index', index],
  ['internal', internal],
  ['keepalive_timeout', keepaliveTimeout],
  ['aio', aio],
  ['directio', directio],
  ['open_file_cache', openFileCache],
  ['open_log_file_cache', openFileCache],
  ['gzip_disable', gzipDisable],
  ['disable_symlinks', disableSymlinks],
  ['resolver', resolver],
];
