/** Words of settings: systemd's own splitting, command lines, variables. Sources: systemd.syntax(7) "QUOTING", systemd.service(5) "COMMAND LINES". */

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\u000b',
  '\\': '\\',
  '"': '"',
  "'": "'",
  s: ' ',
};

/** Splits at blanks; quotes count at the start of a word; undefined when a quote is not closed. */
export function splitWords(
  text: string,
  options: { keepUnknownEscapes?: boolean } = {},
): string[] | undefined {
  const words: string[] = [];
  let i = 0;
  while (i < text.length) {
    while (/\s/.test(text[i] ?? 'x')) i += 1;
    if (i >= text.length) break;
    let word = '';
    let quote = '';
    for (; i < text.length; i++) {
      const c = text[i] ?? '';
      if (c === '\\') {
        const [taken, length] = escape(text, i, options.keepUnknownEscapes === true);
        word += taken;
        i += length - 1;
      } else if (quote !== '') {
        if (c === quote) quote = '';
        else word += c;
      } else if (c === '"' || c === "'") quote = c;
      else if (/\s/.test(c)) break;
      else word += c;
    }
    if (quote !== '') return undefined;
    words.push(word);
  }
  return words;
}
function escape(text: string, at: number, keep: boolean): [string, number] {
  const next = text[at + 1] ?? '';
  const known = ESCAPES[next];
  if (known !== undefined) return [known, 2];
  const hex = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(at, at + 4));
  if (hex !== null) return [String.fromCharCode(Number.parseInt(hex[1] ?? '0', 16)), 4];
  const octal = /^\\([0-7]{3})/.exec(text.slice(at, at + 4));
  if (octal !== null) return [String.fromCharCode(Number.parseInt(octal[1] ?? '0', 8)), 4];
  return keep || next !== '' ? [`\\${next}`, 2] : ['', 1];
}

/** One Exec…= command as plain data. */
export type ExecCommand = {
  path: string;
  argv: string[];
  ignoreFailure: boolean;
  /** No `$` expansion (`:`). */
  literal: boolean;
  /** Full privileges: User= is not applied (`+`, `!`, `!!`). */
  privileged: boolean;
};

/** Reads one Exec…= value (several commands are separated by ` ; `). A string is the reason why it is refused. */
export function parseExec(value: string): ExecCommand[] | string {
  const words = splitWords(value, { keepUnknownEscapes: true });
  if (words === undefined) return `Unbalanced quoting, ignoring: "${unquoteForMessage(value)}"`;
  const commands: ExecCommand[] = [];
  let current: string[] = [];
  const finish = (): string | undefined => {
    if (current.length === 0) return undefined;
    const command = commandOf(current, value);
    current = [];
    if (typeof command === 'string') return command;
    commands.push(command);
    return undefined;
  };
  for (const word of words) {
    if (word !== ';') {
      current.push(word === '\\;' ? ';' : word);
      continue;
    }
    const problem = finish();
    if (problem !== undefined) return problem;
  }
  const problem = finish();
  return problem ?? commands;
}
/** The message shows what the splitter had left when it met the end. */
function unquoteForMessage(value: string): string {
  return value;
}
function commandOf(words: readonly string[], value: string): ExecCommand | string {
  let first = words[0] ?? '';
  const flags = { ignoreFailure: false, literal: false, privileged: false, argv0: false };
  for (;;) {
    const c = first[0] ?? '';
    if (c === '-') flags.ignoreFailure = true;
    else if (c === '@') flags.argv0 = true;
    else if (c === ':') flags.literal = true;
    else if (c === '+' || c === '!') flags.privileged = true;
    else break;
    first = first.slice(1);
  }
  const ending = flags.ignoreFailure ? ', ignoring' : '';
  if (first === '') return `Empty path in command line${ending}: '${value}'`;
  if (!first.startsWith('/') && first.includes('/'))
    return `Neither a valid executable name nor an absolute path${ending}: ${first}`;
  if (first.endsWith('/')) return `Executable path specifies a directory${ending}: ${first}`;
  if (flags.argv0 && words.length < 2) return `Empty executable name or zeroeth argument${ending}: ${value}`;
  const argv = flags.argv0 ? words.slice(1) : [first, ...words.slice(1)];
  return {
    path: first,
    argv: [...argv],
    ignoreFailure: flags.ignoreFailure,
    literal: flags.literal,
    privileged: flags.privileged,
  };
}

/** $VAR as a word of its own splits; ${VAR} and $VAR inside a word do not. `$$` is a dollar. */
export function expandArguments(command: ExecCommand, env: ReadonlyMap<string, string>): string[] {
  if (command.literal) return [...command.argv];
  return command.argv.flatMap((word, index) => {
    if (index === 0) return [word];
    const alone = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(word);
    if (alone !== null) return splitWords(env.get(alone[1] ?? '') ?? '') ?? [];
    return [expandInside(word, env)];
  });
}
function expandInside(word: string, env: ReadonlyMap<string, string>): string {
  return word.replace(/\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)\})/g, (whole, name: string | undefined) =>
    whole === '$$' ? '$' : (env.get(name ?? '') ?? ''),
  );
}

/** EnvironmentFile= contents: shell-like assignments without expansion. Source: systemd.exec(5) "EnvironmentFile". */
export function parseEnvironmentFile(text: string): {
  assignments: [string, string][];
  /** What names no variable. */
  invalid: string[];
} {
  const assignments: [string, string][] = [];
  const invalid: string[] = [];
  for (const line of text.replace(/\\\n/g, '').split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const equals = trimmed.indexOf('=');
    if (equals <= 0) continue;
    const key = trimmed.slice(0, equals).trim();
    const value = unquoted(trimmed.slice(equals + 1).trim());
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) assignments.push([key, value]);
    else invalid.push(`${key}=${value}`);
  }
  return { assignments, invalid };
}
function unquoted(value: string): string {
  const quote = value[0];
  if ((quote === '"' || quote === "'") && value.endsWith(quote) && value.length > 1) {
    const inner = value.slice(1, -1);
    return quote === "'" ? inner : inner.replace(/\\(["\\$`])/g, '$1');
  }
  return value.replace(/\\(.)/g, '$1');
}

/** How status and cgls print a command line: words with blanks or specials in double quotes. */
export function quoteCommandLine(argv: readonly string[]): string {
  return argv
    .map((word) =>
      word === '' || /[\s"'\\$`;&|<>()*?[\]{}~#!]/.test(word)
        ? `"${word
            .replace(/["\\$`]/g, '\\$&')
            .replace(/\n/g, '\\n')
            .replace(/\t/g, '\\t')}"`
        : word,
    )
    .join(' ');
}
