/** Regular expressions, as nginx hands them to PCRE2. Source: nginx 1.22 src/core/ngx_regex.c. */
import { compilePcre, type Pattern as Compiled } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';

/** Plain: it is compiled again where it is used. */
export interface Pattern {
  /** As the configuration has it. */
  readonly text: string;
  readonly caseless: boolean;
  /** Named groups become variables. */
  readonly names: readonly string[];
  readonly groups: number;
}

/** @returns what is wrong with it, in nginx's words */
export function compilePattern(text: string, { caseless }: { caseless: boolean }): Pattern | string {
  const made = compilePcre(text, { ignoreCase: caseless });
  if (made instanceof RegexError)
    return `pcre2_compile() failed: ${made.message} in "${text}"${made.offset === text.length ? '' : ` at "${text.slice(made.offset)}"`}`;
  const pattern = { text, caseless, names: [...made.names.keys()], groups: made.groups };
  compiled.set(pattern, made);
  return pattern;
}

const compiled = new WeakMap<Pattern, Compiled>();
/** @throws when the pattern was not made by {@link compilePattern} */
export function compiledOf(pattern: Pattern): Compiled {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = compilePcre(pattern.text, { ignoreCase: pattern.caseless });
  if (made instanceof RegexError) throw new Error(made.message);
  compiled.set(pattern, made);
  return made;
}
