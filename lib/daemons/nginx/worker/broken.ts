/** Requests that cannot be read to their end: an answer, or none, and a line in each log all the same. Source: nginx 1.22 src/http/ngx_http_request.c `ngx_http_process_request_line`, `ngx_http_close_request`. */
import type { HttpRequest } from '../../../world/network.contract';
import { newRequest, special } from './phases';
import { drop } from './reply';
import { partOf } from './raw-request';
import type { Runtime } from './runtime';
import type { Client } from './state';
import type { Asking } from './variables';

interface Begun {
  /** What was read so far. */
  readonly line: string;
  readonly headers: [string, string][];
  readonly isBare: boolean;
}
function beginBroken(runtime: Runtime, client: Client, { line, headers, isBare }: Begun): Asking {
  const message: HttpRequest = {
    kind: 'request',
    trace: 0,
    method: '',
    target: '',
    version: '1.0',
    headers,
    body: '',
    bytes: 0,
  };
  client.requests += 1;
  runtime.group.requests += 1;
  client.phase = 'working';
  client.buffered = '';
  const request = newRequest(runtime, client, message, client.server);
  request.typedLine = line;
  request.isBroken = true;
  request.isBare = isBare;
  client.request = request;
  return { runtime, client, request };
}
/** Words that are no request. */
export function refuse(
  runtime: Runtime,
  client: Client,
  {
    status,
    text,
    line,
    isBare = false,
  }: { readonly status: number; readonly text: string; readonly line: string; readonly isBare?: boolean },
): void {
  const asking = beginBroken(runtime, client, { line, headers: [], isBare });
  runtime.tell(client, 'info', text, { action: 'reading client request line' });
  special(asking, status);
}
/** The client has gone or fallen silent in the middle of it: nobody is answered. */
export function giveUp(
  runtime: Runtime,
  client: Client,
  { status, text }: { readonly status: number; readonly text: string },
): void {
  const { line, isLineWhole, headers } = partOf(client.buffered);
  const asking = beginBroken(runtime, client, { line, headers, isBare: false });
  runtime.tell(client, 'info', text, {
    action: `reading client request ${isLineWhole ? 'headers' : 'line'}`,
  });
  drop(asking, status);
}
