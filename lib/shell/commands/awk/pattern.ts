/** Awk's regular expressions: its escapes, then the shared engine. */
import { mendBytes } from '../../syntax/ansi-c';
import { compilePosix, type Pattern } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';

const NAMED: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '/': '/',
  '"': '"',
};
/** Escapes that the engine itself understands. */
const OPERATORS = "yBwWsS<>`'";

export class PatternCache {
  readonly #patterns = new Map<string, Pattern>();

  constructor(
    private readonly refuse: (message: string) => never,
    private readonly warn: (message: string) => void,
  ) {}

  compile(source: string, ignoreCase: boolean): Pattern {
    const key = `${ignoreCase ? 'i' : '-'}${source}`;
    const known = this.#patterns.get(key);
    if (known !== undefined) return known;
    const compiled = compilePosix(this.#translated(source), { dialect: 'awk', ignoreCase });
    if (compiled instanceof RegexError)
      return this.refuse(`invalid regexp: ${compiled.message}: /${source}/`);
    if (this.#patterns.size > 500) this.#patterns.clear();
    this.#patterns.set(key, compiled);
    return compiled;
  }

  #translated(source: string): string {
    if (!source.includes('\\')) return source;
    const text = source.replace(/\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|([^]))/g, (all, octal, hex, letter) => {
      if (typeof octal === 'string') return character(Number.parseInt(octal, 8));
      if (typeof hex === 'string') return character(Number.parseInt(hex, 16));
      if (typeof letter !== 'string') return all;
      const named = NAMED[letter];
      if (named !== undefined) return named;
      if (/[A-Za-z]/.test(letter) && !OPERATORS.includes(letter)) {
        this.warn(`regexp escape sequence \`\\${letter}' is not a known regexp operator`);
        return letter;
      }
      return all;
    });
    return mendBytes(text);
  }
}

function character(code: number): string {
  const byte = code & 255;
  const text = String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte);
  return /[\\^$.*[\]+?(){}|]/.test(text) ? `\\${text}` : text;
}
