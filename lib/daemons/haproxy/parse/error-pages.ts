/**
 * Pages of one's own for the daemon's errors.
 * Source: HAProxy 2.6 configuration manual §3.8 "HTTP-errors", §4.2 "errorfile",
 * "errorfiles", "http-error"; 2.6.12 `http_htx.c`; recorded `haproxy -c` runs.
 */

import type { ErrorReply } from '../config';
import type { Outcome } from './outcome';
import { type Draft, fail, leadingInteger, type Line, NONE, type ParserState, samplesAt } from './context';
import { ERROR_STATUSES, readErrorFile } from './error-file';
import { parseReply } from './reply';
import { rulePlaces } from './rules';

/** `errorfile 503 /etc/haproxy/errors/503.http`, `errorloc303 503 http://…` */
export function parseErrorFileLine(state: ParserState, proxy: Draft, line: Line): number {
  const [keyword, code, path] = [line.at(0), line.at(1), line.at(2)];
  const isFile = keyword === 'errorfile';
  if (code === '' || path === '') {
    return fail(
      state,
      `${line.head}${keyword} : expects <status_code> and <${isFile ? 'file' : 'url'}> as arguments.\n`,
    );
  }
  const status = leadingInteger(code);
  if (!ERROR_STATUSES.includes(status))
    return fail(state, `${line.head}${keyword} : status code '${status}' not handled.`);
  const reply: Outcome<ErrorReply> = isFile
    ? readErrorFile(state, path)
    : { value: { kind: 'location', code: keyword === 'errorloc303' ? 303 : 302, url: path } };
  if ('error' in reply) return fail(state, `${line.head}errorfile : ${reply.error}`);
  proxy.errorPages.push({ kind: 'own', status, reply: reply.value });
  return NONE;
}

/** `errorfiles <section> [<code> …]` */
export function parseErrorFilesLine(state: ParserState, proxy: Draft, line: Line): number {
  const name = line.at(1);
  if (name === '') return fail(state, `${line.head}errorfiles : expects <name> as argument.`);
  const statuses: number[] = [];
  for (const word of line.from(2)) {
    const status = leadingInteger(word);
    if (!ERROR_STATUSES.includes(status))
      return fail(state, `${line.head}errorfiles : status code '${status}' not handled.`);
    statuses.push(status);
  }
  proxy.errorPages.push({ file: line.file, line: line.number, kind: 'section', name, statuses });
  return NONE;
}

/** `http-error status 503 content-type text/html file /etc/haproxy/sorry.html` */
export function parseHttpErrorLine(state: ParserState, proxy: Draft, line: Line): number {
  const refuse = (text: string): number => fail(state, `${line.head}http-error : ${text}`);
  if (line.at(1) !== 'status') return refuse('expects at least a <status> as arguments.\n');
  const parsed = parseReply(
    {
      state,
      line,
      places: rulePlaces(proxy, 'http-request'),
      context: samplesAt(state, line.place, { proxy, use: 'http-error directive' }),
    },
    1,
    0,
  );
  if ('error' in parsed) return refuse(parsed.error);
  const { reply, next } = parsed.value;
  if (line.at(next) !== '') return refuse(`unknown keyword '${line.at(next)}'.`);
  if (!ERROR_STATUSES.includes(reply.status))
    return fail(state, `${line.head}http-error: status code '${reply.status}' not handled.`);
  proxy.errorPages.push({ kind: 'own', status: reply.status, reply: { kind: 'reply', reply } });
  return NONE;
}

/** A line of an `http-errors` section. */
export function parseErrorSectionLine(state: ParserState, line: Line): number {
  const [code, path] = [line.at(1), line.at(2)];
  if (code === '' || path === '')
    return fail(state, `${line.head}errorfile: expects <status_code> and <file> as arguments.`);
  const status = leadingInteger(code);
  if (!ERROR_STATUSES.includes(status))
    return fail(state, `${line.head}errorfile : status code '${status}' not handled.`);
  const reply = readErrorFile(state, path);
  if ('error' in reply) return fail(state, `${line.head}errorfile : ${reply.error}`);
  state.httpErrors.at(-1)?.pages.set(status, reply.value);
  return NONE;
}

/** What a proxy answers for each status, later lines before earlier ones. */
export function resolveErrorPages(state: ParserState, proxy: Draft): number {
  let errors = 0;
  for (const page of proxy.errorPages) {
    if (page.kind === 'own') {
      proxy.errorFiles.set(page.status, page.reply);
      continue;
    }
    const section = state.httpErrors.find(({ name }) => name === page.name);
    if (section === undefined) {
      state.log.alert(
        `proxy '${proxy.id}': unknown http-errors section '${page.name}' (at ${page.file}:${page.line}).`,
      );
      errors += 1;
      continue;
    }
    const statuses = page.statuses.length > 0 ? page.statuses : [...section.pages.keys()];
    for (const status of statuses) {
      const reply = section.pages.get(status);
      if (reply !== undefined) proxy.errorFiles.set(status, reply);
      else
        state.log.warning(
          `config: proxy '${proxy.id}' : status '${status}' not declared in http-errors section '${page.name}' (at ${page.file}:${page.line}).`,
        );
    }
  }
  return errors;
}
