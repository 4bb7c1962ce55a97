/**
 * Stick tables from the socket. Source: HAProxy 2.6 src/stick_table.c `table_dump_entry_to_buffer`; recorded answers.
 */
import { formatIPv4, parseIPv4 } from '../../../std/ipv4';
import type { StickEntry } from '../worker/state';
import type { Runtime } from '../worker/runtime';
import { counterValue, entryOf, keeps, milliseconds, setCounter, tableOf } from '../worker/counters';
import { pointerOf } from './servers';

type Words = readonly string[];

export function showTable(runtime: Runtime, words: Words): string {
  const name = words[2];
  const all = runtime.configuration.proxies.flatMap((settings, index) =>
    settings.stickTable === undefined ? [] : [index],
  );
  // The last one that was declared comes first.
  if (name === undefined)
    return all
      .reverse()
      .map((index) => head(runtime, index))
      .join('');
  const index = all.find((one) => runtime.settings(one).id === name);
  if (index === undefined) return 'No such table\n';
  const wanted = filterOf(runtime, index, words);
  if (typeof wanted === 'string') return wanted;
  // Of a key that is not there nothing at all is said.
  if (words[3] === 'key' && !live(runtime, index).some(([key, entry]) => wanted(key, entry))) return '';
  return head(runtime, index) + rows(runtime, index, wanted);
}
type Filter = (key: string, entry: StickEntry) => boolean;
/** What the words behind the table's name leave over; a text: what is wrong with them. */
function filterOf(runtime: Runtime, index: number, words: Words): Filter | string {
  const given = words.slice(3);
  const [first, second] = given;
  if (first === undefined || first === '') return () => true;
  if (first === 'key')
    return second === undefined || second === '' ? 'Key value expected\n' : (key) => key === second;
  if (!first.startsWith('data.'))
    return 'Optional argument only supports "data.<store_data_type>" <operator> <value> and key <key>\n';
  const filters: Filter[] = [];
  for (let at = 0; given[at]?.startsWith('data.') === true; at += 3) {
    const filter = dataFilter(runtime, index, given.slice(at, at + 3));
    if (typeof filter === 'string') return `Filter entry #${filters.length + 1}: ${filter}\n`;
    filters.push(filter);
  }
  return (key, entry) => filters.every((filter) => filter(key, entry));
}
function dataFilter(
  runtime: Runtime,
  index: number,
  [first = '', operator = '', value = '']: Words,
): Filter | string {
  const kind = first.slice('data.'.length);
  if (!TYPES.has(kind)) return 'Unknown data type';
  if (!hasData(runtime, index, kind)) return 'Data type not stored in this table';
  const compare = COMPARISONS[operator];
  if (compare === undefined) return 'Require and operator among "eq", "ne", "le", "ge", "lt", "gt"';
  if (!/^-?\d+$/.test(value)) return 'Require a valid integer value to compare against';
  const limit = Number(value);
  const valueFor = (entry: StickEntry): number =>
    kind === 'server_id'
      ? (runtime.settings(index).servers[entry.server]?.id ?? 0)
      : (valueOf(runtime, index, kind, entry) ?? 0);
  return (_, entry) => compare(valueFor(entry), limit);
}
function hasData(runtime: Runtime, index: number, kind: string): boolean {
  return kind === 'server_id' || keeps(runtime, index, kind);
}
const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  le: (a, b) => a <= b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  gt: (a, b) => a > b,
};
function live(runtime: Runtime, index: number): [string, StickEntry][] {
  return [...runtime.proxy(index).stick].filter(
    ([, entry]) => entry.expiresAt === 0 || entry.expiresAt > runtime.now,
  );
}
function head(runtime: Runtime, index: number): string {
  const settings = runtime.settings(index);
  const table = settings.stickTable;
  return `# table: ${settings.id}, type: ${table?.type ?? ''}, size:${table?.size ?? 0}, used:${live(runtime, index).length}\n`;
}
function rows(runtime: Runtime, index: number, isWanted: Filter): string {
  let text = '';
  for (const [key, entry] of live(runtime, index)) {
    if (!isWanted(key, entry)) continue;
    const rest = entry.expiresAt === 0 ? 0 : Math.floor((entry.expiresAt - runtime.now) / 1_000);
    text += `${pointerOf(key.length * 977 + index)}: key=${key} use=${users(runtime, index, key)} exp=${rest}${data(runtime, index, entry)}\n`;
  }
  return text;
}
/** Sessions that track it. */
function users({ state }: Runtime, table: number, key: string): number {
  let count = 0;
  for (const { tracked } of state.sessions.values())
    count += tracked?.filter((one) => one.table === table && one.key === key).length ?? 0;
  return count;
}
function data(runtime: Runtime, index: number, entry: StickEntry): string {
  const server = runtime.settings(index).servers[entry.server];
  const stores = runtime.settings(index).stickTable?.stores ?? [];
  const known: [string, number | string][] = [];
  if (
    runtime.settings(index).stickRules.length > 0 ||
    entry.server >= 0 ||
    keeps(runtime, index, 'server_id')
  )
    known.push(['server_id', server?.id ?? 0]);
  for (const store of stores) {
    const [kind = '', period = ''] = store.split(/[()]/);
    const value = valueOf(runtime, index, kind, entry);
    if (value !== undefined) known.push([period === '' ? kind : `${kind}(${milliseconds(period)})`, value]);
  }
  known.sort(([a], [b]) => place(a) - place(b));
  if (known[0]?.[0] === 'server_id' && !stores.includes('server_id'))
    known.push(['server_key', server?.name ?? '-']);
  return known.map(([name, value]) => ` ${name}=${value}`).join('');
}
/** The daemon's own order, whatever the line says. */
const ORDER =
  'server_id gpt0 gpc0 gpc0_rate conn_cnt conn_rate conn_cur sess_cnt sess_rate http_req_cnt http_req_rate http_err_cnt http_err_rate bytes_in_cnt bytes_in_rate bytes_out_cnt bytes_out_rate gpc1 gpc1_rate http_fail_cnt http_fail_rate'.split(
    ' ',
  );
