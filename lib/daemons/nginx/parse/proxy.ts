/** `proxy_pass` and its kin. Source: nginx 1.22 src/http/modules/ngx_http_proxy_module.c and the modules for other protocols. */
import type { Redirect, Template } from '../config';
import type { ProxyPass } from './block';
import { type Conf, FAILED, type Handler, type Outcome } from './conf';
import { readPattern } from './http-core';
import { compileTemplate, countVariables, useVariable } from './template';
import { addUpstream } from './upstream';
import { readUrl, type Url } from './values';

const URI_PART =
  'cannot have URI part in location given by regular expression, or inside named location, or inside "if" statement, or inside "limit_except" block';

const proxyPass: Handler = (conf, [name = '', value = '']) => {
  const { block } = conf;
  if (block.own.proxyPass !== undefined) return 'is duplicate';
  const { place } = conf;
  block.own.handler = { name, place };
  if (countVariables(value) > 0) {
    const template = compileTemplate(conf, value);
    if (template === FAILED) return FAILED;
    const isSecure = value.startsWith('https://');
    block.own.proxyPass = {
      url: value,
      template,
      upstream: undefined,
      isSecure,
      host: '',
      port: '',
      uri: '',
      place,
    };
    return undefined;
  }
  const scheme = /^https?:\/\//i.exec(value)?.[0];
  if (scheme === undefined) return conf.fail('invalid URL prefix');
  const isSecure = scheme.length === 8;
  const passed = passTo(conf, value.slice(scheme.length), { port: isSecure ? 443 : 80, hasUri: true });
  if (passed === FAILED) return FAILED;
  const isNameless = block.context !== 'location' || block.kind === 'named' || block.kind === 'regex';
  if (isNameless && passed.url.uri !== '') return conf.fail(`"proxy_pass" ${URI_PART}`);
  block.own.proxyPass = {
    url: value,
    template: undefined,
    upstream: passed.upstream,
    isSecure,
    ...hostAndPort(passed.url, isSecure),
    uri: passed.url.uri,
    place,
  };
  return undefined;
};
function passTo(
  conf: Conf,
  text: string,
  options: { port: number; hasUri: boolean },
): { url: Url; upstream: NonNullable<ProxyPass['upstream']> } | typeof FAILED {
  const url = readUrl(text, { defaultPort: options.port, hasUri: options.hasUri });
  if (typeof url === 'string') return conf.fail(`${url} in upstream "${text}"`);
  const upstream = addUpstream(
    conf,
    { host: url.host, port: url.port, hasNoPort: url.hasNoPort, url },
    { isDeclared: false },
  );
  return upstream === FAILED ? FAILED : { url, upstream };
}
/** `$proxy_host` names the port only when it is not the scheme's own. */
export function proxyHost(url: Url, isSecure: boolean): string {
  const isUsual = url.hasNoPort || url.port === (isSecure ? 443 : 80);
  return isUsual ? url.host : `${url.host}:${url.port}`;
}
function hostAndPort(url: Url, isSecure: boolean): { host: string; port: string } {
  if (url.family === 'unix') return { host: 'localhost', port: '' };
  return { host: proxyHost(url, isSecure), port: String(url.port) };
}
/** Protocols that are read, and answered with an error when somebody comes. None of them has a usual port. */
const otherPass =
  (schemes: RegExp | undefined): Handler =>
  (conf, [name = '', value = '']) => {
    const { block } = conf;
    if (block.own.handler?.name === name) return 'is duplicate';
    block.own.handler = { name, place: conf.place };
    conf.leaveOut(name);
    if (name === 'memcached_pass' && useVariable(conf, 'memcached_key') === FAILED) return FAILED;
    if (countVariables(value) > 0) return compileTemplate(conf, value) === FAILED ? FAILED : undefined;
    const text = schemes === undefined ? value : value.replace(schemes, '');
    return passTo(conf, text, { port: 0, hasUri: false }) === FAILED ? FAILED : undefined;
  };

