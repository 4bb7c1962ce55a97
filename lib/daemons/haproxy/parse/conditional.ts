/**
 * Conditions of `.if` and `.elif`: numbers, predicates, `!`, `&&`, `||` and parentheses.
 * Source: HAProxy 2.6 configuration manual §2.4 "Conditional blocks"; 2.6.12 `cfgcond.c`; recorded `haproxy -c` runs.
 */

export interface ConditionSurroundings {
  /** an environment variable */
  variable(name: string): string | undefined;
  /** `+OPENSSL …` as `haproxy -vv` lists them */
  readonly features: string;
  readonly version: string;
  readonly tlsLibrary: { readonly name: string; readonly version: string };
}
export type ConditionOutcome =
  | { readonly value: boolean }
  /** `at`: characters from the condition's start */
  | { readonly error: string; readonly at: number };

export function evaluateCondition(text: string, surroundings: ConditionSurroundings): ConditionOutcome {
  const reader = new ConditionReader(text, surroundings);
  const value = reader.expression();
  if (typeof value !== 'boolean') return value;
  const odd = reader.rest();
  return odd === undefined
    ? { value }
    : {
        error: `unexpected character '${odd.character}' at the end of conditional expression '${text}'`,
        at: odd.at,
      };
}

type Fault = { readonly error: string; readonly at: number };
const ARGUMENTS: ReadonlyMap<string, number> = new Map([
  ['defined', 1],
  ['feature', 1],
  ['streq', 2],
  ['strneq', 2],
  ['version_atleast', 1],
  ['version_before', 1],
  ['openssl_version_atleast', 1],
  ['openssl_version_before', 1],
  ['ssllib_name_startswith', 1],
]);

class ConditionReader {
  #at = 0;
  constructor(
    readonly text: string,
    readonly surroundings: ConditionSurroundings,
  ) {}

  /** What is left behind the expression. */
  rest(): { readonly character: string; readonly at: number } | undefined {
    this.#skipSpace();
    const character = this.text.charAt(this.#at);
    return character === '' ? undefined : { character, at: this.#at };
  }

  expression(): boolean | Fault {
    let value = false;
    do {
      const next = this.#conjunction();
      if (typeof next !== 'boolean') return next;
      value ||= next;
    } while (this.#takes('||'));
    return value;
  }

  #conjunction(): boolean | Fault {
    let value = true;
    do {
      const next = this.#term();
      if (typeof next !== 'boolean') return next;
      value &&= next;
    } while (this.#takes('&&'));
    return value;
  }

  #term(): boolean | Fault {
    this.#skipSpace();
    const start = this.#at;
    let isNegated = false;
    while (this.#takes('!')) isNegated = !isNegated;
    const value = this.#plainTerm(start);
    return typeof value === 'boolean' && isNegated ? !value : value;
  }

  #plainTerm(start: number): boolean | Fault {
    if (this.#takes('(')) {
      const inner = this.expression();
      if (typeof inner === 'boolean' && !this.#takes(')')) return this.#unparsable(start);
      return inner;
    }
    const rest = this.text.slice(this.#at);
    const number = /^\d+/.exec(rest)?.[0];
    if (number !== undefined) {
      this.#at += number.length;
      return Number(number) !== 0;
    }
    if (rest === '') return false;
    const name = /^([a-z_]+)\(/.exec(rest)?.[1];
    const count = ARGUMENTS.get(name ?? '');
    return name === undefined || count === undefined ? this.#unparsable(start) : this.#predicate(name, count);
  }

  #predicate(name: string, count: number): boolean | Fault {
    this.#at += name.length + 1;
    const close = this.text.indexOf(')', this.#at);
    const where = (index: number): string =>
      `in argument ${index} of predicate '${name}' used in conditional expression`;
    if (close < 0) return { error: `expected ')' ${where(1)} '${this.text}'`, at: this.text.length };
    const words = this.text.slice(this.#at, close).split(',');
    if (words.length < count)
      return {
        error: `missing arguments (got ${words.length}/${count}), type 'string' expected ${where(1)} '${this.text}'`,
        at: this.#at + 1,
      };
    this.#at = close + 1;
    return this.#holds(name, words[0] ?? '', words[1] ?? '');
  }

  #holds(name: string, first: string, second: string): boolean {
    const { features, version, tlsLibrary } = this.surroundings;
    switch (name) {
      case 'defined':
        return this.surroundings.variable(first) !== undefined;
      case 'feature':
        return features.split(' ').includes(`+${first}`);
      case 'streq':
        return first === second;
      case 'strneq':
        return first !== second;
      case 'version_atleast':
        return comparedVersions(version, first) >= 0;
      case 'version_before':
        return comparedVersions(version, first) < 0;
      case 'openssl_version_atleast':
        return comparedVersions(tlsLibrary.version, first) >= 0;
      case 'openssl_version_before':
        return comparedVersions(tlsLibrary.version, first) < 0;
      default:
        return tlsLibrary.name.startsWith(first);
    }
  }

  #unparsable(at: number): Fault {
    return { error: `unparsable conditional expression '${this.text}'`, at };
  }
  #skipSpace(): void {
    while (/\s/.test(this.text.charAt(this.#at))) this.#at++;
  }
  #takes(mark: string): boolean {
    this.#skipSpace();
    if (!this.text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    return true;
  }
}

/** Number by number; what is left out is zero. */
function comparedVersions(left: string, right: string): number {
  const [one, other] = [left, right].map((text) =>
    text.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let index = 0; index < 4; index++) {
    const difference = (one?.[index] ?? 0) - (other?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
