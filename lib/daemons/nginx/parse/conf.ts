/**
 * Reading a configuration as nginx does: statement by statement, each obeyed at once, the first error the end of all.
 * Source: nginx 1.22 src/core/ngx_conf_file.c `ngx_conf_parse`, `ngx_conf_handler`, `ngx_conf_include`.
 */
import { readSystemError } from './system-error';
import { type Context, type Directive, directivesNamed, isStream } from '../directives';
import { type Reading, StatementReader } from '../grammar';
import type { ErrorLog, LogLevel, Place, VariableSource, ZoneSettings } from '../config';
import { Block, type SettingValue, type Upstream } from './block';
import type { ListenedAddress } from './listen';

/** What the daemon asks of its host while it reads. */
export interface Surroundings {
  readFile(path: string): { readonly text: string } | { readonly problem: string };
  /** Paths that a pattern fits, in order. */
  glob(pattern: string): readonly string[];
  user(name: string): { readonly uid: number; readonly gid: number } | undefined;
  group(name: string): number | undefined;
  readonly isRoot: boolean;
  readonly hostname: string;
  readonly cores: number;
  /** Addresses of a name; 'unknown': a resolver would have to be asked first. */
  addresses(name: string): readonly number[] | 'unknown';
  /** What is answered to the next question for a passphrase: nothing without a terminal. Undefined: nobody was asked yet. */
  passphrase(): { readonly answer: string | undefined } | undefined;
}

export interface Message {
  /** `print`: as it is, from a library that knows nothing of logs. */
  readonly level: LogLevel | 'print';
  readonly text: string;
  readonly place: Place | undefined;
}
/** An error was said; nothing more is read. */
export const FAILED = Symbol('failed');
export type Failed = typeof FAILED;
/** A text goes behind `"NAME" directive`. */
export type Outcome = undefined | string | Failed;
export type Handler = (conf: Conf, words: readonly string[], directive: Directive) => Outcome;
type LineHandler = (words: readonly string[]) => Outcome;

interface Source {
  readonly reader: StatementReader;
  /** undefined: directives of the command line */
  readonly path: string | undefined;
}
/** A shared memory zone as it is declared. */
export interface Zone {
  readonly name: string;
  readonly use: string;
  size: number;
  settings: ZoneSettings | undefined;
}
export interface KnownVariable {
  /** May be set; `weak`: until somebody declares it. */
  isChangeable: boolean;
  source: VariableSource | undefined;
}
/** What an `http` or a `stream` block declares. */
export interface Scope {
  readonly block: Block;
  readonly upstreams: Upstream[];
  /** Addresses to listen on so far. */
  readonly listened: Map<string, ListenedAddress>;
  readonly variables: Map<string, KnownVariable>;
  /** Names that were used, in order, to be known in the end. */
  readonly used: Set<string>;
  readonly formats: Map<string, { escape: string; parts: readonly (string | { variable: string })[] }>;
}

const EISDIR = 21;
const NO_PLACE: Place = { file: '', line: 0 };

export class Conf {
  readonly messages: Message[] = [];
  readonly files: { path: string; text: string }[] = [];
  readonly main = new Block('main', undefined, NO_PLACE);
  readonly zones = new Map<string, Zone>();
  readonly logFiles: string[] = [];
  readonly mainLogs: ErrorLog[] = [];
  readonly notModelled: { text: string; place: Place }[] = [];
  events: Block | undefined;
  http: Scope | undefined;
  stream: Scope | undefined;
  user: { name: string; uid: number; gid: number } | undefined;
  hasStream = false;
  /** A directive other than `load_module` was obeyed. */
  modulesUsed = false;
  /** A name whose addresses are not known yet: the reading has to be done again. */
  unresolved: string | undefined;
  /** A passphrase has to be asked for: the same. */
  isUnanswered = false;
  block: Block = this.main;
  #source: Source | undefined;
  #lines: LineHandler | undefined;
  readonly #handlers: ReadonlyMap<string, Handler>;
  readonly #slot: Handler;

  constructor(
    readonly around: Surroundings,
    readonly prefix: string,
    readonly confPrefix: string,
    handlers: { readonly own: ReadonlyMap<string, Handler>; readonly slot: Handler },
  ) {
    this.#handlers = handlers.own;
    this.#slot = handlers.slot;
  }

