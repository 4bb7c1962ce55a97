/**
 * Shell arithmetic: 64-bit integers, evaluated while it is read, as bash does,
 * so that errors name the same token. Source: bash(1) "ARITHMETIC EVALUATION".
 */

/** Variables as arithmetic sees them. */
export interface ArithmeticVariables {
  /** The text of a variable; undefined when unset. May throw for `set -u`. */
  read(name: string, subscript: string | undefined): string | undefined;
  write(name: string, subscript: string | undefined, value: string): void;
}

export class ArithmeticError {
  constructor(
    readonly expression: string,
    readonly message: string,
    readonly token: string,
    /** It stands in a subscript. */
    readonly ofSubscript = false,
  ) {}

  inSubscript(): ArithmeticError {
    return new ArithmeticError(this.expression, this.message, this.token, true);
  }

  /** As it stands in bash's message. */
  get text(): string {
    return `${this.expression.replace(/^[ \t\n]+/, '')}: ${this.message} (error token is "${this.token}")`;
  }
}

/** A variable that leads to itself over and over. */
const DEEPEST = 256;

type Tok =
  | 'end'
  | 'name'
  | 'number'
  | 'pre++'
  | 'pre--'
  | 'post++'
  | 'post--'
  | 'op='
  | 'conditional'
  | string;

export function evaluate(expression: string, variables: ArithmeticVariables, depth = 0): bigint {
  if (/^-?\d{1,15}$/.test(expression) && !/^-?0\d/.test(expression)) return BigInt(expression);
  if (/^[ \t\n]*$/.test(expression)) return 0n;
  return new Evaluation(expression, variables, depth).run();
}

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);

class Evaluation {
  #at = 0;
  #tokenStart = 0;
  #token: Tok = 'end';
  #last: Tok = 'end';
  #value = 0n;
  #name = '';
  #assigning = '';
  #skipping = 0;
  #nesting = 0;

  constructor(
    private readonly text: string,
    private readonly variables: ArithmeticVariables,
    private readonly depth: number,
  ) {
    if (depth > DEEPEST) throw new ArithmeticError(text, 'expression recursion level exceeded', text);
  }

  run(): bigint {
    this.#read();
    const value = this.#comma();
    if (this.#token !== 'end') this.#fail('syntax error in expression');
    return value;
  }

  #fail(message: string, token = this.text.slice(this.#tokenStart)): never {
    throw new ArithmeticError(this.text, message, token);
  }

  // ------------------------------------------------------------------- tokens

