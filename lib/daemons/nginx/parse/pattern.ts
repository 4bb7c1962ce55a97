/**
 * Regular expressions: what PCRE2 says against one, in its words as far as the usual slips go, and how the same is
 * written for the engine at hand. Source: pcre2pattern(3), pcre2_error.c; nginx 1.22 src/core/ngx_regex.c.
 *
 * Not modelled: recursion, conditions, callouts and verbs of PCRE2; possessive quantifiers backtrack.
 */

/** Plain: it is made into an expression of the engine where it is used. */
export interface Pattern {
  /** As the configuration has it. */
  readonly text: string;
  readonly source: string;
  readonly flags: '' | 'i';
  /** Named groups become variables. */
  readonly names: readonly string[];
  readonly groups: number;
}

export function compilePattern(text: string, { caseless }: { caseless: boolean }): Pattern | string {
  const problem = problemIn(text);
  if (problem !== undefined)
    return `pcre2_compile() failed: ${problem.text} in "${text}"${problem.at === text.length ? '' : ` at "${text.slice(problem.at)}"`}`;
  let isCaseless = caseless;
  let source = text;
  const inline = /^\(\?([imsx]+)\)/.exec(source);
  if (inline !== null) {
    if ((inline[1] ?? '').includes('i')) isCaseless = true;
    source = source.slice(inline[0].length);
  }
  source = translate(source);
  const names = [...source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1] ?? '');
  return { text, source, flags: isCaseless ? 'i' : '', names, groups: countGroups(source) };
}

/** undefined: this engine has no such expression. */
export function expressionOf(pattern: Pattern): RegExp | undefined {
  try {
    return new RegExp(pattern.source, pattern.flags);
  } catch {
    return undefined;
  }
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  punct: '!-\\/:-@\\[-`{-~',
};
function translate(text: string): string {
  return text
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\(\?>/g, '(?:')
    .replace(/([*+?}])\+/g, '$1')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replace(/\\([AZzhHR])/g, (whole, letter: string) => {
      switch (letter) {
        case 'A':
          return '^';
        case 'Z':
        case 'z':
          return '$';
        case 'h':
          return '[ \\t]';
        case 'H':
          return '[^ \\t]';
        case 'R':
          return '(?:\\r\\n|\\n|\\r)';
        default:
          return whole;
      }
    });
}
function countGroups(source: string): number {
  let count = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\\') at++;
    else if (character === '[') at = Math.max(at, endOfClass(source, at));
    else if (
      character === '(' &&
      (source.charAt(at + 1) !== '?' || /^\?<[A-Za-z_]/.test(source.slice(at + 1)))
    )
      count++;
  }
  return count;
}

interface Problem {
  readonly text: string;
  readonly at: number;
}
function problemIn(text: string): Problem | undefined {
  let open = 0;
  let isRepeatable = false;
  const names = new Set<string>();
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
        const range = rangeProblem(text, at, end);
        if (range !== undefined) return range;
        at = end;
        isRepeatable = true;
        break;
      }
      case '(': {
        const group = groupProblem(text, at, names);
        if (typeof group === 'object') return group;
        at = group;
        // `(?i)` is whole in itself.
        if (text.charAt(at) !== ')') open += 1;
        isRepeatable = false;
        break;
      }
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
        if (Number(range[1]) > 65_535 || Number(range[2] ?? 0) > 65_535)
          return { text: 'number too big in {} quantifier', at: at + 1 + String(range[1]).length };
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
/** The offset up to which a group's opening was read, or what is wrong with it. */
function groupProblem(text: string, at: number, names: Set<string>): number | Problem {
  if (text.charAt(at + 1) !== '?') return at;
  const rest = text.slice(at + 2);
  const named = /^(?:P?<|')([A-Za-z_]\w*)[>']/.exec(rest);
  if (named !== null) {
    const name = named[1] ?? '';
    const end = at + 1 + named[0].length;
    if (names.has(name))
      return { text: 'two named subpatterns have the same name (PCRE2_DUPNAMES not set)', at: end + 1 };
    names.add(name);
    return end;
  }
  if (/^P?<[A-Za-z_]\w*$/.test(rest))
    return { text: 'syntax error in subpattern name (missing terminator?)', at: text.length };
  if (/^(?:<[=!]|[:=!>|#]|P[=>]|<[A-Za-z_]|'|\d|R|&|\(|C|\+|-\d)/.test(rest)) return at + 1;
  const options = /^[imnsxUJ^-]*([):])/.exec(rest);
  if (options !== null) return at + 1 + options[0].length;
  if (rest === '') return { text: 'unrecognized character after (? or (?-', at: text.length };
  if (rest.startsWith('<'))
    return rest.length === 1
      ? { text: 'unrecognized character after (?<', at: text.length }
      : { text: 'subpattern name expected', at: at + 3 };
  return { text: 'unrecognized character after (? or (?-', at: at + 2 };
}
function rangeProblem(text: string, start: number, end: number): Problem | undefined {
  for (let at = start + 2; at + 1 < end; at++) {
    if (text.charAt(at) !== '-' || text.charAt(at - 1) === '\\' || text.charAt(at - 2) === '\\') continue;
    const from = text.charAt(at - 1);
    const to = text.charAt(at + 1);
    if (/[A-Za-z0-9]/.test(from) && /[A-Za-z0-9]/.test(to) && from > to)
      return { text: 'range out of order in character class', at: at + 1 };
  }
  return undefined;
}
function endOfClass(text: string, start: number): number {
  let at = start + 1;
  if (text.charAt(at) === '^') at++;
  if (text.charAt(at) === ']') at++;
  for (; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.startsWith('[:', at)) {
      const close = text.indexOf(':]', at);
      if (close > 0) at = close + 1;
    } else if (text.charAt(at) === ']') return at;
  }
  return -1;
}