  // ---------------------------------------------------------------- words
  get place(): Place {
    return this.#source === undefined
      ? NO_PLACE
      : { file: this.#source.path ?? '', line: this.#source.reader.line };
  }
  #where(): string {
    if (this.#source === undefined) return '';
    const { path, reader } = this.#source;
    return path === undefined ? ' in command line' : ` in ${path}:${reader.line}`;
  }
  say(level: LogLevel, text: string): void {
    this.messages.push({ level, text: text + this.#where(), place: this.place });
  }
  fail(text: string): Failed {
    this.say('emerg', text);
    return FAILED;
  }
  warn(text: string): void {
    this.say('warn', text);
  }
  /** Without the place, or with another one. */
  failAt(text: string, place: Place | undefined): Failed {
    this.messages.push({
      level: 'emerg',
      text: place === undefined ? text : `${text} in ${place.file}:${place.line}`,
      place,
    });
    return FAILED;
  }
  print(text: string): void {
    this.messages.push({ level: 'print', text, place: undefined });
  }
  warnBare(text: string, place: Place): void {
    this.messages.push({ level: 'warn', text, place });
  }
  leaveOut(text: string, place = this.place): void {
    if (!this.notModelled.some((known) => known.text === text)) this.notModelled.push({ text, place });
  }

  // ---------------------------------------------------------------- state
  get scope(): Scope {
    const scope = this.isStream ? this.stream : this.http;
    if (scope === undefined) throw new Error('a directive of http or stream outside of both');
    return scope;
  }
  get isStream(): boolean {
    return this.block.context.startsWith('stream');
  }
  put(slot: string, value: SettingValue): void {
    this.block.values.set(slot, { value, place: this.place });
  }
  fullName(path: string, { isConf }: { isConf: boolean } = { isConf: false }): string {
    return path.startsWith('/') ? path : (isConf ? this.confPrefix : this.prefix) + path;
  }
  openLog(path: string): void {
    const full = this.fullName(path);
    if (!this.logFiles.includes(full)) this.logFiles.push(full);
  }
  zone(name: string, size: number, use: string): Zone | Failed {
    const known = this.zones.get(name);
    if (known === undefined) {
      const made: Zone = { name, use, size, settings: undefined };
      this.zones.set(name, made);
      return made;
    }
    if (known.use !== use)
      return this.fail(`the shared memory zone "${name}" is already declared for a different use`);
    if (known.size === 0) known.size = size;
    if (size !== 0 && size !== known.size)
      return this.fail(
        `the size ${size} of shared memory zone "${name}" conflicts with already declared size ${known.size}`,
      );
    return known;
  }
  /** What somebody at a terminal answers; nobody there: OpenSSL asks twice into the void. */
  askPassphrase(): readonly string[] {
    const said = this.around.passphrase();
    if (said === undefined) this.isUnanswered = true;
    else if (said.answer === undefined) this.print('Enter PEM pass phrase:\nEnter PEM pass phrase:\n');
    return said?.answer === undefined ? [] : [said.answer];
  }
  /** Addresses of a name; a string says what is wrong. */
  resolve(name: string): readonly number[] | string | Failed {
    const found = this.around.addresses(name);
    if (found === 'unknown') {
      this.unresolved = name;
      return FAILED;
    }
    return found.length === 0 ? 'host not found' : found;
  }

  // ---------------------------------------------------------------- reading
  parseFile(path: string): Failed | undefined {
    const read = this.around.readFile(path);
    if ('problem' in read) {
      // A directory can be opened, but not read.
      if (readSystemError(read.problem).number !== EISDIR)
        return this.fail(`open() "${path}" failed ${read.problem}`);
      this.messages.push({
        level: 'crit',
        text: `pread() "${path}" failed ${read.problem}`,
        place: this.place,
      });
      return FAILED;
    }
    if (!this.files.some((file) => file.path === path)) this.files.push({ path, text: read.text });
    return this.#within({ reader: new StatementReader(read.text, { isFile: true }), path }, 'file');
  }
  parseParameters(text: string): Failed | undefined {
    return this.#within({ reader: new StatementReader(text, { isFile: false }), path: undefined }, 'file');
  }
  #within(source: Source, kind: 'file'): Failed | undefined {
    const before = this.#source;
    this.#source = source;
    const result = this.#parse(kind);
    // What is said afterwards about parameters still names the command line.
    if (source.path !== undefined || result === FAILED) this.#source = before;
    return result;
  }
  /** The body of a block, up to its `}`. */
  parseBlock(block: Block): Failed | undefined {
    const outer = this.block;
    this.block = block;
    const result = this.#parse('block');
    this.block = outer;
    return result;
  }
  /** A body whose lines are no directives. */
  parseLines(handler: LineHandler): Failed | undefined {
    const before = this.#lines;
    this.#lines = handler;
    const result = this.#parse('block');
    this.#lines = before;
    return result;
  }

  #parse(kind: 'file' | 'block'): Failed | undefined {
    for (;;) {
      const source = this.#source;
      if (source === undefined) return undefined;
      const reading = source.reader.next();
      switch (reading.kind) {
        case 'error':
          return this.fail(reading.text);
        case 'close':
          return kind === 'block' ? undefined : this.fail('unexpected "}"');
        case 'end':
          return kind === 'block' ? this.fail('unexpected end of file, expecting "}"') : undefined;
        default:
          if (this.#statement(source, reading) === FAILED) return FAILED;
      }
    }
  }
  #statement(source: Source, reading: Reading & { kind: 'statement' | 'block' }): Failed | undefined {
    const words = reading.words.map(({ text }) => text);
    if (source.path === undefined && reading.kind === 'block')
      return this.fail('block directives are not supported in -g option');
    if (this.#lines !== undefined) {
      if (reading.kind === 'block') return this.fail('unexpected "{"');
      const outcome = words[0] === 'include' && words.length === 2 ? this.include(words) : this.#lines(words);
      return typeof outcome === 'string' ? this.fail(outcome) : outcome;
    }
    return this.#obey(words, reading.kind === 'block');
  }

  #obey(words: readonly string[], opensBlock: boolean): Failed | undefined {
    const [name = ''] = words;
    let isKnown = false;
    for (const directive of directivesNamed(name)) {
      if (isStream(directive) && !this.hasStream) continue;
      isKnown = true;
      if (directive.contexts.length > 0 && !directive.contexts.includes(this.block.context)) continue;
      if (!directive.isBlock && opensBlock) return this.fail(`directive "${name}" is not terminated by ";"`);
      if (directive.isBlock && !opensBlock) return this.fail(`directive "${name}" has no opening "{"`);
      if (!hasRightCount(directive, words.length - 1))
        return this.fail(`invalid number of arguments in "${name}" directive`);
      if (directive.isBlock) this.modulesUsed = true;
      const handler =
        directive.slot === 'own'
          ? (this.#handlers.get(`${this.isStream ? 'stream ' : ''}${handlerName(directive)}`) ??
            this.#handlers.get(handlerName(directive)))
          : this.#slot;
      const outcome = handler?.(this, words, directive);
      return typeof outcome === 'string' ? this.fail(`"${name}" directive ${outcome}`) : outcome;
    }
    return this.fail(isKnown ? `"${name}" directive is not allowed here` : `unknown directive "${name}"`);
  }

  include(words: readonly string[]): Failed | undefined {
    const path = this.fullName(words[1] ?? '', { isConf: true });
    if (!/[*?[]/.test(path)) return this.parseFile(path);
    for (const found of this.around.glob(path)) if (this.parseFile(found) === FAILED) return FAILED;
    return undefined;
  }
}

function handlerName(directive: Directive): string {
  return directive.contexts.includes('upstream') || directive.contexts.includes('stream-upstream')
    ? `upstream ${directive.name}`
    : directive.name;
}
function hasRightCount({ counts, least }: Directive, count: number): boolean {
  return least === undefined ? counts.includes(count) : count >= least;
}
/** A new block within the one that is read. */
export function childOf(conf: Conf, context: Context): Block {
  const block = new Block(context, conf.block, conf.place);
  conf.block.children.push(block);
  return block;
}
