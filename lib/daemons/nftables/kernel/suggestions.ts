/** What may have been meant by a name that is not there. Source: recorded messages of 1.0.6. */
import type { FilterSet, FilterTable } from '../../../world/packet-filter.contract';
import { nearest } from '../messages';
import { type Command, type Handle, isObject } from '../parse/tree';
import { setKey } from './sets';

/** Tables as they were before the text, and as they are now. */
export interface Known {
  readonly tables: readonly FilterTable[];
  readonly present: readonly FilterTable[];
}

export function tableLike(tables: readonly FilterTable[], target: Handle): string | undefined {
  // One letter is near to everything: the first table will do.
  const same =
    tables.find(({ name }) => name === target.table && name.length > 1) ??
    nearest(target.table, tables, ({ name }) => name) ??
    tables.find(({ name }) => name === target.table);
  return same === undefined ? undefined : `did you mean table ‘${same.name}’ in family ${same.family}?`;
}

export function meantBy(command: Command, target: Handle, known: Known): string | undefined {
  switch (command.object) {
    case 'table':
      return tableLike(known.tables, target);
    case 'set':
    case 'map':
    case 'element':
      return likeIn(known, target, 'set', (table) =>
        table.sets.filter(({ anonymous }) => anonymous !== true),
      );
    case 'rule':
      return likeIn(known, target, 'chain', (table) => table.chains, { exact: 'says nothing' });
    default:
      if (isObject(command.object))
        return likeIn(known, target, 'obj', (table) => [...table.counters, ...table.objects]);
      return likeIn(known, target, 'chain', (table) => table.chains);
  }
}

/** For a set that a rule or an element names in vain: those that are there, and those that the text declares. */
export function setLike(
  tables: readonly FilterTable[],
  declared: readonly (readonly [key: string, set: FilterSet])[],
  target: Handle,
  name: string,
): string | undefined {
  const own = { family: target.family, name: target.table };
  const all = [
    ...tables.flatMap((table) =>
      table.sets.filter(({ anonymous }) => anonymous !== true).map((set) => ({ table, set })),
    ),
    ...declared
      .filter(([key, set]) => key === setKey({ ...target, name: set.name }))
      .map(([, set]) => ({ table: own, set })),
  ];
  const near = all.find(({ set }) => set.name === name) ?? nearest(name, all, ({ set }) => set.name);
  return near === undefined
    ? undefined
    : `did you mean set ‘${near.set.name}’ in table ${near.table.family} ‘${near.table.name}’?`;
}

export function chainLike(tables: readonly FilterTable[], name: string): string | undefined {
  const all = tables.flatMap((table) => table.chains.map((chain) => ({ table, chain })));
  const near = nearest(name, all, ({ chain }) => chain.name);
  return (
    near && `did you mean chain ‘${near.chain.name}’ in table ${near.table.family} ‘${near.table.name}’?`
  );
}

/** The name that is nearest, in whatever table it stands; where the table itself is missing, that table. */
function likeIn(
  { tables, present }: Known,
  target: Handle,
  kind: string,
  named: (table: FilterTable) => readonly { name: string }[],
  { exact = 'counts' }: { exact?: 'counts' | 'says nothing' } = {},
): string | undefined {
  const all = tables.flatMap((table) => named(table).map(({ name }) => ({ table, name })));
  const near = nearest(target.name, all, ({ name }) => name);
  if (near === undefined) return undefined;
  const { family, name } = near.table;
  if (!present.some((table) => table.name === target.table && table.family === target.family))
    return `did you mean table ‘${name}’ in family ${family}?`;
  if (exact === 'says nothing' && near.name === target.name) return undefined;
  return `did you mean ${kind} ‘${near.name}’ in table ${family} ‘${name}’?`;
}
