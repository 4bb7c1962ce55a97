/** Runs bc programs. Source: bc 1.07.1 `execute.c`. */
import type { Step, Tool } from '../tool';
import {
  add,
  compare,
  type Decimal,
  digitsOf,
  divide,
  fromInteger,
  integerPart,
  isZero,
  modulo,
  multiply,
  negate,
  ONE,
  power,
  show,
  squareRoot,
  subtract,
  ZERO,
} from './number';
import { type BcFunction, BcParser, type Expression, type Place, type Statement } from './parser';

/** An error that ends the current line. */
class RuntimeFault extends Error {}
/** `quit` and `halt`. */
export class Quit extends Error {}

function faultOf(error: unknown): string | undefined {
  if (error instanceof RuntimeFault) return error.message;
  return error instanceof RangeError ? TOO_DEEP : undefined;
}

type Flow = 'break' | 'continue' | 'return' | undefined;
interface Frame {
  readonly variables: Map<string, Decimal>;
  readonly arrays: Map<string, Map<string, Decimal>>;
}

const STEPS_PER_BURN = 5000;
/** The host's own stack is what limits the depth of generators. */
const MOST_CALLS = 400;
const TOO_DEEP = 'not modelled: calls nested this deep';
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  q: '"',
  t: '\t',
  '\\': '\\',
};

export class Bc {
  scale = 0;
  ibase = 10;
  obase = 10;
  last: Decimal = ZERO;
  readonly #functions = new Map<string, BcFunction>();
  readonly #globals: Frame = { variables: new Map(), arrays: new Map() };
  #frames: Frame[] = [];
  #returned: Decimal = ZERO;
  #steps = 0;
  #where = '(main)';
  /** Bytes of the line's code that have been executed, as bc counts them in its messages. */
  #address = 0;

  constructor(private readonly tool: Tool) {}

  *run(text: string): Step {
    const parser = new BcParser(text);
    for (let unit = parser.next(); unit !== undefined; unit = parser.next()) {
      for (const problem of parser.problems.splice(0)) this.tool.note(`${problem}\n`);
      if ('error' in unit) this.tool.note(`${unit.error}\n`);
      else if ('define' in unit) this.#functions.set(unit.define.name, unit.define);
      else yield* this.#line(unit.statements);
      if (this.tool.isPressed) yield* this.tool.drain();
    }
    for (const problem of parser.problems) this.tool.note(`${problem}\n`);
  }

