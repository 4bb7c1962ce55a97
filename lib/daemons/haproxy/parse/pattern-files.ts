/**
 * Files of patterns: lists for ACLs (`-f`), maps for converters (`map(<file>)`).
 * One file is one reference, whoever uses it; the patterns that an ACL line has
 * itself are one more. The runtime API knows them by number and by file.
 * Source: HAProxy 2.6 configuration manual §7.1.7 "ACL files", §7.3.1 "map";
 * 2.6.12 `pattern.c`, `map.c`; recorded messages.
 */

import { parseIPv4 } from '../../../std/ipv4';
import type {
  MatchMethod,
  Pattern,
  PatternEntry,
  PatternReference,
  Place,
  SampleExpression,
} from '../config';
import type { Outcome } from './outcome';
import { parsePattern, type PatternMatch } from './pattern';
import { regularExpressionProblem } from './regular-expression';
import { trimEndOf } from '../../../text/trim';

type ReadFile = (path: string) => { readonly text: string } | { readonly error: string };

/** Where samples stand that are read: converters may name files. */
export interface SampleContext {
  readonly patterns: PatternLibrary;
  readonly place: Place;
  /** says in our own diagnostics what comes to nothing here */
  readonly unmodelled: (name: string) => void;
  /** whose samples are looked at once more when everything is read, and how messages call this one; undefined: no one's */
  readonly noted: { readonly samples: NotedSample[]; readonly use: SampleUse } | undefined;
}
/** `ACL`: a keyword of an ACL, or what the daemon takes for one; others: where a sample stands. */
export type SampleUse =
  | 'ACL'
  | 'http-request expression'
  | 'http-response response'
  | 'http-error directive'
  | 'redirect format string'
  | 'log-format string'
  | 'unique-id-format string'
  | 'use_backend expression'
  | 'use-server expression'
  | 'capture rule'
  | 'stick rule'
  | `tcp-request ${string} expression`;
export interface NotedSample {
  readonly sample: SampleExpression;
  readonly place: Place;
  readonly use: SampleUse;
}

/** All references of a configuration, in the order in which they were first named. */
export class PatternLibrary {
  readonly references: PatternReference[] = [];
  readonly #readFile: ReadFile;
  readonly #lines = new Map<PatternReference, readonly number[]>();

  constructor(readFile: ReadFile) {
    this.#readFile = readFile;
  }

  /** The patterns of an ACL line itself; its number among the references. */
  own(
    keyword: string,
    words: readonly string[],
    use: { readonly match: MatchMethod; readonly ignoreCase: boolean; readonly number: number },
    place: Place,
  ): number {
    const { number, match, ignoreCase } = use;
    return (
      this.references.push({
        file: '',
        number,
        users: [`acl '${keyword}' file '${place.file}' line ${place.line}`],
        isAcl: true,
        isMap: false,
        entries: words.map((key) => ({ key, value: undefined })),
        comparisons: [{ match, ignoreCase, index: indexOf(match) }],
      }) - 1
    );
  }

  /** `acl … -f <path>`: its patterns, and its number among the references. */
  list(
    path: string,
    use: { readonly match: PatternMatch; readonly ignoreCase: boolean; readonly hasValues: boolean },
    place: Place,
  ): Outcome<{ readonly patterns: Pattern[]; readonly index: number }> {
    const found = this.#reference(path, use.hasValues, place, 'acl');
    if ('error' in found) return found;
    const { reference, index } = found.value;
    const patterns: Pattern[] = [];
    for (const [at, { key }] of reference.entries.entries()) {
      const pattern = parsePattern(key, use.match, 'eq');
      if ('error' in pattern) return { error: this.#at(reference, at, pattern.error) };
      patterns.push(pattern.value);
    }
    note(reference, use.match === 'version' ? 'int' : use.match, use.ignoreCase);
    return { value: { patterns, index } };
  }

  /** `map_ip_int(<path>)`: what is wrong with the file. */
  map(converter: string, path: string, place: Place): string | undefined {
    const found = this.#reference(path, true, place, 'map');
    if ('error' in found) return found.error;
    const { reference } = found.value;
    const { match, output } = mapConverter(converter);
    for (const [at, { key, value = '' }] of reference.entries.entries()) {
      const problem = keyProblem(key, match) ?? valueProblem(value, output);
      if (problem !== undefined) return this.#at(reference, at, problem);
    }
    note(reference, match, false);
    return undefined;
  }

  #at(reference: PatternReference, entry: number, problem: string): string {
    return `${problem} at line ${this.#lines.get(reference)?.[entry] ?? 0} of file '${reference.file}'`;
  }

