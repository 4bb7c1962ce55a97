/** A regular expression in a configuration, as HAProxy has PCRE2 compile it. Source: HAProxy 2.6 src/regex.c. */
import { compilePcre } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';

/** What is wrong with it, in HAProxy's words. */
export function regularExpressionProblem(text: string): string | undefined {
  const compiled = compilePcre(text, { ignoreCase: false });
  if (!(compiled instanceof RegexError)) return undefined;
  const bytes = new TextEncoder().encode(text.slice(0, compiled.offset)).length;
  return `regex '${text}' is invalid (error=${compiled.message}, erroffset=${bytes})`;
}