  #read(): void {
    const { text } = this;
    let at = this.#at;
    while (/[ \t\n\r]/.test(text[at] ?? '')) at++;
    const c = text[at];
    if (c === undefined) {
      this.#last = this.#token;
      this.#token = 'end';
      this.#at = at;
      return;
    }
    this.#tokenStart = at;
    if (/[A-Za-z_]/.test(c)) this.#readName(at);
    else if (/\d/.test(c)) this.#readNumber(at);
    else this.#readOperator(at, c);
  }

  #readName(at: number): void {
    const { text } = this;
    let end = at;
    while (/\w/.test(text[end] ?? '')) end++;
    if (text[end] === '[') {
      end = subscriptEnd(text, end);
      if (end === -1) this.#fail('bad array subscript');
    }
    this.#name = text.slice(at, end);
    const isAssigned = /^[ \t\n]*=(?!=)/.test(text.slice(end));
    const needsValue = this.#last === 'pre++' || this.#last === 'pre--' || !isAssigned;
    this.#value = needsValue && this.#skipping === 0 ? this.#variable(this.#name) : 0n;
    this.#last = this.#token;
    this.#token = 'name';
    this.#at = end;
  }

  #variable(name: string): bigint {
    const { base, subscript } = splitName(name);
    const value = this.variables.read(base, subscript);
    return value === undefined || value === '' ? 0n : evaluate(value, this.variables, this.depth + 1);
  }

  #readNumber(at: number): void {
    let end = at;
    while (/[\w#@]/.test(this.text[end] ?? '')) end++;
    const digits = this.text.slice(at, end);
    const value = parseConstant(digits);
    // bash cuts the text at the end of the constant while it reads it.
    if (typeof value === 'string') throw new ArithmeticError(this.text.slice(0, end), value, digits);
    this.#value = value;
    this.#last = this.#token;
    this.#token = 'number';
    this.#at = end;
  }

  #readOperator(at: number, c: string): void {
    const { text } = this;
    const next = text[at + 1] ?? '';
    let token: Tok = c;
    const pair = c + next;
    if (
      pair === '==' ||
      pair === '!=' ||
      pair === '>=' ||
      pair === '<=' ||
      pair === '&&' ||
      pair === '||' ||
      pair === '**'
    )
      token = pair;
    else if (pair === '<<' || pair === '>>') {
      token = pair;
      if (text[at + 2] === '=') {
        this.#assigning = pair;
        token = 'op=';
      }
    } else if ((c === '+' || c === '-') && next === c) token = this.#increment(at, c);
    else if (next === '=' && '*/%+-&^|'.includes(c)) {
      this.#assigning = c;
      token = 'op=';
    } else if (!'=><+-*/%!()&|^~?:,'.includes(c)) {
      const wantsOperand =
        this.#token === 'end' ||
        !(
          this.#token === 'name' ||
          this.#token === 'number' ||
          this.#token === ')' ||
          this.#token === 'post++' ||
          this.#token === 'post--'
        );
      this.#fail(
        wantsOperand ? 'syntax error: operand expected' : 'syntax error: invalid arithmetic operator',
      );
    }
    this.#last = this.#token;
    this.#token = token;
    this.#at = at + tokenLength(token, this.#assigning);
  }

  /** `++` and `--` mean something only beside a name. */
  #increment(at: number, c: string): Tok {
    if (this.#token === 'name') return `post${c}${c}`;
    if (this.#token === 'number' && (this.#last === 'pre++' || this.#last === 'pre--'))
      this.#fail(`${c}${c}: assignment requires lvalue`);
    return /^[ \t\n]*[A-Za-z_]/.test(this.text.slice(at + 2)) ? `pre${c}${c}` : c;
  }

  #store(name: string, value: bigint): void {
    if (this.#skipping > 0) return;
    const { base, subscript } = splitName(name);
    this.variables.write(base, subscript, String(value));
  }

  #is(token: Tok): boolean {
    return this.#token === token;
  }

  // -------------------------------------------------------------- expressions

  #comma(): bigint {
    if (++this.#nesting > DEEPEST) this.#fail('expression recursion level exceeded');
    let value = this.#assignment();
    while (this.#token === ',') {
      this.#read();
      value = this.#assignment();
    }
    this.#nesting--;
    return value;
  }

  #assignment(): bigint {
    let value = this.#conditional();
    const isPlain = this.#is('=');
    if (!isPlain && !this.#is('op=')) return value;
    if (this.#last !== 'name') this.#fail('attempted assignment to non-variable');
    const operator = this.#assigning;
    const name = this.#name;
    const left = value;
    this.#read();
    value = this.#assignment();
    if (!isPlain) {
      if ((operator === '/' || operator === '%') && value === 0n) {
        if (this.#skipping === 0) this.#fail('division by 0');
        value = 1n;
      }
      value = apply(operator, left, value);
    }
    this.#store(name, value);
    return value;
  }

  #conditional(): bigint {
    const test = this.#or();
    if (!this.#is('?')) return test;
    const skipFirst = test === 0n ? 1 : 0;
    this.#skipping += skipFirst;
    this.#read();
    if (this.#is('end') || this.#is(':')) this.#fail('expression expected');
    const first = this.#comma();
    this.#skipping -= skipFirst;
    // Bash's `?:` reads on with what follows the colon.
    if (!this.#is(':')) this.#fail("`:' expected for conditional expression");
    const skipSecond = test === 0n ? 0 : 1;
    this.#skipping += skipSecond;
    this.#read();
    if (this.#is('end')) this.#fail('expression expected');
    const second = this.#conditional();
    this.#skipping -= skipSecond;
    this.#last = 'conditional';
    return test === 0n ? second : first;
  }

  #or(): bigint {
    let left = this.#and();
    while (this.#token === '||') {
      const skip = left === 0n ? 0 : 1;
      this.#skipping += skip;
      this.#read();
      const right = this.#and();
      this.#skipping -= skip;
      left = truth(left !== 0n || right !== 0n);
      this.#last = 'conditional';
    }
    return left;
  }

  #and(): bigint {
    let left = this.#binary(0);
    while (this.#token === '&&') {
      const skip = left === 0n ? 1 : 0;
      this.#skipping += skip;
      this.#read();
      const right = this.#binary(0);
      this.#skipping -= skip;
      left = truth(left !== 0n && right !== 0n);
      this.#last = 'conditional';
    }
    return left;
  }

  /** `|` `^` `&` `== !=` `< >` `<< >>` `+ -` `* / %`, from the weakest to the strongest. */
  #binary(level: number): bigint {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#power();
    let left = this.#binary(level + 1);
    while (operators.includes(this.#token)) {
      const operator = this.#token;
      this.#read();
      const start = this.#tokenStart;
      const right = this.#binary(level + 1);
      if ((operator === '/' || operator === '%') && right === 0n) {
        if (this.#skipping === 0) this.#divisionByZero(start);
        left = 0n;
      } else left = apply(operator, left, right);
      this.#last = 'number';
    }
    return left;
  }

  #divisionByZero(start: number): never {
    this.#fail('division by 0', this.text.slice(start));
  }

  #power(): bigint {
    const left = this.#unary();
    if (this.#token !== '**') return left;
    this.#read();
    const right = this.#power();
    if (right < 0n) this.#fail('exponent less than 0');
    this.#last = 'number';
    return powerOf(left, right);
  }

  #unary(): bigint {
    const token = this.#token;
    if (token !== '!' && token !== '~' && token !== '-' && token !== '+') return this.#primary();
    if (++this.#nesting > DEEPEST) this.#fail('expression recursion level exceeded');
    this.#read();
    const value = this.#unary();
    this.#nesting--;
    this.#last = 'number';
    switch (token) {
      case '!':
        return truth(value === 0n);
      case '~':
        return wrap(~value);
      case '-':
        return wrap(-value);
      default:
        return value;
    }
  }

  #primary(): bigint {
    const token = this.#token;
    if (token === 'pre++' || token === 'pre--') {
      this.#last = token;
      this.#read();
      if (!this.#is('name')) this.#fail('identifier expected after pre-increment or pre-decrement');
      const value = wrap(this.#value + (token === 'pre++' ? 1n : -1n));
      this.#store(this.#name, value);
      this.#token = 'number';
      this.#read();
      return value;
    }
    if (token === '(') {
      this.#read();
      const value = this.#comma();
      if (!this.#is(')')) this.#fail("missing `)'");
      this.#read();
      return value;
    }
    if (token === 'name') return this.#named();
    if (token !== 'number') this.#fail('syntax error: operand expected');
    const value = this.#value;
    this.#read();
    return value;
  }

  #named(): bigint {
    const name = this.#name;
    const value = this.#value;
    this.#read();
    if (this.#is('post++') || this.#is('post--')) {
      this.#store(name, wrap(value + (this.#is('post++') ? 1n : -1n)));
      this.#token = 'number';
      this.#read();
    } else if (this.#is('=') || this.#is('op=')) this.#name = name;
    return value;
  }
}

const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

function tokenLength(token: Tok, assigning: string): number {
  switch (token) {
    case 'op=':
      return assigning.length + 1;
    case 'pre++':
    case 'pre--':
    case 'post++':
    case 'post--':
      return 2;
    default:
      return token.length;
  }
}

function apply(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return truth(left === right);
    case '!=':
      return truth(left !== right);
    case '<':
      return truth(left < right);
    case '>':
      return truth(left > right);
    case '<=':
      return truth(left <= right);
    case '>=':
      return truth(left >= right);
    case '<<':
      return wrap(left << (right & 63n));
    case '>>':
      return wrap(left >> (right & 63n));
    case '+':
      return wrap(left + right);
    case '-':
      return wrap(left - right);
    case '*':
      return wrap(left * right);
    case '/':
      return wrap(left / right);
    default:
      return wrap(left % right);
  }
}

function powerOf(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = wrap(result * factor);
    factor = wrap(factor * factor);
  }
  return result;
}

/** A numeric constant, or bash's complaint about it. */
function parseConstant(digits: string): bigint | string {
  const hash = digits.indexOf('#');
  if (hash !== -1) {
    const base = Number(digits.slice(0, hash));
    if (!/^\d+$/.test(digits.slice(0, hash)) || digits.startsWith('0')) return 'invalid number';
    if (base < 2 || base > 64) return 'invalid arithmetic base';
    if (digits.length === hash + 1) return 'invalid integer constant';
    return digitsInBase(digits.slice(hash + 1), base);
  }
  if (/^0[xX]/.test(digits)) return digitsInBase(digits.slice(2), 16);
  if (digits.startsWith('0')) return digitsInBase(digits, 8);
  return digitsInBase(digits, 10);
}

function digitsInBase(digits: string, base: number): bigint | string {
  let value = 0n;
  const radix = BigInt(base);
  for (const c of digits) {
    const digit = digitValue(c, base);
    if (digit === -1) return 'invalid number';
    if (digit >= base) return 'value too great for base';
    value = value * radix + BigInt(digit);
  }
  return wrap(value);
}

function digitValue(c: string, base: number): number {
  if (c >= '0' && c <= '9') return c.charCodeAt(0) - 48;
  if (c >= 'a' && c <= 'z') return c.charCodeAt(0) - 87;
  if (c >= 'A' && c <= 'Z') return c.charCodeAt(0) - (base <= 36 ? 55 : 29);
  if (c === '@') return 62;
  return c === '_' ? 63 : -1;
}

function subscriptEnd(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '[') depth++;
    else if (text[i] === ']' && --depth === 0) return i + 1;
  }
  return -1;
}

function splitName(name: string): { base: string; subscript: string | undefined } {
  const bracket = name.indexOf('[');
  return bracket === -1
    ? { base: name, subscript: undefined }
    : { base: name.slice(0, bracket), subscript: name.slice(bracket + 1, -1) };
}
