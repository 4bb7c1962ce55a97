/** Expressions of find(1) as trees, and how they are read. Source: findutils 4.9 `tree.c`, `parser.c`. */
import { Exit, type Step, type Tool } from '../tool';
import { quoteValue } from '../quoting';
import type { Visit } from './visit';

/** A test or action; true when it holds. */
export type Predicate = (visit: Visit) => boolean | Step<boolean>;
export type Expression =
  | { readonly kind: 'test'; readonly test: Predicate }
  | { readonly kind: 'not'; readonly part: Expression }
  | { readonly kind: 'and' | 'or' | 'list'; readonly left: Expression; readonly right: Expression };

export interface FindOptions {
  follow: 'never' | 'command-line' | 'always';
  depthFirst: boolean;
  leastDepth: number;
  mostDepth: number;
  oneFileSystem: boolean;
  fromDayStart: boolean;
  regexDialect: 'emacs' | 'posixBasic' | 'posixExtended';
}

/** What a predicate needs to be made. */
export interface Making {
  readonly tool: Tool;
  readonly options: FindOptions;
  /** Its name, `-name`. */
  readonly name: string;
  /** The next argument; ends the command when there is none. */
  argument(): string;
  /** Arguments up to `;` or `{} +`. */
  command(): { words: string[]; isBatch: boolean };
  /** To be done when the search has ended. */
  atEnd(action: () => Step<boolean>): void;
}
export interface PredicateSpec {
  readonly make: (making: Making) => Predicate;
  /** Prints or does something: no -print is added. */
  readonly isAction?: boolean;
  /** Options that hold for the whole search. */
  readonly isGlobal?: boolean;
}

export class ExpressionReader {
  #at = 0;
  #firstTest: string | undefined;
  hasAction = false;
  readonly endings: (() => Step<boolean>)[] = [];

  constructor(
    private readonly tool: Tool,
    private readonly words: readonly string[],
    private readonly options: FindOptions,
    private readonly specs: ReadonlyMap<string, PredicateSpec>,
  ) {}

  read(): Expression | undefined {
    if (this.words.length === 0) return undefined;
    const expression = this.#list();
    const word = this.words[this.#at];
    if (word === ')') this.#fail("you have too many ')'");
    return expression;
  }

  #fail(message: string): never {
    return this.tool.fail(message);
  }