const proxyRedirect: Handler = (conf, words) => {
  const { own } = conf.block;
  if (own.redirectOff === true) return 'is duplicate';
  const [, first = '', second] = words;
  if (second === undefined) {
    if (first === 'off') {
      if (own.redirects !== undefined) return 'is duplicate';
      own.redirectOff = true;
      return undefined;
    }
    if (first !== 'default') return conf.fail(`invalid parameter "${first}"`);
  }
  const redirects: Redirect[] = (own.redirects ??= []);
  if (second === undefined) return redirectAsUsual(conf, redirects);
  const replacement = compileTemplate(conf, second);
  let pattern: Redirect['pattern'] | typeof FAILED;
  if (first.startsWith('~')) pattern = readPattern(conf, first.replace(/^~\*?/, ''), first.startsWith('~*'));
  else pattern = compileTemplate(conf, first);
  if (pattern === FAILED || replacement === FAILED) return FAILED;
  redirects.push({ pattern, replacement });
  return undefined;
};
function redirectAsUsual(conf: Conf, redirects: Redirect[]): Outcome {
  const { proxyPass: pass } = conf.block.own;
  if (pass?.template !== undefined)
    return conf.fail('"proxy_redirect default" cannot be used with "proxy_pass" directive with variables');
  if (pass === undefined)
    return conf.fail('"proxy_redirect default" should be placed after the "proxy_pass" directive');
  redirects.push(usualRedirect(pass, conf.block.name));
  return undefined;
}
/** What the upstream calls itself becomes the location's name. */
export function usualRedirect(pass: ProxyPass, location: string): Redirect {
  return pass.uri === ''
    ? { pattern: [`${pass.url}/`], replacement: ['/'] }
    : { pattern: [pass.url], replacement: [location] };
}

const cookie: Handler = (conf, words) => {
  const [name = '', first = '', ...rest] = words;
  const slot = conf.block.values.get(name)?.value;
  if (slot === false) return 'is duplicate';
  if (rest.length === 0) {
    if (first !== 'off') return conf.fail(`invalid parameter "${first}"`);
    if (slot !== undefined) return 'is duplicate';
    conf.put(name, false);
    return undefined;
  }
  if (first.startsWith('~')) {
    if (readPattern(conf, first.replace(/^~\*?/, ''), true) === FAILED) return FAILED;
  } else if (compileTemplate(conf, first) === FAILED) return FAILED;
  for (const word of rest) if (compileTemplate(conf, word) === FAILED) return FAILED;
  conf.put(name, true);
  conf.leaveOut(name);
  return undefined;
};
const store: Handler = (conf, [name = '', value = '']) => {
  if (conf.block.values.has(name)) return 'is duplicate';
  if (value !== 'off') {
    if (conf.block.values.has(name.replace('store', 'cache')))
      return `is incompatible with "${name.replace('store', 'cache')}"`;
    if (value !== 'on' && compileTemplate(conf, value) === FAILED) return FAILED;
    conf.leaveOut(name);
  }
  conf.put(name, value);
  return undefined;
};
const cache: Handler = (conf, [name = '', value = '']) => {
  if (conf.block.values.has(name)) return 'is duplicate';
  if (value !== 'off') {
    if (conf.block.values.has(name.replace('cache', 'store')))
      return `is incompatible with "${name.replace('cache', 'store')}"`;
    if (countVariables(value) > 0) {
      if (compileTemplate(conf, value) === FAILED) return FAILED;
      conf.leaveOut(`${name} with variables`);
    } else if (conf.zone(value, 0, 'cache') === FAILED) return FAILED;
    if (name !== 'proxy_cache') conf.leaveOut(name);
  }
  conf.put(name, value);
  return undefined;
};
const cacheKey: Handler = (conf, [name = '', value = '']) => {
  if (conf.block.values.has(name)) return 'is duplicate';
  const template: Template | typeof FAILED = compileTemplate(conf, value);
  if (template === FAILED) return FAILED;
  conf.put(name, template);
  return undefined;
};
const splitPathInfo: Handler = (conf, [, value = '']) => {
  const pattern = readPattern(conf, value, false);
  if (pattern === FAILED) return FAILED;
  return pattern.groups < 2 ? conf.fail(`pattern "${value}" must have 2 captures`) : undefined;
};

const PROTOCOLS = ['proxy', 'fastcgi', 'uwsgi', 'scgi'];
export const PROXY_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['proxy_pass', proxyPass],
  ['fastcgi_pass', otherPass(undefined)],
  ['scgi_pass', otherPass(undefined)],
  ['uwsgi_pass', otherPass(/^s?uwsgi:\/\//i)],
  ['grpc_pass', otherPass(/^grpcs?:\/\//i)],
  ['memcached_pass', otherPass(undefined)],
  ['proxy_redirect', proxyRedirect],
  ['proxy_cookie_domain', cookie],
  ['proxy_cookie_path', cookie],
  ['proxy_cookie_flags', cookie],
  ...PROTOCOLS.flatMap((protocol): (readonly [string, Handler])[] => [
    [`${protocol}_store`, store],
    [`${protocol}_cache`, cache],
    [`${protocol}_cache_key`, cacheKey],
  ]),
  ['fastcgi_split_path_info', splitPathInfo],
];
