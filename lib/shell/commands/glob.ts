/** fnmatch(3): `*`, `?`, `[…]` and backslash, as find -name, tar --exclude and ls -I match names. */

export interface GlobRules {
  readonly ignoreCase?: boolean;
  /** `*`, `?` and `[…]` do not match a slash. */
  readonly pathname?: boolean;
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  cntrl: '\\x00-\\x1f\\x7f',
  print: ' -~\\u0080-\\uffff',
  graph: '!-~\\u0080-\\uffff',
};

/** Whether the whole name matches. */
export function globPattern(pattern: string, rules: GlobRules = {}): (name: string) => boolean {
  const any = rules.pathname === true ? '[^/]' : '[\\s\\S]';
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] ?? '';
    if (character === '*') source += `${any}*`;
    else if (character === '?') source += any;
    else if (character === '[') {
      const set = bracket(pattern, i);
      source += set === undefined ? '\\[' : set.source;
      if (set !== undefined) i = set.end;
    } else if (character === '\\' && i + 1 < pattern.length) source += escaped(pattern[++i] ?? '');
    else source += escaped(character);
  }
  const compiled = new RegExp(`^${source}$`, rules.ignoreCase === true ? 'i' : '');
  return (name) => compiled.test(name);
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}

function bracket(pattern: string, start: number): { source: string; end: number } | undefined {
  let i = start + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  let body = '';
  for (let first = true; i < pattern.length; first = false) {
    const character = pattern[i] ?? '';
    if (character === ']' && !first) return { source: `[${negated ? '^' : ''}${body}]`, end: i };
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(i));
    if (named !== null) {
      body += CLASSES[named[1] ?? ''] ?? '';
      i += named[0].length;
      continue;
    }
    body += character === '-' ? '-' : /[\\\]^[]/.test(character) ? `\\${character}` : character;
    i++;
  }
  return undefined;
}
