/** A scenario's texts in the reader's language. */
export type Table = Readonly<Record<string, string>>;

/**
 * The text as the table has it. What is put together of several texts (a verdict, a line of the
 * event list) is translated part by part; what the table does not know stays as it is.
 */
export function translated(text: string, table: Table): string {
  if (Object.hasOwn(table, text)) return table[text] ?? text;
  return partsOf(table).reduce((whole, part) => whole.replaceAll(part, table[part] ?? part), text);
}

const known = new WeakMap<Table, readonly string[]>();
/** Long texts first: a short one may be a part of them. Single words are not taken out of a sentence. */
function partsOf(table: Table): readonly string[] {
  const before = known.get(table);
  if (before !== undefined) return before;
  const parts = Object.keys(table)
    .filter((text) => text.includes(' '))
    .sort((a, b) => b.length - a.length);
  known.set(table, parts);
  return parts;
}
