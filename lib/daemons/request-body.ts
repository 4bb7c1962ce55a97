/** The body of a request as it comes over the wire, in parts. Source: RFC 9112 §6.3, §7.1. */
import { byteLength, bytesFromText, textFromBytes } from '../std/bytes';

/** How the end of a body is told. */
export type BodyFraming = { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' };
export type BodyRead =
  | { readonly kind: 'whole'; readonly body: string; readonly rest: string }
  | { readonly kind: 'part' }
  | { readonly kind: 'invalid' };

/** Takes the body from what has come behind a head. */
export function readBody(text: string, framing: BodyFraming): BodyRead {
  return framing.kind === 'length' ? readLength(text, framing.bytes) : readChunks(text);
}
/** undefined: no body follows. Headers that contradict each other are the caller's affair. */
export function framingOf(headers: readonly (readonly [string, string])[]): BodyFraming | undefined {
  let bytes = 0;
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower === 'transfer-encoding' && value.toLowerCase().endsWith('chunked')) return { kind: 'chunked' };
    if (lower === 'content-length') bytes = Number(value);
  }
  return bytes > 0 ? { kind: 'length', bytes } : undefined;
}

function readLength(text: string, wanted: number): BodyRead {
  const has = byteLength(text);
  if (has < wanted) return { kind: 'part' };
  if (has === text.length) return { kind: 'whole', body: text.slice(0, wanted), rest: text.slice(wanted) };
  const bytes = bytesFromText(text);
  return {
    kind: 'whole',
    body: textFromBytes(bytes.slice(0, wanted)),
    rest: textFromBytes(bytes.slice(wanted)),
  };
}
function readChunks(text: string): BodyRead {
  let body = '';
  let rest = text;
  for (;;) {
    const line = /^([0-9a-f]+)[ \t]*(?:;[^\n]*)?\r?\n/i.exec(rest);
    if (line === null) return isSizeLine(rest) ? { kind: 'part' } : { kind: 'invalid' };
    const size = Number.parseInt(line[1] ?? '', 16);
    rest = rest.slice(line[0].length);
    if (size === 0) return readTrailer(body, rest);
    const chunk = readLength(rest, size);
    if (chunk.kind !== 'whole') return chunk;
    const end = /^\r?\n/.exec(chunk.rest);
    if (end === null)
      return chunk.rest === '' || chunk.rest === '\r' ? { kind: 'part' } : { kind: 'invalid' };
    body += chunk.body;
    rest = chunk.rest.slice(end[0].length);
  }
}
function isSizeLine(text: string): boolean {
  return /^[0-9a-f]*[ \t]*(?:;[^\n]*)?\r?$/i.test(text);
}
function readTrailer(body: string, rest: string): BodyRead {
  const end = /^(?:[^\r\n][^\n]*\n)*\r?\n/.exec(rest);
  return end === null ? { kind: 'part' } : { kind: 'whole', body, rest: rest.slice(end[0].length) };
}