  *#line(statements: readonly Statement[]): Step {
    // A line that says quit ends bc as soon as it is read.
    if (statements.some((statement) => statement.kind === 'quit')) throw new Quit();
    this.#address = 0;
    try {
      for (const statement of statements) yield* this.#execute(statement);
    } catch (error) {
      const message = faultOf(error);
      if (message === undefined) throw error;
      this.#frames = [];
      this.tool.note(`Runtime error (func=${this.#where}, adr=${this.#address}): ${message}\n`);
    }
  }

  // ---------------------------------------------------------------- statements
  *#execute(statement: Statement): Step<Flow> {
    if (++this.#steps % STEPS_PER_BURN === 0) yield* this.tool.burn(1000);
    switch (statement.kind) {
      case 'expression': {
        const value = yield* this.#value(statement.expression);
        this.#address++;
        if (statement.isSilent) return undefined;
        this.last = value;
        this.tool.print(`${show(value, this.obase)}\n`);
        return undefined;
      }
      case 'string':
        this.tool.print(statement.text);
        return undefined;
      case 'print':
        for (const item of statement.items) {
          if (typeof item === 'string')
            this.tool.print(item.replace(/\\(.)/g, (all, letter: string) => ESCAPES[letter] ?? all));
          else {
            this.last = yield* this.#value(item);
            this.tool.print(show(this.last, this.obase));
          }
        }
        return undefined;
      case 'block':
        for (const inner of statement.body) {
          const flow = yield* this.#execute(inner);
          if (flow !== undefined) return flow;
        }
        return undefined;
      case 'if':
        if (!isZero(yield* this.#value(statement.test))) return yield* this.#execute(statement.yes);
        return statement.no === undefined ? undefined : yield* this.#execute(statement.no);
      case 'while':
        while (!isZero(yield* this.#value(statement.test))) {
          const flow = yield* this.#execute(statement.body);
          if (flow === 'break') break;
          if (flow === 'return') return flow;
        }
        return undefined;
      case 'for':
        if (statement.start !== undefined) yield* this.#value(statement.start);
        while (statement.test === undefined || !isZero(yield* this.#value(statement.test))) {
          const flow = yield* this.#execute(statement.body);
          if (flow === 'break') break;
          if (flow === 'return') return flow;
          if (statement.step !== undefined) yield* this.#value(statement.step);
        }
        return undefined;
      case 'break':
      case 'continue':
        return statement.kind;
      case 'quit':
      case 'halt':
        throw new Quit();
      case 'return':
        this.#returned = statement.value === undefined ? ZERO : yield* this.#value(statement.value);
        return 'return';
    }
  }

  // ---------------------------------------------------------------- expressions
  *#value(expression: Expression): Step<Decimal> {
    if (++this.#steps % STEPS_PER_BURN === 0) yield* this.tool.burn(1000);
    switch (expression.kind) {
      case 'number':
        this.#address += /^[01]$/.test(expression.text) ? 1 : expression.text.replace(/^0+/, '').length + 2;
        return this.#number(expression.text);
      case 'variable':
      case 'element':
      case 'setting':
        this.#address += 2;
        return yield* this.#read(expression);
      case 'assign': {
        let value = yield* this.#value(expression.value);
        if (expression.operator !== '')
          value = this.#operate(expression.operator, yield* this.#read(expression.place), value);
        yield* this.#write(expression.place, value);
        this.#address += 3;
        return value;
      }
      case 'step': {
        const old = yield* this.#read(expression.place);
        const value = add(old, fromInteger(expression.by));
        yield* this.#write(expression.place, value);
        return expression.isBefore ? value : old;
      }
      case 'negate': {
        const value = yield* this.#value(expression.operand);
        this.#address++;
        return negate(value);
      }
      case 'group':
        return yield* this.#value(expression.operand);
      case 'not':
        return isZero(yield* this.#value(expression.operand)) ? ONE : ZERO;
      case 'binary': {
        const left = yield* this.#value(expression.left);
        const right = yield* this.#value(expression.right);
        this.#address++;
        return this.#operate(expression.operator, left, right);
      }
      case 'call':
        return yield* this.#call(expression);
    }
  }

  #operate(operator: string, a: Decimal, b: Decimal): Decimal {
    const truth = (holds: boolean): Decimal => (holds ? ONE : ZERO);
    switch (operator) {
      case '+':
        return add(a, b);
      case '-':
        return subtract(a, b);
      case '*':
        return multiply(a, b, this.scale);
      case '/':
        if (isZero(b)) throw new RuntimeFault('Divide by zero');
        return divide(a, b, this.scale);
      case '%':
        if (isZero(b)) throw new RuntimeFault('Modulo by zero');
        return modulo(a, b, this.scale);
      case '^': {
        const exponent = integerPart(b);
        if (exponent > 100_000n || exponent < -100_000n)
          throw new RuntimeFault('exponent too large in raise');
        if (b.scale > 0 && b.units % 10n ** BigInt(b.scale) !== 0n)
          this.tool.note(
            `Runtime warning (func=${this.#where}, adr=${this.#address}): non-zero scale in exponent\n`,
          );
        if (exponent < 0n && isZero(a)) throw new RuntimeFault('Divide by zero');
        return power(a, exponent, this.scale);
      }
      case '==':
        return truth(compare(a, b) === 0);
      case '!=':
        return truth(compare(a, b) !== 0);
      case '<':
        return truth(compare(a, b) < 0);
      case '<=':
        return truth(compare(a, b) <= 0);
      case '>':
        return truth(compare(a, b) > 0);
      case '>=':
        return truth(compare(a, b) >= 0);
      case '&&':
        return truth(!isZero(a) && !isZero(b));
      default:
        return truth(!isZero(a) || !isZero(b));
    }
  }

  /** In ibase; a single digit stands for itself whatever the base is. */
  #number(text: string): Decimal {
    const [whole = '', fraction = ''] = text.split('.');
    const isSingle = whole.length + fraction.length === 1;
    const digit = (character: string): bigint => {
      const value = Number.parseInt(character, 16);
      return BigInt(isSingle ? value : Math.min(value, this.ibase - 1));
    };
    if (this.ibase === 10 && !/[A-F]/.test(text))
      return { units: BigInt(`0${whole}${fraction}`), scale: fraction.length };
    let units = 0n;
    for (const character of whole) units = units * BigInt(this.ibase) + digit(character);
    if (fraction === '') return { units, scale: 0 };
    let part = 0n;
    let weight = 1n;
    for (const character of fraction) {
      part = part * BigInt(this.ibase) + digit(character);
      weight *= BigInt(this.ibase);
    }
    const scale = fraction.length;
    return add({ units, scale: 0 }, divide(fromInteger(part), fromInteger(weight), scale));
  }

  // ---------------------------------------------------------------- variables
  #frameOf(name: string, kind: 'variables' | 'arrays'): Frame {
    for (let i = this.#frames.length - 1; i >= 0; i--) {
      const frame = this.#frames[i];
      if (frame?.[kind].has(name) === true) return frame;
    }
    return this.#globals;
  }

  #array(name: string): Map<string, Decimal> {
    const { arrays } = this.#frameOf(name, 'arrays');
    let array = arrays.get(name);
    if (array === undefined) {
      array = new Map();
      arrays.set(name, array);
    }
    return array;
  }

  *#read(place: Place): Step<Decimal> {
    switch (place.kind) {
      case 'variable':
        return this.#frameOf(place.name, 'variables').variables.get(place.name) ?? ZERO;
      case 'element':
        return this.#array(place.name).get(String(integerPart(yield* this.#value(place.index)))) ?? ZERO;
      case 'setting':
        return place.name === 'last' ? this.last : fromInteger(this[place.name]);
    }
  }

  *#write(place: Place, value: Decimal): Step {
    switch (place.kind) {
      case 'variable':
        this.#frameOf(place.name, 'variables').variables.set(place.name, value);
        return;
      case 'element':
        this.#array(place.name).set(String(integerPart(yield* this.#value(place.index))), value);
        return;
      case 'setting':
        this.#set(place.name, value);
    }
  }

  #set(name: 'scale' | 'ibase' | 'obase' | 'last', value: Decimal): void {
    const number = Number(integerPart(value));
    const warn = (text: string): void =>
      this.tool.note(`Runtime warning (func=${this.#where}, adr=${this.#address}): ${text}\n`);
    if (name === 'last') this.last = value;
    else if (name === 'scale') {
      if (number < 0) warn('negative scale, set to 0');
      this.scale = Math.max(0, number);
    } else if (name === 'ibase') {
      if (number < 2) warn('ibase too small, set to 2');
      if (number > 16) warn('ibase too large, set to 16');
      this.ibase = Math.min(16, Math.max(2, number));
    } else {
      if (number < 2) warn('obase too small, set to 2');
      this.obase = Math.max(2, number);
    }
  }

  // ---------------------------------------------------------------- calls
  *#call(expression: Extract<Expression, { kind: 'call' }>): Step<Decimal> {
    const { name, args } = expression;
    const [first] = args;
    if (first !== undefined && first.kind !== 'array' && args.length === 1) {
      if (name === 'sqrt') {
        const radicand = yield* this.#value(first);
        this.#address += 2;
        const root = squareRoot(radicand, this.scale);
        if (root === undefined) throw new RuntimeFault('Square root of a negative number');
        return root;
      }
      if (name === 'length') return fromInteger(digitsOf(yield* this.#value(first)));
      if (name === 'scale') return fromInteger((yield* this.#value(first)).scale);
    }
    if (name === 'read') return ZERO;
    const definition = this.#functions.get(name);
    if (definition === undefined) {
      for (const argument of args) if (argument.kind !== 'array') yield* this.#value(argument);
      this.#address += 2;
      throw new RuntimeFault(`Function ${name} not defined.`);
    }
    if (definition.parameters.length !== args.length) throw new RuntimeFault('Parameter number mismatch');
    const frame: Frame = { variables: new Map(), arrays: new Map() };
    for (const [i, parameter] of definition.parameters.entries()) {
      const argument = args[i];
      if (argument === undefined) continue;
      if (argument.kind === 'array') frame.arrays.set(parameter.name, new Map(this.#array(argument.name)));
      else frame.variables.set(parameter.name, yield* this.#value(argument));
    }
    for (const local of definition.locals) {
      if (local.isArray) frame.arrays.set(local.name, new Map());
      else frame.variables.set(local.name, ZERO);
    }
    if (this.#frames.length >= MOST_CALLS) throw new RuntimeFault(TOO_DEEP);
    this.#frames.push(frame);
    const caller = this.#where;
    this.#where = name;
    this.#returned = ZERO;
    yield* this.#execute(definition.body);
    this.#where = caller;
    this.#frames.pop();
    const value = this.#returned;
    this.#returned = ZERO;
    return value;
  }
}
