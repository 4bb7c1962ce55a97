/**
 * `show stat` and `show info` with `typed`, `json` and `desc`.
 * Source: HAProxy 2.6 management guide §9.2 "Typed output format", §9.3 "show info", "show stat"; recorded answers.
 */
import { MODULE_FIELDS, type Row, SERVER_MODULE_FIELDS } from './statistics';
import { INFORMATION_FIELDS, STATISTICS_FIELDS } from './typed-fields';

interface Field {
  readonly position: number;
  readonly name: string;
  /** origin, nature, scope: a letter each */
  readonly tags: string;
  readonly type: string;
  readonly description: string;
  /** tags where another kind of object has others */
  readonly others: ReadonlyMap<string, string>;
}
type Value = string | number;
export type Format = 'typed' | 'json' | 'plain';

const STATISTICS: readonly Field[] = STATISTICS_FIELDS.split('\n').map((line) => {
  const [position, name = '', tags = '', type = '', ...others] = line.split(' ');
  return {
    position: Number(position),
    name,
    tags,
    type,
    description: '',
    others: new Map(others.map((other) => [other.slice(0, 1), other.slice(2)])),
  };
});
const INFORMATION: ReadonlyMap<string, Field> = new Map(
  INFORMATION_FIELDS.split('\n').map((line) => {
    const [position, name = '', tags = '', type = '', description = ''] = line.split('|');
    return [name, { position: Number(position), name, tags, type, description, others: new Map() }];
  }),
);

// ---------------------------------------------------------------- show stat
const OBJECTS = [
  { letter: 'F', name: 'Frontend' },
  { letter: 'B', name: 'Backend' },
  { letter: 'S', name: 'Server' },
  { letter: 'L', name: 'Listener' },
];

export function formattedStatistics(rows: readonly Row[], format: 'typed' | 'json'): string {
  if (format === 'json') return `[${rows.map(jsonRow).join(',')}]\n`;
  return rows.map(typedRow).join('');
}
function valuesOf(row: Row): { readonly field: Field; readonly value: Value }[] {
  const isServer = row.get('type') === 2;
  const left = isServer ? MODULE_FIELDS.slice(SERVER_MODULE_FIELDS) : [];
  return STATISTICS.flatMap((field) => {
    const value = row.get(field.name) ?? (MODULE_FIELDS.includes(field.name) ? 0 : '');
    return value === '' || left.includes(field.name) ? [] : [{ field, value }];
  });
}
function typedRow(row: Row): string {
  const { letter = '' } = OBJECTS[Number(row.get('type'))] ?? {};
  const head = `${letter}.${row.get('iid') ?? 0}.${row.get('sid') ?? 0}`;
  return valuesOf(row)
    .map(
      ({ field, value }) =>
        `${head}.${field.position}.${field.name}.1:${field.others.get(letter) ?? field.tags}:${field.type}:${value}\n`,
    )
    .join('');
}
function jsonRow(row: Row): string {
  const { letter = '', name: objType = '' } = OBJECTS[Number(row.get('type'))] ?? {};
  return JSON.stringify(
    valuesOf(row).map(({ field, value }) => ({
      objType,
      proxyId: row.get('iid') ?? 0,
      id: row.get('sid') ?? 0,
      ...jsonField(field, field.others.get(letter) ?? field.tags, value),
    })),
  );
}

// ---------------------------------------------------------------- show info
export function formattedInformation(
  facts: readonly (readonly [string, Value])[],
  format: Format,
  { described }: { readonly described: boolean },
): string {
  const known = facts.flatMap(([name, value]) => {
    const field = INFORMATION.get(name);
    return field === undefined ? [] : [{ field, value }];
  });
  const end = ({ description }: Field): string => (described ? `:"${description}"\n` : '\n');
  switch (format) {
    case 'typed':
      return known
        .map(
          ({ field, value }) =>
            `${field.position}.${field.name}.1:${field.tags}:${field.type}:${value}${end(field)}`,
        )
        .join('');
    case 'plain':
      return known.map(({ field, value }) => `${field.name}: ${value}${end(field)}`).join('');
    case 'json':
      return `${JSON.stringify(known.map(({ field, value }) => jsonField(field, field.tags, value)))}\n`;
  }
}

// ---------------------------------------------------------------- JSON
const ORIGINS: Readonly<Record<string, string>> = {
  M: 'Metric',
  S: 'Status',
  K: 'Key',
  C: 'Config',
  P: 'Product',
};
const NATURES: Readonly<Record<string, string>> = {
  A: 'Age',
  a: 'Avg',
  C: 'Counter',
  D: 'Duration',
  G: 'Gauge',
  L: 'Limit',
  M: 'Max',
  m: 'Min',
  N: 'Name',
  O: 'Output',
  R: 'Rate',
};
const SCOPES: Readonly<Record<string, string>> = { C: 'Cluster', P: 'Process', S: 'Service' };

function jsonField({ position, name, type }: Field, tags: string, value: Value): Record<string, unknown> {
  return {
    field: { pos: position, name },
    processNum: 1,
    tags: {
      origin: ORIGINS[tags.charAt(0)],
      nature: NATURES[tags.charAt(1)],
      scope: SCOPES[tags.charAt(2)],
    },
    value: { type, value: type === 'str' ? String(value) : value },
  };
}
