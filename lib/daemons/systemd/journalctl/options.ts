/** journalctl's command line. Source: journalctl(1). */
import { parseTimeSpan } from '../unit-file/time-span';
import { isCursor } from './format';
import { FACILITIES } from './match';

export interface JournalOptions {
  units: string[];
  follow: boolean;
  lines: number | undefined;
  since: string | undefined;
  until: string | undefined;
  priority: string | undefined;
  boot: string | undefined;
  /** Numbers; those of several options together. */
  facilities: number[];
  kernel: boolean;
  catalog: boolean;
  atEnd: boolean;
  reverse: boolean;
  output: string;
  grep: string | undefined;
  caseSensitive: boolean | undefined;
  identifiers: string[];
  quiet: boolean;
  utc: boolean;
  noHostname: boolean;
  field: string | undefined;
  /** Entries from this cursor on, or behind it. */
  cursor: { readonly text: string; readonly isAfter: boolean } | undefined;
  cursorFile: string | undefined;
  /** `--output-fields=`. */
  outputFields: readonly string[] | undefined;
  showCursor: boolean;
  /** `--user`: the messages of the caller's own user manager. */
  own: boolean;
  /** A folder or file that is read instead of the host's own journal. */
  source: { readonly path: string; readonly isFile: boolean } | undefined;
  matches: string[];
  action:
    | 'show'
    | 'list-boots'
    | 'disk-usage'
    | 'vacuum'
    | 'facilities'
    | 'outputs'
    | 'flush'
    | 'sync'
    | 'rotate'
    | 'verify'
    | 'header'
    | 'fields'
    | 'version'
    | 'help';
}
const LONG: Readonly<Record<string, string>> = {
  '--unit': 'u:',
  '--follow': 'f',
  '--lines': 'n?',
  '--since': 'S:',
  '--until': 'U:',
  '--priority': 'p:',
  '--boot': 'b?',
  '--dmesg': 'k',
  '--catalog': 'x',
  '--pager-end': 'e',
  '--reverse': 'r',
  '--output': 'o:',
  '--grep': 'g:',
  '--case-sensitive': 'case?',
  '--identifier': 't:',
  '--quiet': 'q',
  '--utc': 'utc',
  '--no-hostname': 'no-hostname',
  '--field': 'F:',
  '--fields': 'N',
  '--list-boots': 'list-boots',
  '--disk-usage': 'disk-usage',
  '--vacuum-size': 'vacuum size:',
  '--vacuum-time': 'vacuum time:',
  '--vacuum-files': 'vacuum files:',
  '--flush': 'flush',
  '--sync': 'sync',
  '--rotate': 'rotate',
  '--verify': 'verify',
  '--header': 'header',
  '--version': 'version',
  '--help': 'h',
  '--no-pager': 'ignored',
  '--all': 'a',
  '--full': 'l',
  '--no-full': 'ignored',
  '--no-tail': 'no-tail',
  '--merge': 'm',
  '--system': 'ignored',
  '--user': 'own',
  '--user-unit': 'ignored:',
  '--facility': 'facility:',
  '--directory': 'D:',
  '--file': 'i:',
  '--cursor': 'c:',
  '--after-cursor': 'after-cursor:',
  '--cursor-file': 'cursor-file:',
  '--show-cursor': 'show-cursor',
  '--smart-relinquish-var': 'sync',
  '--relinquish-var': 'sync',
  '--output-fields': 'fields:',
  '--truncate-newline': 'ignored',
};
const SHORT = 'u:fn?S:U:p:b?kxero:g:t:qF:NhalmD:M:c:i:';

