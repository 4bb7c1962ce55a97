/**
 * Commands and blocks: what a file or a command line consists of.
 * A complaint does not end the reading: it goes on behind the next line end or
 * semicolon within the innermost block, up to ten complaints.
 * Source: nft(8) "INPUT FILE FORMATS", "TABLES", "CHAINS", "RULES", "SETS", "MAPS".
 */
import type { Family } from '../../../world/packet-filter.contract';
import { stayCompiled } from '../../../std/stay-compiled';
import { AFTER_COMMAND, BlockParser } from './blocks';
import { Scope } from './expressions';
import { SyntaxTrouble, TokenStream } from './stream';
import type {
  Command,
  Expression,
  Handle,
  ObjectSpec,
  ObjectType,
  Place,
  Problem,
  Source,
  Verb,
} from './tree';

/** What parsing asks of the host: files that are included. */
export interface Includes {
  /** Files for a pattern, in order; undefined: no such file (and no wildcard in the name). */
  files(path: string): { path: string; text: string | undefined }[] | undefined;
}
export interface Parsed {
  readonly commands: readonly Command[];
  readonly problems: readonly Problem[];
}

const MOST_PROBLEMS = 10;
const DEEPEST_INCLUDE = 16;
const FAMILIES: readonly Family[] = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'];
const VERBS: readonly Verb[] = [
  'add',
  'create',
  'insert',
  'replace',
  'delete',
  'rename',
  'flush',
  'list',
  'reset',
];

/** Reads a whole text. `defines` are the variables of `-D`. */
export function parseText(
  source: Source,
  includes: Includes,
  defines: ReadonlyMap<string, string> = new Map(),
): Parsed {
  return new CommandParser(source, includes, defines).run();
}

class TooManyProblems {}

class CommandParser extends BlockParser {
  readonly #problems: Problem[] = [];
  readonly #includes: Includes;

  constructor(source: Source, includes: Includes, defines: ReadonlyMap<string, string>) {
    const scope = new Scope(undefined);
    super(new TokenStream(source), scope);
    this.#includes = includes;
    for (const [name, text] of defines) {
      const made = new StatementValue({ name: undefined, text });
      scope.set(name, made.value());
    }
  }

  run(): Parsed {
    try {
      for (;;) {
        if (this.stream.peek().kind === 'end') break;
        if (!this.guarded(() => this.#line())) break;
      }
    } catch (problem) {
      if (!(problem instanceof TooManyProblems)) throw problem;
    }
    return { commands: this.commands, problems: this.#problems };
  }

  /** Runs a step of a block; after a complaint, goes on behind the next separator. False at the end of the text. */
  protected override guarded(step: () => void): boolean {
    try {
      step();
      return true;
    } catch (problem) {
      if (!(problem instanceof SyntaxTrouble)) throw problem;
      if (problem.problem !== undefined) {
        this.#problems.push(problem.problem);
        // The end of the text is missed once.
        this.saidEnd ||= this.stream.peek().kind === 'end';
      }
      if (this.#problems.length >= MOST_PROBLEMS) throw new TooManyProblems();
      return this.stream.recover();
    }
  }
  protected override complain(problem: Problem): void {
    this.#problems.push(problem);
    if (this.#problems.length >= MOST_PROBLEMS) throw new TooManyProblems();
  }

  #line(): void {
    const { stream } = this;
    if (stream.atSeparator) {
      stream.next();
      return;
    }
    if (this.common()) return;
    const start = stream.here;
    const found = this.#command();
    if (stream.peek().kind !== 'end') {
      if (!stream.atSeparator) throw stream.unexpected(...AFTER_COMMAND);
      stream.next();
    }
    // Where the kernel refuses a whole command, its line end counts in.
    const whole = stream.since(start);
    for (const command of found)
      this.commands.push(command.place.start === start.start ? { ...command, place: whole } : command);
  }

  // ---------------------------------------------------------------- include, define
  /** Lines that may stand at the top and in any block. */
  protected override common(): boolean {
    const { stream } = this;
    if (stream.at('include')) this.#include();
    else if (stream.at('define') || stream.at('redefine')) this.#define();
    else if (stream.at('undefine')) this.#undefine();
    else return false;
    return true;
  }
  #include(): void {
    const { stream } = this;
    const start = stream.here;
    stream.next();
    const token = stream.peek();
    if (token.kind !== 'quoted') throw stream.unexpected('quoted string');
    stream.next();
    if (!stream.atSeparator) throw stream.unexpected('newline', 'semicolon');
    stream.next();
    const place = stream.since(start);
    const refuse = (message: string): SyntaxTrouble => new SyntaxTrouble({ place, message });
    if (stream.depth >= DEEPEST_INCLUDE)
      throw refuse(`Include nested too deeply, max ${DEEPEST_INCLUDE} levels`);
    const files = this.#includes.files(token.text);
    if (files === undefined) throw refuse(`File not found: ${token.text}`);
    // The last one pushed is read first.
    for (const file of files.toReversed()) {
      if (file.text === undefined) throw refuse(`Could not open file "${file.path}": Permission denied\n`);
      stream.include({ name: file.path, text: file.text, includedAt: place });
    }
  }
  #define(): void {
    const { stream } = this;
    const again = stream.next().text === 'redefine';
    const token = stream.peek();
    if (!stream.isName(token)) throw stream.unexpected('string');
    const place = stream.here;
    stream.next();
    if (!stream.eat('=')) throw stream.unexpected("'='");
    const value = this.#initial();
    if (!stream.atSeparator && stream.peek().kind !== 'end') throw stream.unexpected('newline', 'semicolon');
    if (!again && this.scope.has(token.text))
      throw new SyntaxTrouble({
        place,
        message: `redefinition of symbol '${token.text}'`,
      });
    this.scope.set(token.text, value);
    if (stream.atSeparator) stream.next();
  }
  #initial(): Expression {
    const { stream } = this;
    const start = stream.here;
    if (stream.at('{')) {
      const next = stream.peek(1);
      if (next.kind === 'punctuation' && next.text === '}') {
        stream.next();
        stream.next();
        return { kind: 'set', elements: [], place: stream.since(start) };
      }
    }
    if (stream.at('-')) {
      stream.next();
      const value = this.number();
      return { kind: 'number', text: `-${value}`, value: -value, place: stream.since(start) };
    }
    return this.right();
  }
  #undefine(): void {
    const { stream } = this;
    stream.next();
    const token = stream.peek();
    if (!stream.isName(token)) throw stream.unexpected('string');
    stream.next();
    if (!stream.atSeparator) throw stream.unexpected('newline', 'semicolon');
    // A name that is not defined is passed over without a word.
    this.scope.delete(token.text);
    stream.next();
  }

