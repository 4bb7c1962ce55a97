/**
 * Answers that rules and `http-error` give: `status 403 content-type text/plain string "no" hdr x y`.
 * Source: HAProxy 2.6 configuration manual §4.2 "http-request return", "http-request
 * deny"; 2.6.12 `http_htx.c` `http_parse_http_reply()`; recorded `haproxy -c` runs.
 */

import type { Reply } from '../config';
import type { Outcome } from './outcome';
import { leadingInteger, type Line, type ParserState, warn } from './context';
import { ERROR_STATUSES, readErrorFile } from './error-file';
import { parseFormat } from './format';
import type { SampleContext } from './pattern-files';

interface Reading {
  readonly state: ParserState;
  readonly line: Line;
  /** where samples must be available */
  readonly places: number;
  readonly context: SampleContext;
}
type Parsed = Outcome<{ readonly reply: Reply; readonly next: number }>;

/** Reads from word `from` up to the first word that is not its own. */
export function parseReply(reading: Reading, from: number, defaultStatus: number): Parsed {
  const { line } = reading;
  const reply: Reply = {
    status: defaultStatus,
    contentType: undefined,
    body: { kind: 'none' },
    headers: [],
  };
  let source = '';
  let next = from;
  for (; ; next++) {
    const word = line.at(next);
    const value = line.at(next + 1);
    if (word === 'status' || word === 'deny_status') {
      if (value === '') return { error: "'status' expects <status_code> as argument" };
      reply.status = leadingInteger(value);
      if (reply.status < 200 || reply.status > 599)
        return { error: `Unexpected status code '${reply.status}'` };
    } else if (word === 'content-type') {
      if (value === '') return { error: `'${word}' expects <ctype> as argument` };
      reply.contentType = value;
    } else if (word === 'hdr') {
      const problem = readHeader(reading, reply, next);
      if (problem !== undefined) return { error: problem };
      next++;
    } else if (SOURCES.test(word)) {
      if (source !== '') return { error: `unexpected '${word}' argument, '${source}' already defined` };
      source = word;
      const body = readBody(reading, word, value);
      if ('error' in body) return body;
      reply.body = body.value;
      if (word === 'default-errorfiles') continue;
    } else break;
    next++;
  }
  const problem = check(reading, reply, source);
  return problem === undefined ? { value: { reply, next } } : { error: problem };
}
const SOURCES = /^(?:errorfiles|errorfile|file|string|lf-file|lf-string|default-errorfiles)$/;

/** What goes with what. */
function check({ state, line }: Reading, reply: Reply, source: string): string | undefined {
  const { contentType, status, headers, body } = reply;
  if (source.endsWith('errorfiles') && !ERROR_STATUSES.includes(status))
    return `status code '${status}' not handled by default with '${source}' argument.`;
  if (source.includes('errorfile')) {
    if (contentType !== undefined)
      warn(
        state,
        `${line.head}content-type '${contentType}' ignored by the http reply when used with an erorrfile.`,
      );
    if (headers.length > 0)
      warn(state, `${line.head}hdr parameters ignored by the http reply when used with an erorrfile.`);
    reply.headers = [];
  } else if (body.kind === 'none' && contentType !== undefined)
    warn(
      state,
      `${line.head}content-type '${contentType}' ignored by the http reply because neither errorfile nor payload defined.`,
    );
  else if (body.kind !== 'none' && contentType === undefined)
    return 'a content type must be defined when non-empty payload is configured';
  return undefined;
}

function readHeader({ state, line, places, context }: Reading, reply: Reply, at: number): string | undefined {
  const [name, text] = [line.at(at + 1), line.at(at + 2)];
  if (name === '' || text === '') return "'hdr' expects <name> and <value> as arguments";
  if (/^(?:content-length|transfer-encoding|content-type)$/i.test(name)) {
    warn(state, `${line.head}header '${name}' always ignored by the http reply.`);
    return undefined;
  }
  const value = parseFormat(text, { mergesSpaces: false, places, context });
  if ('error' in value) return value.error;
  reply.headers.push({ name, value: value.value.nodes });
  return undefined;
}

function readBody({ state, places, context }: Reading, word: string, value: string): Outcome<Reply['body']> {
  if (word === 'default-errorfiles') return { value: { kind: 'default' } };
  if (value === '') return { error: `'${word}' expects ${MISSING.get(word) ?? '<fmt>'} as argument` };
  if (word === 'errorfiles') return { value: { kind: 'section', name: value } };
  if (word === 'errorfile') {
    const file = readErrorFile(state, value);
    return 'error' in file ? file : { value: { kind: 'page', page: file.value } };
  }
  const text = word.endsWith('string') ? { text: value } : state.surroundings.readFile(value);
  if ('error' in text) return { error: `error opening file '${value}'` };
  if (!word.startsWith('lf-')) return { value: { kind: 'text', text: text.text } };
  const nodes = parseFormat(text.text, {
    mergesSpaces: false,
    places,
    context,
  });
  return 'error' in nodes ? nodes : { value: { kind: 'format', nodes: nodes.value.nodes } };
}
const MISSING: ReadonlyMap<string, string> = new Map([
  ['string', '<str>'],
  ['errorfiles', '<name>'],
  ['file', '<file>'],
  ['lf-file', '<file>'],
]);