/** A string is the error text. */
export function parseJournalOptions(argv: readonly string[]): JournalOptions | string {
  const options: JournalOptions = {
    units: [],
    follow: false,
    lines: undefined,
    since: undefined,
    until: undefined,
    priority: undefined,
    boot: undefined,
    facilities: [],
    kernel: false,
    catalog: false,
    atEnd: false,
    reverse: false,
    output: 'short',
    grep: undefined,
    caseSensitive: undefined,
    identifiers: [],
    quiet: false,
    utc: false,
    noHostname: false,
    field: undefined,
    cursor: undefined,
    cursorFile: undefined,
    outputFields: undefined,
    showCursor: false,
    own: false,
    source: undefined,
    matches: [],
    action: 'show',
  };
  let problem: string | undefined;
  const set = (key: string, value: string | undefined): void => {
    problem ??= apply(options, key, value);
  };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word.startsWith('--') && word.length > 2) {
      const equals = word.indexOf('=');
      const name = equals === -1 ? word : word.slice(0, equals);
      const spec = LONG[name];
      if (spec === undefined) return `unrecognized option '${word}'`;
      const key = spec.replace(/[:?]$/, '');
      if (equals !== -1) set(key, word.slice(equals + 1));
      else if (spec.endsWith(':')) {
        const value = argv[++i];
        if (value === undefined) return `option '${name}' requires an argument`;
        set(key, value);
      } else if (spec.endsWith('?') && takesNext(key, argv[i + 1])) set(key, argv[++i]);
      else set(key, undefined);
    } else if (word.startsWith('-') && word.length > 1) {
      for (let j = 1; j < word.length; j++) {
        const letter = word[j] ?? '';
        const at = SHORT.indexOf(letter);
        if (at === -1 || letter === ':' || letter === '?') return `invalid option -- '${letter}'`;
        const kind = SHORT[at + 1];
        const rest = word.slice(j + 1);
        if (kind === ':') {
          const value = rest !== '' ? rest : argv[++i];
          if (value === undefined) return `option requires an argument -- '${letter}'`;
          set(letter, value);
          break;
        }
        if (kind === '?') {
          if (
            rest !== '' &&
            (letter !== 'n' || /^\d/.test(rest)) &&
            (letter !== 'b' || /^[-+0-9a-f]/.test(rest))
          ) {
            set(letter, rest);
            break;
          }
          if (rest === '' && takesNext(letter, argv[i + 1])) set(letter, argv[++i]);
          else set(letter, undefined);
          continue;
        }
        set(letter, undefined);
      }
    } else options.matches.push(word);
  }
  if (problem !== undefined) return problem;
  if (options.follow && options.reverse) return 'Please specify either --reverse= or --follow=, not both.';
  return options;
}
function isVacuumLimit(key: string, value: string): boolean {
  if (key === 'vacuum size') return /^\d+(\.\d+)?\s*[KMGTPE]?B?$/.test(value);
  return key === 'vacuum time' ? parseTimeSpan(value) !== undefined : /^\d+$/.test(value);
}
function setFacilities(options: JournalOptions, text: string): string | undefined {
  for (const word of text.split(',')) {
    if (word === 'help') {
      options.action = 'facilities';
      return undefined;
    }
    const facility = /^\d+$/.test(word) ? Number(word) : FACILITIES.indexOf(word);
    if (facility < 0 || facility > 127) return `Bad --facility= argument "${word}".`;
    options.facilities.push(facility);
  }
  return undefined;
}
/** Optional values may stand in the next word when they look like one. */
function takesNext(key: string, next: string | undefined): boolean {
  if (next === undefined) return false;
  if (key === 'n') return /^\+?\d+$|^all$/.test(next);
  if (key === 'b') return /^[-+]?\d+$|^[0-9a-f]{32}([-+]\d+)?$|^all$/.test(next);
  return false;
}
function apply(options: JournalOptions, key: string, value: string | undefined): string | undefined {
  switch (key) {
    case 'u':
      options.units.push(value ?? '');
      break;
    case 'f':
      options.follow = true;
      break;
    case 'n':
      if (value !== undefined && value !== 'all' && !/^\+?\d+$/.test(value))
        return `Failed to parse lines '${value}'`;
      options.lines = value === 'all' ? undefined : Number(value ?? 10);
      break;
    case 'S':
      options.since = value;
      break;
    case 'U':
      options.until = value;
      break;
    case 'p':
      options.priority = value;
      break;
    case 'b':
      options.boot = value ?? '0';
      break;
    case 'k':
      options.kernel = true;
      options.boot ??= '0';
      break;
    case 'x':
      options.catalog = true;
      break;
    case 'e':
      options.atEnd = true;
      break;
    case 'r':
      options.reverse = true;
      break;
    case 'facility':
      return setFacilities(options, value ?? '');
    case 'vacuum size':
    case 'vacuum time':
    case 'vacuum files':
      options.action = 'vacuum';
      return isVacuumLimit(key, value ?? '') ? undefined : `Failed to parse ${key}: ${value ?? ''}`;
    case 'o':
      if (value === 'help') options.action = 'outputs';
      options.output = value ?? 'short';
      break;
    case 'g':
      options.grep = value;
      break;
    case 'case':
      options.caseSensitive = value === undefined || /^(yes|true|1|on)$/.test(value);
      break;
    case 't':
      options.identifiers.push(value ?? '');
      break;
    case 'q':
      options.quiet = true;
      break;
    case 'utc':
      options.utc = true;
      break;
    case 'no-hostname':
      options.noHostname = true;
      break;
    case 'F':
      options.field = value;
      break;
    case 'N':
      options.action = 'fields';
      break;
    case 'h':
      options.action = 'help';
      break;
    case 'list-boots':
    case 'disk-usage':
    case 'flush':
    case 'sync':
    case 'rotate':
    case 'verify':
    case 'header':
    case 'version':
      options.action = key;
      break;
    case 'c':
    case 'after-cursor':
      if (!isCursor(value ?? '')) return 'Failed to seek to cursor: Invalid argument';
      options.cursor = { text: value ?? '', isAfter: key !== 'c' };
      break;
    case 'fields':
      options.outputFields = (value ?? '').split(',');
      break;
    case 'cursor-file':
      options.cursorFile = value;
      break;
    case 'show-cursor':
      options.showCursor = true;
      break;
    case 'own':
      options.own = true;
      break;
    case 'D':
    case 'i':
      options.source = { path: value ?? '', isFile: key === 'i' };
      break;
    case 'M':
      return 'not modelled: journals of containers';
    default:
      break;
  }
  return undefined;
}
