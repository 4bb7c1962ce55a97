/** Answers that come as bytes. */
import { byteLength } from '../../../std/bytes';
import type { HttpResponse } from '../../../world/network.contract';

/** An answer typed by hand (nc -l): whole when its Content-Length is there. */
export function completeRaw(text: string): HttpResponse | undefined {
  const end = text.search(/\r?\n\r?\n/);
  if (end < 0) return undefined;
  const response = rawResponse(text);
  const length = response.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return length !== undefined && byteLength(response.body) >= Number(length) ? response : undefined;
}
export function rawResponse(text: string): HttpResponse {
  const match = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(text);
  const [first = '', ...lines] = (match?.[1] ?? text).split(/\r?\n/);
  const status = /^HTTP\/(\S+) (\d+) ?(.*)$/.exec(first);
  const headers = lines.map((line): [string, string] => [
    line.split(':')[0] ?? '',
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return {
    kind: 'response',
    trace: 0,
    status: Number(status?.[2] ?? 200),
    reason: status?.[3] ?? '',
    version: status?.[1] === '1.0' ? '1.0' : '1.1',
    headers,
    body: match?.[2] ?? '',
    bytes: text.length,
  };
}
