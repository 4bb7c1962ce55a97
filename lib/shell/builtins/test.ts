/** `test` and `[`. Source: POSIX.1-2017 "test": by the number of arguments, then by precedence. */
import { BINARY_TESTS, binaryFileTest, UNARY_TESTS, unaryTest } from '../run/file-tests';
import { holds } from '../run/condition';
import type { Run, Shell } from '../shell';
import { type Call, complain } from './builtin';

class TestProblem {
  constructor(readonly text: string) {}
}

export function* test(call: Call): Run<number> {
  let { args } = call;
  if (call.name === '[') {
    if (args.at(-1) !== ']') {
      yield* complain(call, call.shell.dialect === 'dash' ? 'missing ]' : "missing `]'");
      return 2;
    }
    args = args.slice(0, -1);
  }
  if (args.length === 0) return 1;
  try {
    return new Test(call.shell, args).run() ? 0 : 1;
  } catch (problem) {
    if (!(problem instanceof TestProblem)) throw problem;
    yield* complain(call, problem.text);
    return 2;
  }
}

/** dash's complaint about a word; an empty one is not named. */
function unexpected(word: string): TestProblem {
  return new TestProblem(`${word === '' ? '' : `${word}: `}unexpected operator`);
}

class Test {
  #at = 0;

  constructor(
    private readonly shell: Shell,
    private readonly args: readonly string[],
  ) {}

  run(): boolean {
    const value = this.#byCount();
    if (this.#at < this.args.length) {
      if (this.shell.dialect === 'dash') throw unexpected(this.args[this.#at - 1] ?? '');
      throw new TestProblem('too many arguments');
    }
    return value;
  }

  #byCount(): boolean {
    const { args } = this;
    const [first = '', second = '', third = ''] = args;
    switch (args.length) {
      case 1:
        this.#at = 1;
        return first !== '';
      case 2:
        return this.#two(first, second);
      case 3:
        return this.#three(first, second, third);
      case 4:
        if (first === '!') {
          const inner = this.#three(second, third, args[3] ?? '');
          this.#at = 4;
          return !inner;
        }
        if (first === '(' && args[3] === ')') {
          const inner = this.#two(second, third);
          this.#at = 4;
          return inner;
        }
        return this.#or();
      default:
        return this.#or();
    }
  }

  #two(first: string, second: string): boolean {
    this.#at = 2;
    if (first === '!') return second === '';
    if (UNARY_TESTS.has(first)) return unaryTest(this.shell, first, second);
    if (first.startsWith('-') && first.length === 2)
      throw new TestProblem(
        this.shell.dialect === 'dash' ? `${first}: unexpected operator` : `${first}: unary operator expected`,
      );
    throw new TestProblem(
      this.shell.dialect === 'dash' ? `${first}: unexpected operator` : `${first}: unary operator expected`,
    );
  }

  /** dash has no `==`. */
  #isBinary(operator: string): boolean {
    return isBinary(operator) && !(operator === '==' && this.shell.dialect === 'dash');
  }

  #three(first: string, second: string, third: string): boolean {
    this.#at = 3;
    if (this.#isBinary(second)) return this.#compare(second, first, third);
    if (second === '-a') return first !== '' && third !== '';
    if (second === '-o') return first !== '' || third !== '';
    if (first === '!') {
      const inner = this.#two(second, third);
      this.#at = 3;
      return !inner;
    }
    if (first === '(' && third === ')') {
      return second !== '';
    }
    if (this.shell.dialect === 'dash') throw unexpected(first);
    throw new TestProblem(`${second}: binary operator expected`);
  }

  // --------------------------------------------------- more than four arguments
  #or(): boolean {
    let value = this.#and();
    while (this.args[this.#at] === '-o') {
      this.#at++;
      const right = this.#and();
      value = value || right;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#term();
    while (this.args[this.#at] === '-a') {
      this.#at++;
      const right = this.#term();
      value = value && right;
    }
    return value;
  }

  #term(): boolean {
    const { args } = this;
    const word = args[this.#at];
    if (word === undefined) throw new TestProblem('argument expected');
    if (word === '!') {
      this.#at++;
      return !this.#term();
    }
    if (word === '(') {
      this.#at++;
      const value = this.#or();
      const close = args[this.#at];
      if (close === undefined) throw new TestProblem("`)' expected");
      if (close !== ')') throw new TestProblem(`\`)' expected, found ${close}`);
      this.#at++;
      return value;
    }
    const operator = args[this.#at + 1];
    if (operator !== undefined && this.#isBinary(operator) && this.#at + 2 < args.length) {
      this.#at += 3;
      return this.#compare(operator, word, args[this.#at - 1] ?? '');
    }
    if (UNARY_TESTS.has(word) && this.#at + 1 < args.length) {
      this.#at += 2;
      return unaryTest(this.shell, word, args[this.#at - 1] ?? '');
    }
    this.#at++;
    return word !== '';
  }

  #compare(operator: string, left: string, right: string): boolean {
    switch (operator) {
      case '=':
      case '==':
        return left === right;
      case '!=':
        return left !== right;
      case '<':
        return left < right;
      case '>':
        return left > right;
      case '-nt':
      case '-ot':
      case '-ef':
        return binaryFileTest(this.shell, operator, left, right);
      default:
        return holds(operator, this.#integer(left), this.#integer(right));
    }
  }

  #integer(text: string): bigint {
    const match = /^[ \t\n]*([+-]?\d+)[ \t\n]*$/.exec(text);
    const value = match === null ? undefined : BigInt((match[1] ?? '').replace('+', ''));
    if (value === undefined || value > 0x7fffffffffffffffn || value < -0x8000000000000000n) {
      throw new TestProblem(
        this.shell.dialect === 'dash' ? `Illegal number: ${text}` : `${text}: integer expression expected`,
      );
    }
    return value;
  }
}

function isBinary(text: string): boolean {
  return BINARY_TESTS.has(text);
}
