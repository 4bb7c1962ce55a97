/** Escapes that stand for a character, in every part of a sed script. Source: sed 4.9 `normalize_text`. */

const NAMED: Readonly<Record<string, string>> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
/** What a produced character must be escaped against. */
const SPECIAL = { regex: /[\\^$.*[\]/+?(){}|]/, replacement: /[\\&\n]/, text: /\\/ } as const;

export type EscapeContext = keyof typeof SPECIAL;

export function resolveEscapes(source: string, context: EscapeContext): string {
  if (!source.includes('\\')) return source;
  let out = '';
  for (let i = 0; i < source.length; i++) {
    const character = source[i] ?? '';
    if (character !== '\\' || i + 1 >= source.length) {
      out += character;
      continue;
    }
    const escape = readEscape(source, i + 1, context);
    out += escape.text;
    i = escape.end - 1;
  }
  return out;
}

function readEscape(source: string, at: number, context: EscapeContext): { text: string; end: number } {
  const letter = source[at] ?? '';
  const named = letter === 'n' && context !== 'text' ? undefined : NAMED[letter];
  if (named !== undefined) return { text: named, end: at + 1 };
  if (letter === 'c' && at + 1 < source.length) {
    const code = (source[at + 1] ?? '').toUpperCase().charCodeAt(0) ^ 64;
    return { text: protect(String.fromCharCode(code), context), end: at + 2 };
  }
  const form = FORMS.find((candidate) => candidate.letter === letter);
  const digits = form?.digits.exec(source.slice(at + 1, at + 4))?.[0];
  if (form === undefined || digits === undefined) return { text: `\\${letter}`, end: at + 1 };
  const code = Number.parseInt(digits, form.base) & 255;
  return {
    text: protect(String.fromCharCode(code < 128 ? code : 0xdc00 + code), context),
    end: at + 1 + digits.length,
  };
}

const FORMS = [
  { letter: 'd', digits: /^\d{1,3}/, base: 10 },
  { letter: 'o', digits: /^[0-7]{1,3}/, base: 8 },
  { letter: 'x', digits: /^[\da-fA-F]{1,2}/, base: 16 },
] as const;

function protect(character: string, context: EscapeContext): string {
  return SPECIAL[context].test(character) ? `\\${character}` : character;
}
