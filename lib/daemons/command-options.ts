/** getopt_long(3) for tools whose messages are their own: options in order, then operands. */

/** Letters that take a value are followed by `:`; long names map to letters (or to names of their own). */
export interface OptionTable {
  readonly short: string;
  readonly long?: Readonly<Record<string, string>>;
}
export interface ParsedOption {
  /** Letter, or the long option's own name. */
  readonly name: string;
  readonly value: string;
  /** As the user wrote it. */
  readonly written: string;
}
export interface ParsedOptions {
  readonly options: readonly ParsedOption[];
  readonly operands: readonly string[];
  /** First thing wrong with them. */
  readonly problem:
    | { readonly kind: 'unknown' | 'missing'; readonly option: string; readonly long: boolean }
    | undefined;
}

/** What glibc's getopt_long(3) prints of it, behind the program's name. */
export function getoptComplaint({ kind, option, long }: NonNullable<ParsedOptions['problem']>): string {
  if (kind === 'missing')
    return long ? `option '${option}' requires an argument` : `option requires an argument -- '${option}'`;
  return long ? `unrecognized option '${option}'` : `invalid option -- '${option}'`;
}

/** `stopsAtOperand`: options end at the first operand (POSIXLY_CORRECT). Long names in `long` that end in `=` take a value. */
export function parseOptions(
  args: readonly string[],
  table: OptionTable,
  settings: { stopsAtOperand?: boolean } = {},
): ParsedOptions {
  const options: ParsedOption[] = [];
  const operands: string[] = [];
  const takesValue = (letter: string): boolean => table.short.includes(`${letter}:`);
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    if (argument === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (argument.startsWith('--')) {
      const equals = argument.indexOf('=');
      const name = argument.slice(2, equals < 0 ? undefined : equals);
      // getopt(3) knows no long names: a second dash is a letter like any other.
      if (table.long === undefined)
        return { options, operands, problem: { kind: 'unknown', option: '-', long: false } };
      const target = table.long[name] ?? table.long[`${name}=`];
      if (target === undefined)
        return { options, operands, problem: { kind: 'unknown', option: argument, long: true } };
      const wants = table.long[`${name}=`] !== undefined || (target.length === 1 && takesValue(target));
      if (wants && equals < 0 && i + 1 >= args.length)
        return { options, operands, problem: { kind: 'missing', option: argument, long: true } };
      options.push({
        name: target,
        value: wants ? (equals < 0 ? (args[++i] ?? '') : argument.slice(equals + 1)) : '',
        written: argument,
      });
      continue;
    }
    if (!argument.startsWith('-') || argument === '-') {
      if (settings.stopsAtOperand === true) {
        operands.push(...args.slice(i));
        break;
      }
      operands.push(argument);
      continue;
    }
    for (let at = 1; at < argument.length; at++) {
      const letter = argument[at] ?? '';
      if (letter === ':' || !table.short.includes(letter))
        return { options, operands, problem: { kind: 'unknown', option: letter, long: false } };
      if (!takesValue(letter)) {
        options.push({ name: letter, value: '', written: `-${letter}` });
        continue;
      }
      const rest = argument.slice(at + 1);
      if (rest === '' && i + 1 >= args.length)
        return { options, operands, problem: { kind: 'missing', option: letter, long: false } };
      options.push({ name: letter, value: rest === '' ? (args[++i] ?? '') : rest, written: `-${letter}` });
      break;
    }
  }
  return { options, operands, problem: undefined };
}
