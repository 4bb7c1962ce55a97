/**
 * Lines of a crt-list: `<certificate> [<words of TLS>] <names>`.
 * Source: HAProxy 2.6 configuration manual §5.1 "crt-list"; 2.6.12
 * `ssl_crtlist.c` `crtlist_parse_line()`; recorded.
 */

import { noTlsOptions, type TlsOptions } from '../../config-tls';
import type { Place } from '../../config';
import { BIND_PARAMETER } from '../../directives';
import { type Complaint, complaint, type ParserState, WARN } from '../context';
import { applyTlsOption } from './options';

/** Words that may stand between the brackets. */
const WORDS =
  /^(?:allow-0rtt|alpn|ca-file|ca-verify-file|ciphers|ciphersuites|crl-file|curves|ecdhe|no-ca-names|npn|ssl-min-ver|ssl-max-ver|verify)$/;

export interface ListLine {
  readonly path: string;
  readonly options: TlsOptions | undefined;
  readonly filters: readonly string[];
  readonly complaint: Complaint;
}

/** Undefined: an empty line, or a comment. */
export function readListLine(state: ParserState, text: string, place: Place): ListLine | undefined {
  const head = `parsing [${place.file}:${place.line}]: `;
  if (/^\s*#/.test(text)) return undefined;
  const { words, opens, closes } = splitLine(text);
  const [name = ''] = words;
  const line = { path: fullPath(state, name), options: undefined, filters: [] };
  if (opens === 0) return { ...line, complaint: complaint(`${head}file must start with a cert`) };
  if (name === '') return undefined;
  let warning: Complaint;
  if (opens !== undefined && opens > 1)
    warning = {
      text: `${head}malformated line, filters can't be between filename and options!`,
      bits: WARN,
    };
  const end = closes ?? 0;
  const read = readOptions(state, words, { from: opens ?? 1, end, head });
  const options = opens === undefined ? undefined : read.options;
  return {
    ...line,
    options,
    filters: words.slice(Math.max(read.next, 1)),
    complaint: read.complaint ?? warning,
  };
}

function fullPath(state: ParserState, name: string): string {
  const { certificateBase } = state.tls;
  return name.startsWith('/') || certificateBase === '' ? name : `${certificateBase}/${name}`;
}

/** Blanks and brackets part the words; `opens` and `closes` say before which word a bracket stands. */
function splitLine(text: string): { words: string[]; opens: number | undefined; closes: number | undefined } {
  const words: string[] = [];
  let opens: number | undefined;
  let closes: number | undefined;
  let isNew = true;
  for (const character of text) {
    if (/\s/.test(character)) isNew = true;
    else if (character === '[') {
      opens = words.length;
      isNew = true;
    } else if (character === ']') {
      closes = words.length;
      isNew = true;
    } else if (isNew) {
      words.push(character);
      isNew = false;
    } else words[words.length - 1] += character;
  }
  return { words, opens, closes };
}

function readOptions(
  state: ParserState,
  words: readonly string[],
  { from, end, head }: { from: number; end: number; head: string },
): { options: TlsOptions; next: number; complaint: Complaint } {
  let options = noTlsOptions();
  let at = from;
  while (at < end) {
    const keyword = words[at] ?? '';
    if (!WORDS.test(keyword))
      return { options, next: at, complaint: complaint(`${head}unknown ssl keyword ${keyword}`) };
    const takes = BIND_PARAMETER.get(keyword)?.takes ?? 0;
    const value = takes > 0 ? (words[at + 1] ?? '') : '';
    const outcome = applyTlsOption(state, options, { keyword, value, place: 'list' });
    if (at + 1 + takes > end)
      return { options, next: at, complaint: complaint(`${head}ssl args out of '[]' for ${keyword}`) };
    if (outcome !== 'of another kind') {
      if (outcome.complaint !== undefined) return { options, next: at, complaint: outcome.complaint };
      options = outcome.options;
    }
    at += 1 + takes;
  }
  return { options, next: at, complaint: undefined };
}
