/**
 * `nft -j list`: libnftables-json(5), as far as tables, chains, sets, maps and
 * counters go. Rules are left to their text. Not modelled: statements as JSON.
 */
import type { FilterTable } from '../../../world/packet-filter.contract';
import type { Command } from '../parse/tree';
import { elementText } from '../evaluate/elements';
import { dataTypesOf, keyTypesOf } from '../evaluate/set-types';
import { isListed, type ListingOptions } from './ruleset';

type Json = string | number | boolean | Json[] | { [name: string]: Json };

export function jsonText(command: Command, tables: readonly FilterTable[], options: ListingOptions): string {
  const target = 'target' in command ? command.target : undefined;
  const family = 'family' in command ? command.family : undefined;
  const chosen = tables.filter(
    (table) =>
      (family === undefined || table.family === family) &&
      (target === undefined || (table.family === target.family && table.name === target.table)),
  );
  const items: Json[] = [
    { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } },
  ];
  for (const table of chosen) items.push(...tableItems(command, table, options));
  return `${print({ nftables: items })}\n`;
}

function tableItems(command: Command, table: FilterTable, options: ListingOptions): Json[] {
  const { object } = command;
  const name = 'target' in command ? (command.target?.name ?? '') : '';
  const where = { family: table.family, table: table.name };
  const all = object === 'ruleset' || object === 'table';
  const items: Json[] = [];
  if (all || object === 'tables')
    items.push({
      table: {
        family: table.family,
        name: table.name,
        handle: table.handle,
        ...(table.flags.length > 0 ? { flags: table.flags } : {}),
      },
    });
  if (all || object === 'counters' || object === 'counter')
    for (const counter of table.counters)
      if (object !== 'counter' || counter.name === name)
        items.push({
          counter: {
            family: table.family,
            name: counter.name,
            table: table.name,
            handle: counter.handle,
            packets: counter.packets,
            bytes: counter.bytes,
          },
        });
  for (const set of table.sets) {
    const kind = set.map === undefined ? 'set' : 'map';
    if (!isListed(set) || !(all || object === `${kind}s` || (object === kind && set.name === name))) continue;
    const types = { key: keyTypesOf(set), data: dataTypesOf(set) };
    const typeJson = (list: readonly string[]): Json => (list.length === 1 ? (list[0] ?? '') : [...list]);
    items.push({
      [kind]: {
        family: table.family,
        name: set.name,
        table: table.name,
        type: typeJson(types.key),
        handle: set.handle,
        ...(types.data === undefined ? {} : { map: typeJson(types.data) }),
        ...(set.flags.length > 0 ? { flags: set.flags } : {}),
        ...(set.elements.length > 0
          ? { elem: set.elements.map((element) => elementText(options.values, element, types, undefined)) }
          : {}),
      },
    });
  }
  for (const chain of table.chains) {
    if (!(all || object === 'chains' || (object === 'chain' && chain.name === name))) continue;
    const { base } = chain;
    items.push({
      chain: {
        ...where,
        name: chain.name,
        handle: chain.handle,
        ...(base === undefined
          ? {}
          : { type: base.type, hook: base.hook, prio: base.priority, policy: base.policy }),
      },
    });
  }
  if (all || object === 'chain')
    for (const chain of table.chains) {
      if (object === 'chain' && chain.name !== name) continue;
      for (const rule of chain.rules)
        items.push({
          rule: {
            ...where,
            chain: chain.name,
            handle: rule.handle,
            ...(rule.comment === undefined ? {} : { comment: rule.comment }),
            expr: [{ 'not modelled': rule.text }],
          },
        });
    }
  return items;
}

/** As jansson prints: a blank after commas and colons. */
function print(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${print(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}
