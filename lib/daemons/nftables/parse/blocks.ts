/** The blocks of tables, chains, sets and maps. Source: nft(8) "TABLES", "CHAINS", "SETS", "MAPS". */
import type { Hook } from '../../../world/network.contract';
import { typeNamed } from '../directives';
import { Scope } from './expressions';
import { StatementParser } from './statements';
import { SyntaxTrouble } from './stream';
import type {
  ChainSpec,
  Command,
  Expression,
  Handle,
  ObjectSpec,
  Place,
  Problem,
  SetSpec,
  Verb,
} from './tree';

const CHAIN_TYPES = ['filter', 'nat', 'route'];
const HOOKS: readonly Hook[] = [
  'prerouting',
  'input',
  'forward',
  'output',
  'postrouting',
  'ingress',
  'egress',
];
const AFTER_BLOCK = ['newline', 'semicolon'];
export const AFTER_COMMAND = ['end of file', 'newline', 'semicolon'];
const CT_OBJECTS = ['timeout', 'expectation', 'helper'];
const SET_FLAGS = ['constant', 'interval', 'dynamic', 'timeout'];

/** Bodies of sets may stand in chains' files thousands of times: nothing here is recursive but tables in files. */
export class BlockParser extends StatementParser {
  protected readonly commands: Command[] = [];

