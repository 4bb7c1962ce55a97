/**
 * Expressions: what a rule looks at (left) and what it compares with (right).
 * Source: nft(8) "PRIMARY EXPRESSIONS", "PAYLOAD EXPRESSIONS", "DATA TYPES".
 */
import { nearest } from '../messages';
import { FieldParser } from './fields';
import { SyntaxTrouble, type TokenStream } from './stream';
import { durationOf } from './time';
import type { Element, Expression, Place, VerdictName } from './tree';

const GENERATORS = new Set(['numgen', 'jhash', 'symhash']);
/** Keywords that stand for a protocol or the like on the right. */
const VALUE_KEYWORDS = new Set(
  'tcp udp udplite esp ah icmp igmp icmpv6 comp dccp sctp redirect ether ip ip6 vlan arp dnat snat ecn reset original reply label exists missing mh'.split(
    ' ',
  ),
);
/** Those of them that are protocols whatever they are compared with. */
const PROTOCOL_WORDS = new Set('tcp udp udplite esp ah icmp igmp icmpv6 comp dccp sctp'.split(' '));
const VERDICTS = new Set(['accept', 'drop', 'continue', 'return', 'jump', 'goto']);

export class Scope {
  /** Most blocks define nothing. */
  #names: Map<string, Expression> | undefined;
  constructor(readonly outer: Scope | undefined) {}
  find(name: string): Expression | undefined {
    return this.#names?.get(name) ?? this.outer?.find(name);
  }
  has(name: string): boolean {
    return this.#names?.has(name) === true;
  }
  set(name: string, value: Expression): void {
    this.#names ??= new Map();
    this.#names.set(name, value);
  }
  delete(name: string): boolean {
    return this.#names?.delete(name) === true;
  }
  *names(): Iterable<string> {
    if (this.#names !== undefined) yield* this.#names.keys();
    if (this.outer !== undefined) yield* this.outer.names();
  }
}

type BitOperator = '&' | '|' | '^' | '<<' | '>>';
/** Of two operators the one with the higher number is done first. */
const BINDING: Readonly<Record<BitOperator, number>> = { '|': 0, '^': 1, '&': 2, '<<': 3, '>>': 3 };

/** Of what stands twice where it may stand once. */
export const SAID_TWICE = 'You can only specify this once. This statement is duplicated.';
/** Deeper nesting than this is refused, as bison's stack would. */
const DEEPEST = 200;

export class ExpressionParser extends FieldParser {
  #depth = 0;
  readonly #readLeft = (): Expression => this.#leftPrimary();
  readonly #readRight = (): Expression => this.#rightPrimary();

  constructor(
    stream: TokenStream,
    protected scope: Scope,
  ) {
    super(stream);
  }

