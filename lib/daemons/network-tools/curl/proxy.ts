/** Which proxy a transfer goes through: `-x`, `--noproxy`, and the variables (lib/url.c `detect_proxy`, lib/noproxy.c). */
import type { Environment } from './call';
import { parseUrl, type Url } from './url';

export interface Proxy {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  /** The variable that names it, for `-v`. */
  readonly variable?: { readonly name: string; readonly value: string };
}
const DEFAULT_PORT = 1080;

/** A proxy, or what curl cannot speak to it: the scheme. */
export function proxyFor(
  url: Url,
  given: { proxy: string | undefined; noProxy: string | undefined; user: string | undefined },
  environment: Environment,
): Proxy | { readonly unsupported: string } | undefined {
  const none = given.noProxy ?? environment('no_proxy') ?? environment('NO_PROXY');
  if (none !== undefined && isExempt(url.host, none)) return undefined;
  const variable = given.proxy === undefined ? variableFor(url.scheme, environment) : undefined;
  const text = given.proxy ?? variable?.value ?? '';
  if (text === '') return undefined;
  const scheme = /^([a-z0-9]+):\/\//i.exec(text)?.[1]?.toLowerCase() ?? 'http';
  if (scheme !== 'http') return { unsupported: scheme };
  const parsed = parseUrl(text);
  if (parsed === undefined) return undefined;
  const { host, user } = parsed;
  const port = /:\d+\/?$/.test(text) ? parsed.port : DEFAULT_PORT;
  return { host, port, user: given.user ?? user, ...(variable === undefined ? {} : { variable }) };
}
/** Of the variable for http only the small letters count: CGI makes the other one of a request's header. */
function variableFor(scheme: string, environment: Environment): { name: string; value: string } | undefined {
  const names = [
    `${scheme}_proxy`,
    ...(scheme === 'http' ? [] : [`${scheme.toUpperCase()}_PROXY`]),
    'all_proxy',
    'ALL_PROXY',
  ];
  for (const name of names) {
    const value = environment(name);
    if (value !== undefined && value !== '') return { name, value };
  }
  return undefined;
}
function isExempt(host: string, list: string): boolean {
  if (list === '*') return true;
  return list
    .split(/[\s,]+/)
    .map((name) => name.replace(/^\.|\.$/g, '').toLowerCase())
    .some((name) => name !== '' && (host.toLowerCase() === name || host.toLowerCase().endsWith(`.${name}`)));
}
