/** Runs an awk program. Source: POSIX.1-2017 awk; gawk 5.2 where it goes beyond. */
import { errnoText } from '../errno-text';
import type { Pattern } from '../../../std/regex/pattern';
import type { Step, Tool } from '../tool';
import type { Errno } from '../../../world/files.contract';
import { callBuiltin } from './builtins';
import { Fields, type Separator, splitText } from './fields';
import { formatValues, MissingArgument } from './format';
import { power } from './elementary';
import { MainInput } from './input';
import type { PatternCache } from './pattern';
import { AwkRandom } from './random';
import { AwkStreams, type RecordEnd } from './streams';
import { AwkArray } from './array';
import type {
  AwkFunction,
  ArrayReference,
  ElementPlace,
  AwkProgram,
  BinaryOperator,
  Expression,
  Place,
  Redirection,
  Rule,
  Statement,
  Variable,
} from './tree';
import {
  compareValues,
  equalValues,
  fromInput,
  NumericText,
  numberText,
  toBoolean,
  toNumber,
  toText,
  type Value,
} from './value';
import { AwkFatal, Cell } from './variables';

/** How a statement ended, when not by going on. */
type Flow = 'break' | 'continue' | 'next' | 'nextfile' | 'return' | undefined;
class ExitProgram extends Error {}

/** Steps between two moments in which other programs may run. */
const STEPS_PER_BURN = 5000;
/** The host's own stack is what limits the depth of generators. */
const MOST_CALLS = 350;

export class Interpreter {
  readonly globals = new Map<string, Cell>();
  readonly fields: Fields;
  readonly streams: AwkStreams;
  readonly input: MainInput;
  random = new AwkRandom(1);
  seed = 0;
  exitCode = 0;
  editsInPlace = false;
  /** What has been printed for the file that is edited. */
  inPlace: string | undefined;
  #frame: readonly Cell[] = [];
  #depth = 0;
  #returned: Value;
  #steps = 0;
  #line = 0;
  readonly #separators = new Map<string, Separator>();

  constructor(
    readonly tool: Tool,
    private readonly program: AwkProgram,
    readonly patterns: PatternCache,
    variables: ReadonlyMap<string, Value>,
  ) {
    for (const [name, value] of variables) this.global(name).value = value;
    this.fields = new Fields(() => ({ ofs: this.text('OFS'), text: (value) => this.output(value) }));
    this.streams = new AwkStreams(tool);
    this.input = new MainInput(this);
  }

  // ---------------------------------------------------------------- variables
  global(name: string): Cell {
    let cell = this.globals.get(name);
    if (cell === undefined) {
      cell = new Cell(name, false);
      this.globals.set(name, cell);
    }
    return cell;
  }
  text(name: string): string {
    return toText(this.globals.get(name)?.value, '%.6g');
  }
  number(name: string): number {
    return toNumber(this.globals.get(name)?.value);
  }
  get convfmt(): string {
    return this.text('CONVFMT');
  }
  get ignoreCase(): boolean {
    return toBoolean(this.globals.get('IGNORECASE')?.value);
  }
  toText(value: Value): string {
    return typeof value === 'string' ? value : toText(value, this.convfmt);
  }
  output(value: Value): string {
    return typeof value === 'number' ? numberText(value, this.text('OFMT')) : this.toText(value);
  }
  get line(): number {
    return this.#line;
  }

  cell(variable: Variable): Cell {
    if (variable.local >= 0) {
      const cell = this.#frame[variable.local];
      if (cell !== undefined) return cell;
    }
    return this.global(variable.name);
  }

  #read(variable: Variable): Value {
    if (variable.local < 0 && variable.name === 'NF') return this.fields.count;
    return this.cell(variable).scalar(this.#line);
  }

  setVariable(name: string, value: Value): void {
    if (name === 'NF') this.fields.count = Math.max(0, Math.trunc(toNumber(value)));
    else this.global(name).value = value;
  }

