/**
 * `proxy_cache`: answers that are kept, how long they are fresh, and when old ones will do.
 * An answer is also a file below the cache's directory; where the file is gone, so is the answer.
 * Source: nginx 1.22 src/http/ngx_http_upstream.c `ngx_http_upstream_cache`, ngx_http_file_cache.c.
 *
 * Not modelled: the manager's sweeping, `proxy_cache_lock`, updates in the background, variants by `Vary`.
 */
import { bytesFromText } from '../../../std/bytes';
import { digestOf } from '../../../protocols/x509/index';
import { FileError } from '../../../world/files.contract';
import type { HttpResponse } from '../../../world/network.contract';
import type { CacheRules } from '../config';
import type { CacheEntry } from '../group';
import type { Proxying } from './proxying';
import { parseHttpDate } from './reply';
import { header, type Runtime } from './runtime';
import { type Asking, evaluate } from './variables';

export type Consulted =
  | { readonly kind: 'go on' }
  | { readonly kind: 'answer'; readonly response: HttpResponse }
  | { readonly kind: 'status'; readonly status: number };
const GO_ON: Consulted = { kind: 'go on' };

/** Looks for an answer before anybody is asked. @param target the address that the request would go to */
export function consult(asking: Asking, rules: CacheRules, target: string): Consulted {
  const { runtime, request } = asking;
  if (!rules.methods.has(request.method)) return GO_ON;
  const key = rules.key === undefined ? target : evaluate(asking, rules.key);
  request.cache = { key, status: 'MISS', isCacheable: true, isUpdating: false };
  const own = request.cache;
  if (rules.bypass.some((template) => isTrue(evaluate(asking, template)))) {
    own.status = 'BYPASS';
    return GO_ON;
  }
  const entry = entryFor(runtime, rules, key);
  entry.uses += 1;
  entry.accessedAt = runtime.seconds;
  const hasEnded = entry.validUntil < runtime.seconds;
  if (entry.response === undefined && (entry.error === 0 || hasEnded)) {
    own.isCacheable = entry.uses >= rules.minUses;
    return GO_ON;
  }
  if (!hasEnded) {
    own.status = 'HIT';
    tell(asking, rules, `cache ${rules.zone}: HIT`);
    return kept(entry);
  }
  if (entry.isUpdating) {
    if (rules.useStale.has('updating')) {
      own.status = 'UPDATING';
      tell(asking, rules, `cache ${rules.zone}: UPDATING, the old answer does`);
      return kept(entry);
    }
    own.status = 'EXPIRED';
    return GO_ON;
  }
  own.status = 'EXPIRED';
  own.isUpdating = true;
  entry.isUpdating = true;
  return GO_ON;
}
function kept({ response, error }: CacheEntry): Consulted {
  return response === undefined ? { kind: 'status', status: error } : { kind: 'answer', response };
}
function tell({ runtime, request }: Asking, rules: CacheRules, text: string): void {
  runtime.hop(request.message.trace, 'serve', text, 'ok', rules.place, 'proxy_cache');
}
function isTrue(text: string): boolean {
  return text !== '' && text !== '0';
}

/** The old answer, when it may stand in for one that failed so. */
export function staleFor(it: Proxying, failure: string): HttpResponse | undefined {
  const { request, proxy, runtime } = it;
  const own = request.cache;
  if (proxy.cache === undefined || own?.status !== 'EXPIRED' || !proxy.cache.useStale.has(failure))
    return undefined;
  const entry = entryFor(runtime, proxy.cache, own.key);
  if (entry.response === undefined) return undefined;
  own.status = 'STALE';
  release(it);
  tell(it, proxy.cache, `cache ${proxy.cache.zone}: STALE after ${failure}`);
  return entry.response;
}
/** The request does not bring an answer any more. */
export function release({ request, proxy, runtime }: Proxying): void {
  const own = request.cache;
  if (own === undefined || proxy.cache === undefined || !own.isUpdating) return;
  own.isUpdating = false;
  entryFor(runtime, proxy.cache, own.key).isUpdating = false;
}

/** An answer has come: kept or not. What is to be sent. */
export function store(it: Proxying, response: HttpResponse): HttpResponse {
  const { request, proxy, runtime } = it;
  const own = request.cache;
  const rules = proxy.cache;
  if (own === undefined || rules === undefined) return response;
  release(it);
  const entry = entryFor(runtime, rules, own.key);
  if (response.status === 304 && own.status === 'EXPIRED' && entry.response !== undefined) {
    own.status = 'REVALIDATED';
    const until = freshUntil(runtime, rules, entry.response);
    if (until !== undefined) entry.validUntil = until;
    return entry.response;
  }
  const until = freshUntil(runtime, rules, response);
  own.isCacheable =
    own.isCacheable &&
    until !== undefined &&
    !rules.noCache.some((template) => isTrue(evaluate(it, template)));
  if (!own.isCacheable || until === undefined) return response;
  entry.response = response;
  entry.error = 0;
  entry.validUntil = until;
  entry.accessedAt = runtime.seconds;
  write(runtime, entry, own.key, response);
  return response;
}
/** No answer came: 502 and 504 can be kept as well. */
export function storeFailure(it: Proxying, status: number): void {
  const { request, proxy, runtime } = it;
  const own = request.cache;
  const rules = proxy.cache;
  if (own === undefined || rules === undefined) return;
  release(it);
  if (!own.isCacheable || (status !== 502 && status !== 504)) return;
  const seconds = usually(rules, status);
  if (seconds === 0) return;
  const entry = entryFor(runtime, rules, own.key);
  entry.response = undefined;
  entry.error = status;
  entry.validUntil = runtime.seconds + seconds;
}

