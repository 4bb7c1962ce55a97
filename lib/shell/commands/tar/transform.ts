/** `--transform s,from,to,flags`. Source: GNU tar manual "transform". */
import { compilePosix } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';

/** What it makes of a name; undefined for what is no expression. */
export function readTransform(text: string): ((name: string) => string) | undefined {
  const separator = text[1];
  if (text[0] !== 's' || separator === undefined) return undefined;
  const parts = splitUnescaped(text.slice(2), separator);
  if (parts.length < 3) return undefined;
  const [source = '', replacement = '', flags = ''] = parts;
  const pattern = compilePosix(source, {
    dialect: flags.includes('x') ? 'posixExtended' : 'posixBasic',
    ignoreCase: flags.includes('i'),
  });
  if (pattern instanceof RegexError) return undefined;
  return (name) => {
    let out = '';
    let from = 0;
    for (;;) {
      const spans = pattern.match(name, from);
      if (spans === undefined) break;
      const [start = 0, end = 0] = spans;
      out += name.slice(from, start);
      out += replacement.replace(/\\(\d|.)|&/g, (whole: string, digit?: string) => {
        if (whole === '&') return name.slice(start, end);
        const group = Number(digit);
        if (Number.isNaN(group)) return digit ?? '';
        const [a, b] = [spans[group * 2], spans[group * 2 + 1]];
        return a === undefined || b === undefined || a < 0 ? '' : name.slice(a, b);
      });
      if (end === start) {
        out += name.slice(end, end + 1);
        from = end + 1;
      } else from = end;
      if (!flags.includes('g') || from > name.length) break;
    }
    return out + name.slice(from);
  };
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (character === '\\' && i + 1 < text.length) {
      const next = text[++i] ?? '';
      parts[parts.length - 1] += next === separator ? next : `\\${next}`;
    } else if (character === separator) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
