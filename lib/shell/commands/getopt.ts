/**
 * getopt_long(3) of glibc: options may stand after operands, long names may be
 * abbreviated, `--` ends them. What it says of mistakes is glibc's.
 */

export interface OptionSyntax {
  /** As for getopt(3): `ab:c::`. A leading `+` stops at the first operand. */
  readonly short: string;
  /** Long names and what they stand for; `name:` wants an argument, `name::` may have one. */
  readonly long?: Readonly<Record<string, string>>;
}

export interface GivenOption {
  /** The short letter, or what the long name stands for. */
  readonly name: string;
  /** The argument; undefined when there is none. */
  readonly value: string | undefined;
  /** As written, without the argument: `-n`, `--lines`. */
  readonly written: string;
}

/** Argument of an option that always has one. */
export function valueOf(option: GivenOption): string {
  return option.value ?? '';
}

export type GetoptResult =
  | { readonly ok: true; readonly options: readonly GivenOption[]; readonly operands: readonly string[] }
  | { readonly ok: false; readonly message: string; readonly letter: string };

/** As `getopt`, but goes on after mistakes: all of them, and what else was given. */
export function getoptAll(
  args: readonly string[],
  syntax: OptionSyntax,
): {
  readonly problems: readonly string[];
  readonly options: readonly GivenOption[];
  readonly operands: readonly string[];
} {
  return new Reader(args, syntax).readAll();
}

type Need = 'none' | 'required' | 'optional';
interface LongName {
  readonly name: string;
  readonly stands: string;
  readonly need: Need;
}

/** Reads `args` (without the program's name). */
export function getopt(args: readonly string[], syntax: OptionSyntax): GetoptResult {
  return new Reader(args, syntax).read();
}

const LONG_NAMES = new WeakMap<OptionSyntax, readonly LongName[]>();

function longNames(syntax: OptionSyntax): readonly LongName[] {
  const known = LONG_NAMES.get(syntax);
  if (known !== undefined) return known;
  const names = Object.entries({ ...syntax.long, help: 'help', version: 'version' }).map(
    ([written, stands]): LongName => {
      const name = written.replace(/:+$/, '');
      const colons = written.length - name.length;
      return { name, stands, need: colons === 0 ? 'none' : colons === 1 ? 'required' : 'optional' };
    },
  );
  LONG_NAMES.set(syntax, names);
  return names;
}

class Reader {
  readonly #options: GivenOption[] = [];
  readonly #operands: string[] = [];
  #at = 0;
  /** Place of the next letter in the present cluster. */
  #letter = 1;

  constructor(
    private readonly args: readonly string[],
    private readonly syntax: OptionSyntax,
  ) {}

  readAll(): { problems: string[]; options: readonly GivenOption[]; operands: readonly string[] } {
    const problems: string[] = [];
    for (;;) {
      const result = this.read();
      if (result.ok) return { problems, options: result.options, operands: result.operands };
      problems.push(result.message);
    }
  }

  read(): GetoptResult {
    const inOrder = this.syntax.short.startsWith('+');
    while (this.#at < this.args.length) {
      const argument = this.args[this.#at] ?? '';
      if (argument === '--') {
        this.#at++;
        break;
      }
      if (!argument.startsWith('-') || argument === '-') {
        if (inOrder) break;
        this.#operands.push(argument);
        this.#at++;
        continue;
      }
      const failed = argument.startsWith('--') ? this.#long(argument) : this.#cluster(argument);
      if (failed !== undefined) return failed;
    }
    return { ok: true, options: this.#options, operands: [...this.#operands, ...this.args.slice(this.#at)] };
  }

  #cluster(argument: string): GetoptResult | undefined {
    this.#at++;
    for (let i = this.#letter; i < argument.length; i++) {
      const letter = argument[i] ?? '';
      const need = this.#needOf(letter);
      const rest = argument.slice(i + 1);
      if (need === undefined) {
        // Whoever goes on does so with the next letter.
        if (rest !== '') {
          this.#letter = i + 1;
          this.#at--;
        } else this.#letter = 1;
        return { ok: false, message: `invalid option -- '${letter}'`, letter };
      }
      this.#letter = 1;
      if (need === 'none') {
        this.#options.push({ name: letter, value: undefined, written: `-${letter}` });
        continue;
      }
      if (rest !== '' || need === 'optional') {
        this.#options.push({ name: letter, value: rest === '' ? undefined : rest, written: `-${letter}` });
        return undefined;
      }
      if (this.#at >= this.args.length)
        return { ok: false, message: `option requires an argument -- '${letter}'`, letter };
      this.#options.push({ name: letter, value: this.args[this.#at++], written: `-${letter}` });
    }
    return undefined;
  }

  #needOf(letter: string): Need | undefined {
    const { short } = this.syntax;
    const at = letter === ':' || letter === '+' ? -1 : short.indexOf(letter);
    if (at < 0) return undefined;
    if (short[at + 1] !== ':') return 'none';
    return short[at + 2] === ':' ? 'optional' : 'required';
  }

  #long(argument: string): GetoptResult | undefined {
    this.#at++;
    const equals = argument.indexOf('=');
    const name = argument.slice(2, equals < 0 ? undefined : equals);
    const value = equals < 0 ? undefined : argument.slice(equals + 1);
    const found = this.#find(name, argument);
    if ('ok' in found) return found;
    const written = `--${found.name}`;
    if (value !== undefined && found.need === 'none')
      return { ok: false, message: `option '${written}' doesn't allow an argument`, letter: '?' };
    if (value === undefined && found.need === 'required') {
      if (this.#at >= this.args.length)
        return { ok: false, message: `option '${written}' requires an argument`, letter: '?' };
      this.#options.push({ name: found.stands, value: this.args[this.#at++], written });
      return undefined;
    }
    this.#options.push({ name: found.stands, value, written });
    return undefined;
  }

  #find(name: string, argument: string): LongName | GetoptResult {
    const names = longNames(this.syntax);
    const exact = names.find((candidate) => candidate.name === name);
    if (exact !== undefined) return exact;
    const candidates = names.filter((candidate) => candidate.name.startsWith(name));
    const [first] = candidates;
    if (first === undefined) return { ok: false, message: `unrecognized option '${argument}'`, letter: '?' };
    if (candidates.every((candidate) => candidate.stands === first.stands && candidate.need === first.need))
      return first;
    const possibilities = candidates.map((candidate) => `'--${candidate.name}'`).join(' ');
    return {
      ok: false,
      message: `option '${argument}' is ambiguous; possibilities: ${possibilities}`,
      letter: '?',
    };
  }
}
