/** Regular expressions of a configuration, as PCRE2 runs them. */
import { compilePcre, groupText, matchOrNothing, type Pattern, type Spans } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';

const compiled = new Map<string, Pattern | undefined>();
const MOST_KEPT = 1_000;

/** undefined: not a regular expression. */
function regularExpression(text: string, { ignoreCase }: { ignoreCase: boolean }): Pattern | undefined {
  const key = `${ignoreCase ? 'i' : 's'}${text}`;
  if (compiled.has(key)) return compiled.get(key);
  if (compiled.size > MOST_KEPT) compiled.clear();
  const made = compilePcre(text, { ignoreCase });
  const kept = made instanceof RegexError ? undefined : made;
  compiled.set(key, kept);
  return kept;
}
function find(text: string, pattern: string, options: { ignoreCase: boolean }, from = 0): Spans | undefined {
  const expression = regularExpression(pattern, options);
  return expression === undefined ? undefined : matchOrNothing(expression, text, from);
}

export function matches(text: string, pattern: string, options: { ignoreCase: boolean }): boolean {
  return find(text, pattern, options) !== undefined;
}

/** `\0` … `\9` of a replacement stand for what was found. Replaces the first match, or all. */
export function replace(
  text: string,
  pattern: string,
  replacement: string,
  options: { all: boolean; ignoreCase: boolean },
): string | undefined {
  let out = '';
  let from = 0;
  let found = find(text, pattern, options);
  if (found === undefined) return undefined;
  while (found !== undefined) {
    const [start = 0, end = 0] = found;
    out += text.slice(from, start) + filled(replacement, text, found);
    from = end;
    if (!options.all || from >= text.length) break;
    // What is empty stands before a character, which is kept.
    if (start === end) out += text.charAt(from++);
    found = find(text, pattern, options, from);
  }
  return out + text.slice(from);
}

/** A template with `\0` … `\9` filled from the first match. */
export function expand(text: string, pattern: string, template: string): string | undefined {
  const found = find(text, pattern, { ignoreCase: false });
  return found === undefined ? undefined : filled(template, text, found);
}
function filled(template: string, text: string, found: Spans): string {
  return template.replace(/\\(\d)/g, (_, digit: string) => groupText(text, found, Number(digit)) ?? '');
}
