/**
 * How GNU tools put names into messages. Source: gnulib `quotearg`:
 * file names as the shell would need them ('a', 'it'\''s' as "it's", 'a'$'\n''b'),
 * other values in the locale's quotes (‘a’).
 */

/** `quoteaf`: a file name, always quoted. */
export function quoteFile(name: string): string {
  return shellQuoted(name, true);
}

/** `quotef`: a file name, quoted only where the shell would need it. */
export function quoteFileIfNeeded(name: string): string {
  return shellQuoted(name, false);
}

/** `quote`: a value. */
export function quoteValue(text: string): string {
  return `‘${escaped(text).replace(/’/g, '\\’')}’`;
}

/** Characters that make a shell-quoted name need its quotes. */
const SPECIAL = /^[#~]|[\s!"$&'()*;<=>?[\\^`|]/;
/** With nothing but these beside apostrophes, double quotes will do. */
const DOUBLE_QUOTES_WILL_DO = /^[A-Za-z0-9%+,\-./:\]_{} '\u0080-\uffff]+$/;

function shellQuoted(name: string, always: boolean): string {
  if (hasUnprintable(name)) return withDollarQuotes(name);
  if (!always && name !== '' && name !== '{' && name !== '}' && !SPECIAL.test(name)) return name;
  if (name.includes("'") && DOUBLE_QUOTES_WILL_DO.test(name)) return `"${name}"`;
  return `'${name.replace(/'/g, "'\\''")}'`;
}

/** `--quoting-style=shell`: control characters stay as they are. */
export function quotePlain(name: string, { always }: { readonly always: boolean }): string {
  if (!always && name !== '' && name !== '{' && name !== '}' && !SPECIAL.test(name)) return name;
  if (name.includes("'") && DOUBLE_QUOTES_WILL_DO.test(name)) return `"${name}"`;
  return `'${name.replace(/'/g, "'\\''")}'`;
}

function hasUnprintable(name: string): boolean {
  return /[\u0000-\u001f\u007f]|[\udc80-\udcff]/.test(name.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''));
}

/** `'a'$'\n''b'`: runs of printable characters in quotes, the rest in `$'…'`. */
function withDollarQuotes(name: string): string {
  let out = "'";
  let inDollar = false;
  for (const character of name) {
    if (hasUnprintable(character)) {
      out += `${inDollar ? '' : "'$'"}${escapeOf(character)}`;
      inDollar = true;
    } else {
      out += `${inDollar ? "''" : ''}${character === "'" ? "'\\''" : character}`;
      inDollar = false;
    }
  }
  return `${out}'`;
}

const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** One unprintable character as an escape of C. */
export function escapeOf(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.charCodeAt(0);
  const byte = code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
  return `\\${byte.toString(8).padStart(3, '0')}`;
}

function escaped(text: string): string {
  let out = '';
  for (const character of text)
    out += hasUnprintable(character) ? escapeOf(character) : character === '\\' ? '\\\\' : character;
  return out;
}

/** `"a\"b"`: quoted as in C. */
export function quoteC(text: string): string {
  return `"${escaped(text).replace(/"/g, '\\"')}"`;
}

/** As `ls -b` writes names. */
export function escapeName(text: string): string {
  return escaped(text).replace(/ /g, '\\ ');
}
