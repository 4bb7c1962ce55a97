/** Named objects: counters, quotas, limits, helpers and the like. Source: nft(8) "STATEFUL OBJECTS", "CT HELPER", "CT TIMEOUT", "CT EXPECTATION", "SYNPROXY". */
import { BlockReader } from './block';
import { SyntaxTrouble } from './stream';
import { durationText } from './time';
import type { ObjectSpec, ObjectType, Verb } from './tree';

const CT_OBJECTS = ['timeout', 'expectation', 'helper'] as const;
const PROTOCOLS = ['tcp', 'udp'] as const;
/** States of connections that have a timeout of their own, in the order of listings. */
const TIMED_STATES: Readonly<Record<string, readonly string[]>> = {
  tcp: [
    'syn_sent',
    'syn_recv',
    'established',
    'fin_wait',
    'close_wait',
    'last_ack',
    'time_wait',
    'close',
    'syn_sent2',
    'retrans',
    'unack',
  ],
  udp: ['unreplied', 'replied'],
};
/** Protocol, port, timeout, size. */
const EXPECTATION_LINES = 4;
const LARGEST_SEGMENT = 0x1_0000;
const LARGEST_SCALE = 0x100;

export class ObjectParser extends BlockReader {
  // ---------------------------------------------------------------- quotas, limits, helpers
  /** Behind `ct`: the kind of object. */
  protected ctObject(): ObjectType {
    const { stream } = this;
    return stream.within('ct', () => {
      const kind = CT_OBJECTS.find((word) => stream.at(word));
      if (kind === undefined) throw stream.unexpected(...CT_OBJECTS);
      stream.next();
      return `ct ${kind}` as const;
    });
  }
  protected objectBlock(object: ObjectType, isInner: boolean): ObjectSpec {
    const { stream } = this;
    const spec: ObjectSpec = {};
    const place = stream.here;
    this.block(isInner, () => {
      if (stream.eat('comment')) {
        spec.comment = this.text();
        this.separator();
      } else this.#objectLine(object, spec);
    });
    if (object === 'ct expectation' && (spec.lines?.length ?? 0) < EXPECTATION_LINES)
      throw new SyntaxTrouble({ place, message: 'missing options' });
    return spec;
  }
  #objectLine(object: ObjectType, spec: ObjectSpec): void {
    switch (object) {
      case 'ct helper':
        return this.#helperLine(spec);
      case 'ct timeout':
        return this.#timeoutLine(spec);
      case 'ct expectation':
        return this.#expectationLine(spec);
      case 'synproxy':
        return this.#synproxyLines(spec);
      default:
        return this.objectValues(object, spec);
    }
  }
  /** Behind the name, or within the braces. */
  protected objectValues(object: ObjectType, spec: ObjectSpec): void {
    const { stream } = this;
    switch (object) {
      case 'quota':
        stream.within('quota', () => {
          spec.quota = this.quotaValues(stream.here);
        });
        return;
      case 'limit':
        if (!stream.eat('rate')) throw stream.within('limit', () => stream.unexpected());
        spec.limit = this.limitValues();
        return;
      case 'synproxy':
        return this.#synproxyValues(spec, () => undefined);
      default:
    }
  }
  /** What must stand where an object's values begin, for complaints. */
  protected objectStart(object: ObjectType, verb: Verb): string[] {
    const first = { quota: ['number'], limit: ['rate'], synproxy: ['mss'] }[object as string] ?? [];
    return verb === 'create' || object === 'quota' ? first : [...first, "'{'"];
  }

  // ---------------------------------------------------------------- synproxies
  #synproxyLines(spec: ObjectSpec): void {
    this.#synproxyValues(spec, () => this.separator());
  }
  /** `mss N; wscale N; [timestamp] [sack-perm]` */
  #synproxyValues(spec: ObjectSpec, end: () => void): void {
    const { stream } = this;
    if (!stream.eat('mss')) throw stream.unexpected();
    const lines = [`mss ${this.number() % LARGEST_SEGMENT}`];
    end();
    while (stream.peek().kind === 'newline') stream.next();
    if (!stream.eat('wscale')) throw stream.unexpected('wscale');
    lines.push(`wscale ${this.number() % LARGEST_SCALE}`);
    end();
    while (stream.peek().kind === 'newline') stream.next();
    const timestamp = stream.eat('timestamp');
    const sack = stream.eat('sack-perm') || stream.eat('sack-permitted');
    if (timestamp || sack) {
      lines.push(`${timestamp ? 'timestamp' : ''} ${sack ? 'sack-perm' : ''}`);
      end();
    }
    spec.lines = lines;
  }

  // ---------------------------------------------------------------- timeouts, expectations, helpers
  #protocol(): 'tcp' | 'udp' {
    const { stream } = this;
    const protocol = PROTOCOLS.find((word) => stream.at(word));
    if (protocol === undefined) throw stream.unexpected('udp', 'tcp');
    stream.next();
    return protocol;
  }
  #family(spec: ObjectSpec): void {
    spec.family = this.stream.next().text;
  }
  #timeoutLine(spec: ObjectSpec): void {
    const { stream } = this;
    const lines = spec.lines ?? ['protocol tcp', 'policy = {  }'];
    const [protocolLine = '', policyLine = ''] = lines;
    if (stream.eat('protocol')) spec.lines = [`protocol ${this.#protocol()}`, policyLine];
    else if (stream.eat('l3proto')) this.#family(spec);
    else if (stream.eat('policy')) {
      if (!stream.eat('=')) throw stream.unexpected("'='");
      spec.lines = [protocolLine, this.#timeoutPolicy(protocolLine.slice('protocol '.length))];
    } else throw stream.unexpected();
    this.separator();
  }
  #timeoutPolicy(protocol: string): string {
    const { stream } = this;
    if (!stream.eat('{')) throw stream.unexpected("'{'");
    const given = new Map<string, number>();
    const known = TIMED_STATES[protocol] ?? [];
    do {
      const state = stream.peek();
      const place = stream.here;
      if (!stream.isName(state)) throw stream.unexpected('string');
      stream.next();
      if (!stream.eat(':')) throw stream.unexpected('colon');
      const seconds = this.number();
      if (!known.includes(state.text))
        throw new SyntaxTrouble({ place, message: 'invalid state for this protocol' });
      given.set(state.text, seconds);
    } while (stream.eat(','));
    if (!stream.eat('}')) throw stream.unexpected("'}'");
    const said = known.flatMap((state) => {
      const seconds = given.get(state);
      return seconds === undefined ? [] : [`${state} : ${seconds}`];
    });
    return `policy = { ${said.join(', ')} }`;
  }
  #expectationLine(spec: ObjectSpec): void {
    const { stream } = this;
    const lines = spec.lines ?? [];
    if (stream.eat('l3proto')) this.#family(spec);
    else if (stream.eat('protocol')) lines.push(`protocol ${this.#protocol()}`);
    else if (stream.eat('dport')) lines.push(`dport ${this.number()}`);
    else if (stream.eat('timeout')) lines.push(`timeout ${durationText(this.duration())}`);
    else if (stream.eat('size')) lines.push(`size ${this.number()}`);
    else throw stream.unexpected();
    spec.lines = lines;
    this.separator();
  }
  #helperLine(spec: ObjectSpec): void {
    const { stream } = this;
    if (stream.eat('type')) {
      const type = stream.peek();
      if (type.kind !== 'quoted') throw stream.unexpected('quoted string');
      stream.next();
      if (!stream.eat('protocol')) throw stream.unexpected('protocol');
      const protocol = this.#protocol();
      spec.helper = { family: spec.helper?.family, type: type.text, protocol };
    } else if (stream.eat('l3proto')) {
      const family = stream.peek().text;
      stream.next();
      spec.helper = { type: '', protocol: 'tcp', ...spec.helper, family };
    } else throw stream.unexpected();
    this.separator();
  }

  // ---------------------------------------------------------------- counters
  protected counterBlock(isInner: boolean): { packets: number; bytes: number; comment?: string } {
    const { stream } = this;
    let values = { packets: 0, bytes: 0 };
    let comment: string | undefined;
    this.block(isInner, () => {
      if (stream.at('comment')) {
        stream.next();
        comment = this.text();
        this.separator();
      } else if (stream.at('packets')) values = this.counterValues();
      else throw stream.unexpected();
    });
    return { ...values, ...(comment === undefined ? {} : { comment }) };
  }
  protected counterValues(): { packets: number; bytes: number } {
    const { stream } = this;
    stream.next();
    const packets = this.number();
    if (!stream.eat('bytes')) throw stream.unexpected('bytes');
    return { packets, bytes: this.number() };
  }
}