/** Until when the answer is fresh, in seconds of the clock; undefined: it is not kept. */
function freshUntil(runtime: Runtime, rules: CacheRules, response: HttpResponse): number | undefined {
  const now = runtime.seconds;
  const read = (name: string): string | undefined =>
    rules.ignored.has(name) ? undefined : header(response.headers, name);
  if (read('set-cookie') !== undefined || read('vary')?.trim() === '*') return undefined;
  const accelerated = read('x-accel-expires');
  if (accelerated !== undefined) {
    if (accelerated.startsWith('@')) return Number(accelerated.slice(1));
    const seconds = Number(accelerated);
    return seconds > 0 ? now + seconds : undefined;
  }
  const control = read('cache-control');
  if (control !== undefined) {
    if (/(?:^|[,\s])(?:no-cache|no-store|private)(?:[,\s=]|$)/i.test(control)) return undefined;
    const age = /s-maxage=(\d+)/i.exec(control)?.[1] ?? /max-age=(\d+)/i.exec(control)?.[1];
    if (age !== undefined) return Number(age) > 0 ? now + Number(age) : undefined;
  }
  const expires = read('expires');
  if (expires !== undefined) {
    const at = parseHttpDate(expires);
    return at !== undefined && at > now ? at : undefined;
  }
  const seconds = usually(rules, response.status);
  return seconds === 0 ? undefined : now + seconds;
}
function usually({ valid }: CacheRules, status: number): number {
  return valid.find((one) => one.status === 0 || one.status === status)?.seconds ?? 0;
}

// ---------------------------------------------------------------- entries
function entryFor(runtime: Runtime, rules: CacheRules, key: string): CacheEntry {
  const zone = runtime.configuration.zones.find(({ name }) => name === rules.zone);
  let entries = runtime.group.caches.get(rules.zone);
  if (entries === undefined) {
    entries = new Map();
    runtime.group.caches.set(rules.zone, entries);
  }
  const known = entries.get(key);
  if (known !== undefined) {
    const isUnused = runtime.seconds - known.accessedAt > (zone?.cache?.inactive ?? 0);
    const isGone = known.response !== undefined && !runtime.host.fs.exists(known.path);
    if (isUnused || isGone) {
      known.response = undefined;
      known.error = 0;
      known.validUntil = 0;
      if (isUnused) known.uses = 0;
    }
    return known;
  }
  const made: CacheEntry = {
    response: undefined,
    error: 0,
    validUntil: 0,
    accessedAt: runtime.seconds,
    uses: 0,
    isUpdating: false,
    path: zone?.cache === undefined ? '' : fileOf(zone.cache, key),
  };
  entries.set(key, made);
  readBack(runtime, made, key);
  return made;
}
/** What an earlier nginx has left on disk still holds. */
function readBack({ host, process, seconds }: Runtime, entry: CacheEntry, key: string): void {
  const text = host.fs.readFile(entry.path, process);
  if (text instanceof FileError) return;
  const found = /^\u0005(\d+)\nKEY: ([^\n]*)\nHTTP\/1\.1 (\d+) ([^\r]*)\r\n/.exec(text);
  const end = text.indexOf('\r\n\r\n');
  if (found === null || end < 0 || found[2] !== key) return;
  const headers = text
    .slice(found[0].length, end)
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
  const body = text.slice(end + 4);
  entry.response = {
    kind: 'response',
    trace: 0,
    status: Number(found[3]),
    reason: found[4] ?? '',
    version: '1.1',
    headers,
    body,
    bytes: text.length - (found[0].length - 10),
  };
  entry.validUntil = Number(found[1]);
  entry.accessedAt = seconds;
}
/** `c/29/b7f5…029c` for levels 1:2: the last letters of the key's MD5 name the directories. */
function fileOf({ path, levels }: { path: string; levels: readonly number[] }, key: string): string {
  const name = [...digestOf('md5', bytesFromText(key))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  let end = name.length;
  let folder = path;
  for (const letters of levels) {
    folder += `/${name.slice(end - letters, end)}`;
    end -= letters;
  }
  return `${folder}/${name}`;
}
/** The file's head is binary in truth; here it is the version and the end of the freshness. */
function write({ host, process }: Runtime, entry: CacheEntry, key: string, response: HttpResponse): void {
  const { path, validUntil } = entry;
  const { fs } = host;
  const folders = path.split('/').slice(1, -1);
  for (let depth = 1; depth <= folders.length; depth++) {
    const folder = `/${folders.slice(0, depth).join('/')}`;
    if (!fs.exists(folder)) fs.mkdir(folder, 0o700, process);
  }
  const head = response.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const text = `\u0005${validUntil}\nKEY: ${key}\nHTTP/1.1 ${response.status} ${response.reason}\r\n${head}\r\n${response.body}`;
  fs.writeFile(path, text, process, { mode: 0o600 });
}
