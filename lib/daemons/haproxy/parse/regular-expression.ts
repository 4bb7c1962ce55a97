/**
 * What PCRE2 finds wrong with a regular expression, in its words: the usual
 * slips. What it would refuse beyond them is accepted here.
 * Source: recorded `haproxy -c`; pcre2_compile.c, pcre2_error.c.
 */
export function regularExpressionProblem(text: string): string | undefined {
  const found = problemIn(text);
  return found === undefined
    ? undefined
    : `regex '${text}' is invalid (error=${found.text}, erroffset=${found.at})`;
}

interface Problem {
  readonly text: string;
  readonly at: number;
}
function problemIn(text: string): Problem | undefined {
  let open = 0;
  /** Whether something stands here that a quantifier may repeat. */
  let isRepeatable = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charAt(at)) {
      case '\\':
        if (at + 1 >= text.length) return { text: '\\ at end of pattern', at: text.length };
        at++;
        isRepeatable = true;
        break;
      case '[': {
        const end = endOfClass(text, at);
        if (end < 0) return { text: 'missing terminating ] for character class', at: text.length };
        at = end;
        isRepeatable = true;
        break;
      }
      case '(':
        open += 1;
        isRepeatable = false;
        if (text.charAt(at + 1) === '?') at++;
        break;
      case ')':
        if (open === 0) return { text: 'unmatched closing parenthesis', at };
        open -= 1;
        isRepeatable = true;
        break;
      case '|':
      case '^':
        isRepeatable = false;
        break;
      case '*':
      case '+':
      case '?':
        if (!isRepeatable) return { text: 'quantifier does not follow a repeatable item', at };
        if (/^[+?]/.test(text.slice(at + 1))) at++;
        isRepeatable = false;
        break;
      case '{': {
        const range = /^\{(\d+)(?:,(\d*))?\}/.exec(text.slice(at));
        if (range === null) {
          isRepeatable = true;
          break;
        }
        const end = at + range[0].length - 1;
        if (!isRepeatable) return { text: 'quantifier does not follow a repeatable item', at: end };
        if (range[2] !== undefined && range[2] !== '' && Number(range[2]) < Number(range[1]))
          return { text: 'numbers out of order in {} quantifier', at: end };
        at = /^[+?]/.test(text.slice(end + 1)) ? end + 1 : end;
        isRepeatable = false;
        break;
      }
      default:
        isRepeatable = true;
    }
  }
  return open > 0 ? { text: 'missing closing parenthesis', at: text.length } : undefined;
}
function endOfClass(text: string, start: number): number {
  let at = start + 1;
  if (text.charAt(at) === '^') at++;
  if (text.charAt(at) === ']') at++;
  for (; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.startsWith('[:', at)) {
      const end = text.indexOf(':]', at);
      if (end >= 0) at = end + 1;
    } else if (text.charAt(at) === ']') return at;
  }
  return -1;
}
