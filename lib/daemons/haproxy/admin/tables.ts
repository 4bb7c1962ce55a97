/**
 * Stick tables from the socket. Source: HAProxy 2.6 src/stick_table.c `table_dump_entry_to_buffer`; recorded answers.
 * Not modelled: several filters by data at once.
 */
import type { StickEntry } from '../worker/state';
import type { Runtime } from '../worker/runtime';
import { counterValue, milliseconds, newEntry, tableOf } from '../worker/counters';
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
  return typeof wanted === 'string' ? wanted : head(runtime, index) + rows(runtime, index, wanted);
}
type Filter = (key: string, entry: StickEntry) => boolean;
/** What the words behind the table's name leave over; a text: what is wrong with them. */
function filterOf(runtime: Runtime, index: number, words: Words): Filter | string {
  const [first, second, third] = words.slice(3);
  if (first === undefined || first === '') return () => true;
  if (first === 'key')
    return second === undefined || second === '' ? 'Key value expected\n' : (key) => key === second;
  if (!first.startsWith('data.'))
    return 'Optional argument only supports "data.<store_data_type>" <operator> <value> and key <key>\n';
  const kind = first.slice('data.'.length);
  const wrong = (text: string): string => `Filter entry #1: ${text}\n`;
  if (!TYPES.has(kind)) return wrong('Unknown data type');
  const stores = runtime.settings(index).stickTable?.stores ?? [];
  if (kind !== 'server_id' && !stores.some((store) => store.split('(')[0] === kind))
    return wrong('Data type not stored in this table');
  const compare = COMPARISONS[second ?? ''];
  if (compare === undefined) return wrong('Require and operator among "eq", "ne", "le", "ge", "lt", "gt"');
  if (!/^-?\d+$/.test(third ?? '')) return wrong('Require a valid integer value to compare against');
  const limit = Number(third);
  const valueFor = (entry: StickEntry): number =>
    kind === 'server_id'
      ? (runtime.settings(index).servers[entry.server]?.id ?? 0)
      : (valueOf(runtime, index, kind, entry) ?? 0);
  return (_, entry) => compare(valueFor(entry), limit);
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
  if (runtime.settings(index).stickRules.length > 0 || entry.server >= 0)
    known.push(['server_id', server?.id ?? 0]);
  for (const store of stores) {
    const [kind = '', period = ''] = store.split(/[()]/);
    const value = valueOf(runtime, index, kind, entry);
    if (value !== undefined) known.push([period === '' ? kind : `${kind}(${milliseconds(period)})`, value]);
  }
  known.sort(([a], [b]) => place(a) - place(b));
  if (known[0]?.[0] === 'server_id') known.push(['server_key', server?.name ?? '-']);
  return known.map(([name, value]) => ` ${name}=${value}`).join('');
}
/** The daemon's own order, whatever the line says. */
const ORDER =
  'server_id gpt0 gpc0 gpc0_rate conn_cnt conn_rate conn_cur sess_cnt sess_rate http_req_cnt http_req_rate http_err_cnt http_err_rate bytes_in_cnt bytes_in_rate bytes_out_cnt bytes_out_rate gpc1 gpc1_rate'.split(
    ' ',
  );
const TYPES: ReadonlySet<string> = new Set([
  ...ORDER,
  ...'gpt gpc gpc_rate http_fail_cnt http_fail_rate server_key'.split(' '),
]);
function place(name: string): number {
  return ORDER.indexOf(name.split('(')[0] ?? '');
}
function valueOf(runtime: Runtime, index: number, kind: string, entry: StickEntry): number | undefined {
  const counter = /^gp[ct]/.test(kind) && !kind.endsWith('_rate') ? `get_${kind}` : kind;
  return counterValue(runtime, index, entry, counter);
}

export function setTable(runtime: Runtime, words: Words): string {
  const index = tableOf(runtime, words[2], -1);
  const proxy = runtime.state.proxies[index];
  if (proxy === undefined || runtime.settings(index).stickTable === undefined) return 'No such table\n';
  if (words[3] !== 'key' || words[4] === undefined) return 'Key value expected\n';
  const entry = proxy.stick.get(words[4]) ?? newEntry();
  for (let at = 5; words[at] !== undefined; at += 2) {
    const name = (words[at] ?? '').replace(/^data\./, '');
    const value = Number(words[at + 1]);
    if (name === 'server_id')
      entry.server = runtime.settings(index).servers.findIndex(({ id }) => id === value);
    else if (name === 'gpc0' && runtime.settings(index).stickTable?.stores.includes('gpc0') === true)
      entry.gpc0 = value;
    else return 'Data type not stored in this table\n';
  }
  const expire = runtime.settings(index).stickTable?.expire;
  entry.expiresAt = expire === undefined ? 0 : runtime.now + expire;
  proxy.stick.set(words[4], entry);
  return '';
}
export function clearTable(runtime: Runtime, words: Words): string {
  const index = tableOf(runtime, words[2], -1);
  const proxy = runtime.state.proxies[index];
  if (proxy === undefined || runtime.settings(index).stickTable === undefined) return 'No such table\n';
  const wanted = filterOf(runtime, index, words);
  if (typeof wanted === 'string') return wanted;
  for (const [key, entry] of proxy.stick) if (wanted(key, entry)) proxy.stick.delete(key);
  return '';
}
