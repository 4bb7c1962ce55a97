/** The options of `nginx`. Source: nginx 1.22 src/core/nginx.c `ngx_get_options`. */

export interface CommandLine {
  readonly showsHelp: boolean;
  readonly showsVersion: boolean;
  readonly showsBuild: boolean;
  readonly tests: boolean;
  readonly dumps: boolean;
  readonly quiet: boolean;
  readonly signal: 'stop' | 'quit' | 'reopen' | 'reload' | undefined;
  /** Ends with a slash. */
  readonly prefix: string;
  readonly file: string;
  readonly parameters: string;
  readonly errorLog: string | undefined;
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const PREFIX = '/usr/share/nginx/';
const FILE = '/etc/nginx/nginx.conf';
const NEEDS: Readonly<Record<string, string>> = {
  p: 'option "-p" requires directory name',
  e: 'option "-e" requires file name',
  c: 'option "-c" requires file name',
  g: 'option "-g" requires parameter',
  s: 'option "-s" requires parameter',
};

/** A string: what is wrong with the words. */
export function readCommandLine(words: readonly string[]): CommandLine | string {
  const line: Mutable<CommandLine> = {
    showsHelp: false,
    showsVersion: false,
    showsBuild: false,
    tests: false,
    dumps: false,
    quiet: false,
    signal: undefined,
    prefix: PREFIX,
    file: '',
    parameters: '',
    errorLog: undefined,
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('-')) return `invalid option: "${word}"`;
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      if (NEEDS[letter] === undefined) {
        if (!setFlag(line, letter)) return `invalid option: "${letter}"`;
        continue;
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : words[++i];
      if (value === undefined) return NEEDS[letter] ?? '';
      const problem = setValue(line, letter, value);
      if (problem !== undefined) return problem;
      break;
    }
  }
  if (line.file === '') line.file = FILE;
  else if (!line.file.startsWith('/')) line.file = line.prefix + line.file;
  return line;
}
function setFlag(line: Mutable<CommandLine>, letter: string): boolean {
  switch (letter) {
    case '?':
    case 'h':
      line.showsVersion = line.showsHelp = true;
      return true;
    case 'v':
      line.showsVersion = true;
      return true;
    case 'V':
      line.showsVersion = line.showsBuild = true;
      return true;
    case 't':
      line.tests = true;
      return true;
    case 'T':
      line.tests = line.dumps = true;
      return true;
    case 'q':
      line.quiet = true;
      return true;
    default:
      return false;
  }
}
function setValue(line: Mutable<CommandLine>, letter: string, value: string): string | undefined {
  switch (letter) {
    case 'p':
      line.prefix = value.endsWith('/') || value === '' ? value : `${value}/`;
      return undefined;
    case 'c':
      line.file = value;
      return undefined;
    case 'g':
      line.parameters = value;
      return undefined;
    case 'e':
      line.errorLog = value === 'stderr' ? '' : value;
      return undefined;
    default:
      if (value !== 'stop' && value !== 'quit' && value !== 'reopen' && value !== 'reload')
        return `invalid option: "-s ${value}"`;
      line.signal = value;
      return undefined;
  }
}
