/** Reads sed scripts. Source: sed 4.9 `compile.c`, whose messages and places these are. */
import { mendBytes } from '../../syntax/ansi-c';
import { compilePosix, type Pattern } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';
import { resolveEscapes } from './escapes';
import { parseReplacement, type ReplacementPart } from './replacement';
import {
  type Action,
  type Address,
  ScriptError,
  type SedCommand,
  type SedRegex,
  type Substitution,
} from './script';

export interface ScriptSettings {
  readonly extended: boolean;
  readonly sandbox: boolean;
  readonly posix: boolean;
}

/** A piece of the script: one -e, or one -f file. */
export interface ScriptPiece {
  readonly text: string;
  /** Name of the file, for -f. */
  readonly file: string | undefined;
}

const WHITESPACE = /[ \t\n\v\f\r]/;
const BLANK = /[ \t]/;

export class ScriptParser {
  readonly commands: SedCommand[] = [];
  /** `#n` on the first line. */
  isQuiet = false;
  #text = '';
  #at = 0;
  #piece = 0;
  #file: string | undefined;
  readonly #blocks: number[] = [];
  readonly #labels = new Map<string, number>();
  /** An `a\` at the end of a piece goes on in the next. */
  #pendingText: { name: 'a' | 'i' | 'c'; text: string } | undefined;

  constructor(private readonly settings: ScriptSettings) {}

  add(piece: ScriptPiece): void {
    this.#piece += piece.file === undefined ? 1 : 0;
    this.#file = piece.file;
    this.#text = piece.text;
    this.#at = 0;
    if (this.#pendingText !== undefined) this.#continueText(this.#pendingText);
    for (;;) {
      this.#skip(/[ \t\n\v\f\r;]/);
      if (this.#at >= this.#text.length) return;
      this.#command();
    }
  }

  /** Resolves the jumps; call it once all pieces are in. */
  finish(): void {
    if (this.#blocks.length > 0) {
      this.#at = 0;
      this.#fail("unmatched `{'");
    }
    for (const { action } of this.commands) {
      if (action.name !== 'b' && action.name !== 't' && action.name !== 'T') continue;
      const target = action.label === '' ? this.commands.length : this.#labels.get(action.label);
      if (target === undefined) throw new ScriptError(`can't find label for jump to \`${action.label}'`, 4);
      action.target = target;
    }
  }

  #fail(message: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw new ScriptError(
      this.#file === undefined
        ? `-e expression #${this.#piece}, char ${this.#at}: ${message}`
        : `file ${this.#file} line ${line}: ${message}`,
    );
  }

