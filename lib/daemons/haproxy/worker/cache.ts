/**
 * `cache`: answers that the daemon keeps and gives itself.
 * Source: HAProxy 2.6 configuration manual §6 "Cache"; src/cache.c `http_action_req_cache_use`,
 * `http_action_store_cache`, `http_calc_maxage`; recorded.
 *
 * Not modelled: `process-vary`, conditional requests, the total size of what is kept.
 */
import { SECOND } from '../../../std/instant';
import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import { headerValue } from '../evaluate/subject';
import { isCacheable } from './cookies';
import type { Runtime } from './runtime';
import type { Session } from './state';

const MEGABYTE = 1_048_576;
const SHARE = 256;

/** `http-request cache-use`: undefined: a server is asked. */
export function lookUp(runtime: Runtime, session: Session, name: string): HttpResponse | undefined {
  const { received: request } = session;
  if (request === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  const wants = headerValue(request.headers, 'cache-control')?.toLowerCase() ?? '';
  if (/\bno-(?:cache|store)\b/.test(wants) || /no-cache/i.test(headerValue(request.headers, 'pragma') ?? ''))
    return undefined;
  if (headerValue(request.headers, 'authorization') !== undefined) return undefined;
  const proxy = runtime.proxy(session.backend < 0 ? session.frontend : session.backend);
  const counters = session.backend < 0 ? proxy.frontend : proxy.backend;
  counters.cacheLookups += 1;
  const kept = runtime.state.caches.get(name)?.get(keyOf(request));
  if (kept === undefined || kept.expiresAt <= runtime.now) return undefined;
  counters.cacheHits += 1;
  const age = wholeSeconds(runtime, runtime.now) - wholeSeconds(runtime, kept.storedAt) + kept.age;
  return { ...kept.response, headers: [...kept.response.headers, ['age', String(age)]] };
}
function wholeSeconds(runtime: Runtime, at: number): number {
  return Math.floor((runtime.host.clock() - runtime.now + at) / SECOND);
}
function keyOf(request: HttpRequest): string {
  return `${headerValue(request.headers, 'host') ?? ''}${request.target}`;
}

/** `http-response cache-store` */
export function store(runtime: Runtime, session: Session, name: string, response: HttpResponse): void {
  const settings = runtime.configuration.caches.find((cache) => cache.name === name);
  const { received: request } = session;
  if (settings === undefined || request === undefined || session.isCached) return;
  if (request.method !== 'GET' || request.version === '1.0' || response.status !== 200) return;
  if (headerValue(request.headers, 'authorization') !== undefined) return;
  if (headerValue(response.headers, 'vary') !== undefined || !isCacheable(session, response)) return;
  const largest = settings.largest > 0 ? settings.largest : (settings.totalSize * MEGABYTE) / SHARE;
  if (response.bytes > largest) return;
  const said = headerValue(response.headers, 'cache-control') ?? '';
  const seconds = /\bs-maxage=(\d+)/i.exec(said)?.[1] ?? /\bmax-age=(\d+)/i.exec(said)?.[1];
  const life = Math.min(settings.maxAge, seconds === undefined ? settings.maxAge : Number(seconds));
  if (life === 0) return;
  const kept = runtime.state.caches.get(name) ?? new Map();
  runtime.state.caches.set(name, kept);
  kept.set(keyOf(request), {
    response: { ...response, trace: 0, headers: response.headers.filter(([header]) => header !== 'age') },
    storedAt: runtime.now,
    expiresAt: runtime.now + life * SECOND,
    age: Number(headerValue(response.headers, 'age') ?? 0),
  });
}
