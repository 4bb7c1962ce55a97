/** The blocks of tables and chains. Source: nft(8) "TABLES", "CHAINS". */
import type { Hook } from '../../../world/packet-filter.contract';
import { SAID_TWICE } from './expressions';
import { SetParser } from './sets';
import { SyntaxTrouble } from './stream';
import type { ChainSpec, Command, Handle, Place, Verb } from './tree';

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
export const AFTER_COMMAND = ['end of file', 'newline', 'semicolon'];

export class BlockParser extends SetParser {
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
    const { family, table, tablePlace, handle, handlePlace } = target;
    const within = (namePlace: Place, name: string): Handle => ({
      family,
      table,
      tablePlace,
      name,
      namePlace,
      handle,
      handlePlace,
    });
    this.block(false, () => {
      const from = stream.here;
      const token = stream.peek();
      const word = token.kind === 'string' ? token.text : '';
      switch (word) {
        case 'chain': {
          stream.next();
          const place = stream.here;
          const name = this.identifier();
          if (!stream.at('{')) throw stream.unexpected("'{'");
          for (const command of this.chainBlock('add', within(place, name), from, place))
            (command.object === 'chain' ? chains : rules).push(command);
          stream.next();
          return;
        }
        case 'set':
        case 'map': {
          stream.next();
          const place = stream.here;
          const name = this.identifier();
          if (!stream.at('{')) throw stream.unexpected("'{'");
          for (const command of this.setBlock('add', word, within(place, name), from, place))
            (command.object === 'element' ? elements : sets).push(command);
          stream.next();
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
          this.separator();
          return;
        case 'comment':
          stream.next();
          comment = this.text();
          this.separator();
          return;
        case 'quota':
        case 'limit':
        case 'synproxy':
        case 'ct': {
          stream.next();
          const object = word === 'ct' ? this.ctObject() : word;
          const place = stream.here;
          const name = this.identifier();
          if (!stream.at('{')) throw stream.unexpected("'{'");
          const spec = this.objectBlock(object, true);
          others.push({ verb: 'add', object, target: within(place, name), spec, place });
          stream.next();
          return;
        }
        case 'flowtable':
        case 'secmark':
          this.skipRest();
          throw this.notModelled(`${word} objects`, from);
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
    this.block(named !== undefined, () => {
      const token = stream.peek();
      const word = token.kind === 'string' ? token.text : '';
      if (word === 'type') {
        this.#hook(spec);
        this.separator();
      } else if (word === 'policy') {
        this.#policy(spec);
        this.separator();
      } else if (word === 'comment') {
        const from = stream.here;
        stream.next();
        const text = this.text();
        if (spec.comment !== undefined)
          throw new SyntaxTrouble({ place: stream.since(from), message: SAID_TWICE });
        spec.comment = text;
        this.separator();
      } else if (word === 'flags') {
        stream.next();
        if (!stream.eat('offload')) throw stream.unexpected('offload');
        spec.isOffloaded = true;
        this.separator();
      } else {
        const rule = this.rule();
        this.separator();
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
    const devices = stream.here;
    if (stream.at('device')) {
      stream.next();
      if (stream.at('$')) {
        const value = this.variable();
        spec.devices = value.kind === 'symbol' ? [value.text] : [];
      } else {
        const word = stream.peek();
        if (word.kind !== 'quoted' && word.kind !== 'asterisk' && !stream.isName(word))
          throw stream.unexpected('string', 'quoted string', 'string with a trailing asterisk', "'$'");
        spec.devices = [this.text()];
      }
      spec.devicePlace = stream.since(devices);
    } else if (stream.at('devices')) {
      stream.next();
      if (!stream.eat('=')) throw stream.unexpected("'='");
      if (!stream.at('{') && !stream.at('$')) throw stream.unexpected("'{'", "'$'");
      const from = stream.here;
      const list = stream.at('$') ? this.variable() : this.set();
      spec.devicePlace = stream.since(from);
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
    spec.typePlace = typePlace;
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
}
