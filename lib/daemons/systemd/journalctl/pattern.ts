/** The pattern of -g, compiled by PCRE2 as characters. Source: systemd 252 `src/shared/pcre2-util.c`. */
import { compilePcre, matchOrNothing } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';

/** @returns what is wrong with it, in PCRE2's words */
export function compileRegExp(pattern: string, caseSensitive: boolean): ((text: string) => boolean) | string {
  const compiled = compilePcre(pattern, { ignoreCase: !caseSensitive, utf: true });
  if (compiled instanceof RegexError) return compiled.message;
  return (text) => matchOrNothing(compiled, text) !== undefined;
}
