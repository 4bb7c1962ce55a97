/** Backslash escapes: `$'…'`, `echo -e`, `printf`. Bytes above 127 that are no UTF-8 stand as in `lib/std/bytes`. */
import { bytesFromText, textFromBytes } from '../../std/bytes';

const LETTERS: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['E', '\x1b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

/** One byte as text; two neighbours that make up a character are joined by `mendBytes`. */
export function byteText(byte: number): string {
  return byte < 0x80 ? String.fromCharCode(byte) : String.fromCharCode(0xdc00 + byte);
}

/** Joins escaped bytes that together are valid UTF-8. */
export function mendBytes(text: string): string {
  return /[\udc80-\udcff]/.test(text) ? textFromBytes(bytesFromText(text)) : text;
}

/** Body of `$'…'`. */
export function decodeAnsiC(text: string): string {
  if (!text.includes('\\')) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c !== '\\') {
      out += c;
      continue;
    }
    i++;
    const next = text[i];
    if (next === undefined) {
      out += '\\';
      break;
    }
    if (next === "'" || next === '"' || next === '?') out += next;
    else if (next === 'c') {
      i++;
      const control = text[i] === '\\' && text[i + 1] === '\\' ? text[i++] : text[i];
      out +=
        control === undefined
          ? '\\c'
          : String.fromCharCode(control === '?' ? 127 : control.toUpperCase().charCodeAt(0) & 31);
    } else {
      const escape = readEscape(text, i, { octal: 3 });
      if (escape === undefined) out += `\\${next}`;
      else {
        if (escape.text === '\0') return mendBytes(out);
        out += escape.text;
        i = escape.end - 1;
      }
    }
  }
  return mendBytes(out);
}

/** The escape whose letter stands at `at`; undefined when it is none. `octal`: digits of an octal number, 4 when `\0nnn` is meant. */
export function readEscape(
  text: string,
  at: number,
  options: { readonly octal: 3 | 4 },
): { text: string; end: number } | undefined {
  const c = text[at] ?? '';
  const letter = LETTERS.get(c);
  if (letter !== undefined) return { text: letter, end: at + 1 };
  if (c === 'x') {
    const digits = /^[0-9A-Fa-f]{1,2}/.exec(text.slice(at + 1, at + 3))?.[0];
    return digits === undefined
      ? undefined
      : { text: byteText(Number.parseInt(digits, 16)), end: at + 1 + digits.length };
  }
  if (c === 'u' || c === 'U') {
    const digits = (c === 'u' ? /^[0-9A-Fa-f]{1,4}/ : /^[0-9A-Fa-f]{1,8}/).exec(
      text.slice(at + 1, at + 9),
    )?.[0];
    if (digits === undefined) return undefined;
    const code = Number.parseInt(digits, 16);
    return { text: code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd', end: at + 1 + digits.length };
  }
  if (c >= '0' && c <= '7') {
    const most = options.octal === 4 && c === '0' ? 4 : 3;
    const digits = /^[0-7]+/.exec(text.slice(at, at + most))?.[0] ?? c;
    return { text: byteText(Number.parseInt(digits, 8) & 255), end: at + digits.length };
  }
  return undefined;
}
