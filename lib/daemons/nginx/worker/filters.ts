/**
 * What is done to an answer on its way out: words replaced, and the headers of compression.
 * The body stays as it is: nobody here unpacks it.
 * Source: nginx 1.22 src/http/modules/ngx_http_{sub,gzip}_filter_module.c.
 */
import { byteLength } from '../../../std/bytes';
import type { LocationSettings } from '../config';
import type { Answer } from './reply';
import { header } from './runtime';
import { type Asking, evaluate } from './variables';

const COMPRESSED = new Set([200, 403, 404]);

export function filtered(asking: Asking, location: LocationSettings, answer: Answer): Answer {
  return compressed(asking, location, substituted(asking, location, answer));
}

function substituted(asking: Asking, { substitutions }: LocationSettings, answer: Answer): Answer {
  const { rules, once, types, keepsModified } = substitutions;
  if (rules.length === 0 || answer.length === 0 || !isOneOf(types, answer.type)) return answer;
  if (header(answer.headers, 'content-encoding') !== undefined) return answer;
  let { body } = answer;
  for (const { pattern, replacement } of rules) {
    const wanted = evaluate(asking, pattern);
    if (wanted === '') continue;
    const expression = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), once ? 'i' : 'gi');
    const text = evaluate(asking, replacement);
    body = body.replace(expression, () => text);
  }
  const headers = keepsModified
    ? weakly(answer.headers)
    : answer.headers.filter(([name]) => !/^(?:etag|last-modified)$/i.test(name));
  return {
    ...answer,
    body,
    headers,
    lastModified: keepsModified ? answer.lastModified : undefined,
    hasRanges: false,
    isChunked: true,
  };
}

function compressed({ request }: Asking, { gzip }: LocationSettings, answer: Answer): Answer {
  if (gzip === undefined || !COMPRESSED.has(answer.status) || !isOneOf(gzip.types, answer.type))
    return answer;
  if (header(answer.headers, 'content-encoding') !== undefined) return answer;
  if (answer.isChunked !== true && (answer.length ?? byteLength(answer.body)) < gzip.least) return answer;
  const varied = gzip.varies ? { ...answer, varies: true } : answer;
  const { message } = request;
  const accepts = /(?:^|[,\s])(?:gzip|\*)(?!\s*;\s*q=0(?:\.0*)?(?:[,\s]|$))/i;
  if (message.version === '1.0' || !accepts.test(header(message.headers, 'accept-encoding') ?? ''))
    return varied;
  if (header(message.headers, 'via') !== undefined) return varied;
  return {
    ...varied,
    headers: weakly(varied.headers),
    hasRanges: false,
    isChunked: true,
    lastHeaders: [...(varied.lastHeaders ?? []), ['Content-Encoding', 'gzip']],
  };
}
function isOneOf(types: readonly string[], type: string | undefined): boolean {
  if (type === undefined) return false;
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  return types.includes('*') || types.includes(plain);
}
/** A changed body is only as good as the one the tag is for. */
function weakly(headers: readonly [string, string][]): [string, string][] {
  return headers.map(([name, value]) => [
    name,
    name.toLowerCase() === 'etag' && !value.startsWith('W/') ? `W/${value}` : value,
  ]);
}
