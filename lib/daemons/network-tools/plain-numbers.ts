/** Options whose values are numbers, for tools that refuse all else as `strtonum()` and its kin do. */

/** `whole`: digits; `decimal`: with a fraction. */
export type NumberKind = 'whole' | 'decimal';
const FORM: Readonly<Record<NumberKind, RegExp>> = { whole: /^\d+$/, decimal: /^\d+(\.\d*)?$/ };

/** The first given value that is no number of its kind. */
export function wrongNumber(
  given: ReadonlyMap<string, string>,
  kinds: Readonly<Record<string, NumberKind>>,
): { readonly name: string; readonly value: string } | undefined {
  for (const [name, kind] of Object.entries(kinds)) {
    const value = given.get(name);
    if (value !== undefined && !FORM[kind].test(value)) return { name, value };
  }
  return undefined;
}