  protected nested<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) {
      this.#depth = 0;
      throw new SyntaxTrouble({ place: this.stream.here, message: 'memory exhausted' });
    }
    const result = read();
    this.#depth--;
    return result;
  }

  /** `$NAME` */
  protected variable(): Expression {
    const { stream } = this;
    stream.next();
    const token = stream.peek();
    if (!stream.isName(token)) throw stream.unexpected('string');
    const place = stream.here;
    stream.next();
    const value = this.scope.find(token.text);
    if (value !== undefined) return value;
    const near = nearest(token.text, [...this.scope.names()], (name) => name);
    throw new SyntaxTrouble({
      place,
      message: `unknown identifier '${token.text}'${near === undefined ? '' : `; did you mean identifier ‘${near}’?`}`,
    });
  }

  // ---------------------------------------------------------------- left
  startsExpression(): boolean {
    const { stream } = this;
    const token = stream.peek();
    if (token.kind === 'punctuation')
      return token.text === '$' || token.text === '(' || token.text === '@' || token.text === '{';
    if (token.kind === 'number' || token.kind === 'quoted' || token.kind === 'asterisk') return true;
    if (token.kind !== 'string') return false;
    if (stream.isName(token)) return true;
    return this.startsField(token.text) || GENERATORS.has(token.text);
  }

  /** What a match starts with; may be a concatenation. */
  left(): Expression {
    const start = this.stream.here;
    const first = this.#leftBits();
    if (!this.stream.at('.')) return first;
    const parts = [first];
    while (this.stream.eat('.')) {
      if (this.stream.at('{')) throw this.stream.unexpected();
      parts.push(this.#leftBits());
    }
    return { kind: 'concat', parts, place: this.stream.since(start) };
  }
  /** One value on the left, without operations around it. */
  protected leftPart(): Expression {
    return this.#leftPrimary();
  }
  #leftBits(): Expression {
    return this.binary(this.#readLeft);
  }
  /** Bit operations around values that `primary` reads, as closely bound as `binding` or more. */
  protected binary(primary: () => Expression, binding = 0, start = this.stream.here): Expression {
    const { stream } = this;
    let left = primary();
    for (;;) {
      const operator = this.#bitOperator();
      if (operator === undefined || BINDING[operator] < binding) return left;
      stream.next();
      const right = this.nested(() => this.binary(primary, BINDING[operator] + 1, start));
      left = { kind: 'binary', operator, left, right, place: stream.since(start) };
    }
  }
  #bitOperator(): BitOperator | undefined {
    const { kind, text } = this.stream.peek();
    return kind === 'punctuation' && Object.hasOwn(BINDING, text) ? (text as BitOperator) : undefined;
  }
  #leftPrimary(): Expression {
    const { stream } = this;
    const token = stream.peek();
    const start = stream.here;
    if (token.kind === 'punctuation') return this.#leftSign(token.text, start);
    if (token.kind === 'number') {
      stream.next();
      return { kind: 'number', text: token.text, value: Number(token.text), place: start };
    }
    if (token.kind === 'quoted' || token.kind === 'asterisk' || stream.isName(token)) {
      stream.next();
      return symbol(token, start);
    }
    if (token.kind !== 'string') throw stream.unexpected();
    if (this.#depth > 0 && VALUE_KEYWORDS.has(token.text) && !this.startsField(token.text)) {
      stream.next();
      return symbol(token, start);
    }
    return GENERATORS.has(token.text) ? this.#generator() : this.field();
  }

  /** What starts with a sign: a value in parentheses, a variable, a set, bits of a header. */
  #leftSign(sign: string, start: Place): Expression {
    const { stream } = this;
    switch (sign) {
      case '(': {
        stream.next();
        const inner = this.nested(() => this.#leftBits());
        if (!stream.eat(')')) throw stream.unexpected("')'");
        return inner;
      }
      case '$':
        return this.variable();
      case '{':
        return this.nested(() => this.set());
      case '@':
        stream.next();
        return this.rawPayload(start);
      default:
        throw stream.unexpected();
    }
  }

  /** `numgen inc mod 2 offset 1`, `jhash ip saddr mod 4 seed 1`, `symhash mod 4` */
  #generator(): Expression {
    const { stream } = this;
    const start = stream.here;
    const word = stream.next().text;
    let mode: 'inc' | 'random' | 'jhash' | 'symhash' = word === 'jhash' ? 'jhash' : 'symhash';
    if (word === 'numgen') {
      const kind = (['inc', 'random'] as const).find((each) => stream.at(each));
      if (kind === undefined) throw stream.unexpected('random', 'inc');
      stream.next();
      mode = kind;
    }
    const key = mode === 'jhash' ? this.left() : undefined;
    if (!stream.eat('mod')) throw stream.unexpected('mod');
    const modulus = this.number();
    const seed = mode === 'jhash' && stream.eat('seed') ? this.number() : undefined;
    const offset = stream.eat('offset') ? this.number() : 0;
    return { kind: 'generator', mode, key, modulus, offset, seed, place: stream.since(start) };
  }

  // ---------------------------------------------------------------- right
  /** One side of a comparison: a value, prefix, range, list, set or `@set`. */
  right(): Expression {
    const { stream } = this;
    if (stream.at('{')) return this.set();
    if (stream.at('@')) return this.reference();
    const start = stream.here;
    const first = this.rightConcat();
    if (!stream.at(',')) return first;
    const items = [first];
    while (stream.eat(',')) items.push(this.binary(this.#readRight));
    return { kind: 'list', items, place: stream.since(start) };
  }
  reference(): Expression {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const token = stream.peek();
    if (!stream.isName(token)) throw stream.unexpected('string');
    stream.next();
    return { kind: 'reference', name: token.text, place: stream.since(start) };
  }
  rightConcat(): Expression {
    const start = this.stream.here;
    const first = this.rightRange();
    if (!this.stream.at('.')) return first;
    const parts = [first];
    while (this.stream.eat('.')) parts.push(this.rightRange());
    return { kind: 'concat', parts, place: this.stream.since(start) };
  }
  rightRange(): Expression {
    const { stream } = this;
    const start = stream.here;
    const first = this.binary(this.#readRight);
    if (stream.peek().kind !== 'punctuation') return first;
    if (stream.at('/') && stream.peek(1).kind === 'number') {
      stream.next();
      const length = Number(stream.next().text);
      const base: Expression = { kind: 'prefix', base: first, length, place: stream.since(start) };
      if (!stream.at('-')) return base;
      stream.next();
      const to = this.binary(this.#readRight);
      return { kind: 'range', from: base, to, place: stream.since(start) };
    }
    if (!stream.at('-')) return first;
    stream.next();
    const to = this.binary(this.#readRight);
    return { kind: 'range', from: first, to, place: stream.since(start) };
  }
  #rightPrimary(): Expression {
    const { stream } = this;
    const token = stream.peek();
    const start = stream.here;
    if (stream.at('(')) {
      stream.next();
      const inner = this.nested(() => this.right());
      if (!stream.eat(')')) throw stream.unexpected("')'");
      return inner;
    }
    if (stream.at('$')) return this.variable();
    if (token.kind === 'number') {
      stream.next();
      return { kind: 'number', text: token.text, value: Number(token.text), place: start };
    }
    if (
      token.kind === 'quoted' ||
      token.kind === 'asterisk' ||
      stream.isName(token) ||
      (token.kind === 'string' && VALUE_KEYWORDS.has(token.text))
    ) {
      const isProtocol = stream.isKeyword(token) && PROTOCOL_WORDS.has(token.text);
      stream.next();
      return isProtocol ? Object.assign(symbol(token, start), { isProtocol }) : symbol(token, start);
    }
    throw stream.unexpected();
  }

  /** `{ a, b : data, … }` with line ends wherever they may stand. */
  set(mode: 'plain' | 'map' | 'vmap' = 'plain'): Expression {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const elements: Element[] = [];
    this.lineEnds();
    for (;;) {
      if (stream.at('}') && elements.length > 0) break;
      if (elements.length > 0 && !stream.at(',') && !this.#startsElement())
        throw stream.unexpected('comma', "'}'");
      // Nothing between commas is nothing.
      if (elements.length === 0 || !stream.at(',')) elements.push(this.#element(mode));
      this.lineEnds();
      if (stream.eat(',')) {
        this.lineEnds();
        continue;
      }
      if (stream.at('}')) break;
      throw stream.unexpected('comma', "'}'");
    }
    stream.next();
    return { kind: 'set', elements, place: stream.since(start) };
  }
  #startsElement(): boolean {
    const { stream } = this;
    const token = stream.peek();
    if (token.kind === 'punctuation') return '*{$('.includes(token.text);
    if (token.kind !== 'string')
      return token.kind === 'number' || token.kind === 'quoted' || token.kind === 'asterisk';
    return stream.isName(token) || VALUE_KEYWORDS.has(token.text);
  }
  /** One line end may stand there, not two. */
  lineEnds(): void {
    if (this.stream.peek().kind === 'newline') this.stream.next();
  }
  #element(mode: 'plain' | 'map' | 'vmap'): Element {
    const { stream } = this;
    const start = stream.here;
    const key: Expression = stream.at('*')
      ? (stream.next(), { kind: 'wildcard', place: start })
      : stream.at('{')
        ? this.nested(() => this.set())
        : this.rightConcat();
    let timeout: number | undefined;
    let expires: number | undefined;
    let comment: string | undefined;
    let counter: { packets: number; bytes: number } | undefined;
    let counterPlace: Place | undefined;
    for (;;) {
      if (stream.eat('timeout')) timeout = this.duration();
      else if (stream.eat('expires')) expires = this.duration();
      else if (stream.at('comment')) {
        const from = stream.here;
        stream.next();
        const text = this.text();
        if (comment !== undefined)
          throw new SyntaxTrouble({ place: stream.since(from), message: SAID_TWICE });
        comment = text;
      } else if (stream.at('counter')) {
        const from = stream.here;
        counter = this.counterNumbers();
        counterPlace = stream.since(from);
      } else break;
    }
    const place = stream.since(start);
    let data: Expression | undefined;
    if (stream.eat(':')) data = this.#data(mode);
    else if (mode !== 'plain') throw stream.unexpected('colon');
    return { key, data, timeout, expires, comment, counter, counterPlace, place };
  }
  #data(mode: 'plain' | 'map' | 'vmap'): Expression {
    const { stream } = this;
    const token = stream.peek();
    if (token.kind === 'string' && VERDICTS.has(token.text)) return this.verdict(['string', "'$'"]);
    if (mode === 'vmap') throw stream.unexpected();
    return this.rightConcat();
  }
  verdict(expecting: readonly string[] = ["'{'"]): Expression & { kind: 'verdict' } {
    const { stream } = this;
    const start = stream.here;
    const verdict = stream.next().text as VerdictName;
    let chain: Expression | undefined;
    if (verdict === 'jump' || verdict === 'goto') {
      const token = stream.peek();
      if (stream.at('$')) chain = this.variable();
      else if (stream.isName(token)) {
        const place = stream.here;
        stream.next();
        chain = symbol(token, place);
      } else throw stream.unexpected(...expecting);
    }
    return { kind: 'verdict', verdict, chain, place: stream.since(start) };
  }
  /** `counter`, `counter packets N bytes N` */
  counterNumbers(): { packets: number; bytes: number } {
    const { stream } = this;
    stream.next();
    const numbers = { packets: 0, bytes: 0 };
    for (;;)
      if (stream.eat('packets')) numbers.packets = this.number();
      else if (stream.eat('bytes')) numbers.bytes = this.number();
      else return numbers;
  }
  number(): number {
    const token = this.stream.peek();
    if (token.kind !== 'number') throw this.stream.unexpected('number');
    this.stream.next();
    return Number(token.text);
  }
  duration(): number {
    const token = this.stream.peek();
    if (!this.stream.isName(token)) throw this.stream.unexpected('string');
    const value = durationOf(token.text);
    if (value === undefined)
      throw new SyntaxTrouble({ place: this.stream.here, message: 'wrong time format' });
    this.stream.next();
    return value;
  }
  /** A string: quoted, or a word. */
  text(): string {
    const { stream } = this;
    const token = stream.peek();
    if (token.kind !== 'quoted' && token.kind !== 'asterisk' && !stream.isName(token))
      throw stream.unexpected('string', 'quoted string', 'string with a trailing asterisk');
    stream.next();
    return token.text;
  }
}

function symbol(token: { kind: string; text: string }, place: Place): Expression & { kind: 'symbol' } {
  return {
    kind: 'symbol',
    text: token.kind === 'asterisk' ? token.text.replace('\\', '') : token.text,
    place,
    quoted: token.kind === 'quoted',
    asterisk: token.kind === 'asterisk',
  };
}
