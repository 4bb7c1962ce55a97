/** expr(1) of GNU coreutils 9.1. */
import { compareBytes } from './collation';
import { quoteValue } from './quoting';
import { compilePosix } from '../../std/regex/pattern';
import { RegexError } from '../../std/regex/tree';
import type { Command, Tool, ToolRun } from './tool';

export const expr: Command = {
  name: 'expr',
  package: 'coreutils',
  paths: ['/usr/bin/expr'],
  synopsis: 'expr EXPRESSION\nexpr OPTION',
  summary: 'Print the value of EXPRESSION to standard output.',
  *run(tool): ToolRun {
    return evaluate(tool);
  },
};

function evaluate(tool: Tool): number {
  if (tool.args.length === 1 && tool.args[0] === '--help') tool.help();
  if (tool.args.length === 1 && tool.args[0] === '--version') tool.version();
  const args = tool.args[0] === '--' ? tool.args.slice(1) : tool.args;
  if (args.length === 0) return tool.misuse('missing operand', 2);
  const parser = new ExprParser(tool, args);
  const value = parser.whole();
  tool.line(value);
  return isNull(value) ? 1 : 0;
}

function isNull(value: string): boolean {
  return value === '' || /^-?0+$/.test(value);
}

const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['&'],
  ['<', '<=', '=', '==', '!=', '>=', '>'],
  ['+', '-'],
  ['*', '/', '%'],
  [':'],
];

class ExprParser {
  #at = 0;
  constructor(
    private readonly tool: Tool,
    private readonly args: readonly string[],
  ) {}

  whole(): string {
    const value = this.#level(0);
    const extra = this.args[this.#at];
    if (extra !== undefined) return this.#fail(`syntax error: unexpected argument ${quoteValue(extra)}`);
    return value;
  }

  #fail(message: string, code = 2): never {
    return this.tool.fail(message, code);
  }

  #level(level: number): string {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#term();
    let left = this.#level(level + 1);
    for (;;) {
      const operator = this.args[this.#at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at++;
      left = this.#apply(operator, left, this.#level(level + 1));
    }
  }

  #apply(operator: string, left: string, right: string): string {
    switch (operator) {
      case '|':
        return isNull(left) ? (isNull(right) ? '0' : right) : left;
      case '&':
        return isNull(left) || isNull(right) ? '0' : left;
      case ':':
        return this.#match(left, right);
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return this.#arithmetic(operator, left, right);
      default:
        return compared(operator, left, right) ? '1' : '0';
    }
  }

  #arithmetic(operator: string, left: string, right: string): string {
    const [a, b] = [left, right].map((text) =>
      /^-?\d+$/.test(text) ? BigInt(text) : this.#fail('non-integer argument'),
    );
    if (a === undefined || b === undefined) return '';
    if (b === 0n && (operator === '/' || operator === '%')) return this.#fail('division by zero');
    switch (operator) {
      case '+':
        return String(a + b);
      case '-':
        return String(a - b);
      case '*':
        return String(a * b);
      case '/':
        return String(a / b);
      default:
        return String(a % b);
    }
  }

  /** Anchored at the start; a group's text, or the number of characters. */
  #match(text: string, source: string): string {
    const pattern = compilePosix(source, { dialect: 'posixBasic' });
    if (pattern instanceof RegexError) return this.#fail(pattern.message);
    const anchored = compilePosix(`^\\(${source}\\)`, { dialect: 'posixBasic' });
    const hasBackReference = /\\[1-9]/.test(source);
    const spans = (hasBackReference || anchored instanceof RegexError ? pattern : anchored).match(text);
    const shift = hasBackReference || anchored instanceof RegexError ? 1 : 2;
    const isFound = spans !== undefined && spans[0] === 0;
    if (pattern.groups > 0) {
      if (!isFound) return '';
      const from = spans[shift * 2] ?? -1;
      return from < 0 ? '' : text.slice(from, spans[shift * 2 + 1]);
    }
    return isFound ? String([...text.slice(0, spans[1])].length) : '0';
  }

  #next(): string {
    const argument = this.args[this.#at];
    if (argument === undefined) {
      const last = this.args[this.#at - 1] ?? '';
      return this.#fail(`syntax error: missing argument after ${quoteValue(last)}`);
    }
    this.#at++;
    return argument;
  }

  #term(): string {
    const word = this.#next();
    switch (word) {
      case '(': {
        const value = this.#level(0);
        const close = this.args[this.#at];
        if (close === undefined)
          return this.#fail(`syntax error: expecting ')' after ${quoteValue(this.args[this.#at - 1] ?? '')}`);
        if (close !== ')') return this.#fail(`syntax error: expecting ')' instead of ${quoteValue(close)}`);
        this.#at++;
        return value;
      }
      case ')':
        return this.#fail("syntax error: unexpected ')'");
      case '+':
        return this.#next();
      case 'match': {
        const text = this.#term();
        return this.#match(text, this.#term());
      }
      case 'length':
        return String([...this.#term()].length);
      case 'index': {
        const text = [...this.#term()];
        const wanted = this.#term();
        return String(text.findIndex((character) => wanted.includes(character)) + 1);
      }
      case 'substr': {
        const text = [...this.#term()];
        const start = Number(this.#term());
        const length = Number(this.#term());
        if (!(start > 0) || !(length > 0)) return '';
        return text.slice(start - 1, start - 1 + length).join('');
      }
      default:
        return word;
    }
  }
}

function compared(operator: string, left: string, right: string): boolean {
  const numbers = /^-?\d+$/.test(left) && /^-?\d+$/.test(right);
  const order = numbers
    ? BigInt(left) < BigInt(right)
      ? -1
      : BigInt(left) > BigInt(right)
        ? 1
        : 0
    : compareBytes(left, right);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>=':
      return order >= 0;
    default:
      return order > 0;
  }
}
