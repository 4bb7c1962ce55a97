/**
 * What the daemon answers itself: the pages of its errors, and replies of rules.
 * Source: HAProxy 2.6 src/http.c `http_err_msgs`; recorded answers; HAProxy 2.6
 * configuration manual §4.2 "errorfile", "http-request return".
 */

import { byteLength } from '../../../std/bytes';
import type { HttpResponse } from '../../../world/network.contract';

/** Headers as clients see them, and the text after the title. */
const PAGES: ReadonlyMap<
  number,
  { readonly reason: string; readonly text: string; readonly extra?: [string, string][] }
> = new Map([
  [200, { reason: 'OK', text: 'Service ready.' }],
  [400, { reason: 'Bad request', text: 'Your browser sent an invalid request.' }],
  [401, { reason: 'Unauthorized', text: 'You need a valid user and password to access this content.' }],
  [403, { reason: 'Forbidden', text: 'Request forbidden by administrative rules.' }],
  [404, { reason: 'Not Found', text: 'The resource could not be found.' }],
  [
    405,
    {
      reason: 'Method Not Allowed',
      text: 'A request was made of a resource using a request method not supported by that resource',
    },
  ],
  [407, { reason: 'Unauthorized', text: 'You need a valid user and password to access this content.' }],
  [408, { reason: 'Request Time-out', text: "Your browser didn't send a complete request in time." }],
  [410, { reason: 'Gone', text: 'The resource is no longer available and will not be available again.' }],
  [413, { reason: 'Payload Too Large', text: 'The request entity exceeds the maximum allowed.' }],
  [421, { reason: 'Misdirected Request', text: 'Request sent to a non-authoritative server.' }],
  [422, { reason: 'Unprocessable Content', text: 'The server cannot process the contained instructions.' }],
  [425, { reason: 'Too Early', text: 'Your browser sent early data.' }],
  [429, { reason: 'Too Many Requests', text: 'You have sent too many requests in a given amount of time.' }],
  [500, { reason: 'Internal Server Error', text: 'An internal server error occurred.' }],
  [
    501,
    {
      reason: 'Not Implemented',
      text: 'The server does not support the functionality required to fulfill the request.',
    },
  ],
  [502, { reason: 'Bad Gateway', text: 'The server returned an invalid or incomplete response.' }],
  [503, { reason: 'Service Unavailable', text: 'No server is available to handle this request.' }],
  [504, { reason: 'Gateway Time-out', text: "The server didn't respond in time." }],
]);

const REASONS: ReadonlyMap<number, string> = new Map([
  [100, 'Continue'],
  [101, 'Switching Protocols'],
  [200, 'OK'],
  [201, 'Created'],
  [202, 'Accepted'],
  [203, 'Non-Authoritative Information'],
  [204, 'No Content'],
  [205, 'Reset Content'],
  [206, 'Partial Content'],
  [300, 'Multiple Choices'],
  [301, 'Moved Permanently'],
  [302, 'Found'],
  [303, 'See Other'],
  [304, 'Not Modified'],
  [305, 'Use Proxy'],
  [307, 'Temporary Redirect'],
  [308, 'Permanent Redirect'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [402, 'Payment Required'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [406, 'Not Acceptable'],
  [407, 'Proxy Authentication Required'],
  [408, 'Request Timeout'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [411, 'Length Required'],
  [412, 'Precondition Failed'],
  [413, 'Payload Too Large'],
  [414, 'URI Too Long'],
  [415, 'Unsupported Media Type'],
  [416, 'Range Not Satisfiable'],
  [417, 'Expectation Failed'],
  [418, "I'm a teapot"],
  [422, 'Unprocessable Entity'],
  [425, 'Too Early'],
  [426, 'Upgrade Required'],
  [428, 'Precondition Required'],
  [429, 'Too Many Requests'],
  [431, 'Request Header Fields Too Large'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
  [505, 'HTTP Version Not Supported'],
]);
export function reasonOf(status: number): string {
  return REASONS.get(status) ?? '<none>';
}

/** The page that the daemon has for a status. */
export function builtInPage(status: number): HttpResponse {
  const page = PAGES.get(status) ?? { reason: reasonOf(status), text: '' };
  const title = status === 400 ? '400 Bad request' : `${status} ${page.reason}`;
  const body = `<html><body><h1>${title}</h1>\n${page.text}\n</body></html>\n`;
  const headers: [string, string][] = [
    ['content-length', String(body.length)],
    ['cache-control', 'no-cache'],
  ];
  if (status === 408 || status === 400) headers.push(['connection', 'close']);
  headers.push(['content-type', 'text/html']);
  return response(status, page.reason, headers, body);
}

export function response(
  status: number,
  reason: string,
  headers: [string, string][],
  body: string,
): HttpResponse {
  return {
    kind: 'response',
    trace: 0,
    status,
    reason,
    version: '1.1',
    headers,
    body,
    bytes: responseBytes(status, reason, headers, body),
  };
}
/** On the wire. */
export function responseBytes(
  status: number,
  reason: string,
  headers: readonly [string, string][],
  body: string,
): number {
  let bytes = 15 + reason.length + byteLength(body) + (status > 999 ? 1 : 0);
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return bytes;
}
/** As the daemon counts a message: a fixed head, names and values without separators, the body. */
export function countedBytes(message: HttpResponse): number {
  let bytes = 32 + message.reason.length;
  for (const header of message.headers) bytes += header[0].length + header[1].length;
  return bytes + byteLength(message.body);
}
