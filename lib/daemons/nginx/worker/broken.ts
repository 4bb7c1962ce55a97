/** Requests that cannot be read to their end: an answer, or none, and a line in each log all the same. Source: nginx 1.22 src/http/ngx_http_request.c `ngx_http_process_request_line`, `ngx_http_close_request`. */
import type { HttpRequest } from '../../../world/network.contract';
import { newRequest, special } from './phases';
import { drop } from './reply';
import type { Runtime } from './runtime';
import type { Client } from './state';
import type { Asking } from './variables';

/** What was read of it so far. */
function beginBroken(runtime: Runtime, client: Client, line: string): Asking {
  const message: HttpRequest = {
    kind: 'request',
    trace: 0,
    method: '',
    target: '',
    version: '1.0',
    headers: [],
    body: '',
    bytes: 0,
  };
  client.requests += 1;
  runtime.group.requests += 1;
  client.phase = 'working';
  client.buffered = '';
  const request = newRequest(runtime, client, message, client.server);
  request.brokenLine = line;
  client.request = request;
  return { runtime, client, request };
}
/** Words that are no request. */
export function refuse(
  runtime: Runtime,
  client: Client,
  { status, text, line }: { readonly status: number; readonly text: string; readonly line: string },
): void {
  const asking = beginBroken(runtime, client, line);
  runtime.tell(client, 'info', text, { action: 'reading client request line' });
  special(asking, status);
}
/** The client has gone or fallen silent in the middle of it: nobody is answered. */
export function giveUp(
  runtime: Runtime,
  client: Client,
  { status, text }: { readonly status: number; readonly text: string },
): void {
  const begun = client.buffered.replace(/^[\r\n]+/, '');
  const end = begun.search(/\r?\n/);
  const asking = beginBroken(runtime, client, end < 0 ? begun : begun.slice(0, end));
  runtime.tell(client, 'info', text, {
    action: `reading client request ${end < 0 ? 'line' : 'headers'}`,
  });
  drop(asking, status);
}
