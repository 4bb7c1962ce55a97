/** Options of a subcommand: `--name value`, `--name=value` and `--flag`; what is left are the operands. */
export interface Arguments {
  readonly operands: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

/** A text says what is wrong. */
export function readArguments(
  args: readonly string[],
  known: { readonly values: readonly string[]; readonly flags: readonly string[] },
): Arguments | string {
  const operands: string[] = [];
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('--')) {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    if (known.flags.includes(name) && equals < 0) flags.add(name);
    else if (known.values.includes(name)) {
      const value = equals < 0 ? args[++at] : word.slice(equals + 1);
      if (value === undefined) return `--${name} needs a value`;
      values.set(name, value);
    } else return `there is no option --${name}`;
  }
  return { operands, values, flags };
}
