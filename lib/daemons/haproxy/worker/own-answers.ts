/**
 * Answers that no server gave: pages of errors, and what rules say.
 * Source: HAProxy 2.6 configuration manual §4.2 "errorfile", "http-error",
 * "http-request return"; src/http_ana.c `http_reply_message`; recorded answers.
 */

import { byteLength } from '../../../std/bytes';
import type { HttpResponse } from '../../../world/network.contract';
import type { ErrorReply, ProxySettings, Reply } from '../config';
import { render } from '../evaluate/format';
import type { Subject } from '../evaluate/subject';
import { variable } from './log-line';
import { builtInPage, reasonOf, response } from './replies';
import type { Runtime } from './runtime';
import type { Session } from './state';

export interface OwnAnswer {
  /** undefined: the connection ends without a word */
  readonly message: HttpResponse | undefined;
  /** what is counted and logged, whatever the message says */
  readonly status: number;
  /** from a file: sent as it stands there */
  readonly isRaw: boolean;
}

/** A message of the daemon's own making. */
export function ownAnswer(message: HttpResponse): OwnAnswer {
  return { message, status: message.status, isRaw: false };
}

/** The page of an error: the proxy's own, or the built-in one. */
export function errorAnswer(subject: Subject, proxies: readonly ProxySettings[], status: number): OwnAnswer {
  for (const { errorFiles } of proxies) {
    const page = errorFiles.get(status);
    if (page !== undefined) return pageAnswer(subject, page, status);
  }
  return ownAnswer(builtInPage(status));
}

/** Of the backend, once there is one, before those of the frontend. */
export function proxiesOf(runtime: Runtime, session: Session): ProxySettings[] {
  const frontend = runtime.settings(session.frontend);
  const backend = session.backend < 0 ? frontend : runtime.settings(session.backend);
  return backend === frontend ? [frontend] : [backend, frontend];
}

function pageAnswer(subject: Subject, page: ErrorReply, status: number): OwnAnswer {
  switch (page.kind) {
    case 'raw': {
      const headers = page.headers.map(([name, value]): [string, string] => [name.toLowerCase(), value]);
      const message = response(page.status, page.reason, headers, page.body);
      return { message: { ...message, version: page.version }, status, isRaw: true };
    }
    case 'location': {
      const headers: [string, string][] = [
        ['cache-control', 'no-cache'],
        ['content-length', '0'],
        ['location', page.url],
      ];
      return { message: response(page.code, reasonOf(page.code), headers, ''), status, isRaw: false };
    }
    case 'reply':
      return replyAnswer(subject, page.reply);
    case 'silent':
      return { message: undefined, status, isRaw: true };
  }
}

/** `http-request return …`, `deny …`, `http-error …` */
export function replyAnswer(subject: Subject, reply: Reply): OwnAnswer {
  const { runtime, session } = subject;
  const { body, status } = reply;
  switch (body.kind) {
    case 'default':
      return errorAnswer(subject, proxiesOf(runtime, session), status);
    case 'page':
      return pageAnswer(subject, body.page, status);
    case 'section': {
      const sections = runtime.configuration.httpErrors;
      const page = sections.find(({ name }) => name === body.name)?.pages.get(status);
      return page === undefined ? made(subject, reply, '') : pageAnswer(subject, page, status);
    }
    case 'none':
      return made(subject, reply, '');
    case 'text':
      return made(subject, reply, body.text);
    case 'format':
      return made(subject, reply, render(subject, body.nodes, variable));
  }
}
function made(subject: Subject, reply: Reply, body: string): OwnAnswer {
  const headers = reply.headers.map(({ name, value }): [string, string] => [
    name.toLowerCase(),
    render(subject, value, variable),
  ]);
  headers.push(['content-length', String(byteLength(body))]);
  if (reply.contentType !== undefined && body !== '') headers.push(['content-type', reply.contentType]);
  return ownAnswer(response(reply.status, reasonOf(reply.status), headers, body));
}

/** `401`, with a challenge. */
export function challenge(subject: Subject, proxies: readonly ProxySettings[], realm: string): OwnAnswer {
  const page = errorAnswer(subject, proxies, 401);
  if (page.message === undefined) return page;
  const { message } = page;
  return {
    ...page,
    message: { ...message, headers: [...message.headers, ['www-authenticate', `Basic realm="${realm}"`]] },
  };
}
