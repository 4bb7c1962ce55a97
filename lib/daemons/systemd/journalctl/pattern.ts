/** PCRE patterns of -g by RE2, which agrees on what people write and always ends. */
import { RE2JS } from 're2js';

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
