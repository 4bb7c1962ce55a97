/** Statements of a rule. Source: nft(8) "STATEMENTS", "RULES". */
import { TCP_OPTION_WORDS, TCP_OPTIONS } from '../fields';
import { NatParser } from './nat';
import { SyntaxTrouble } from './stream';
import type { Comparison, Expression, Limit, Log, ObjectType, Place, Quota, Rule, Statement } from './tree';

const UNITS = ['second', 'minute', 'hour', 'day', 'week'] as const;
const CT_OBJECTS = ['helper', 'timeout', 'expectation'] as const;
const LEVELS = new Set(['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug', 'audit']);
const COMPARISONS: ReadonlySet<string> = new Set<Comparison>(['==', '!=', '<', '>', '<=', '>=', '!']);
/** How many bytes a unit of `limit` is. */
const BYTES: Readonly<Record<string, number>> = { bytes: 1, kbytes: 1_024, mbytes: 1_048_576 };
/** Bursts are 32 bits wide. */
const LARGEST_BURST = 0x1_0000_0000;
const LONGEST_COMMENT = 128;
/** Of sets that packets fill, where nothing is said. */
export const DEFAULT_SET_SIZE = 65_535;
const STATEMENT_WORDS = new Set(
  'accept drop continue return jump goto counter limit quota meter log reject snat dnat masquerade redirect add update delete set notrack queue tproxy reset flow dup fwd xt'.split(
    ' ',
  ),
);
const UNMODELLED = new Set(['synproxy']);

export class StatementParser extends NatParser {
  /** A rule up to its line end or semicolon (not read). */
  rule(): Rule {
    const { stream } = this;
    const start = stream.here;
    const statements: Statement[] = [this.statement()];
    while (this.#startsStatement()) statements.push(this.statement());
    let comment: string | undefined;
    if (stream.eat('comment')) {
      const place = stream.here;
      comment = this.text();
      if (comment.length > LONGEST_COMMENT)
        throw new SyntaxTrouble({
          place,
          message: `comment too long, ${LONGEST_COMMENT} characters maximum allowed`,
        });
    }
    return { statements, comment, place: stream.since(start) };
  }

  #startsStatement(): boolean {
    const { stream } = this;
    const token = stream.peek();
    if (token.kind === 'string' && stream.isKeyword(token))
      return this.startsExpression() || UNMODELLED.has(token.text) || STATEMENT_WORDS.has(token.text);
    return this.startsExpression();
  }

  statement(): Statement {
    const { stream } = this;
    const start = stream.here;
    const token = stream.peek();
    const { text } = token;
    if (token.kind === 'string') {
      switch (text) {
        case 'accept':
        case 'drop':
        case 'continue':
        case 'return':
        case 'jump':
        case 'goto':
          return this.verdict();
        case 'counter':
          return this.#counter();
        case 'limit':
          return this.#limit();
        case 'quota':
          return this.#quota();
        case 'meter':
          return this.#meter();
        case 'ct':
          if (this.isNext('count')) return this.#connections();
          if (this.isNext('set', 2) && CT_OBJECTS.some((kind) => this.isNext(kind))) return this.#ctObject();
          break;
        case 'reset':
          return this.#optionReset();
        case 'queue':
          return this.queue();
        case 'tproxy':
          return this.tproxy();
        case 'flow':
          if (this.isNext('table')) return this.#meter();
          return this.flow();
        case 'dup':
        case 'fwd':
          return this.copy(text);
        case 'synproxy':
          if (this.isNext('name')) return this.#synproxy();
          throw this.notModelled('the statement synproxy', start);
        case 'meta':
          if (this.isNext('secmark') && this.isNext('set', 2)) return this.#secmark();
          break;
        case 'xt':
          throw this.#compatible();
        case 'log':
          return this.#log();
        case 'reject':
          return this.#reject();
        case 'snat':
        case 'dnat':
        case 'masquerade':
        case 'redirect':
          return this.nat(text);
        case 'notrack':
          stream.next();
          return { kind: 'notrack', place: start };
        case 'add':
        case 'update':
        case 'delete':
          return this.#update(text);
        case 'set':
          return this.#oldUpdate();
        default:
          if (UNMODELLED.has(text)) throw this.notModelled(`the statement ${text}`, start);
      }
    }
    if (!this.startsExpression()) throw stream.unexpected();
    return this.#match();
  }

