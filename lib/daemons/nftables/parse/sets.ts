/** The blocks of sets and maps. Source: nft(8) "SETS", "MAPS". */
import { typeNamed } from '../directives';
import { ObjectParser } from './objects';
import { SyntaxTrouble } from './stream';
import type { Command, Expression, Handle, Place, SetSpec, Verb } from './tree';

/** Types whose names are keywords. */
const TYPE_KEYWORDS = ['mark', 'dscp', 'ecn', 'time', 'classid'];
/** What maps may lead to beside values. */
const OBJECT_TYPES = ['counter', 'quota', 'limit', 'synproxy', 'secmark'];
const SET_FLAGS = ['constant', 'interval', 'dynamic', 'timeout'];

export class SetParser extends ObjectParser {
  // ---------------------------------------------------------------- sets
  protected setBlock(
    verb: Verb,
    object: 'set' | 'map',
    target: Handle,
    start: Place,
    named?: Place,
  ): Command[] {
    const { stream } = this;
    const block = stream.here;
    const spec: SetSpec = {
      isMap: object === 'map',
      types: [],
      data: undefined,
      typeOf: undefined,
      typeOfData: undefined,
      flags: [],
      timeout: undefined,
      gcInterval: undefined,
      size: undefined,
      policy: undefined,
      autoMerge: false,
      comment: undefined,
      then: [],
      place: block,
    };
    let elements: Expression | undefined;
    this.block(named !== undefined, () => {
      elements = this.#setLine(spec, elements);
    });
    spec.place = named ?? this.body ?? block;
    const place = named ?? stream.since(start);
    const commands: Command[] = [{ verb, object, target, spec, place }];
    if (elements !== undefined)
      commands.push({ verb: 'add', object: 'element', target, elements, place, isDeclaration: true });
    return commands;
  }
  #setLine(spec: SetSpec, elements: Expression | undefined): Expression | undefined {
    const { stream } = this;
    const token = stream.peek();
    const word = token.kind === 'string' ? token.text : '';
    switch (word) {
      case 'type':
        stream.next();
        return this.#typeLine(spec, elements);
      case 'typeof':
        stream.next();
        this.#typeOfLine(spec);
        return elements;
      case 'flags':
        stream.next();
        this.#setFlags(spec);
        return elements;
      case 'timeout':
        stream.next();
        spec.timeout = this.duration();
        this.separator();
        return elements;
      case 'gc-interval':
        stream.next();
        spec.gcInterval = this.duration();
        this.separator();
        return elements;
      case 'size':
        stream.next();
        spec.size = this.number();
        this.separator();
        return elements;
      case 'policy': {
        stream.next();
        const policy = stream.peek();
        if (policy.kind !== 'string' || !['memory', 'performance'].includes(policy.text))
          throw stream.within('policy', () => stream.unexpected('memory', 'performance'));
        spec.policy = policy.text;
        stream.next();
        this.separator();
        return elements;
      }
      case 'auto-merge':
        stream.next();
        spec.autoMerge = true;
        return elements;
      case 'comment':
        stream.next();
        spec.comment = this.text();
        this.separator();
        return elements;
      case 'ct':
      case 'counter':
      case 'limit':
      case 'quota':
        // Of connections only their count belongs to a set.
        if (stream.at('ct') && !this.isNext('count')) {
          stream.next();
          throw stream.within('ct', () => stream.unexpected('count'));
        }
        spec.then.push(this.statement());
        if (!stream.atSeparator) throw stream.unexpected();
        stream.next();
        return elements;
      case 'elements':
        stream.next();
        if (!stream.eat('=')) throw stream.unexpected("'='");
        if (stream.at('$')) return this.variable();
        if (!stream.at('{')) throw stream.unexpected("'{'", "'$'");
        return this.set();
      default:
        throw stream.unexpected();
    }
  }
  /** `typeof EXPRESSION [. EXPRESSION] [: EXPRESSION]` */
  #typeOfLine(spec: SetSpec): void {
    const key = this.#typeOf('primary expression');
    let data: Expression | undefined;
    if (spec.isMap) {
      if (!this.stream.eat(':')) throw this.stream.unexpected('colon', '.');
      data = this.stream.at('verdict') ? this.#word() : this.#typeOf('map data');
    }
    this.separator('.');
    spec.typeOf = key;
    spec.typeOfData = data;
  }
  #word(): Expression {
    const { stream } = this;
    const place = stream.here;
    return { kind: 'symbol', text: stream.next().text, place, quoted: false, asterisk: false };
  }
  #typeOf(what: string): Expression {
    const { stream } = this;
    const start = stream.here;
    const parts: Expression[] = [];
    do {
      const part = this.leftPart();
      if (part.kind !== 'field' && part.kind !== 'generator')
        throw new SyntaxTrouble({
          place: part.place,
          message: `${what} type 'symbol' lacks typeof serialization`,
        });
      parts.push(part);
    } while (stream.eat('.'));
    const [first] = parts;
    return parts.length === 1 && first !== undefined
      ? first
      : { kind: 'concat', parts, place: stream.since(start) };
  }
  #setFlags(spec: SetSpec): void {
    const { stream } = this;
    const flags: string[] = [];
    do {
      const flag = stream.peek();
      if (flag.kind !== 'string' || !SET_FLAGS.includes(flag.text)) throw stream.unexpected(...SET_FLAGS);
      flags.push(flag.text);
      stream.next();
    } while (stream.eat(','));
    this.separator('comma');
    spec.flags = flags;
  }
  #typeLine(spec: SetSpec, elements: Expression | undefined): Expression | undefined {
    const { stream } = this;
    const types = stream.within('type', () => this.#types(false));
    if (spec.isMap) {
      if (!stream.eat(':')) throw stream.unexpected('colon', '.');
      spec.data = stream.within('type', () => this.#types(true));
    }
    this.separator('.');
    spec.types = types;
    return elements;
  }
  #types(isData: boolean): { text: string; place: Place }[] {
    const { stream } = this;
    const types: { text: string; place: Place }[] = [];
    do {
      const token = stream.peek();
      const place = stream.here;
      const isKnown = stream.isName(token) || TYPE_KEYWORDS.includes(token.text);
      if (token.kind !== 'string' || !(isKnown || (isData && OBJECT_TYPES.includes(token.text))))
        throw stream.unexpected();
      if (typeNamed(token.text) === undefined && !(isData && OBJECT_TYPES.includes(token.text)))
        throw new SyntaxTrouble({ place, message: `unknown datatype ${token.text}` });
      stream.next();
      types.push({ text: token.text, place });
    } while (stream.eat('.'));
    return types;
  }
}
