/**
 * Stick tables from the socket. Source: HAProxy 2.6 src/stick_table.c `table_dump_entry_to_buffer`; recorded answers.
 * Not modelled: filters by data.
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
  if (name === undefined) return all.map((index) => head(runtime, index)).join('');
  const index = all.find((one) => runtime.settings(one).id === name);
  if (index === undefined) return 'No such table\n';
  const key = words[3] === 'key' ? words[4] : undefined;
  return head(runtime, index) + rows(runtime, index, key);
}
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
function rows(runtime: Runtime, index: number, wanted: string | undefined): string {
  let text = '';
  for (const [key, entry] of live(runtime, index)) {
    if (wanted !== undefined && key !== wanted) continue;
    const rest = entry.expiresAt === 0 ? 0 : Math.floor((entry.expiresAt - runtime.now) / 1_000);
    text += `${pointerOf(key.length * 977 + index)}: key=${key} use=0 exp=${rest}${data(runtime, index, entry)}\n`;
  }
  return text;
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
  if (words[3] === 'key' && words[4] !== undefined) proxy.stick.delete(words[4]);
  else proxy.stick.clear();
  return '';
}