  #list(): Expression {
    let left = this.#or();
    while (this.words[this.#at] === ',') {
      this.#at++;
      left = { kind: 'list', left, right: this.#operand(',', () => this.#or()) };
    }
    return left;
  }

  #or(): Expression {
    let left = this.#and();
    for (;;) {
      const word = this.words[this.#at];
      if (word !== '-o' && word !== '-or') return left;
      this.#at++;
      left = { kind: 'or', left, right: this.#operand(word, () => this.#and()) };
    }
  }

  #and(): Expression {
    let left = this.#not();
    for (;;) {
      const word = this.words[this.#at];
      if (word === undefined || word === ')' || word === ',' || word === '-o' || word === '-or') return left;
      if (word === '-a' || word === '-and') {
        this.#at++;
        left = { kind: 'and', left, right: this.#operand(word, () => this.#not()) };
      } else left = { kind: 'and', left, right: this.#not() };
    }
  }

  #operand(operator: string, read: () => Expression): Expression {
    const word = this.words[this.#at];
    if (word === undefined) this.#fail(`expected an expression after '${operator}'`);
    if (word === ')') this.#fail(`expected an expression between '${operator}' and ')'`);
    return read();
  }

  #not(): Expression {
    const word = this.words[this.#at];
    if (word !== '!' && word !== '-not') return this.#primary();
    this.#at++;
    return { kind: 'not', part: this.#operand(word, () => this.#not()) };
  }

  #primary(): Expression {
    const word = this.words[this.#at++] ?? '';
    if (word === '(') {
      const next = this.words[this.#at];
      if (next === undefined)
        this.#fail(
          "invalid expression; expected to find a ')' but didn't see one. Perhaps you need an extra predicate after '('",
        );
      if (next === ')') this.#fail('invalid expression; empty parentheses are not allowed.');
      const inner = this.#list();
      if (this.words[this.#at] !== ')')
        this.#fail("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      this.#at++;
      return inner;
    }
    if (/^(-o|-or|-a|-and|,)$/.test(word))
      this.#fail(`invalid expression; you have used a binary operator '${word}' with nothing before it.`);
    if (!word.startsWith('-') || word === '-') this.#straysPath(word);
    const spec = this.specs.get(word);
    if (spec === undefined) return this.#fail(`unknown predicate \`${word}'`);
    if (spec.isAction === true) this.hasAction = true;
    this.#warnOfPlace(word, spec);
    return { kind: 'test', test: spec.make(this.#making(word)) };
  }

  /** Global options written after a test hold for what stands before them too; who types is told so. */
  #warnOfPlace(word: string, spec: PredicateSpec): void {
    if (spec.isGlobal !== true) this.#firstTest ??= word;
    else if (this.tool.context.stdin.tty === undefined) return;
    else if (this.#firstTest !== undefined && /^-(maxdepth|mindepth|depth|d|mount|xdev|noleaf)$/.test(word))
      this.tool.complain(
        `warning: you have specified the global option ${word} after the argument ${this.#firstTest}, but global options are not positional, i.e., ${word} affects tests specified before it as well as those specified after it.  Please specify global options before other arguments.`,
      );
  }

  #straysPath(word: string): never {
    this.tool.complain(`paths must precede expression: \`${word}'`);
    const before = this.words[this.#at - 3];
    if (before !== undefined && /^-(i?name|i?path|i?wholename)$/.test(before))
      this.tool.complain(`possible unquoted pattern after predicate \`${before}'?`);
    throw new Exit(1);
  }

  #making(name: string): Making {
    return {
      tool: this.tool,
      options: this.options,
      name,
      argument: () => {
        const word = this.words[this.#at++];
        if (word === undefined) return this.#fail(`missing argument to \`${name}'`);
        return word;
      },
      command: () => this.#command(name),
      atEnd: (action) => {
        this.endings.push(action);
      },
    };
  }

  #command(name: string): { words: string[]; isBatch: boolean } {
    const words: string[] = [];
    for (;;) {
      const word = this.words[this.#at++];
      if (word === undefined) return this.#fail(`missing argument to \`${name}'`);
      if (word === ';') {
        if (words.length === 0) return this.#fail(`invalid argument \`;' to \`${name}'`);
        return { words, isBatch: false };
      }
      if (word === '+' && words[words.length - 1] === '{}' && !name.startsWith('-ok')) {
        if (words.filter((other) => other.includes('{}')).length > 1)
          this.#fail(`Only one instance of {} is supported with ${name} ... +`);
        return { words: words.slice(0, -1), isBatch: true };
      }
      words.push(word);
    }
  }
}

/** Whether the expression holds; what it prints and does happens on the way. */
export function* evaluate(expression: Expression, visit: Visit): Step<boolean> {
  switch (expression.kind) {
    case 'test': {
      const result = expression.test(visit);
      return typeof result === 'boolean' ? result : yield* result;
    }
    case 'not':
      return !(yield* evaluate(expression.part, visit));
    case 'and':
      return (yield* evaluate(expression.left, visit)) && (yield* evaluate(expression.right, visit));
    case 'or':
      return (yield* evaluate(expression.left, visit)) || (yield* evaluate(expression.right, visit));
    case 'list':
      yield* evaluate(expression.left, visit);
      return yield* evaluate(expression.right, visit);
  }
}

/** `+N`, `-N`, `N`. */
export interface Comparison {
  readonly sign: '+' | '-' | '';
  readonly number: number;
}
export function readComparison(text: string): Comparison | undefined {
  const match = /^([-+]?)(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) return undefined;
  return { sign: match[1] === '+' ? '+' : match[1] === '-' ? '-' : '', number: Number(match[2]) };
}
export function compares(value: number, { sign, number }: Comparison): boolean {
  return sign === '+' ? value > number : sign === '-' ? value < number : value === number;
}

export function quoted(name: string): string {
  return quoteValue(name);
}
