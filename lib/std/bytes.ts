/**
 * Text that can hold any bytes.
 *
 * File contents, pipes and terminals carry JavaScript strings. Bytes that are
 * valid UTF-8 stand as the characters they encode; every other byte 0x80–0xff
 * stands as the lone surrogate U+DC80–U+DCFF (Python's "surrogateescape"), so
 * that bytes → text → bytes gives the same bytes, and ordinary text stays
 * ordinary text.
 */

/** The long text that was counted last: one text is often written to many hosts. */
let counted = { text: '', bytes: 0 };
const LONG = 1_024;

/** Number of bytes that `text` takes as UTF-8, escaped bytes counting one each. */
export function byteLength(text: string): number {
  if (text.length < LONG) return countBytes(text);
  if (counted.text !== text) counted = { text, bytes: countBytes(text) };
  return counted.bytes;
}
const BEYOND_ASCII = /[^\0-\x7f]/;
function countBytes(text: string): number {
  // Several times as quick as a look at each character.
  const ascii = text.search(BEYOND_ASCII);
  if (ascii < 0) return text.length;
  let bytes = ascii;
  for (let i = ascii; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) {
      bytes += 4;
      i++;
    } else if (unit >= 0xdc80 && unit <= 0xdcff) bytes += 1;
    else bytes += 3;
  }
  return bytes;
}

/** The bytes of `text`. */
export function bytesFromText(text: string): Uint8Array {
  const out = new Uint8Array(byteLength(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00 && isLow(text.charCodeAt(i + 1))) {
      code = 0x10000 + ((code - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
    }
    if (code < 0x80) out[at++] = code;
    else if (code >= 0xdc80 && code <= 0xdcff) out[at++] = code - 0xdc00;
    else {
      if (code < 0x800) out[at++] = 0xc0 | (code >> 6);
      else {
        if (code < 0x10000) out[at++] = 0xe0 | (code >> 12);
        else {
          out[at++] = 0xf0 | (code >> 18);
          out[at++] = 0x80 | ((code >> 12) & 63);
        }
        out[at++] = 0x80 | ((code >> 6) & 63);
      }
      out[at++] = 0x80 | (code & 63);
    }
  }
  return out;
}

/** The text of `bytes`; what is not valid UTF-8 is escaped byte by byte. */
export function textFromBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  let run = '';
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length === 0) run += String.fromCharCode(0xdc00 + (bytes[i++] ?? 0));
    else {
      run += String.fromCodePoint(codePoint(bytes, i, length));
      i += length;
    }
    if (run.length > 4096) {
      parts.push(run);
      run = '';
    }
  }
  parts.push(run);
  return parts.join('');
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Length of the valid UTF-8 sequence that starts at `i`, or 0. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] ?? 0;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first < 0xe0
      ? 2
      : first >= 0xe0 && first < 0xf0
        ? 3
        : first >= 0xf0 && first < 0xf5
          ? 4
          : 0;
  if (length === 0) return 0;
  for (let k = 1; k < length; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return 0;
  const code = codePoint(bytes, i, length);
  const shortest = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  return code < shortest || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : length;
}

function codePoint(bytes: Uint8Array, i: number, length: number): number {
  const first = bytes[i] ?? 0;
  if (length === 1) return first;
  let code = first & (length === 2 ? 31 : length === 3 ? 15 : 7);
  for (let k = 1; k < length; k++) code = (code << 6) | ((bytes[i + k] ?? 0) & 63);
  return code;
}
