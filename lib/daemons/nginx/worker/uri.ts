/** URIs: taken apart, made plain, written again. Source: nginx 1.22 src/http/ngx_http_parse.c `ngx_http_parse_complex_uri`, src/core/ngx_string.c `ngx_escape_uri`. */
import { bytesFromText, textFromBytes } from '../../../std/bytes';

/** undefined: it leads outside, or is none. */
export function parseTarget(
  target: string,
  mergesSlashes: boolean,
): { uri: string; args: string; host: string | undefined; unparsed: string } | undefined {
  let rest = target;
  let host: string | undefined;
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(target);
  if (absolute !== null) {
    host = absolute[1] ?? '';
    rest = target.slice(absolute[0].length);
    if (!rest.startsWith('/')) rest = `/${rest}`;
  }
  if (!rest.startsWith('/')) return undefined;
  const unparsed = rest;
  rest = rest.replace(/#.*$/s, '');
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  const uri = normalize(path, mergesSlashes);
  return uri === undefined
    ? undefined
    : { uri, args: question < 0 ? '' : rest.slice(question + 1), host, unparsed };
}
function normalize(path: string, mergesSlashes: boolean): string | undefined {
  if (!/[%.]|\/\//.test(path)) return path;
  const plain = decode(path);
  if (plain === undefined || plain.includes('\0')) return undefined;
  const parts: string[] = [];
  const pieces = plain.split('/').slice(1);
  for (const [index, piece] of pieces.entries()) {
    const isLast = index === pieces.length - 1;
    if (piece === '..') {
      if (parts.length === 0) return undefined;
      parts.pop();
      if (isLast) parts.push('');
    } else if (piece === '.') {
      if (isLast) parts.push('');
    } else if (piece === '' && !isLast && mergesSlashes) continue;
    else parts.push(piece);
  }
  return `/${parts.join('/')}`;
}
function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const bytes: number[] = [];
  const source = bytesFromText(text);
  for (let at = 0; at < source.length; at++) {
    if (source[at] !== 0x25) {
      bytes.push(source[at] ?? 0);
      continue;
    }
    bytes.push(Number.parseInt(String.fromCharCode(source[at + 1] ?? 0x30, source[at + 2] ?? 0x30), 16));
    at += 2;
  }
  return textFromBytes(Uint8Array.from(bytes));
}
function escape(text: string, unsafe: RegExp): string {
  if (!unsafe.test(text)) return text;
  let out = '';
  for (const byte of bytesFromText(text)) {
    const character = String.fromCharCode(byte);
    out +=
      byte > 126 || byte < 33 || unsafe.test(character)
        ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : character;
  }
  return out;
}
/** ` `, `#`, `%`, `?` and what is no printable ASCII. */
export function escapeUri(text: string): string {
  return escape(text, /[^!"$&-;<-~=>@]|[%#?]/);
}
/** … and what would end an argument. */
export function escapeArgs(text: string): string {
  return escape(text, /[^!-~]|[%#&+?;]/);
}
