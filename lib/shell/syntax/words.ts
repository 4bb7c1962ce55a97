/** Building word nodes, and telling assignments from other words. */
import type { ArrayElement, Assignment, Word } from './tree';

/** A word that gives exactly its own text. */
const PLAIN = /^[\w\-./:,+%@^=]+$/;
/** `'…'` or `"…"` around nothing that expands. */
const QUOTED_PLAIN = /^(?:'([^']*)'|"([^"$`\\]*)")$/;

export function makeWord(text: string, assignment?: Assignment): Word {
  return {
    text,
    plain: assignment === undefined ? plainText(text) : undefined,
    mayBrace: text.includes('{'),
    assignment,
    parts: undefined,
  };
}

function plainText(text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  const quoted = QUOTED_PLAIN.exec(text);
  return quoted === null ? undefined : (quoted[1] ?? quoted[2]);
}

const IDENTIFIER = /^[A-Za-z_]\w*$/;

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

/** Length of `name`, `name[…]` with an optional `+` before the `=` at which an assignment's value begins; -1 when `text` is none. */
export function assignmentOperator(text: string): number {
  const name = /^[A-Za-z_]\w*/.exec(text);
  if (name === null) return -1;
  let at = name[0].length;
  if (text[at] === '[') {
    at = skipSubscript(text, at);
    if (at === -1) return -1;
  }
  if (text[at] === '+') at++;
  return text[at] === '=' ? at : -1;
}

/** Offset after the bracket that closes the one at `open`, quotes and nested brackets passed over; -1 without. */
export function skipSubscript(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === "'") {
      i = text.indexOf("'", i + 1);
      if (i === -1) return -1;
    } else if (c === '"') {
      i = skipDoubleQuotes(text, i);
      if (i === -1) return -1;
    } else if (c === '[') depth++;
    else if (c === ']' && --depth === 0) return i + 1;
  }
  return -1;
}

function skipDoubleQuotes(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return -1;
}

/** The assignment that `text` is, or undefined. `elements`: the value was `( … )`. */
export function readAssignment(text: string, elements?: readonly ArrayElement[]): Assignment | undefined {
  const equals = assignmentOperator(text);
  if (equals === -1) return undefined;
  const append = text[equals - 1] === '+';
  const left = text.slice(0, append ? equals - 1 : equals);
  const bracket = left.indexOf('[');
  return {
    name: bracket === -1 ? left : left.slice(0, bracket),
    subscript: bracket === -1 ? undefined : left.slice(bracket + 1, -1),
    append,
    value: elements ?? { ...makeWord(text.slice(equals + 1)), isValue: true },
    text,
  };
}

/** A word of `name=( … )`. */
export function makeElement(text: string): ArrayElement {
  const word = makeWord(text);
  if (text[0] === '[') {
    const end = skipSubscript(text, 0);
    const append = end !== -1 && text[end] === '+';
    const equals = append ? end + 1 : end;
    if (end > 2 && text[equals] === '=')
      return { subscript: text.slice(1, end - 1), append, value: makeWord(text.slice(equals + 1)), word };
  }
  return { subscript: undefined, append: false, value: word, word };
}
