/** Statements that send packets elsewhere: translation, transparent proxies, queues. Source: nft(8) "STATEMENTS". */
import { ExpressionParser } from './expressions';
import { SyntaxTrouble } from './stream';
import type { Expression, Nat, Place, Statement } from './tree';

const NAT_FLAGS = ['random', 'fully-random', 'persistent'];
const MOST_QUEUES = 65_535;

export class NatParser extends ExpressionParser {
  protected nat(type: Nat['type']): Statement {
    const { stream } = this;
    const keyword = stream.here;
    stream.next();
    return stream.within('nat', () => {
      const nat = { type, keyword, ...NOWHERE };
      if (type === 'dnat' || type === 'snat') this.#target(nat);
      else if (stream.eat('to')) {
        if (!stream.eat(':') && type === 'masquerade') throw stream.unexpected('colon');
        nat.port = this.#value();
      }
      nat.flags = this.#flags();
      return { kind: 'nat', nat: nat satisfies Nat, place: stream.since(keyword) };
    });
  }
  #target(nat: Writable<Nat>): void {
    const { stream } = this;
    if (stream.at('ip') || stream.at('ip6')) {
      const after = stream.peek(1);
      if (after.kind === 'string' && ['to', 'addr', 'prefix', 'interval'].includes(after.text))
        nat.family = stream.next().text as 'ip' | 'ip6';
    }
    // `addr . port` says what the map holds; the map itself does so too.
    if (nat.family !== undefined && stream.eat('addr') && stream.eat('.') && !stream.eat('port'))
      throw stream.unexpected('port');
    nat.prefix = stream.eat('prefix');
    nat.interval = !nat.prefix && stream.eat('interval');
    const hasTo = stream.eat('to');
    if (stream.eat(':')) nat.port = this.#value();
    else {
      if (!hasTo && !stream.at('[') && !this.startsExpression()) throw stream.unexpected();
      nat.address = stream.at('[') ? this.#bracketed() : this.#value();
      if (stream.eat(':')) nat.port = this.#value();
    }
  }
  /** `[2001:db8::1]`, `[2001:db8::1]-[2001:db8::9]` */
  #bracketed(): Expression {
    const { stream } = this;
    const start = stream.here;
    const one = (): Expression => {
      if (!stream.eat('[')) throw stream.unexpected("'['");
      const address = this.rightRange();
      if (!stream.eat(']')) throw stream.unexpected("']'");
      return address;
    };
    const from = one();
    if (!stream.eat('-')) return from;
    return { kind: 'range', from, to: one(), place: stream.since(start) };
  }
  #value(): Expression {
    const { stream } = this;
    const start = stream.here;
    const token = stream.peek();
    if (stream.at('@')) return this.left();
    if (token.kind === 'string' && stream.isKeyword(token) && this.startsExpression()) {
      const key = this.left();
      if (!stream.eat('map')) throw stream.unexpected();
      const data = stream.at('@') ? this.reference() : stream.at('$') ? this.variable() : this.#map();
      return { kind: 'map', key, data, place: stream.since(start) };
    }
    return this.rightConcat();
  }
  #map(): Expression {
    if (!this.stream.at('{')) throw this.stream.unexpected('@', "'{'", "'$'");
    return this.set('map');
  }
  #flags(): string[] {
    const { stream } = this;
    const flags: string[] = [];
    for (;;) {
      const token = stream.peek();
      if (token.kind !== 'string' || !NAT_FLAGS.includes(token.text)) return flags;
      flags.push(token.text);
      stream.next();
      if (!stream.eat(',')) return flags;
    }
  }

  /** `tproxy [ip|ip6] to ADDRESS[:PORT] | :PORT` */
  protected tproxy(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    let family: 'ip' | 'ip6' | undefined;
    if (stream.at('ip') || stream.at('ip6')) family = stream.next().text as 'ip' | 'ip6';
    if (!stream.eat('to')) throw stream.unexpected(...(family === undefined ? ['to', 'ip', 'ip6'] : ['to']));
    let address: Expression | undefined;
    if (!stream.at(':')) address = stream.at('[') ? this.#bracketed() : this.rightConcat();
    const port = stream.eat(':') ? this.rightConcat() : undefined;
    return { kind: 'tproxy', family, address, port, place: stream.since(start) };
  }

  /** `queue [num N[-N]] [bypass,fanout]`, `queue [flags bypass,fanout] to N[-N]` */
  protected queue(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    return stream.within('queue', () => {
      const flags: string[] = [];
      let to: Expression | undefined;
      const from = stream.here;
      if (stream.eat('num')) {
        to = this.#queueNumbers(from);
        this.#queueFlags(flags);
      } else {
        if (stream.eat('flags')) {
          if (!stream.at('bypass') && !stream.at('fanout')) throw stream.unexpected('bypass', 'fanout');
          this.#queueFlags(flags);
        }
        if (stream.eat('to')) to = this.#generated() ?? this.#value();
        else this.#queueFlags(flags);
      }
      return { kind: 'queue', to, flags, place: stream.since(start) };
    });
  }
  #queueNumbers(from: Place): Expression {
    const { stream } = this;
    const to = this.rightRange();
    const place = stream.since(from);
    const last = to.kind === 'range' ? to.to : to;
    if (last.kind === 'number' && last.value > MOST_QUEUES)
      throw new SyntaxTrouble({
        place,
        message: `Value ${last.value} exceeds valid range 0-${MOST_QUEUES}`,
      });
    return { ...to, place };
  }
  #generated(): Expression | undefined {
    const { text } = this.stream.peek();
    return ['numgen', 'symhash', 'jhash'].includes(text) ? this.left() : undefined;
  }
  #queueFlags(flags: string[]): void {
    const { stream } = this;
    while (stream.at('bypass') || stream.at('fanout')) {
      flags.push(stream.next().text);
      if (!stream.eat(',')) return;
    }
  }

  /** `dup to ADDRESS [device DEVICE]`, `fwd [ip|ip6] to ADDRESS|DEVICE [device DEVICE]` */
  protected copy(what: 'dup' | 'fwd'): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    if (what === 'fwd' && (stream.at('ip') || stream.at('ip6'))) stream.next();
    if (!stream.eat('to')) throw stream.unexpected('to');
    const to = this.#generated() ?? this.#value();
    if (stream.eat('device')) this.#value();
    return { kind: 'copy', what, to, place: stream.since(start) };
  }
  /** `flow add|offload @FLOWTABLE` */
  protected flow(): Statement {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    if (!stream.eat('add') && !stream.eat('offload')) throw stream.unexpected('add', 'offload');
    if (!stream.at('@')) throw stream.unexpected('@');
    const { name } = this.reference() as Expression & { kind: 'reference' };
    return {
      kind: 'object',
      type: 'flowtable',
      name,
      namePlace: stream.since(start),
      place: stream.since(start),
    };
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
const NOWHERE: Pick<Nat, 'family' | 'address' | 'port' | 'flags' | 'prefix' | 'interval'> = {
  family: undefined,
  address: undefined,
  port: undefined,
  flags: [],
  prefix: false,
  interval: false,
};
