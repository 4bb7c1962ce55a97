/** PCRE patterns of -g by RE2, which agrees on what people write and always ends. */
import { RE2JS } from 're2js';

/** What PCRE2 says of the common mistakes. Source: pcre2 10.42 `pcre2_error.c`. */
export function patternProblem(pattern: string): string {
  const plain = pattern.replace(/\\./g, 'x');
  if (/\\$/.test(pattern.replace(/\\\\/g, ''))) return '\\ at end of pattern';
  if (/\[[^\]]*$/.test(plain)) return 'missing terminating ] for character class';
  if (/^[*+?]|[(|][*+]/.test(plain)) return 'quantifier does not follow a repeatable item';
  const opening = plain.split('(').length;
  return plain.split(')').length > opening ? 'unmatched closing parenthesis' : 'missing closing parenthesis';
}
export function compileRegExp(
  pattern: string,
  caseSensitive: boolean,
): ((text: string) => boolean) | undefined {
  try {
    const compiled = RE2JS.compile(pattern, caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
    return (text) => compiled.matcher(text).find();
  } catch {
    return undefined;
  }
}
