/**
 * `compression`: answers are compressed for clients that can read them.
 * Source: HAProxy 2.6 configuration manual §4.2 "compression algo"; src/flt_http_comp.c
 * `select_compression_request_header`, `select_compression_response_header`; recorded.
 */
import { byteLength } from '../../../std/bytes';
import { compress } from '../../../std/compress/formats';
import { zlibCompress } from '../../../std/compress/zlib';
import type { HttpRequest, HttpResponse } from '../../../world/network.contract';
import type { CompressionSettings, ProxySettings } from '../config';
import { headerValue } from '../evaluate/subject';
import { responseBytes } from './replies';
import type { Runtime } from './runtime';
import type { Session } from './state';

/** Of the backend, else of the frontend. */
function settingsOf(runtime: Runtime, session: Session): CompressionSettings | undefined {
  const of = (proxy: ProxySettings): CompressionSettings | undefined =>
    proxy.compression.algorithms.length > 0 || proxy.compression.offload ? proxy.compression : undefined;
  const backend = session.backend < 0 ? undefined : of(runtime.settings(session.backend));
  return backend ?? of(runtime.settings(session.frontend));
}

/** What the client likes best among what is configured; on equal terms what it names first. */
export function chosenAlgorithm(algorithms: readonly string[], accepts: string): string | undefined {
  let chosen: string | undefined;
  let best = 0;
  for (const part of accepts.split(',')) {
    const [name = '', ...parameters] = part.trim().split(/\s*;\s*/);
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    const weight = quality === undefined ? 1 : Number(quality);
    const found = algorithms.find((algorithm) => headerName(algorithm) === name || name === '*');
    if (found === undefined || !(weight > best)) continue;
    chosen = found;
    best = weight;
  }
  return chosen;
}
function headerName(algorithm: string): string {
  return algorithm === 'raw-deflate' ? 'deflate' : algorithm;
}

/** `compression offload`: servers are not asked to compress. */
export function withoutEncodings(runtime: Runtime, session: Session, request: HttpRequest): HttpRequest {
  if (settingsOf(runtime, session)?.offload !== true) return request;
  const headers = request.headers.filter(([name]) => name !== 'accept-encoding');
  return headers.length === request.headers.length ? request : { ...request, headers };
}

export function compressed(runtime: Runtime, session: Session, response: HttpResponse): HttpResponse {
  const settings = settingsOf(runtime, session);
  const { received } = session;
  if (settings === undefined || received === undefined) return response;
  const algorithm = chosenAlgorithm(
    settings.algorithms,
    headerValue(received.headers, 'accept-encoding') ?? '',
  );
  if (algorithm === undefined || algorithm === 'identity' || !mayCompress(settings, received, response))
    return response;
  const body = algorithm === 'gzip' ? compress('gzip', response.body) : zlibCompress(response.body);
  const headers: [string, string][] = response.headers
    .filter(([name]) => name !== 'content-length')
    .map(([name, value]) => [name, name === 'etag' && value.startsWith('"') ? `W/${value}` : value]);
  if (headerValue(headers, 'transfer-encoding') === undefined) headers.push(['transfer-encoding', 'chunked']);
  const varies = headerValue(headers, 'vary')?.toLowerCase().includes('accept-encoding') === true;
  if (!varies) headers.push(['vary', 'Accept-Encoding']);
  headers.push(['content-encoding', headerName(algorithm)]);
  const proxies = [runtime.proxy(session.frontend).frontend];
  if (session.backend >= 0) proxies.push(runtime.proxy(session.backend).backend);
  for (const counters of proxies) {
    counters.compressed.before += byteLength(response.body);
    counters.compressed.after += byteLength(body);
    counters.compressed.responses += 1;
  }
  return {
    ...response,
    headers,
    body,
    bytes: responseBytes(response.status, response.reason, headers, body),
  };
}

function mayCompress(settings: CompressionSettings, request: HttpRequest, response: HttpResponse): boolean {
  if (request.method === 'HEAD' || request.version === '1.0' || response.version === '1.0') return false;
  if (response.status < 200 || response.status > 203 || response.body === '') return false;
  const value = (name: string): string => headerValue(response.headers, name)?.toLowerCase() ?? '';
  if (value('content-encoding') !== '' || value('cache-control').includes('no-transform')) return false;
  const type = value('content-type');
  if (type.startsWith('multipart')) return false;
  return (
    settings.types.length === 0 ||
    settings.types.some((known) => type === known.toLowerCase() || type.startsWith(`${known.toLowerCase()};`))
  );
}