  #match(): Statement {
    const { stream } = this;
    const start = stream.here;
    const left = this.left();
    if (stream.at('vmap')) {
      stream.next();
      const data = stream.at('@')
        ? this.reference()
        : stream.at('$')
          ? this.variable()
          : this.#inBraces('vmap');
      return { kind: 'vmap', key: left, data, place: stream.since(start) };
    }
    if (stream.at('set') && left.kind === 'field') {
      stream.next();
      const value = this.#value();
      return { kind: 'set-value', target: left, value, place: stream.since(start) };
    }
    if (stream.at('map')) {
      stream.next();
      if (stream.at('@')) this.reference();
      else {
        if (!stream.at('{')) throw stream.unexpected();
        this.set('map');
      }
      if (!this.startsExpression()) throw stream.unexpected();
      throw this.notModelled('maps in comparisons', stream.since(start));
    }
    const operator = this.#comparison();
    const right = this.right();
    let mask: Expression | undefined;
    if (stream.at('/')) {
      stream.next();
      mask = this.right();
      if (mask.kind !== 'list') throw stream.unexpected('comma');
    }
    return { kind: 'match', left, operator, right, mask, place: stream.since(start) };
  }
  /** The sign between two sides, if there is one. */
  #comparison(): Comparison {
    const { kind, text } = this.stream.peek();
    if (kind !== 'punctuation' || !COMPARISONS.has(text)) return '';
    this.stream.next();
    return text as Comparison;
  }
  #inBraces(mode: 'map' | 'vmap'): Expression {
    if (!this.stream.at('{')) throw this.stream.unexpected('@', "'{'", "'$'");
    return this.set(mode);
  }
  /** What a field is set to; a map of a field may stand there. */
  #value(): Expression {
    const { stream } = this;
    const start = stream.here;
    const token = stream.peek();
    if (stream.at('{')) throw stream.unexpected();
    if (this.#startsField(token)) {
      const key = this.left();
      if (stream.eat('map')) {
        const data = stream.at('@') ? this.reference() : this.#inBraces('map');
        return { kind: 'map', key, data, place: stream.since(start) };
      }
      return key;
    }
    const first = this.rightRange();
    if (!stream.at(',')) return first;
    const items = [first];
    while (stream.eat(',')) items.push(this.rightRange());
    return { kind: 'list', items, place: stream.since(start) };
  }
  #startsField(token: { kind: string; text: string }): boolean {
    const { stream } = this;
    if (stream.at('@') || stream.at('(')) return true;
    return token.kind === 'string' && stream.isKeyword(stream.peek()) && this.startsExpression();
  }

  #counter(): Statement {
    const { stream } = this;
    const start = stream.here;
    const named = stream.peek(1);
    if (named.kind === 'string' && named.text === 'name') {
      stream.next();
      stream.next();
      const name = stream.at('$') ? this.variable() : undefined;
      const next = stream.peek();
      if (this.#startsField(next)) return this.#objectMap('counter', start);
      if (name === undefined && next.kind !== 'quoted' && !stream.isName(next)) throw stream.unexpected();
      const text = name === undefined ? this.text() : name.kind === 'symbol' ? name.text : '';
      return { kind: 'counter', packets: 0, bytes: 0, name: text, place: stream.since(start) };
    }
    const { packets, bytes } = this.counterNumbers();
    return { kind: 'counter', packets, bytes, name: undefined, place: stream.since(start) };
  }

  #limit(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('limit', () => {
      if (stream.eat('name')) return this.#named('limit', start);
      if (!stream.eat('rate')) throw stream.unexpected('name', 'rate');
      const over = stream.eat('over');
      const limit = this.#rate(over);
      return { kind: 'limit', limit, place: stream.since(start) };
    });
  }
  /** Behind `rate`, in the block of a named limit. */
  protected limitValues(): Limit {
    return this.stream.within('limit', () => this.#rate(this.stream.eat('over')));
  }
  /** The name of an object, quoted or not. */
  #named(type: ObjectType | 'secmark', start: Place): Statement {
    const { stream } = this;
    const namePlace = stream.here;
    const next = stream.peek();
    if ((type === 'quota' || type === 'limit') && this.#startsField(next))
      return this.#objectMap(type, start);
    if (next.kind !== 'quoted' && !stream.isName(next)) throw stream.unexpected();
    return { kind: 'object', type, name: this.text(), namePlace, place: stream.since(start) };
  }
  /** `counter name tcp dport map { 22 : "ssh" }` */
  #objectMap(type: 'counter' | 'quota' | 'limit', start: Place): Statement {
    const { stream } = this;
    const from = stream.here;
    const key = this.left();
    if (!stream.eat('map')) throw stream.unexpected();
    const data = stream.at('@') ? this.reference() : this.#inBraces('map');
    const map = { kind: 'map' as const, key, data, place: stream.since(from) };
    return { kind: 'object-map', type, map, place: stream.since(start) };
  }
  protected isNext(word: string, ahead = 1): boolean {
    const token = this.stream.peek(ahead);
    return token.kind === 'string' && token.text === word;
  }
  #quota(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('quota', () => {
      if (stream.eat('name')) return this.#named('quota', start);
      return { kind: 'quota', quota: this.quotaValues(start), place: stream.since(start) };
    });
  }
  /** `[over|until] N bytes [used N bytes]` */
  protected quotaValues(start: Place): Quota {
    const { stream } = this;
    const over = stream.eat('over');
    if (!over) stream.eat('until');
    const bytes = this.#amount(start);
    const used = stream.eat('used') ? this.#amount(start) : 0;
    return { bytes, over, used };
  }
  #amount(start: Place): number {
    const { stream } = this;
    const amount = this.number();
    const unit = stream.peek();
    if (unit.kind !== 'string') throw stream.unexpected('string', 'bytes');
    const factor = BYTES[unit.text];
    stream.next();
    if (factor === undefined)
      throw new SyntaxTrouble({ place: stream.since(start), message: 'Wrong rate format' });
    return amount * factor;
  }
  /** `ct count [over] N` */
  #connections(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('ct', () => {
      stream.next();
      const over = stream.eat('over');
      if (stream.peek().kind !== 'number') throw stream.unexpected('number', ...(over ? [] : ['over']));
      return { kind: 'connections', most: this.number(), over, place: stream.since(start) };
    });
  }
  /** `ct helper|timeout|expectation set NAME` */
  #ctObject(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const kind = CT_OBJECTS.find((word) => stream.at(word)) ?? 'helper';
    stream.next();
    stream.next();
    return this.#named(`ct ${kind}`, start);
  }
  #synproxy(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    stream.next();
    return this.#named('synproxy', start);
  }
  #secmark(): Statement {
    const { stream } = this;
    const start = stream.here;
    for (let word = 0; word < 3; word++) stream.next();
    return this.#named('secmark', start);
  }
  /** What iptables-nft leaves in rulesets. */
  #compatible(): SyntaxTrouble {
    const { stream } = this;
    const start = stream.here;
    for (let word = 0; word < 3 && !stream.atSeparator; word++) stream.next();
    return new SyntaxTrouble({
      place: stream.since(start),
      message: 'unsupported xtables compat expression, use iptables-nft with this ruleset',
    });
  }
  /** `reset tcp option NAME`: takes it out. */
  #optionReset(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('tcp', () => {
      if (!stream.eat('tcp')) throw stream.unexpected('tcp');
      if (!stream.eat('option')) throw stream.unexpected('option');
      const word = stream.peek();
      const number = word.kind === 'number' ? Number(word.text) : undefined;
      const option =
        number === undefined
          ? (TCP_OPTION_WORDS[word.text] ?? word.text)
          : (Object.entries(TCP_OPTIONS).find(([, { kind }]) => kind === number)?.[0] ?? word.text);
      if (number === undefined && (word.kind !== 'string' || TCP_OPTIONS[option] === undefined))
        throw stream.unexpected();
      stream.next();
      return { kind: 'option-reset', option, place: stream.since(start) };
    });
  }
  #rate(over: boolean): Limit {
    const { stream } = this;
    const from = stream.here;
    const amount = this.number();
    let bytes = 0;
    let unit = '';
    const token = stream.peek();
    // A unit alone is a keyword here, where a size or a slash should be.
    if (token.kind === 'string' && UNITS.some((known) => known === token.text))
      throw stream.unexpected('/', 'string', 'bytes');
    if (token.kind === 'string') {
      const [size = '', per = ''] = token.text.split('/');
      const factor = BYTES[size];
      if (factor === undefined && !token.text.includes('/')) {
        stream.next();
        throw new SyntaxTrouble({ place: stream.since(from), message: 'wrong rate format' });
      }
      bytes = factor ?? 0;
      stream.next();
      unit = per;
      if (per === '' && stream.eat('/')) unit = stream.next().text;
      if (factor === undefined)
        throw new SyntaxTrouble({ place: stream.since(from), message: 'Wrong rate format' });
      if (!UNITS.some((known) => known === unit))
        throw new SyntaxTrouble({ place: stream.since(from), message: 'Wrong rate format' });
    } else {
      if (!stream.eat('/')) throw stream.unexpected('/', 'string', 'bytes');
      const word = stream.peek();
      if (word.kind !== 'string' || !UNITS.some((known) => known === word.text)) throw stream.unexpected();
      unit = stream.next().text;
    }
    let burst: number | undefined;
    if (stream.at('burst')) {
      const behind = stream.here;
      stream.next();
      burst = this.number();
      const size = stream.peek();
      const factor = size.kind === 'string' ? BYTES[size.text] : undefined;
      if (bytes !== 0) {
        if (factor === undefined) throw stream.unexpected('string', 'bytes');
        burst *= factor;
        stream.next();
      } else if (!stream.eat('packets')) throw stream.unexpected('packets');
      else burst %= LARGEST_BURST;
      if (burst === 0 && bytes === 0)
        throw new SyntaxTrouble({ place: stream.since(behind), message: 'packet limit burst must be > 0' });
    }
    return {
      rate: bytes === 0 ? amount : amount * bytes,
      unit: UNITS.find((known) => known === unit) ?? 'second',
      over,
      burst,
      bytes: bytes !== 0,
    };
  }

  #log(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('log', () => {
      const log = {
        prefix: undefined as string | undefined,
        level: undefined as string | undefined,
        group: undefined as number | undefined,
        snaplen: undefined as number | undefined,
        threshold: undefined as number | undefined,
        flags: [] as string[],
      };
      for (;;) {
        if (stream.eat('prefix')) log.prefix = stream.at('$') ? textOf(this.variable()) : this.text();
        else if (stream.eat('group')) log.group = this.number();
        else if (stream.eat('snaplen')) log.snaplen = this.number();
        else if (stream.eat('queue-threshold')) log.threshold = this.number();
        else if (stream.at('level')) {
          stream.next();
          const place = stream.here;
          const word = this.text();
          if (!LEVELS.has(word)) throw new SyntaxTrouble({ place, message: 'invalid log level' });
          log.level = word;
        } else if (stream.at('flags')) {
          stream.next();
          log.flags.push(...this.#logFlags());
        } else break;
      }
      return { kind: 'log', log: log satisfies Log, place: stream.since(start) };
    });
  }
  #logFlags(): string[] {
    const { stream } = this;
    const head = stream.peek();
    const known: Readonly<Record<string, readonly string[]>> = {
      tcp: ['sequence', 'options'],
      ip: ['options'],
    };
    if (head.kind !== 'string' || !['tcp', 'ip', 'skuid', 'ether', 'all'].includes(head.text))
      throw stream.unexpected();
    stream.next();
    const words = known[head.text];
    if (words === undefined) return [head.text];
    const flags: string[] = [];
    do {
      const word = stream.peek();
      if (word.kind !== 'string' || !words.includes(word.text))
        throw stream.unexpected(...(head.text === 'tcp' ? ['seq', 'options'] : ['options']));
      stream.next();
      flags.push(`${head.text} ${word.text}`);
    } while (head.text === 'tcp' && stream.eat(','));
    return flags;
  }

  #reject(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('reject', () => {
      if (!stream.eat('with')) return { kind: 'reject', with: undefined, code: undefined, place: start };
      if (stream.eat('tcp')) {
        if (!stream.eat('reset')) throw stream.unexpected('reset');
        return { kind: 'reject', with: 'tcp-reset', code: undefined, place: start };
      }
      const kind = (['icmp', 'icmpv6', 'icmpx'] as const).find((word) => stream.at(word));
      if (kind === undefined) throw stream.unexpected('icmp', 'icmpv6', 'tcp', 'icmpx');
      stream.next();
      const isTyped = stream.eat('type');
      const word = stream.peek();
      if (!stream.at('$') && word.kind !== 'number' && !stream.isName(word))
        throw stream.unexpected('number', 'string', ...(isTyped ? [] : ['type']));
      const code = stream.at('$') ? this.variable() : this.rightRange();
      return { kind: 'reject', with: kind, code, place: start };
    });
  }

  /** `add @set { key timeout 1m counter }` */
  #update(op: 'add' | 'update' | 'delete'): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    if (!stream.at('@')) throw stream.unexpected('@', "'$'");
    const set = this.reference();
    if (!stream.eat('{')) throw stream.unexpected("'{'");
    this.lineEnds();
    const key = this.left();
    const { timeout, then } = this.#updateTail();
    this.lineEnds();
    if (stream.at('comment'))
      throw new SyntaxTrouble({ place: key.place, message: 'Key expression comments are not supported' });
    const data = stream.eat(':') ? this.#value() : undefined;
    if (!stream.eat('}')) throw stream.unexpected(...(data === undefined ? [] : ["'}'"]));
    return {
      kind: 'set-update',
      op,
      set,
      key,
      ...(data === undefined ? {} : { data }),
      timeout,
      then,
      place: stream.since(start),
    };
  }
  /** `meter NAME [size N] { key timeout 1m limit rate … }` */
  #meter(): Statement {
    const { stream } = this;
    const start = stream.here;
    if (stream.next().text === 'flow') stream.next();
    const namePlace = stream.here;
    const name = this.identifier();
    const size = stream.eat('size') ? this.number() : DEFAULT_SET_SIZE;
    if (!stream.eat('{')) throw stream.unexpected('size', "'{'");
    const key = this.left();
    const { timeout, then } = this.#updateTail();
    if (then.length === 0) throw stream.unexpected();
    if (!stream.eat('}')) throw stream.unexpected("'}'");
    const set: Expression = { kind: 'reference', name, place: namePlace };
    return { kind: 'set-update', op: 'meter', set, size, key, timeout, then, place: stream.since(start) };
  }
  protected identifier(): string {
    const { stream } = this;
    const token = stream.peek();
    if (!stream.isName(token)) throw stream.unexpected('string');
    stream.next();
    return token.text;
  }
  #updateTail(): { timeout: number | undefined; then: Statement[] } {
    const { stream } = this;
    let timeout: number | undefined;
    const then: Statement[] = [];
    for (;;) {
      if (then.length === 0 && stream.eat('timeout')) timeout = this.duration();
      else if (stream.at('counter')) then.push(this.#counter());
      else if (stream.at('limit')) then.push(this.#limit());
      else if (stream.at('quota')) then.push(this.#quota());
      else if (stream.at('ct') && this.isNext('count')) then.push(this.#connections());
      else return { timeout, then };
    }
  }
  /** The older form `set add key @set`. */
  #oldUpdate(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const op = (['add', 'update', 'delete'] as const).find((word) => stream.at(word));
    if (op === undefined) throw stream.unexpected('add', 'update', 'delete');
    stream.next();
    const key = this.left();
    const { timeout } = this.#updateTail();
    if (!stream.at('@')) throw stream.unexpected('@', "'$'");
    const set = this.reference();
    return { kind: 'set-update', op, set, key, timeout, then: [], place: stream.since(start) };
  }
}

function textOf(expression: Expression): string {
  return expression.kind === 'symbol' || expression.kind === 'number' ? expression.text : '';
}
