/** Where the cursor stands in a command line that is being typed: which word of which command. */

export interface Cursor {
  /** Offset at which the word under the cursor begins. */
  readonly from: number;
  /** The word up to the cursor, quotes taken away. */
  readonly word: string;
  /** Open quote at the cursor. */
  readonly quote: '"' | "'" | undefined;
  /** Words of the same command before it, quotes taken away. */
  readonly before: readonly string[];
  /** The word is a redirection's file. */
  readonly redirected: boolean;
}

/** Words after which a command begins anew. */
const LEADING: ReadonlySet<string> = new Set([
  'then',
  'do',
  'else',
  'elif',
  'if',
  'while',
  'until',
  '!',
  'time',
  '{',
]);

export function readCursor(text: string, cursor: number): Cursor {
  let words: string[] = [];
  let redirected = false;
  let word = '';
  let from = -1;
  let quote: '"' | "'" | undefined;
  const end = (): void => {
    if (from === -1) return;
    if (redirected) redirected = false;
    else if (words.length === 0 && LEADING.has(word)) words = [];
    else words.push(word);
    word = '';
    from = -1;
  };
  for (let i = 0; i < cursor; i++) {
    const c = text[i] ?? '';
    if (quote !== undefined) {
      if (c === quote) quote = undefined;
      else if (c === '\\' && quote === '"' && /["\\$`]/.test(text[i + 1] ?? '') && i + 1 < cursor)
        word += text[++i] ?? '';
      else word += c;
      continue;
    }
    if (/[\s;|&()<>`]/.test(c)) {
      end();
      if (/[;|&(`\n]/.test(c)) {
        words = [];
        redirected = false;
      }
      if (c === '<' || c === '>') redirected = true;
      continue;
    }
    if (from === -1) from = i;
    if (c === '\\') {
      if (i + 1 < cursor) word += text[++i] ?? '';
    } else if (c === '"' || c === "'") quote = c;
    else word += c;
  }
  return { from: from === -1 ? cursor : from, word, quote, before: words, redirected };
}