  // ---------------------------------------------------------------- commands
  #command(): Command[] {
    const { stream } = this;
    const start = stream.here;
    const token = stream.peek();
    if (token.kind !== 'string') throw stream.unexpected();
    const verb = VERBS.find((word) => word === token.text);
    if (verb !== undefined) {
      stream.next();
      if (verb === 'list' || verb === 'reset') return this.#list(verb, start);
      return this.#change(verb, start, true);
    }
    if (token.text === 'get') {
      stream.next();
      if (!stream.eat('element')) throw stream.unexpected('element');
      const target = this.#target(true);
      const elements = this.#elements();
      return [{ verb: 'get', object: 'element', target, elements, place: stream.since(start) }];
    }
    if (token.text === 'describe') {
      stream.next();
      const expression = this.leftPart();
      return [{ verb: 'describe', object: 'expression', expression, place: stream.since(start) }];
    }
    if (['monitor', 'import', 'export'].includes(token.text)) {
      this.skipRest();
      throw this.notModelled(`nft ${token.text}`, start);
    }
    return this.#change('add', start, false);
  }

  /** `add`, `delete` and so on, or what stands without a verb and means `add`. */
  #change(verb: Verb, start: Place, isWritten: boolean): Command[] {
    const { stream } = this;
    const token = stream.peek();
    const object = token.kind === 'string' ? token.text : '';
    if (verb === 'rename') {
      if (object !== 'chain') throw stream.unexpected('chain');
      stream.next();
      const target = this.#target(true);
      const newName = this.identifier();
      return [{ verb, object: 'chain', target, newName, place: stream.since(start) }];
    }
    if (verb === 'insert' || verb === 'replace') {
      if (object !== 'rule') throw stream.unexpected('rule');
      stream.next();
      return this.#rule(verb, start);
    }
    if (verb === 'flush') return this.#flush(start);
    switch (object) {
      case 'table':
        stream.next();
        return this.#table(verb, start);
      case 'chain':
        stream.next();
        return this.#chain(verb, start);
      case 'rule':
        if (verb === 'create') break;
        stream.next();
        return this.#rule(verb, start);
      case 'set':
      case 'map':
        stream.next();
        return this.#set(verb, object, start);
      case 'element':
        stream.next();
        return [
          {
            verb,
            object: 'element',
            target: this.#target(true),
            elements: this.#elements(),
            place: stream.since(start),
          },
        ];
      case 'counter':
        stream.next();
        return this.#counterObject(verb, start);
      case 'quota':
      case 'limit':
      case 'synproxy':
        stream.next();
        return [this.#object(verb, object, start)];
      case 'ct':
        stream.next();
        return [this.#object(verb, this.ctObject(), start)];
      case 'flowtable':
      case 'secmark':
        this.skipRest();
        throw this.notModelled(`${object} objects`, start);
      default:
    }
    // Without a word in between, a rule is meant.
    if (verb === 'add' && (this.#atFamily() || stream.isName(token))) return this.#rule('add', start);
    throw stream.unexpected(...(isWritten && token.kind === 'newline' && verb === 'add' ? ['string'] : []));
  }

  #atFamily(): boolean {
    const token = this.stream.peek();
    return token.kind === 'string' && FAMILIES.some((family) => family === token.text);
  }
  #family(): Family | undefined {
    const token = this.stream.peek();
    const family = token.kind === 'string' ? FAMILIES.find((word) => word === token.text) : undefined;
    if (family !== undefined) this.stream.next();
    return family;
  }
  /** `[family] table [name]` */
  #target(isNamed: boolean): Handle {
    const { stream } = this;
    const family = this.#family() ?? 'ip';
    const tablePlace = stream.here;
    const table = this.identifier();
    const namePlace = isNamed ? stream.here : undefined;
    const name = isNamed ? this.identifier() : '';
    return { family, table, tablePlace, name, namePlace, handle: undefined, handlePlace: undefined };
  }
  /** The same where `handle N` may stand for the name. */
  #targetOrHandle(isNamed: boolean): Handle {
    const { stream } = this;
    const family = this.#family() ?? 'ip';
    const tablePlace = stream.here;
    const byHandle = (table: string): Handle => {
      stream.next();
      const handlePlace = stream.here;
      const handle = this.number();
      return { family, table, tablePlace, name: '', namePlace: undefined, handle, handlePlace };
    };
    if (!isNamed && stream.at('handle')) return byHandle('');
    if (!isNamed && !stream.isName(stream.peek())) throw stream.unexpected('handle', 'string');
    const table = this.identifier();
    if (isNamed && stream.at('handle')) return byHandle(table);
    if (isNamed && !stream.isName(stream.peek())) throw stream.unexpected('handle', 'string');
    const namePlace = isNamed ? stream.here : undefined;
    const name = isNamed ? this.identifier() : '';
    return { family, table, tablePlace, name, namePlace, handle: undefined, handlePlace: undefined };
  }

  #table(verb: Verb, start: Place): Command[] {
    const { stream } = this;
    if (verb === 'delete')
      return [{ verb, object: 'table', target: this.#targetOrHandle(false), place: stream.since(start) }];
    const target = this.#target(false);
    if (!stream.at('{')) return [{ verb, object: 'table', target, place: stream.since(start) }];
    return this.tableBlock(verb, target, start);
  }
  #chain(verb: Verb, start: Place): Command[] {
    const { stream } = this;
    if (verb === 'delete')
      return [{ verb, object: 'chain', target: this.#targetOrHandle(true), place: stream.since(start) }];
    const target = this.#target(true);
    if (!stream.at('{')) return [{ verb, object: 'chain', target, place: stream.since(start) }];
    return this.chainBlock(verb, target, start);
  }
  #rule(verb: Verb, start: Place): Command[] {
    const { stream } = this;
    const target = this.#target(true);
    if (verb === 'delete' || verb === 'replace') {
      if (!stream.at('handle')) throw stream.unexpected('handle');
      stream.next();
      const place = stream.here;
      const value = this.number();
      const position = { kind: 'handle' as const, value, place };
      if (verb === 'delete') return [{ verb, object: 'rule', target, position, place: stream.since(start) }];
      const rule = this.rule();
      return [{ verb, object: 'rule', target, position, rule, place: stream.since(start) }];
    }
    let position: { kind: 'handle' | 'index'; value: number; place: Place } | undefined;
    const word = stream.peek();
    if (word.kind === 'string' && ['position', 'handle', 'index'].includes(word.text)) {
      const from = stream.here;
      stream.next();
      const number = stream.here;
      const value = this.number();
      position = {
        kind: word.text === 'index' ? 'index' : 'handle',
        value,
        place: word.text === 'handle' ? number : stream.since(from),
      };
    }
    const rule = this.rule();
    return [
      {
        verb,
        object: 'rule',
        target,
        rule,
        ...(position === undefined ? {} : { position }),
        place: stream.since(start),
      },
    ];
  }
  #set(verb: Verb, object: 'set' | 'map', start: Place): Command[] {
    const { stream } = this;
    if (verb === 'delete')
      return [{ verb, object, target: this.#targetOrHandle(true), place: stream.since(start) }];
    const target = this.#target(true);
    if (!stream.at('{')) throw stream.unexpected("'{'");
    return this.setBlock(verb, object, target, start);
  }
  #elements(): Expression {
    const { stream } = this;
    if (stream.at('$')) return this.variable();
    if (!stream.at('{')) throw stream.unexpected("'{'", "'$'");
    return this.set();
  }
  #counterObject(verb: Verb, start: Place): Command[] {
    const { stream } = this;
    if (verb === 'delete')
      return [
        {
          verb,
          object: 'counter',
          target: this.#targetOrHandle(true),
          packets: 0,
          bytes: 0,
          place: stream.since(start),
        },
      ];
    const target = this.#target(true);
    let values: { packets: number; bytes: number; comment?: string } = { packets: 0, bytes: 0 };
    if (stream.at('{') && verb !== 'create') values = this.counterBlock(false);
    else if (stream.at('packets')) values = this.counterValues();
    return [{ verb, object: 'counter', target, ...values, place: stream.since(start) }];
  }

  #object(verb: Verb, object: ObjectType, start: Place): Command {
    const { stream } = this;
    if (verb === 'delete')
      return { verb, object, target: this.#targetOrHandle(true), place: stream.since(start) };
    const target = this.#target(true);
    let spec: ObjectSpec = {};
    const isConnection = object.startsWith('ct ');
    if (stream.at('{') && (verb !== 'create' || isConnection)) spec = this.objectBlock(object, false);
    else if (!isConnection) {
      if (stream.atSeparator || stream.at('{')) throw stream.unexpected(...this.objectStart(object, verb));
      this.objectValues(object, spec);
    } else throw stream.unexpected("'{'");
    return { verb, object, target, spec, place: stream.since(start) };
  }

  #flush(start: Place): Command[] {
    const { stream } = this;
    const token = stream.peek();
    const object = token.kind === 'string' ? token.text : '';
    if (object === 'ruleset') {
      stream.next();
      const family = this.#family();
      return [{ verb: 'flush', object, family, place: stream.since(start) }];
    }
    if (object === 'table' || object === 'chain' || object === 'set' || object === 'map') {
      stream.next();
      const target = this.#target(object !== 'table');
      return [{ verb: 'flush', object, target, place: stream.since(start) }];
    }
    if (object === 'flow' || object === 'meter') throw this.notModelled('meters', start);
    throw stream.unexpected();
  }

  #list(verb: 'list' | 'reset', start: Place): Command[] {
    const { stream } = this;
    return stream.within(verb, () => {
      const token = stream.peek();
      const object = token.kind === 'string' ? token.text : '';
      if (verb === 'reset' && !['counter', 'counters', 'quota', 'quotas'].includes(object)) {
        throw stream.unexpected('counter', 'counters', 'quotas', 'quota');
      }
      switch (object) {
        case 'ruleset':
        case 'tables':
        case 'chains':
        case 'maps':
        case 'meters':
        case 'flowtables':
          stream.next();
          return [{ verb, object, family: this.#family(), place: stream.since(start) }];
        case 'sets':
        case 'counters':
        case 'quotas':
        case 'limits':
        case 'synproxys':
        case 'secmarks': {
          stream.next();
          if (!stream.eat('table')) {
            const family = this.#family();
            return [{ verb, object, family, place: stream.since(start) }];
          }
          const target = this.#target(false);
          return [{ verb, object, family: target.family, target, place: stream.since(start) }];
        }
        case 'ct': {
          stream.next();
          if (stream.peek().text === 'helpers') {
            stream.next();
            if (!stream.eat('table')) throw stream.unexpected('table');
            const target = this.#target(false);
            return [{ verb, object: 'ct helpers', family: undefined, target, place: stream.since(start) }];
          }
          const kind = this.ctObject();
          return [{ verb, object: kind, target: this.#target(true), place: stream.since(start) }];
        }
        case 'quota':
        case 'limit':
        case 'synproxy':
          stream.next();
          return [{ verb, object, target: this.#target(true), place: stream.since(start) }];
        case 'table':
          stream.next();
          return [{ verb, object, target: this.#target(false), place: stream.since(start) }];
        case 'chain':
        case 'set':
        case 'map':
          stream.next();
          return [{ verb, object, target: this.#target(true), place: stream.since(start) }];
        case 'meter':
          // A set that a rule has made.
          stream.next();
          return [{ verb, object: 'set', target: this.#target(true), place: stream.since(start) }];
        case 'counter':
          stream.next();
          return [
            { verb, object, target: this.#target(true), packets: 0, bytes: 0, place: stream.since(start) },
          ];
        case 'flowtable':
        case 'secmark':
        case 'hooks':
          throw this.notModelled(`list ${object}`, start);
        default:
          throw stream.unexpected();
      }
    });
  }
}

/** The value of a variable given on the command line. */
class StatementValue extends BlockParser {
  constructor(source: Source) {
    super(new TokenStream(source), new Scope(undefined));
  }
  value(): Expression {
    return this.right();
  }
}

stayCompiled(new CommandParser({ name: undefined, text: '' }, { files: () => undefined }, new Map()));