  protected guarded(step: () => void): boolean {
    step();
    return true;
  }
  protected complain(problem: Problem): void {
    throw new SyntaxTrouble(problem);
  }
  protected common(): boolean {
    return false;
  }
  /**
   * `{ … }`: steps until the closing brace, each guarded; variables inside are
   * the block's own. Behind the brace of an inner block the line must end; if it
   * does not, the block is open again, as for bison, which gives up the brace to
   * find a place where it can go on.
   */
  #block(isInner: boolean, step: () => void): void {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const outer = this.scope;
    this.scope = new Scope(outer);
    const once = (): boolean => {
      if (!stream.at('}')) {
        if (stream.atSeparator) stream.next();
        else if (!this.common()) step();
        return false;
      }
      this.#body = stream.since(start);
      stream.next();
      if (isInner && !stream.atSeparator) throw stream.unexpected(...AFTER_BLOCK);
      return true;
    };
    for (;;) {
      if (stream.peek().kind === 'end') {
        this.scope = outer;
        throw this.#openAtEnd();
      }
      let isDone = false;
      const goesOn = this.guarded(() => {
        isDone = once();
      });
      if (isDone) break;
      if (!goesOn) {
        this.scope = outer;
        throw this.#openAtEnd();
      }
    }
    this.scope = outer;
  }
  /** The last block without its closing brace. */
  #body: Place | undefined;
  #saidEnd = false;
  /** The text ended in the middle; that is said once, whatever is open. */
  #openAtEnd(): SyntaxTrouble {
    const before = this.#saidEnd;
    this.#saidEnd = true;
    return before ? new SyntaxTrouble(undefined) : this.stream.unexpected();
  }
  #separator(...orElse: readonly string[]): void {
    const { stream } = this;
    if (!stream.atSeparator) throw stream.unexpected('newline', 'semicolon', ...orElse);
    stream.next();
  }

  // ---------------------------------------------------------------- tables
  /** Objects first, then the elements of sets, then rules: the order in which the kernel gets them. */
  protected tableBlock(verb: Verb, target: Handle, start: Place): Command[] {
    const { stream } = this;
    const chains: Command[] = [];
    const others: Command[] = [];
    const sets: Command[] = [];
    const elements: Command[] = [];
    const rules: Command[] = [];
    const flags: string[] = [];
    let comment: string | undefined;
    const within = (namePlace: Place, name: string): Handle => ({ ...target, name, namePlace });
    this.#block(false, () => {
      const from = stream.here;
      const token = stream.peek();
      const word = token.kind === 'string' ? token.text : '';
      switch (word) {
        case 'chain': {
          stream.next();
          const place = stream.here;
          const name = this.identifier();
          if (!stream.at('{')) throw stream.unexpected("'{'");
          const [chain, ...own] = this.chainBlock('add', within(place, name), from, place);
          stream.next();
          if (chain !== undefined) chains.push(chain);
          rules.push(...own);
          return;
        }
        case 'set':
        case 'map': {
          stream.next();
          const place = stream.here;
          const name = this.identifier();
          if (!stream.at('{')) throw stream.unexpected("'{'");
          const [set, ...own] = this.setBlock('add', word, within(place, name), from, place);
          stream.next();
          if (set !== undefined) sets.push(set);
          elements.push(...own);
          return;
        }
        case 'counter': {
          stream.next();
          const place = stream.here;
          const name = this.identifier();
          if (!stream.at('{')) throw stream.unexpected("'{'");
          const values = this.counterBlock(true);
          others.push({ verb: 'add', object: 'counter', target: within(place, name), ...values, place });
          stream.next();
          return;
        }
        case 'flags':
          stream.next();
          do {
            const flag = stream.peek();
            if (!stream.isName(flag)) throw stream.unexpected('string');
            if (flag.text !== 'dormant')
              throw new SyntaxTrouble({ place: stream.here, message: 'unknown table option ' + flag.text });
            stream.next();
            flags.push('dormant');
          } while (stream.eat(','));
          this.#separator();
          return;
        case 'comment':
          stream.next();
          comment = this.text();
          this.#separator();
          return;
        case 'quota':
        case 'limit': {
          stream.next();
          const place = stream.here;
          const name = this.identifier();
          if (!stream.at('{')) throw stream.unexpected("'{'");
          const spec = this.objectBlock(word, true);
          others.push({ verb: 'add', object: word, target: within(place, name), spec, place });
          stream.next();
          return;
        }
        case 'flowtable':
        case 'secmark':
        case 'synproxy':
          throw this.notModelled(`${word} objects`, from);
        case 'ct': {
          stream.next();
          this.ctObject(from);
          const place = stream.here;
          const name = this.identifier();
          if (!stream.at('{')) throw stream.unexpected("'{'");
          const spec = this.objectBlock('ct helper', true);
          others.push({ verb: 'add', object: 'ct helper', target: within(place, name), spec, place });
          stream.next();
          return;
        }
        default:
          throw stream.unexpected();
      }
    });
    const place = stream.since(start);
    return [
      { verb, object: 'table', target, place, flags, ...(comment === undefined ? {} : { comment }) },
      ...chains,
      ...others,
      ...sets,
      ...elements,
      ...rules,
    ];
  }
  // ---------------------------------------------------------------- chains
  /** `named`: where complaints of the kernel point when the block stands in a table. */
  protected chainBlock(verb: Verb, target: Handle, start: Place, named?: Place): Command[] {
    const { stream } = this;
    const spec: ChainSpec = {
      type: undefined,
      hook: undefined,
      hookPlace: undefined,
      devices: [],
      priority: undefined,
      policy: undefined,
      policyPlace: undefined,
      hookName: undefined,
      comment: undefined,
    };
    const rules: Command[] = [];
    this.#block(named !== undefined, () => {
      const token = stream.peek();
      const word = token.kind === 'string' ? token.text : '';
      if (word === 'type') {
        this.#hook(spec);
        this.#separator();
      } else if (word === 'policy') {
        this.#policy(spec);
        this.#separator();
      } else if (word === 'comment') {
        stream.next();
        spec.comment = this.text();
        this.#separator();
      } else if (word === 'flags') throw this.notModelled('hardware offload (flags offload)', stream.here);
      else if (word === 'devices') throw this.notModelled('devices of a chain', stream.here);
      else {
        const rule = this.rule();
        this.#separator();
        rules.push({ verb: 'add', object: 'rule', target, rule, place: rule.place });
      }
    });
    return [{ verb, object: 'chain', target, spec, place: named ?? stream.since(start) }, ...rules];
  }
  #hook(spec: ChainSpec): void {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const type = stream.peek();
    if (!stream.isName(type)) throw stream.unexpected('string');
    const typePlace = stream.here;
    stream.next();
    if (!stream.at('hook')) throw stream.unexpected('hook');
    stream.next();
    const hook = stream.peek();
    if (!stream.isName(hook)) throw stream.unexpected('string');
    const known = HOOKS.find((name) => name === hook.text);
    spec.hookName = stream.here;
    stream.next();
    if (stream.at('device')) {
      stream.next();
      if (stream.at('$')) {
        const value = this.variable();
        spec.devices = value.kind === 'symbol' ? [value.text] : [];
      } else spec.devices = [this.text()];
    } else if (stream.at('devices')) {
      stream.next();
      if (!stream.eat('=')) throw stream.unexpected("'='");
      const list = stream.at('$') ? this.variable() : this.set();
      spec.devices =
        list.kind === 'set'
          ? list.elements.flatMap(({ key }) => (key.kind === 'symbol' ? [key.text] : []))
          : [];
    }
    if (!stream.at('priority')) throw stream.unexpected('priority');
    this.#priority(spec);
    // What the words are is looked at when all of them are read.
    if (!CHAIN_TYPES.includes(type.text))
      throw new SyntaxTrouble({ place: typePlace, message: 'unknown chain type' });
    if (known === undefined) throw new SyntaxTrouble({ place: spec.hookName, message: 'unknown chain hook' });
    spec.type = type.text;
    spec.hook = known;
    spec.hookPlace = stream.since(start);
  }
  #priority(spec: ChainSpec): void {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const token = stream.peek();
    if (stream.at('$')) {
      const value = this.variable();
      if (value.kind === 'number')
        spec.priority = {
          text: value.text,
          value: value.value,
          name: undefined,
          offset: 0,
          place: stream.since(start),
        };
      else if (value.kind === 'symbol')
        spec.priority = {
          text: value.text,
          value: undefined,
          name: value.text,
          offset: 0,
          place: stream.since(start),
        };
      return;
    }
    if (stream.at('-')) {
      stream.next();
      const value = -this.number();
      spec.priority = { text: String(value), value, name: undefined, offset: 0, place: stream.since(start) };
      return;
    }
    if (token.kind === 'number') {
      stream.next();
      const value = Number(token.text);
      spec.priority = { text: token.text, value, name: undefined, offset: 0, place: stream.since(start) };
      return;
    }
    if (!stream.isName(token)) throw stream.unexpected();
    stream.next();
    let offset = 0;
    const sign = stream.at('+') ? 1 : stream.at('-') ? -1 : 0;
    if (sign !== 0) {
      stream.next();
      offset = sign * this.number();
    } else if (/^[a-z]+-\d+$/.test(token.text)) {
      // The scanner takes `filter-1` as one word.
      spec.priority = {
        text: token.text,
        value: undefined,
        name: token.text,
        offset: 0,
        place: stream.since(start),
      };
      return;
    }
    spec.priority = {
      text: token.text,
      value: undefined,
      name: token.text,
      offset,
      place: stream.since(start),
    };
  }
  #policy(spec: ChainSpec): void {
    const { stream } = this;
    const place = stream.here;
    stream.next();
    let word = stream.peek().kind === 'string' ? stream.peek().text : '';
    if (stream.at('$')) {
      const value = this.variable();
      word = value.kind === 'verdict' ? value.verdict : value.kind === 'symbol' ? value.text : '';
      if (word !== 'accept' && word !== 'drop')
        throw new SyntaxTrouble({
          place: value.place,
          message: `invalid policy expression (${value.kind} expression)`,
        });
    } else {
      if (word !== 'accept' && word !== 'drop') throw stream.unexpected('accept', 'drop', "'$'");
      stream.next();
    }
    if (spec.policy !== undefined)
      throw new SyntaxTrouble({ place: stream.since(place), message: 'you cannot set chain policy twice' });
    spec.policy = word;
    spec.policyPlace = stream.since(place);
  }

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
      counter: false,
      place: block,
    };
    let elements: Expression | undefined;
    this.#block(named !== undefined, () => {
      elements = this.#setLine(spec, elements);
    });
    spec.place = named ?? this.#body ?? block;
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
        spec.typeOf = this.left();
        if (spec.isMap) {
          if (!stream.eat(':')) throw stream.unexpected('colon');
          spec.typeOfData = this.left();
        }
        this.#separator();
        return elements;
      case 'flags':
        stream.next();
        this.#setFlags(spec);
        return elements;
      case 'timeout':
        stream.next();
        spec.timeout = this.duration();
        this.#separator();
        return elements;
      case 'gc-interval':
        stream.next();
        spec.gcInterval = this.duration();
        this.#separator();
        return elements;
      case 'size':
        stream.next();
        spec.size = this.number();
        this.#separator();
        return elements;
      case 'policy': {
        stream.next();
        const policy = stream.peek();
        if (policy.kind !== 'string' || !['memory', 'performance'].includes(policy.text))
          throw stream.within('policy', () => stream.unexpected('memory', 'performance'));
        spec.policy = policy.text;
        stream.next();
        this.#separator();
        return elements;
      }
      case 'auto-merge':
        stream.next();
        spec.autoMerge = true;
        return elements;
      case 'comment':
        stream.next();
        spec.comment = this.text();
        this.#separator();
        return elements;
      case 'counter':
        stream.next();
        if (!stream.atSeparator) throw stream.unexpected();
        stream.next();
        spec.counter = true;
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
  #setFlags(spec: SetSpec): void {
    const { stream } = this;
    const flags: string[] = [];
    do {
      const flag = stream.peek();
      if (flag.kind !== 'string' || !SET_FLAGS.includes(flag.text)) throw stream.unexpected(...SET_FLAGS);
      flags.push(flag.text);
      stream.next();
    } while (stream.eat(','));
    this.#separator('comma');
    spec.flags.push(...flags);
  }
  #typeLine(spec: SetSpec, elements: Expression | undefined): Expression | undefined {
    const { stream } = this;
    const types = stream.within('type', () => this.#types());
    if (spec.isMap) {
      if (!stream.eat(':')) throw stream.unexpected('colon', '.');
      spec.data = stream.within('type', () => this.#types());
    }
    this.#separator('.');
    spec.types = types;
    return elements;
  }
  #types(): { text: string; place: Place }[] {
    const { stream } = this;
    const types: { text: string; place: Place }[] = [];
    do {
      const token = stream.peek();
      const place = stream.here;
      if (
        token.kind !== 'string' ||
        !(
          stream.isName(token) ||
          ['mark', 'dscp', 'ecn', 'time', 'hour', 'day', 'classid'].includes(token.text)
        )
      )
        throw stream.unexpected();
      if (typeNamed(token.text) === undefined)
        throw new SyntaxTrouble({ place, message: `unknown datatype ${token.text}` });
      stream.next();
      types.push({ text: token.text, place });
    } while (stream.eat('.'));
    return types;
  }

  // ---------------------------------------------------------------- quotas, limits, helpers
  /** Behind `ct`: the kind of object, of which only helpers are known. */
  protected ctObject(from: Place): void {
    const { stream } = this;
    stream.within('ct', () => {
      if (!CT_OBJECTS.some((kind) => stream.at(kind))) throw stream.unexpected(...CT_OBJECTS);
      if (!stream.at('helper')) throw this.notModelled(`ct ${stream.peek().text} objects`, from);
      stream.next();
    });
  }
  protected objectBlock(object: 'quota' | 'limit' | 'ct helper', isInner: boolean): ObjectSpec {
    const { stream } = this;
    const spec: ObjectSpec = {};
    this.#block(isInner, () => {
      if (stream.eat('comment')) {
        spec.comment = this.text();
        this.#separator();
      } else if (object === 'ct helper') this.#helperLine(spec);
      else this.objectValues(object, spec);
    });
    return spec;
  }
  protected objectValues(object: 'quota' | 'limit', spec: ObjectSpec): void {
    const { stream } = this;
    if (object === 'quota')
      stream.within('quota', () => {
        spec.quota = this.quotaValues(stream.here);
      });
    else {
      if (!stream.eat('rate')) throw stream.within('limit', () => stream.unexpected());
      spec.limit = this.limitValues();
    }
  }
  #helperLine(spec: ObjectSpec): void {
    const { stream } = this;
    if (stream.eat('type')) {
      const type = stream.peek();
      if (type.kind !== 'quoted') throw stream.unexpected('quoted string');
      stream.next();
      if (!stream.eat('protocol')) throw stream.unexpected('protocol');
      const protocol = (['tcp', 'udp'] as const).find((word) => stream.at(word));
      if (protocol === undefined) throw stream.unexpected('udp', 'tcp');
      stream.next();
      spec.helper = { family: spec.helper?.family, type: type.text, protocol };
    } else if (stream.eat('l3proto')) {
      const family = stream.peek().text;
      stream.next();
      spec.helper = { type: '', protocol: 'tcp', ...spec.helper, family };
    } else throw stream.unexpected();
    this.#separator();
  }

  // ---------------------------------------------------------------- counters
  protected counterBlock(isInner: boolean): { packets: number; bytes: number; comment?: string } {
    const { stream } = this;
    let values = { packets: 0, bytes: 0 };
    let comment: string | undefined;
    this.#block(isInner, () => {
      if (stream.at('comment')) {
        stream.next();
        comment = this.text();
        this.#separator();
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
