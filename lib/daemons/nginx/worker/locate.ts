/** Which server and which location a request belongs to. Source: nginx 1.22 src/http/ngx_http_request.c `ngx_http_find_virtual_server`, ngx_http_core_module.c `ngx_http_core_find_location`. */
import type { AddressSettings, LocationSettings } from '../config';
import type { PatternMatch, Runtime } from './runtime';
import type { Request } from './state';
import { keepCaptures } from './variables';

export interface FoundServer {
  readonly server: number;
  readonly why: string;
}
/** The server that goes by a name. `captures` keeps what an expression found. Where there is only one, names do not matter. */
export function serverNamed(
  runtime: Runtime,
  address: AddressSettings,
  host: string,
  captures: (found: PatternMatch) => void,
): FoundServer | undefined {
  if (address.servers.length === 1 && address.patterns.length === 0) return undefined;
  const exact = address.exact.get(host);
  if (exact !== undefined) return { server: exact, why: `server_name ${host}` };
  if (host !== '') {
    for (const { suffix, server } of address.heads)
      if (host.length > suffix.length && host.endsWith(suffix))
        return { server, why: `server_name *${suffix}` };
    for (const { prefix, server } of address.tails)
      if (host.length > prefix.length && host.startsWith(prefix))
        return { server, why: `server_name ${prefix}*` };
    for (const { pattern, server } of address.patterns) {
      const found = runtime.match(pattern, host);
      if (found === undefined) continue;
      captures(found);
      return { server, why: `server_name ~${pattern.text}` };
    }
  }
  return undefined;
}

export type Found =
  | { readonly kind: 'location'; readonly location: number }
  /** `/dir` where a location `/dir/` passes requests on. */
  | { readonly kind: 'slash'; readonly name: string };

export function findLocation(runtime: Runtime, request: Request): Found {
  const { root } = runtime.server(request.server);
  return findIn(runtime, request, root) ?? { kind: 'location', location: root };
}
function findIn(runtime: Runtime, request: Request, index: number): Found | undefined {
  const location = runtime.location(index);
  const { uri } = request;
  const exact = location.exact.get(uri);
  if (exact !== undefined) return { kind: 'location', location: exact };
  const inclusive = longest(runtime, location, uri);
  if (inclusive?.kind === 'slash') return inclusive;
  let found: Found | undefined = inclusive;
  let allowsPatterns = true;
  if (inclusive !== undefined) {
    allowsPatterns = runtime.location(inclusive.location).kind !== 'noregex';
    const inner = findIn(runtime, request, inclusive.location);
    // An exact one and an expression further in end the search; a longer prefix does not.
    if (inner?.kind === 'slash') return inner;
    if (inner !== undefined) {
      const { kind } = runtime.location(inner.location);
      if (kind === 'exact' || kind === 'regex') return inner;
      found = inner;
      allowsPatterns = allowsPatterns && kind !== 'noregex';
    }
  }
  if (!allowsPatterns) return found;
  for (const pattern of location.patterns) {
    const match = matches(runtime, request, pattern);
    if (!match) continue;
    return findIn(runtime, request, pattern) ?? { kind: 'location', location: pattern };
  }
  return found;
}
function longest(runtime: Runtime, location: LocationSettings, uri: string): Found | undefined {
  for (const { name, location: index } of location.prefixes) {
    if (uri.startsWith(name)) return { kind: 'location', location: index };
    if (name.length === uri.length + 1 && name === `${uri}/` && runtime.location(index).autoRedirect)
      return { kind: 'slash', name };
  }
  return undefined;
}
function matches(runtime: Runtime, request: Request, index: number): boolean {
  const { pattern } = runtime.location(index);
  const found = pattern === undefined ? undefined : runtime.match(pattern, request.uri);
  if (found === undefined) return false;
  keepCaptures(request, found);
  return true;
}
export function nameOf(location: LocationSettings): string {
  switch (location.kind) {
    case 'exact':
      return `location = ${location.name}`;
    case 'noregex':
      return `location ^~ ${location.name}`;
    case 'regex':
      return `location ${location.pattern?.caseless === true ? '~*' : '~'} ${location.name}`;
    case 'server':
      return 'the server itself';
    default:
      return `location ${location.name}`;
  }
}