const TYPES: ReadonlySet<string> = new Set([...ORDER, ...'gpt gpc gpc_rate server_key'.split(' ')]);
function place(name: string): number {
  return ORDER.indexOf(name.split('(')[0] ?? '');
}
function valueOf(runtime: Runtime, index: number, kind: string, entry: StickEntry): number | undefined {
  const counter = /^gp[ct]/.test(kind) && !kind.endsWith('_rate') ? `get_${kind}` : kind;
  return counterValue(runtime, index, entry, counter);
}

export function setTable(runtime: Runtime, words: Words): string {
  const index = tableOf(runtime, words[2], -1);
  const table = runtime.configuration.proxies[index]?.stickTable;
  if (words[2] === undefined || words[2] === '')
    return 'Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>\n';
  if (table === undefined) return 'No such table\n';
  if (words[3] !== 'key' || words[4] === undefined || words[4] === '') return 'Key value expected\n';
  if (table.type === 'binary')
    return 'Inserting keys into tables of type other than ip, ipv6, string and integer is not supported\n';
  const entry = entryOf(runtime, index, keyOf(table.type, words[4]));
  if (entry === undefined) return 'Unable to allocate a new entry\n';
  for (let at = 5; words[at] !== undefined; at += 2) {
    const name = words[at] ?? '';
    if (!name.startsWith('data.')) return '"data.<type>" followed by a value expected\n';
    const kind = name.slice('data.'.length);
    if (!TYPES.has(kind)) return 'Unknown data type\n';
    if (!hasData(runtime, index, kind)) return 'Data type not stored in this table\n';
    if (!/^[+-]?\d+$/.test(words[at + 1] ?? '')) return 'Require a valid integer value to store\n';
    const value = Number(words[at + 1]);
    if (kind === 'server_id')
      entry.server = runtime.settings(index).servers.findIndex(({ id }) => id === value);
    else setCounter(runtime, entry, kind, value);
  }
  return '';
}
/** What is no address is 0.0.0.0, what is no number 0. */
function keyOf(type: string, text: string): string {
  if (type === 'ip') return formatIPv4(parseIPv4(text) ?? 0);
  return type === 'integer' ? String(Number.parseInt(text, 10) || 0) : text;
}
export function clearTable(runtime: Runtime, words: Words): string {
  const index = tableOf(runtime, words[2], -1);
  const proxy = runtime.state.proxies[index];
  const usage =
    'Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>\n';
  if (words[2] === undefined || words[2] === '') return usage;
  if (proxy === undefined || runtime.settings(index).stickTable === undefined) return 'No such table\n';
  if (words[3] !== undefined && words[3] !== '' && words[3] !== 'key' && !words[3].startsWith('data.'))
    return usage;
  const wanted = filterOf(runtime, index, words);
  if (typeof wanted === 'string') return wanted;
  for (const [key, entry] of proxy.stick) if (wanted(key, entry)) proxy.stick.delete(key);
  return '';
}