  // ---------------------------------------------------------------- separators
  separator(): Separator {
    const widths = this.text('FIELDWIDTHS');
    const content = this.text('FPAT');
    if (this.lastSplitting === 'FPAT' && content !== '')
      return { kind: 'content', pattern: this.patterns.compile(content, this.ignoreCase) };
    if (this.lastSplitting === 'FIELDWIDTHS' && widths !== '')
      return { kind: 'widths', widths: widths.trim().split(/\s+/).map(Number) };
    return this.separatorOf(this.text('FS'));
  }
  /** Which of FS, FPAT and FIELDWIDTHS was assigned last. */
  lastSplitting = 'FS';

  separatorOf(fs: string): Separator {
    const key = `${this.ignoreCase ? 'i' : ''}${fs}`;
    const known = this.#separators.get(key);
    if (known !== undefined) return known;
    const separator = this.#newSeparator(fs);
    this.#separators.set(key, separator);
    return separator;
  }

  #newSeparator(fs: string): Separator {
    if (fs === ' ') return { kind: 'blanks' };
    if (fs === '') return { kind: 'characters' };
    if (fs === '\t' || (fs.length === 1 && fs !== '\\' && !(this.ignoreCase && /[A-Za-z]/.test(fs))))
      return { kind: 'text', text: fs };
    return { kind: 'pattern', pattern: this.patterns.compile(fs === '\\' ? '\\\\' : fs, this.ignoreCase) };
  }

  recordEnd(): RecordEnd {
    const rs = this.text('RS');
    if (rs === '') return { kind: 'paragraph' };
    if (rs.length === 1 && !(this.ignoreCase && /[A-Za-z]/.test(rs)))
      return { kind: 'character', character: rs };
    return { kind: 'pattern', pattern: this.patterns.compile(rs, this.ignoreCase) };
  }

  /** A new $0. In paragraph mode a newline separates fields, whatever FS says. */
  setRecord(record: string): void {
    let separator = this.separator();
    if (separator.kind !== 'blanks' && this.text('RS') === '' && separator.kind !== 'content') {
      const fs = this.text('FS');
      const source = separator.kind === 'text' ? fs.replace(/[\\^$.[\]|()*+?{}]/g, '\\$&') : fs;
      separator = { kind: 'pattern', pattern: this.patterns.compile(`(${source})|\n`, this.ignoreCase) };
    }
    this.fields.set(record, separator);
  }

  split(text: string, separator: Separator): ReturnType<typeof splitText> {
    return splitText(text, separator);
  }

  // ---------------------------------------------------------------- the run
  *run(): Step<number> {
    try {
      for (const statement of this.program.begin) yield* this.#top(statement);
      const { rules, end, beginFile, endFile } = this.program;
      if (rules.length > 0 || end.length > 0 || beginFile.length > 0 || endFile.length > 0)
        yield* this.#records();
    } catch (error) {
      if (!(error instanceof ExitProgram)) throw error;
    }
    this.#finishInPlace();
    try {
      if (!this.#exitedInEnd) for (const statement of this.program.end) yield* this.#top(statement);
    } catch (error) {
      if (!(error instanceof ExitProgram)) throw error;
    }
    yield* this.streams.closeAll();
    return this.exitCode === 0 ? this.input.exitCode : this.exitCode;
  }
  #exitedInEnd = false;

  *#top(statement: Statement): Step<Flow> {
    return yield* this.#execute(statement);
  }

  get hasBeginFile(): boolean {
    return this.program.beginFile.length > 0;
  }

  /** BEGINFILE and ENDFILE. True when `nextfile` leaves the file. */
  *runFileHooks(which: 'beginFile' | 'endFile'): Step<boolean> {
    const file = this.text('FILENAME');
    if (which === 'beginFile' && this.editsInPlace && file !== '' && file !== '-') this.inPlace = '';
    for (const statement of this.program[which])
      if ((yield* this.#top(statement)) === 'nextfile') return true;
    if (which === 'endFile') this.#finishInPlace();
    return false;
  }

  /** `-i inplace`: what was printed takes the place of the file's text. */
  #finishInPlace(): void {
    const text = this.inPlace;
    if (text === undefined) return;
    this.inPlace = undefined;
    const { fs, who } = this.tool.context;
    fs.writeFile(this.tool.resolve(this.text('FILENAME')), text, who, {});
  }

  *#records(): Step {
    for (;;) {
      const record = yield* this.input.next();
      if (record === undefined) return;
      for (const rule of this.program.rules) {
        const flow = (yield* this.#selects(rule)) ? yield* this.#ruleBody(rule) : undefined;
        if (flow === 'next') break;
        if (flow === 'nextfile') {
          yield* this.input.skipFile();
          break;
        }
      }
      if (this.tool.isPressed) yield* this.tool.drain();
    }
  }

  *#ruleBody(rule: Rule): Step<Flow> {
    if (rule.body !== undefined) return yield* this.#top(rule.body);
    this.tool.print(this.fields.record + this.text('ORS'));
    return undefined;
  }

  *#selects(rule: Rule): Step<boolean> {
    if (rule.first === undefined) return true;
    if (rule.second === undefined) return yield* this.#test(rule.first);
    if (!rule.inRange) {
      if (!(yield* this.#test(rule.first))) return false;
      rule.inRange = true;
    }
    if (yield* this.#test(rule.second)) rule.inRange = false;
    return true;
  }

  // ---------------------------------------------------------------- statements
  *#execute(statement: Statement): Step<Flow> {
    if (++this.#steps % STEPS_PER_BURN === 0) yield* this.tool.burn(1000);
    switch (statement.kind) {
      case 'block':
        for (const inner of statement.body) {
          const flow = yield* this.#execute(inner);
          if (flow !== undefined) return flow;
        }
        return undefined;
      case 'expression':
        yield* this.evaluate(statement.expression);
        return undefined;
      case 'print':
      case 'printf':
        yield* this.#print(statement);
        return undefined;
      case 'if':
        if (yield* this.#test(statement.test)) return yield* this.#execute(statement.yes);
        return statement.no === undefined ? undefined : yield* this.#execute(statement.no);
      case 'while':
        while (yield* this.#test(statement.test)) {
          const flow = yield* this.#execute(statement.body);
          if (flow === 'break') break;
          if (flow !== undefined && flow !== 'continue') return flow;
        }
        return undefined;
      case 'do':
        do {
          const flow = yield* this.#execute(statement.body);
          if (flow === 'break') break;
          if (flow !== undefined && flow !== 'continue') return flow;
        } while (yield* this.#test(statement.test));
        return undefined;
      case 'for':
        return yield* this.#for(statement);
      case 'for-in':
        return yield* this.#forIn(statement);
      case 'switch':
        return yield* this.#switch(statement);
      case 'break':
      case 'continue':
      case 'next':
      case 'nextfile':
        return statement.kind;
      case 'exit':
        if (statement.value !== undefined)
          this.exitCode = Math.trunc(toNumber(yield* this.evaluate(statement.value))) & 255;
        throw new ExitProgram();
      case 'return':
        this.#returned = statement.value === undefined ? undefined : yield* this.evaluate(statement.value);
        return 'return';
      case 'delete': {
        const array = yield* this.array(statement.array, this.#line);
        if (statement.subscripts === undefined) array.clear();
        else array.delete(yield* this.#subscript(statement.subscripts));
        return undefined;
      }
    }
  }

  *#for(statement: Extract<Statement, { kind: 'for' }>): Step<Flow> {
    if (statement.start !== undefined) yield* this.#execute(statement.start);
    while (statement.test === undefined || (yield* this.#test(statement.test))) {
      const flow = yield* this.#execute(statement.body);
      if (flow === 'break') break;
      if (flow !== undefined && flow !== 'continue') return flow;
      if (statement.step !== undefined) yield* this.#execute(statement.step);
    }
    return undefined;
  }

  *#forIn(statement: Extract<Statement, { kind: 'for-in' }>): Step<Flow> {
    const array = yield* this.array(statement.array, this.#line);
    for (const key of yield* this.#sortedKeys(array)) {
      this.#assignTo(statement.variable, fromInputKey(key));
      const flow = yield* this.#execute(statement.body);
      if (flow === 'break') break;
      if (flow !== undefined && flow !== 'continue') return flow;
    }
    return undefined;
  }

  /** PROCINFO["sorted_in"] decides the order, where it is set. */
  *#sortedKeys(array: AwkArray): Step<string[]> {
    const order = toText(this.globals.get('PROCINFO')?.array?.get('sorted_in'), '%.6g');
    return (yield* this.keysInOrder(array, order)) ?? array.keys();
  }

  /** The subscripts in one of gawk's orders, or in that of a function of the program; undefined: no such order. */
  *keysInOrder(array: AwkArray, order: string): Step<string[] | undefined> {
    const keys = array.keys();
    const definition = this.program.functions.get(order);
    if (definition !== undefined) return yield* this.#sortedBy(definition, array, keys);
    const match = /^@(ind|val)_(str|num|type)_(asc|desc)$/.exec(order);
    if (match === null) return undefined;
    const item = (key: string): Value => (match[1] === 'ind' ? key : array.get(key));
    const compare = (a: string, b: string): number => {
      const byType = match[2] === 'num' || match[2] === 'type';
      if (byType && match[1] === 'ind') return toNumber(a) - toNumber(b);
      if (match[2] === 'num') return toNumber(item(a)) - toNumber(item(b));
      if (match[2] === 'type') return compareValues(item(a), item(b), this.convfmt);
      return compareValues(this.toText(item(a)), this.toText(item(b)), this.convfmt);
    };
    keys.sort(compare);
    return match[3] === 'desc' ? keys.toReversed() : keys;
  }

  *#sortedBy(definition: AwkFunction, array: AwkArray, keys: readonly string[]): Step<string[]> {
    const sorted: string[] = [];
    for (const key of keys) {
      let at = sorted.length;
      for (; at > 0; at--) {
        const before = sorted[at - 1] ?? '';
        const given = [fromInputKey(before), array.get(before), fromInputKey(key), array.get(key)];
        const frame = definition.parameters.map((name, i) => {
          const cell = new Cell(name, true);
          cell.value = given[i];
          return cell;
        });
        if (toNumber(yield* this.#invoke(definition, frame, this.#line)) <= 0) break;
      }
      sorted.splice(at, 0, key);
    }
    return sorted;
  }

  #assignTo(variable: Variable, value: Value): void {
    if (variable.local >= 0) this.cell(variable).value = value;
    else this.setVariable(variable.name, value);
  }

  *#switch(statement: Extract<Statement, { kind: 'switch' }>): Step<Flow> {
    const value = yield* this.evaluate(statement.value);
    let at = -1;
    for (const [i, { match }] of statement.cases.entries()) {
      if (match === undefined) continue;
      const matches =
        match.kind === 'regex'
          ? this.#pattern(match).test(this.toText(value))
          : equalValues(value, yield* this.evaluate(match), this.convfmt);
      if (matches) {
        at = i;
        break;
      }
    }
    if (at < 0) at = statement.cases.findIndex(({ match }) => match === undefined);
    if (at < 0) return undefined;
    for (const { body } of statement.cases.slice(at))
      for (const inner of body) {
        const flow = yield* this.#execute(inner);
        if (flow === 'break') return undefined;
        if (flow !== undefined) return flow;
      }
    return undefined;
  }

  *#print(statement: Extract<Statement, { kind: 'print' | 'printf' }>): Step {
    this.#line = statement.line;
    const values: Value[] = [];
    for (const arg of statement.args) values.push(yield* this.evaluate(arg));
    let text: string;
    if (statement.kind === 'printf' && values.length === 0)
      throw new AwkFatal('printf: no arguments', statement.line);
    if (statement.kind === 'printf') text = this.format(values, statement.line);
    else if (values.length === 0) text = this.fields.record + this.text('ORS');
    else text = values.map((value) => this.output(value)).join(this.text('OFS')) + this.text('ORS');
    if (statement.to === undefined) {
      if (this.inPlace === undefined) this.tool.print(text);
      else this.inPlace += text;
      if (this.tool.isPressed) yield* this.tool.drain();
    } else yield* this.#redirect(statement.to, text, statement.line);
  }

  *#redirect(to: Redirection, text: string, line: number): Step {
    const name = this.toText(yield* this.evaluate(to.target));
    if (name === '')
      throw new AwkFatal(`expression for \`${to.kind}' redirection has null string value`, line);
    if (to.kind === '|&') throw new AwkFatal("not modelled: `|&' coprocesses", line);
    const failed = yield* this.streams.write(to.kind, name, text);
    if (failed !== undefined)
      throw new AwkFatal(
        `cannot redirect to \`${name}': ${isErrno(failed) ? errnoText(failed) : failed}`,
        line,
      );
  }

  format(values: readonly Value[], line: number): string {
    const format = this.toText(values[0]);
    try {
      return formatValues(format, values.slice(1), this.convfmt);
    } catch (error) {
      if (!(error instanceof MissingArgument)) throw error;
      throw new AwkFatal(
        `${error.message}\n\t\`${format}'\n\t${' '.repeat(error.at)}^ ran out for this one`,
        line,
      );
    }
  }

  // ---------------------------------------------------------------- expressions
  *#test(expression: Expression): Step<boolean> {
    return toBoolean(yield* this.evaluate(expression));
  }

  #pattern(regex: Extract<Expression, { kind: 'regex' }>): Pattern {
    return this.ignoreCase ? this.patterns.compile(regex.source, true) : regex.pattern;
  }

  /** A regular expression given as a literal or as text. */
  *pattern(expression: Expression): Step<Pattern> {
    const plain =
      expression.kind === 'group' && expression.list.length === 1 ? expression.list[0] : expression;
    if (plain?.kind === 'regex') return this.#pattern(plain);
    return this.patterns.compile(this.toText(yield* this.evaluate(expression)), this.ignoreCase);
  }

  *evaluate(expression: Expression): Step<Value> {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return expression.value;
      case 'regex':
        return this.#pattern(expression).test(this.fields.record) ? 1 : 0;
      case 'variable':
        return this.#read(expression);
      case 'field': {
        this.#line = expression.line;
        return this.#field(toNumber(yield* this.evaluate(expression.index)));
      }
      case 'element': {
        const array = yield* this.array(expression.array, expression.line);
        const key = yield* this.#subscript(expression.subscripts);
        const inner = array.inner(key);
        if (inner !== undefined) this.#refuseArray(inner, expression.line);
        if (!array.has(key)) array.set(key, undefined);
        return array.get(key);
      }
      case 'group': {
        const [only] = expression.list;
        if (expression.list.length === 1 && only !== undefined) return yield* this.evaluate(only);
        return yield* this.#subscript(expression.list);
      }
      case 'unary': {
        const value = yield* this.evaluate(expression.operand);
        if (expression.operator === '!') return toBoolean(value) ? 0 : 1;
        if (expression.operator === '+') return toNumber(value);
        return typeof value === 'string' ? 0 - toNumber(value) : -toNumber(value);
      }
      case 'binary': {
        const left = yield* this.evaluate(expression.left);
        const right = yield* this.evaluate(expression.right);
        this.#line = expression.line;
        return this.#binary(expression.operator, left, right);
      }
      case 'and':
        return (yield* this.#test(expression.left)) && (yield* this.#test(expression.right)) ? 1 : 0;
      case 'or':
        return (yield* this.#test(expression.left)) || (yield* this.#test(expression.right)) ? 1 : 0;
      case 'match': {
        const text = this.toText(yield* this.evaluate(expression.left));
        const pattern = yield* this.pattern(expression.right);
        return pattern.test(text) !== expression.negated ? 1 : 0;
      }
      case 'in': {
        const array = yield* this.array(expression.array, expression.line);
        return array.has(yield* this.#subscript(expression.subscripts)) ? 1 : 0;
      }
      case 'conditional':
        return yield* this.evaluate((yield* this.#test(expression.test)) ? expression.yes : expression.no);
      case 'assign':
        return yield* this.#assignment(expression);
      case 'step': {
        const old = toNumber(yield* this.evaluate(expression.place));
        yield* this.assign(expression.place, old + expression.by);
        return expression.when === 'before' ? old + expression.by : old;
      }
      case 'call':
        return yield* this.#call(expression);
      case 'builtin':
        this.#line = expression.line;
        return yield* callBuiltin(this, expression.name, expression.args, expression.line);
      case 'getline':
        return yield* this.#getline(expression);
    }
  }

  *#assignment(expression: Extract<Expression, { kind: 'assign' }>): Step<Value> {
    let value = yield* this.evaluate(expression.value);
    if (expression.operator !== undefined) {
      const old = yield* this.evaluate(expression.place);
      this.#line = expression.line;
      value = this.#binary(expression.operator, old, value);
    }
    yield* this.assign(expression.place, value);
    return value;
  }

  #field(index: number): Value {
    const whole = Math.trunc(index);
    if (whole < 0) throw new AwkFatal(`attempt to access field ${whole}`, this.#line);
    return whole === 0 ? fromInput(this.fields.record) : this.fields.get(whole);
  }

  *#subscript(list: readonly Expression[]): Step<string> {
    const [first] = list;
    if (list.length === 1 && first !== undefined) return this.#key(yield* this.evaluate(first));
    const parts: string[] = [];
    for (const part of list) parts.push(this.#key(yield* this.evaluate(part)));
    return parts.join(this.text('SUBSEP'));
  }

  #key(value: Value): string {
    return this.toText(value);
  }

  #binary(operator: BinaryOperator, left: Value, right: Value): Value {
    switch (operator) {
      case 'concat':
        return this.toText(left) + this.toText(right);
      case '<':
        return compareValues(left, right, this.convfmt) < 0 ? 1 : 0;
      case '<=':
        return compareValues(left, right, this.convfmt) <= 0 ? 1 : 0;
      case '>':
        return compareValues(left, right, this.convfmt) > 0 ? 1 : 0;
      case '>=':
        return compareValues(left, right, this.convfmt) >= 0 ? 1 : 0;
      case '==':
        return equalValues(left, right, this.convfmt) ? 1 : 0;
      case '!=':
        return equalValues(left, right, this.convfmt) ? 0 : 1;
      default:
        return this.#arithmetic(operator, toNumber(left), toNumber(right));
    }
  }

  #arithmetic(operator: '+' | '-' | '*' | '/' | '%' | '^', a: number, b: number): number {
    switch (operator) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '/':
        if (b === 0) throw new AwkFatal('division by zero attempted', this.#line);
        return a / b;
      case '%':
        if (b === 0) throw new AwkFatal("division by zero attempted in `%'", this.#line);
        return a % b;
      case '^':
        return power(a, b);
    }
  }

  *assign(place: Place, value: Value): Step {
    switch (place.kind) {
      case 'variable': {
        const cell = this.cell(place);
        if (cell.array !== undefined)
          throw new AwkFatal(`attempt to use array \`${place.name}' in a scalar context`, this.#line);
        if (place.local >= 0) cell.value = value;
        else {
          if (place.name === 'FS' || place.name === 'FPAT' || place.name === 'FIELDWIDTHS')
            this.lastSplitting = place.name;
          this.setVariable(place.name, value);
        }
        return;
      }
      case 'field': {
        const index = Math.trunc(toNumber(yield* this.evaluate(place.index)));
        if (index < 0) throw new AwkFatal(`attempt to access field ${index}`, place.line);
        if (index === 0) this.setRecord(this.toText(value));
        else
          this.fields.assign(
            index,
            typeof value === 'number' ? (this.output(value) === '' ? value : value) : value,
          );
        return;
      }
      case 'element': {
        const array = yield* this.array(place.array, place.line);
        const key = yield* this.#subscript(place.subscripts);
        const inner = array.inner(key);
        if (inner !== undefined) this.#refuseArray(inner, place.line);
        array.set(key, value);
      }
    }
  }

  /** The array that is meant; one that lies in another comes into being when it is looked into. */
  *array(reference: ArrayReference, line: number): Step<AwkArray> {
    if (reference.kind === 'variable') return this.cell(reference).asArray(line);
    const outer = yield* this.array(reference.array, line);
    const key = yield* this.#subscript(reference.subscripts);
    const known = outer.inner(key);
    if (known !== undefined) return known;
    const name = elementName(reference, outer, key);
    if (outer.get(key) !== undefined)
      throw new AwkFatal(`attempt to use scalar \`${name}' as an array`, line);
    const made = new AwkArray();
    made.name = name;
    outer.setInner(key, made);
    return made;
  }

  /** The array that an element is; undefined when it is none. */
  *innerArray(element: ElementPlace): Step<AwkArray | undefined> {
    const outer = yield* this.array(element.array, element.line);
    return outer.inner(yield* this.#subscript(element.subscripts));
  }

  #refuseArray(array: AwkArray, line: number): never {
    throw new AwkFatal(`attempt to use array \`${array.name}' in a scalar context`, line);
  }

  *#call(expression: Extract<Expression, { kind: 'call' }>): Step<Value> {
    const definition = this.program.functions.get(expression.name);
    if (definition === undefined)
      throw new AwkFatal(`function \`${expression.name}' not defined`, expression.line);
    if (expression.args.length > definition.parameters.length)
      this.tool.complain(
        `cmd. line:${expression.line}: warning: function \`${expression.name}' called with more arguments than declared`,
      );
    const frame: Cell[] = [];
    for (const [i, name] of definition.parameters.entries()) {
      const argument = expression.args[i];
      const cell = new Cell(name, true);
      if (argument?.kind === 'variable') this.#pass(argument, cell);
      else if (argument?.kind === 'element') {
        cell.array = yield* this.innerArray(argument);
        if (cell.array === undefined) cell.value = yield* this.evaluate(argument);
      } else if (argument !== undefined) cell.value = yield* this.evaluate(argument);
      frame.push(cell);
    }
    return yield* this.#invoke(definition, frame, expression.line);
  }

  *#invoke(definition: AwkFunction, frame: readonly Cell[], line: number): Step<Value> {
    if (++this.#depth > MOST_CALLS) throw new AwkFatal('not modelled: function calls nested this deep', line);
    const caller = this.#frame;
    this.#frame = frame;
    this.#returned = undefined;
    yield* this.#execute(definition.body);
    this.#frame = caller;
    this.#depth--;
    const value = this.#returned;
    this.#returned = undefined;
    return value;
  }

  #pass(variable: Variable, cell: Cell): void {
    if (variable.local < 0 && variable.name === 'NF') {
      cell.value = this.fields.count;
      return;
    }
    const given = this.cell(variable);
    if (given.array !== undefined) cell.array = given.array;
    else if (given.value === undefined) cell.origin = given;
    else cell.value = given.value;
  }

  // ---------------------------------------------------------------- getline
  *#getline(expression: Extract<Expression, { kind: 'getline' }>): Step<Value> {
    const { from, source, place } = expression;
    if (from === 'input') {
      const record = yield* this.input.nextForGetline(place !== undefined);
      if (record === undefined) return 0;
      if (place !== undefined) yield* this.assign(place, fromInput(record));
      return 1;
    }
    const name = source === undefined ? '' : this.toText(yield* this.evaluate(source));
    const reader = from === 'file' ? this.streams.file(name) : yield* this.streams.command(name);
    if (reader === undefined) return -1;
    const record = yield* reader.next(this.recordEnd());
    if (record === undefined) return 0;
    this.global('RT').value = reader.terminator;
    if (place === undefined) this.setRecord(record);
    else yield* this.assign(place, fromInput(record));
    return 1;
  }
}

function elementName({ array }: ElementPlace, outer: AwkArray, key: string): string {
  return `${array.kind === 'variable' ? array.name : outer.name}["${key}"]`;
}

function fromInputKey(key: string): Value {
  const value = fromInput(key);
  return value instanceof NumericText ? value : key;
}

function isErrno(text: string): text is Errno {
  return /^E[A-Z]+$/.test(text);
}