  #next(): string | undefined {
    return this.#text[this.#at++];
  }
  #back(): void {
    this.#at--;
  }
  #skip(what: RegExp): void {
    while (this.#at < this.#text.length && what.test(this.#text[this.#at] ?? '')) this.#at++;
  }
  /** The next character that is no blank; undefined at the end (which counts as no character read). */
  #nonBlank(): string | undefined {
    this.#skip(BLANK);
    if (this.#at >= this.#text.length) return undefined;
    return this.#next();
  }

  // ---------------------------------------------------------------- commands
  #command(): void {
    const first = this.#address();
    if (first?.kind === 'count' || first?.kind === 'multiple')
      return this.#fail('invalid usage of +N or ~N as first address');
    let second: Address | undefined;
    let name = this.#nonBlank();
    if (first !== undefined && name === ',') {
      this.#skip(BLANK);
      second = this.#address();
      if (second === undefined) return this.#atNext("unexpected `,'");
      name = this.#nonBlank();
    }
    if (first?.kind === 'line' && first.line === 0 && (second?.kind !== 'regex' || this.settings.posix))
      this.#fail('invalid usage of line address 0');
    let negated = false;
    if (name === '!') {
      negated = true;
      name = this.#nonBlank();
      if (name === '!') this.#fail("multiple `!'s");
    }
    if (name === undefined) return this.#fail('missing command');
    const action = this.#action(name, first, second);
    if (action === undefined) return;
    this.commands.push({
      first,
      second,
      negated,
      action,
      range: first?.kind === 'line' && first.line === 0 ? 'active' : 'inactive',
      rangeEnd: 0,
    });
  }

  #atNext(message: string): never {
    if (this.#at < this.#text.length) this.#at++;
    return this.#fail(message);
  }

  #action(name: string, first: Address | undefined, second: Address | undefined): Action | undefined {
    switch (name) {
      case '#':
        if (first !== undefined) this.#fail("comments don't accept any addresses");
        this.#comment();
        return undefined;
      case '{': {
        const block: Action = { name, end: -1 };
        this.#blocks.push(this.commands.length);
        return block;
      }
      case '}':
        return this.#close(first);
      case ':':
        return this.#label(first);
      case 'v':
        this.#version();
        return undefined;
      case 'a':
      case 'i':
      case 'c':
        return this.#textAction(name);
      case 'b':
      case 't':
      case 'T':
        return this.#jump(name);
      case 'q':
      case 'Q':
        if (second !== undefined) this.#fail('command only uses one address');
        return this.#numbered(name);
      case 'l':
      case 'L':
        return this.#numbered(name);
      case '=':
      case 'd':
      case 'D':
      case 'F':
      case 'g':
      case 'G':
      case 'h':
      case 'H':
      case 'n':
      case 'N':
      case 'p':
      case 'P':
      case 'x':
      case 'z':
        this.#endOfCommand();
        return { name };
      case 'r':
      case 'R':
      case 'w':
      case 'W':
        if (this.settings.sandbox) this.#fail('e/r/w commands disabled in sandbox mode');
        return { name, text: this.#fileName() };
      case 'e':
        if (this.settings.sandbox) this.#fail('e/r/w commands disabled in sandbox mode');
        this.#skip(BLANK);
        return { name, text: this.#restOfLine() };
      case 's':
        return { name, substitution: this.#substitution() };
      case 'y':
        return { name, map: this.#transliteration() };
      default:
        return this.#fail(`unknown command: \`${name}'`);
    }
  }

  #comment(): void {
    const isFirst = this.#at === 1 && this.commands.length === 0 && this.#piece <= 1;
    if (isFirst && /^#n(?:\n|$)/.test(this.#text)) this.isQuiet = true;
    this.#restOfLine();
  }

  #restOfLine(): string {
    const end = this.#text.indexOf('\n', this.#at);
    const rest = this.#text.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return rest;
  }

  #close(first: Address | undefined): Action {
    const open = this.#blocks.pop();
    if (open === undefined) return this.#fail("unexpected `}'");
    if (first !== undefined) this.#fail("`}' doesn't want any addresses");
    this.#endOfCommand();
    const block = this.commands[open]?.action;
    if (block?.name === '{') block.end = this.commands.length;
    return { name: '}' };
  }

  #endOfCommand(): void {
    const next = this.#nonBlank();
    if (next === '}' || next === '#') this.#back();
    else if (
      next !== undefined &&
      next !== '\n' &&
      next !== ';' &&
      !(next === '\r' && this.#text[this.#at] === '\n')
    )
      this.#fail('extra characters after command');
  }

  #word(end: RegExp): string {
    this.#skip(BLANK);
    const start = this.#at;
    while (this.#at < this.#text.length && !end.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #label(first: Address | undefined): Action {
    if (first !== undefined) this.#fail(": doesn't want any addresses");
    const label = this.#word(/[\s;]/).replace(/\}$/, (brace) => {
      // A brace that closes a block ends the label.
      if (this.#blocks.length === 0) return brace;
      this.#back();
      return '';
    });
    if (label === '') this.#fail('":" lacks a label');
    this.#labels.set(label, this.commands.length);
    return { name: ':' };
  }

  #jump(name: 'b' | 't' | 'T'): Action {
    const label = this.#word(/[\s;}]/);
    this.#endOfJump();
    return { name, label, target: -1 };
  }

  #endOfJump(): void {
    this.#skip(BLANK);
    if (/[;\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #version(): void {
    const wanted = this.#word(/[\s;]/);
    const [major = 0, minor = 0] = wanted.split('.').map(Number);
    if (major > 4 || (major === 4 && minor > 9)) this.#fail('expected newer version of sed');
  }

  #numbered(name: 'q' | 'Q' | 'l' | 'L'): Action {
    const next = this.#nonBlank();
    let number: number | undefined;
    if (next !== undefined) {
      this.#back();
      if (/\d/.test(next)) number = this.#integer();
    }
    this.#endOfCommand();
    return { name, number };
  }

  #integer(): number {
    const start = this.#at;
    this.#skip(/\d/);
    return Number(this.#text.slice(start, this.#at));
  }

  #fileName(): string {
    this.#skip(BLANK);
    const name = this.#restOfLine();
    if (name === '') this.#fail('missing filename in r/R/w/W commands');
    return name;
  }

  // ---------------------------------------------------------------- text
  #textAction(name: 'a' | 'i' | 'c'): Action {
    const next = this.#nonBlank();
    if (next === undefined) return this.#fail("expected \\ after `a', `c' or `i'");
    const action: { name: 'a' | 'i' | 'c'; text: string } = { name, text: '' };
    if (next === '\\') {
      const at = this.#at;
      this.#skip(BLANK);
      if (this.#at >= this.#text.length) {
        this.#pendingText = action;
        return action;
      }
      if (this.#text[this.#at] === '\n') this.#at++;
      else this.#at = at;
    } else this.#back();
    this.#readText(action);
    return action;
  }

  #continueText(action: { name: 'a' | 'i' | 'c'; text: string }): void {
    this.#pendingText = undefined;
    this.#readText(action);
  }

  /** Up to a newline that no backslash protects. */
  #readText(action: { name: 'a' | 'i' | 'c'; text: string }): void {
    let raw = '';
    // The first character's own backslash is only taken off.
    if (this.#text[this.#at] === '\\') this.#at++;
    let isFirst = true;
    for (;;) {
      const character = this.#next();
      if (character === undefined) {
        this.#at = this.#text.length;
        break;
      }
      if (character === '\n' && !isFirst) break;
      if (character === '\n' && isFirst) break;
      isFirst = false;
      if (character === '\\') {
        const next = this.#next();
        if (next === undefined) {
          this.#at = this.#text.length;
          this.#pendingText = action;
          action.text += `${raw}\n`;
          return;
        }
        raw += `\\${next}`;
      } else raw += character;
    }
    action.text += `${mendBytes(resolveEscapes(raw, 'text').replace(/\\([^])/g, '$1'))}\n`;
  }

  // ---------------------------------------------------------------- addresses
  #address(): Address | undefined {
    const start = this.#text[this.#at];
    if (start === '/' || start === '\\') {
      this.#at++;
      const delimiter = start === '/' ? start : this.#next();
      const source = delimiter === undefined ? undefined : this.#delimited(delimiter, 'regex');
      if (source === undefined) return this.#fail('unterminated address regex');
      return { kind: 'regex', regex: this.#addressRegex(source) };
    }
    if (start !== undefined && /\d/.test(start)) return this.#lineAddress();
    if ((start === '+' || start === '~') && !this.settings.posix) {
      this.#at++;
      const number = this.#integer();
      return start === '+' ? { kind: 'count', count: number } : { kind: 'multiple', of: number };
    }
    if (start === '$') {
      this.#at++;
      return { kind: 'last' };
    }
    return undefined;
  }

  #lineAddress(): Address {
    const line = this.#integer();
    const at = this.#at;
    if (this.#nonBlank() === '~' && !this.settings.posix) {
      this.#skip(BLANK);
      const step = this.#integer();
      if (step > 0) return { kind: 'step', first: line, step };
      return { kind: 'line', line };
    }
    this.#at = at;
    return { kind: 'line', line };
  }

  #addressRegex(source: string): SedRegex {
    let ignoreCase = false;
    let multiline = false;
    for (;;) {
      const flag = this.#nonBlank();
      if (flag === 'I') ignoreCase = true;
      else if (flag === 'M') multiline = true;
      else {
        if (flag !== undefined) this.#back();
        return this.#regex(source, { ignoreCase, multiline });
      }
    }
  }

  #regex(source: string, flags: { ignoreCase: boolean; multiline: boolean }): SedRegex {
    if (source === '') return undefined;
    const compiled = compilePosix(mendBytes(resolveEscapes(source, 'regex')), {
      dialect: this.settings.extended ? 'sedExtended' : 'sedBasic',
      ...flags,
    });
    return compiled instanceof RegexError ? this.#fail(compiled.message) : compiled;
  }

  // ---------------------------------------------------------------- s and y
  /** Up to the delimiter; undefined when there is none. In a bracket expression it is no delimiter. */
  #delimited(delimiter: string, part: 'regex' | 'replacement'): string | undefined {
    let out = '';
    for (;;) {
      const character = this.#next();
      if (character === undefined || character === '\n') {
        if (part === 'replacement' || character === undefined) {
          this.#back();
          return undefined;
        }
        this.#back();
        return undefined;
      }
      if (character === delimiter) return out;
      if (character === '[' && part === 'regex') {
        const end = bracketEnd(this.#text, this.#at);
        if (end === undefined) {
          this.#at = this.#text.length;
          return undefined;
        }
        out += `[${this.#text.slice(this.#at, end).replace(/\\n/g, '\n')}`;
        this.#at = end;
      } else if (character === '\\') {
        const next = this.#next();
        if (next === undefined) {
          this.#back();
          return undefined;
        }
        if (next === 'n' && part === 'regex') out += '\n';
        else if (next === delimiter && !(part === 'replacement' && next === '&')) out += next;
        else out += `\\${next}`;
      } else out += character;
    }
  }

  #substitution(): Substitution {
    const delimiter = this.#next() ?? this.#failAtEnd("unterminated `s' command");
    const source = this.#delimited(delimiter, 'regex');
    const right = source === undefined ? undefined : this.#delimited(delimiter, 'replacement');
    if (source === undefined || right === undefined) return this.#fail("unterminated `s' command");
    const flags = this.#substitutionFlags();
    const regex = this.#regex(source, flags);
    const replacement = parseReplacement(mendBytes(resolveEscapes(right, 'replacement')));
    this.#checkGroups(regex, replacement);
    return { ...flags, regex, replacement };
  }

  #failAtEnd(message: string): never {
    this.#at = this.#text.length;
    return this.#fail(message);
  }

  #checkGroups(regex: Pattern | undefined, replacement: readonly ReplacementPart[]): void {
    if (regex === undefined) return;
    for (const part of replacement)
      if (part.kind === 'group' && part.index > regex.groups)
        this.#fail(`invalid reference \\${part.index} on \`s' command's RHS`);
  }

  #substitutionFlags(): Omit<Substitution, 'regex' | 'replacement'> & {
    ignoreCase: boolean;
    multiline: boolean;
  } {
    const flags = {
      isGlobal: false,
      number: 0,
      print: false,
      evaluate: false,
      file: undefined as string | undefined,
      ignoreCase: false,
      multiline: false,
    };
    for (;;) {
      const flag = this.#next();
      switch (flag) {
        case 'i':
        case 'I':
          flags.ignoreCase = true;
          break;
        case 'm':
        case 'M':
          flags.multiline = true;
          break;
        case 'e':
          flags.evaluate = true;
          break;
        case 'p':
          if (flags.print) this.#fail("multiple `p' options to `s' command");
          flags.print = true;
          break;
        case 'g':
          if (flags.isGlobal) this.#fail("multiple `g' options to `s' command");
          flags.isGlobal = true;
          break;
        case 'w':
          return { ...flags, number: flags.number || 1, file: this.#fileName() };
        case '}':
        case '#':
          this.#back();
          return { ...flags, number: flags.number || 1 };
        case undefined:
          this.#back();
          return { ...flags, number: flags.number || 1 };
        case '\n':
        case ';':
          return { ...flags, number: flags.number || 1 };
        default:
          if (/\d/.test(flag)) {
            if (flags.number !== 0) this.#fail("multiple number options to `s' command");
            this.#back();
            flags.number = this.#integer();
            if (flags.number === 0) this.#fail("number option to `s' command may not be zero");
          } else if (!WHITESPACE.test(flag)) this.#fail("unknown option to `s'");
      }
    }
  }

  #transliteration(): ReadonlyMap<string, string> {
    const delimiter = this.#next() ?? this.#failAtEnd("unterminated `y' command");
    const from = this.#delimited(delimiter, 'replacement');
    const to = from === undefined ? undefined : this.#delimited(delimiter, 'replacement');
    if (from === undefined || to === undefined) return this.#fail("unterminated `y' command");
    const left = plainCharacters(from);
    const right = plainCharacters(to);
    if (left.length !== right.length) this.#fail("strings for `y' command are different lengths");
    this.#endOfCommand();
    const map = new Map<string, string>();
    left.forEach((character, i) => {
      if (!map.has(character)) map.set(character, right[i] ?? '');
    });
    return map;
  }
}

function plainCharacters(source: string): string[] {
  const text = resolveEscapes(source, 'text').replace(/\\([^])/g, (_all, next: string) =>
    next === 'n' ? '\n' : next,
  );
  return [...mendBytes(text)];
}

/** Where the bracket expression that began before `at` ends, past its `]`. */
function bracketEnd(text: string, at: number): number | undefined {
  let i = at;
  if (text[i] === '^') i++;
  if (text[i] === ']') i++;
  for (; i < text.length && text[i] !== '\n'; i++) {
    const kind = text[i + 1];
    if (text[i] === '[' && (kind === ':' || kind === '.' || kind === '=')) {
      const end = text.indexOf(`${kind}]`, i + 2);
      if (end < 0) return undefined;
      i = end + 1;
    } else if (text[i] === ']') return i + 1;
  }
  return undefined;
}
