/**
 * Finding where an expansion ends inside a text that was read before. Each
 * function takes the offset of the opening character (or what its name says)
 * and gives the offset after the closing one; past the end when there is none.
 */

export function skipBackquotes(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') return i + 1;
  }
  return text.length + 1;
}

export function skipBrackets(text: string, open: number): number {
  return skipPair(text, open, { open: '[', close: ']' });
}

const CASE = /(?:^|[\s;|&(]|(?<![\w$-])(?:do|then|else|in)\s)\s*case\s$/;

/**
 * Parentheses, of a command substitution for one: quotes, comments and
 * here-documents are passed over, and the lone parenthesis after a `case`
 * pattern does not count.
 */
export function skipParentheses(text: string, open: number): number {
  const nesting: ('(' | 'case')[] = [];
  const documents: { delimiter: string; stripTabs: boolean }[] = [];
  for (let i = open; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '\\') i++;
    else if (c === '(') nesting.push('(');
    else if (c === ')') {
      if (nesting.at(-1) === 'case') continue;
      nesting.pop();
      if (nesting.length === 0) return i + 1;
    } else if (c === '#' && /[\s;&|(]/.test(text[i - 1] ?? '') && nesting.length > 0 && text[i - 1] !== '(') {
      const end = text.indexOf('\n', i);
      if (end !== -1) i = end - 1;
    } else if (
      c === 'c' &&
      text.startsWith('case', i) &&
      /\s/.test(text[i + 4] ?? '') &&
      CASE.test(text.slice(Math.max(open, i - 8), i + 5))
    ) {
      nesting.push('case');
      i += 4;
    } else if (
      c === 'e' &&
      nesting.at(-1) === 'case' &&
      text.startsWith('esac', i) &&
      !/\w/.test(text[i + 4] ?? ' ') &&
      /[\s;]/.test(text[i - 1] ?? '')
    ) {
      nesting.pop();
      i += 3;
    } else if (c === '<' && text[i + 1] === '<') {
      const found = /^<<(-?)[ \t]*([^\s;&|()<>]+)/.exec(text.slice(i, i + 200));
      if (text[i + 2] !== '<' && found !== null)
        documents.push({ delimiter: (found[2] ?? '').replace(/['"\\]/g, ''), stripTabs: found[1] === '-' });
      i += text[i + 2] === '<' ? 2 : (found?.[0].length ?? 2) - 1;
    } else if (c === '\n' && documents.length > 0) i = skipDocuments(text, i + 1, documents.splice(0)) - 1;
    else i = skipQuoted(text, i);
  }
  return text.length + 1;
}

function skipDocuments(
  text: string,
  from: number,
  documents: readonly { delimiter: string; stripTabs: boolean }[],
): number {
  let at = from;
  for (const { delimiter, stripTabs } of documents) {
    while (at < text.length) {
      const end = text.indexOf('\n', at);
      const line = text.slice(at, end === -1 ? text.length : end);
      at = end === -1 ? text.length : end + 1;
      if ((stripTabs ? line.replace(/^\t+/, '') : line) === delimiter) break;
    }
  }
  return at;
}

function skipPair(
  text: string,
  open: number,
  pair: { readonly open: string; readonly close: string },
): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === pair.open) depth++;
    else if (c === pair.close) {
      depth--;
      if (depth === 0) return i + 1;
    } else i = skipQuoted(text, i);
  }
  return text.length + 1;
}

/** Index of the last character of the quoted or bracketed stretch at `i`, or `i`. */
function skipQuoted(text: string, i: number): number {
  const c = text[i];
  if (c === "'") {
    const end = text.indexOf("'", i + 1);
    return end === -1 ? i : end;
  }
  if (c === '"') return skipDouble(text, i);
  if (c === '`') return skipBackquotes(text, i) - 1;
  if (c === '$' && text[i + 1] === '{') {
    const end = findBraceEnd(text, i + 2);
    return end === -1 ? i : end - 1;
  }
  if (c === '$' && text[i + 1] === '(') return skipParentheses(text, i + 1) - 1;
  return i;
}

function skipDouble(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '"') return i;
    else if (c === '`') i = skipBackquotes(text, i) - 1;
    else if (c === '$' && text[i + 1] === '(') i = skipParentheses(text, i + 1) - 1;
    else if (c === '$' && text[i + 1] === '{') {
      const end = findBraceEnd(text, i + 2);
      if (end !== -1) i = end - 1;
    }
  }
  return text.length;
}

/** From after `${`: the offset after its `}`, or -1. */
export function findBraceEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '}') return i + 1;
    else i = skipQuoted(text, i);
  }
  return -1;
}
