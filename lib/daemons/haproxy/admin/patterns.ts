/**
 * Lists of ACLs and maps from the socket.
 * Source: HAProxy 2.6 management guide §9.3 "show map", "add map", "set map"; src/map.c; recorded answers.
 * Not modelled: versions (`prepare`, `commit`, `@<version>`).
 */
import { parseIPv4 } from '../../../std/ipv4';
import type { PatternReference } from '../config';
import { findEntry } from '../evaluate/maps';
import { changePatterns, countOf, entriesOf, findReference, keyProblem } from '../evaluate/pattern-store';
import type { Value } from '../evaluate/fetch';
import type { Runtime } from '../worker/runtime';
import { pointerOf } from './servers';

type Words = readonly string[];
type Kind = 'map' | 'acl';

/** What a line of the API names, or why it names nothing. */
function named(runtime: Runtime, words: Words): number | string {
  const kind = words[1] as Kind;
  const index = findReference(runtime, words[2] ?? '');
  const reference = runtime.configuration.patterns[index];
  if (reference !== undefined && (kind === 'map' ? reference.isMap : reference.isAcl)) return index;
  return `Unknown ${title(kind)} identifier. Please use #<id> or <file>.\n`;
}
const title = (kind: Kind): string => (kind === 'map' ? 'map' : 'ACL');

/** `show map`, `show map <file>` */
export function showPatterns(runtime: Runtime, words: Words): string {
  const kind = words[1] as Kind;
  if (words[2] === undefined) return overview(runtime, kind);
  const index = named(runtime, words);
  if (typeof index === 'string') return index;
  return entriesOf(runtime, index)
    .map(({ key, value }, at) => `${pointer(index, at)} ${key}${value === undefined ? '' : ` ${value}`}\n`)
    .join('');
}
function pointer(index: number, entry: number): string {
  return pointerOf(index * 4_096 + entry);
}
/** Two of the daemon's own, of its HTTP client, where names can be resolved. */
const OWN_ACLS = 2;
function overview(runtime: Runtime, kind: Kind): string {
  const { patterns } = runtime.configuration;
  const rows = patterns
    .map((reference, index) => ({
      reference,
      number: reference.number,
      text: row(runtime, reference, index),
    }))
    .filter(({ reference }) => (kind === 'map' ? reference.isMap : reference.isAcl));
  const taken = new Set(patterns.map(({ number }) => number));
  const own: { number: number; text: string }[] = [];
  const most = kind === 'acl' && runtime.configuration.hasResolver ? OWN_ACLS : 0;
  for (let number = 0; own.length < most; number++)
    if (!taken.has(number))
      own.push({
        number,
        text: `${number} () acl 'var' file 'httpclient' line 0. curr_ver=0 next_ver=0 entry_cnt=1\n`,
      });
  const all = [...rows, ...own].sort((a, b) => a.number - b.number);
  return `# id (file) description\n${all.map(({ text }) => text).join('')}`;
}
function row(runtime: Runtime, { file, number, users }: PatternReference, index: number): string {
  const what = file === '' ? users[0] : `pattern loaded from file '${file}' used ${users.join(', ')}`;
  return `${number} (${file}) ${what ?? ''}. curr_ver=0 next_ver=0 entry_cnt=${countOf(runtime, index)}\n`;
}

/** `get map <file> <value>`: one line for each way in which the entries are compared. */
export function getPattern(runtime: Runtime, words: Words): string {
  const kind = words[1] as Kind;
  const text = words[3];
  if (words[2] === undefined || text === undefined) return `Missing ${title(kind)} identifier and/or key.\n`;
  const index = named(runtime, words);
  if (typeof index === 'string') return index;
  const ip = parseIPv4(text);
  return (runtime.configuration.patterns[index]?.comparisons ?? [])
    .map(({ match, ignoreCase }) => {
      const value: Value = match === 'ip' && ip !== undefined ? { ip } : text;
      const entry = findEntry(entriesOf(runtime, index), match, value);
      const head = `type=${match}, case=${ignoreCase ? 'insensitive' : 'sensitive'}, ${kind === 'map' ? 'found' : 'match'}=`;
      if (entry === undefined) return `${head}no\n`;
      const place = ['str', 'beg', 'ip'].includes(match) && !ignoreCase ? 'tree' : 'list';
      const what =
        kind === 'map'
          ? `key="${entry.key}", value="${entry.value ?? ''}", type="str"`
          : `pattern="${entry.key}"`;
      return `${head}yes, idx=${place}, ${what}\n`;
    })
    .join('');
}

/** `set map <file> <key> <value>` */
export function setMap(runtime: Runtime, words: Words): string {
  const [, , file, key, value] = words;
  if (file === undefined || key === undefined || value === undefined)
    return "'set map' expects three parameters: map identifier, key and value.\n";
  const index = named(runtime, words);
  if (typeof index === 'string') return index;
  const wanted = keyOf(runtime, index, key);
  if (!entriesOf(runtime, index).some((entry) => entry.key === wanted)) return 'entry not found.\n';
  changePatterns(runtime, index, { type: 'set', key: wanted, value });
  return '';
}

/** `add map <file> <key> <value>`, `add acl <file> <pattern>`; or lines of them behind `<<`. */
export function addPatterns(runtime: Runtime, words: Words, payload: string | undefined): string {
  const kind = words[1] as Kind;
  const [, , file, key, value] = words;
  const isWhole = payload === undefined && key !== undefined && (kind === 'acl' || value !== undefined);
  if (file === undefined || (payload === undefined && !isWhole))
    return kind === 'map'
      ? "'add map' expects three parameters (map identifier, key and value) or one parameter (map identifier) and a payload\n"
      : "'add acl' expects two parameters: ACL identifier and pattern.\n";
  const index = named(runtime, words);
  if (typeof index === 'string') return index;
  if (payload === undefined) return add(runtime, index, key ?? '', kind === 'map' ? value : undefined);
  for (const line of payload.split('\n')) {
    const [, own = '', rest = ''] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? [];
    if (own === '') continue;
    const problem = add(
      runtime,
      index,
      kind === 'map' ? own : line.trim(),
      kind === 'map' ? rest : undefined,
    );
    if (problem !== '') return problem;
  }
  return '';
}
function add(runtime: Runtime, index: number, key: string, value: string | undefined): string {
  const problem = keyProblem(runtime.configuration.patterns[index], key);
  if (problem !== undefined) return `${problem}.\n`;
  changePatterns(runtime, index, { type: 'add', key, value });
  return '';
}

/** `del map <file> <key>` */
export function deletePattern(runtime: Runtime, words: Words): string {
  const kind = words[1] as Kind;
  const key = words[3];
  if (words[2] === undefined || key === undefined)
    return `This command expects two parameters: ${title(kind)} identifier and key.\n`;
  const index = named(runtime, words);
  if (typeof index === 'string') return index;
  const isGone = changePatterns(runtime, index, { type: 'delete', key: keyOf(runtime, index, key) });
  return isGone ? '' : 'Key not found.\n';
}
/** `#0x…`: an entry as `show map` numbers it. */
function keyOf(runtime: Runtime, index: number, key: string): string {
  if (!key.startsWith('#')) return key;
  return entriesOf(runtime, index).find((_, at) => `#${pointer(index, at)}` === key)?.key ?? key;
}

/** `clear map <file>` */
export function clearPatterns(runtime: Runtime, words: Words): string {
  if (words[2] === undefined) return `Missing ${title(words[1] as Kind)} identifier.\n`;
  const index = named(runtime, words);
  if (typeof index === 'string') return index;
  changePatterns(runtime, index, { type: 'clear' });
  return '';
}