  #reference(
    path: string,
    hasValues: boolean,
    place: Place,
    user: 'acl' | 'map',
  ): Outcome<{ readonly reference: PatternReference; readonly index: number }> {
    const use = `by ${user} at file '${place.file}' line ${place.line}`;
    const index = this.references.findIndex(({ file }) => file === path && path !== '');
    const known = this.references[index];
    if (known !== undefined) {
      const knowsValues = known.entries.every(({ value }) => value !== undefined);
      if (known.entries.length > 0 && knowsValues !== hasValues)
        return {
          error: hasValues
            ? `The file "${path}" is already used as one column file and cannot be used by as two column file.`
            : `The file "${path}" is already used as two column file and cannot be used by as one column file.`,
        };
      known.users.push(use);
      known.isAcl ||= user === 'acl';
      known.isMap ||= user === 'map';
      return { value: { reference: known, index } };
    }
    const file = this.#readFile(path);
    if ('error' in file || path === '') return { error: `failed to open pattern file <${path}>` };
    const rows = rowsOf(file.text, hasValues);
    const reference: PatternReference = {
      file: path,
      number: -1,
      users: [use],
      isAcl: user === 'acl',
      isMap: user === 'map',
      entries: rows.map(({ key, value }) => ({ key, value })),
      comparisons: [],
    };
    this.#lines.set(
      reference,
      rows.map(({ line }) => line),
    );
    return { value: { reference, index: this.references.push(reference) - 1 } };
  }
}

/** Blank lines and comments are none; behind a key in a map is its value, to the end of the line. */
function rowsOf(text: string, hasValues: boolean): (PatternEntry & { readonly line: number })[] {
  return text.split('\n').flatMap((raw, index) => {
    const row = trimEndOf(raw.replace(/^[ \t]+/, ''), ' \t\r');
    if (row === '' || row.startsWith('#')) return [];
    const end = hasValues ? row.search(/[ \t]/) : -1;
    const key = end < 0 ? row : row.slice(0, end);
    const value = end < 0 ? '' : row.slice(end).trimStart();
    return [{ key, value: hasValues ? value : undefined, line: index + 1 }];
  });
}

/** `map_beg_int`: how keys are compared, and what values are. */
export function mapConverter(name: string): {
  readonly match: MatchMethod | 'regm';
  readonly output: 'str' | 'int' | 'ip';
} {
  const [, match = 'str', output = 'str'] = name.split('_');
  return { match: match as MatchMethod | 'regm', output: output as 'str' | 'int' | 'ip' };
}
export function isMapConverter(name: string): boolean {
  return name === 'map' || name.startsWith('map_');
}

function keyProblem(key: string, match: MatchMethod | 'regm'): string | undefined {
  if (match === 'regm') return regularExpressionProblem(key);
  const pattern = parsePattern(key, match, 'eq');
  return 'error' in pattern ? pattern.error : undefined;
}
function valueProblem(value: string, output: 'str' | 'int' | 'ip'): string | undefined {
  const isGood =
    output === 'str' || (output === 'int' ? /^[-+]?\d+$/.test(value) : parseIPv4(value) !== undefined);
  return isGood ? undefined : `unable to parse '${value}'`;
}

/** How entries are kept: one way for all comparisons of a kind. */
const INDEXES: ReadonlyMap<string, string> = new Map([
  ['str', 'exact'],
  ['beg', 'prefix'],
  ['sub', 'list'],
  ['dir', 'list'],
  ['dom', 'list'],
  ['end', 'list'],
]);
function indexOf(match: MatchMethod | 'regm'): string {
  return INDEXES.get(match) ?? match;
}
function note(reference: PatternReference, match: MatchMethod | 'regm', ignoreCase: boolean): void {
  const index = indexOf(match);
  const isKnown = reference.comparisons.some((own) => own.index === index && own.ignoreCase === ignoreCase);
  if (!isKnown) reference.comparisons.push({ match: match === 'regm' ? 'reg' : match, ignoreCase, index });
}

/** Numbers that no line gives are the next free ones. */
export function numberPatterns(references: readonly PatternReference[]): void {
  const taken = new Set(references.map(({ number }) => number));
  let next = 0;
  for (const reference of references) {
    if (reference.number >= 0) continue;
    while (taken.has(next)) next++;
    reference.number = next++;
  }
}
