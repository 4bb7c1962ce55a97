/** Writing text so that the shell reads it back: `%q`, `${x@Q}`, `set -x`, `declare -p`. */

const ANSI: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\x1b', '\\E'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ["'", "\\'"],
]);
const UNPRINTABLE = /[\x00-\x1f\x7f\udc80-\udcff]/;

/** Whether only `$'…'` can show the text. */
export function needsAnsi(text: string): boolean {
  if (!UNPRINTABLE.test(text)) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 32 || unit === 127) return true;
    if (
      unit >= 0xdc80 &&
      unit <= 0xdcff &&
      !(text.charCodeAt(i - 1) >= 0xd800 && text.charCodeAt(i - 1) < 0xdc00)
    )
      return true;
  }
  return false;
}

export function ansiQuote(text: string): string {
  let out = "$'";
  for (const c of text) {
    const known = ANSI.get(c);
    const code = c.codePointAt(0) ?? 0;
    if (known !== undefined) out += known;
    else if (code < 32 || code === 127) out += `\\${code.toString(8).padStart(3, '0')}`;
    else if (code >= 0xdc80 && code <= 0xdcff) out += `\\${(code - 0xdc00).toString(8)}`;
    else out += c;
  }
  return `${out}'`;
}

/** A name in a message: characters that cannot be shown are written as `$'…'`. */
export function visible(text: string): string {
  return needsAnsi(text) ? ansiQuote(text) : text;
}

export function singleQuote(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

/** `printf %q`. */
export function backslashQuote(text: string): string {
  if (text === '') return "''";
  if (needsAnsi(text)) return ansiQuote(text);
  return text.replace(/[ \t'"\\|&;()<>!{}*[\]?^$`,]|^[~#]|(?<=[=:])~/g, '\\$&');
}

/** Characters that make bash quote a word when it shows it. */
const NEEDS_QUOTES = /[ \t\n'"\\|&;()<>!{}*[\]?^$`]|^[~#]|[=:]~/;

export function containsShellMeta(text: string): boolean {
  return NEEDS_QUOTES.test(text);
}

/** A word in the output of `set -x`. */
export function traceQuote(text: string): string {
  if (text === '') return "''";
  if (containsShellMeta(text)) return singleQuote(text);
  return needsAnsi(text) ? ansiQuote(text) : text;
}

/** `${x@Q}`. */
export function reusableQuote(text: string): string {
  return needsAnsi(text) ? ansiQuote(text) : singleQuote(text);
}

/** A value in `set`, `export -p`, aliases: quoted only when it must be. */
export function valueQuote(text: string): string {
  if (needsAnsi(text)) return ansiQuote(text);
  return text !== '' && containsShellMeta(text) ? singleQuote(text) : text;
}

/** A value in `declare -p`. */
export function doubleQuote(text: string): string {
  return needsAnsi(text) ? ansiQuote(text) : `"${text.replace(/["$`\\]/g, '\\$&')}"`;
}
