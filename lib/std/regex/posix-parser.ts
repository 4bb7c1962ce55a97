/**
 * Reads POSIX basic and extended regular expressions, with GNU's additions
 * (`\+` `\?` `\|` `\w` `\W` `\s` `\S` `\b` `\B` `\<` `\>` `` \` `` `\'`).
 * Source: POSIX.1-2017 chapter 9; glibc `regcomp.c`, whose messages these are.
 */
import { parseBracket } from './brackets';
import { ANY_CHARACTER, CharacterSet, SPACE_CHARACTERS, WORD_CHARACTERS } from './character-set';
import type { PosixDialect } from './posix-dialect';
import {
  type Assertion,
  EMPTY,
  isRegular,
  LARGEST_REPEAT,
  RegexError,
  type RegexNode,
  type RegexTree,
  sequenceOf,
  UNBOUNDED,
} from './tree';

interface Options {
  readonly dialect: PosixDialect;
  readonly ignoreCase: boolean;
}

/** Refusals travel as exceptions inside the parser only. */
class Refusal extends Error {
  constructor(readonly reason: RegexError) {
    super(reason.message);
  }
}

type Token =
  | {
      readonly kind:
        | 'end'
        | 'open'
        | 'close'
        | 'alternate'
        | 'star'
        | 'plus'
        | 'question'
        | 'interval'
        | 'any'
        | 'bracket'
        | 'caret'
        | 'dollar';
    }
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'class'; readonly set: CharacterSet }
  | { readonly kind: 'assertion'; readonly which: Assertion }
  | { readonly kind: 'backreference'; readonly index: number };

const ESCAPED_ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['b', 'word-boundary'],
  ['B', 'not-word-boundary'],
  ['<', 'word-start'],
  ['>', 'word-end'],
  ['`', 'text-start'],
  ["'", 'text-end'],
]);

const ESCAPED_CLASSES: ReadonlyMap<string, CharacterSet> = new Map([
  ['w', WORD_CHARACTERS],
  ['W', WORD_CHARACTERS.negated()],
  ['s', SPACE_CHARACTERS],
  ['S', SPACE_CHARACTERS.negated()],
]);

/** Parses `source`; a refusal says what glibc says. */
/** After an opening brace: numbers that cannot be bounds. */
const TOO_MANY_COMMAS = /^\d*,\d*,/;

export function parsePosix(source: string, options: Options): RegexTree | RegexError {
  const parser = new PosixParser(source, options);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

class PosixParser {
  readonly #source: string;
  readonly #dialect: PosixDialect;
  readonly #ignoreCase: boolean;
  #at = 0;
  #groups = 0;
  #depth = 0;
  readonly #closed = new Set<number>();
  readonly #warnings: string[] = [];

  constructor(source: string, options: Options) {
    this.#source = source;
    this.#dialect = options.dialect;
    this.#ignoreCase = options.ignoreCase;
  }

  whole(): RegexTree {
    if (this.#dialect.refusesBareClass && /^\[:[a-z]*:\]$/.test(this.#source)) {
      this.#refuse('character class syntax is [[:space:]], not [:space:]');
    }
    const root = this.#alternation();
    if (this.#at < this.#source.length) this.#refuse('Unmatched ) or \\)');
    return {
      root,
      groups: this.#groups,
      names: new Map(),
      isPlain: isRegular(root),
      warnings: this.#warnings,
    };
  }

  #refuse(message: string): never {
    throw new Refusal(new RegexError(message));
  }

  #alternation(): RegexNode {
    const parts = [this.#branch()];
    for (;;) {
      const start = this.#at;
      if (this.#next().kind !== 'alternate') {
        this.#at = start;
        break;
      }
      parts.push(this.#branch());
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'alternation', parts };
  }

  #branch(): RegexNode {
    const parts: RegexNode[] = [];
    for (;;) {
      const start = this.#at;
      const token = this.#next();
      if (token.kind === 'end' || token.kind === 'alternate' || (token.kind === 'close' && this.#closes())) {
        this.#at = start;
        return sequenceOf(parts);
      }
      const piece = this.#piece(token, parts.length === 0, start);
      if (piece !== undefined) parts.push(this.#repeats(piece));
    }
  }

  #closes(): boolean {
    return this.#depth > 0 || this.#dialect.unmatchedParenthesis === 'error';
  }

  #piece(token: Token, isFirst: boolean, start: number): RegexNode | undefined {
    switch (token.kind) {
      case 'character':
        return this.#character(token.code);
      case 'class':
        return { kind: 'set', set: token.set };
      case 'any':
        return { kind: 'set', set: ANY_CHARACTER };
      case 'assertion':
        return { kind: 'assertion', which: token.which };
      case 'backreference':
        if (!this.#closed.has(token.index)) this.#refuse('Invalid back reference');
        return { kind: 'backreference', index: token.index, ignoreCase: this.#ignoreCase };
      case 'bracket':
        return this.#bracket();
      case 'open':
        return this.#group();
      case 'close':
        return this.#character(0x29);
      case 'caret':
        return this.#caret(isFirst, start);
      case 'dollar':
        return this.#isDollarAnchor() ? { kind: 'assertion', which: 'line-end' } : this.#character(0x24);
      case 'star':
      case 'plus':
      case 'question':
      case 'interval':
        return this.#dangling(token, start);
      case 'end':
      case 'alternate':
        return EMPTY;
    }
  }

  #character(code: number): RegexNode {
    const set = CharacterSet.of(code);
    return { kind: 'set', set: this.#ignoreCase ? set.folded() : set };
  }

  #bracket(): RegexNode {
    const result = parseBracket(this.#source, this.#at, {
      backslash: this.#dialect.backslashInBrackets,
      ignoreCase: this.#ignoreCase,
    });
    if (result instanceof RegexError) throw new Refusal(result);
    this.#at = result.end;
    return { kind: 'set', set: result.set };
  }

  #group(): RegexNode {
    const index = ++this.#groups;
    this.#depth++;
    const body = this.#alternation();
    if (this.#next().kind !== 'close') this.#refuse('Unmatched ( or \\(');
    this.#depth--;
    this.#closed.add(index);
    return { kind: 'group', body, index };
  }

  #caret(isFirst: boolean, start: number): RegexNode {
    if (this.#dialect.anchorsEverywhere || isFirst || this.#source[start - 1] === '\n')
      return { kind: 'assertion', which: 'line-start' };
    return this.#character(0x5e);
  }

  #isDollarAnchor(): boolean {
    if (this.#dialect.anchorsEverywhere) return true;
    const start = this.#at;
    const kind = this.#next().kind;
    this.#at = start;
    return kind === 'end' || kind === 'alternate' || kind === 'close';
  }

  /** A repeat with nothing before it. */
  #dangling(token: Token, start: number): RegexNode | undefined {
    const { danglingRepeat, warns, operators } = this.#dialect;
    if (token.kind === 'interval' && operators === 'escaped')
      this.#refuse('Invalid preceding regular expression');
    if (danglingRepeat === 'error') this.#refuse('Invalid preceding regular expression');
    const text = this.#source[start] ?? '';
    if (danglingRepeat === 'literal') {
      this.#at = start + (text === '\\' ? 2 : 1);
      return this.#character((text === '\\' ? this.#source : text).charCodeAt(text === '\\' ? start + 1 : 0));
    }
    if (warns) this.#warnings.push(`${token.kind === 'interval' ? '{...}' : text} at start of expression`);
    if (token.kind === 'interval' && this.#interval(start) === undefined)
      return this.#character(text.charCodeAt(0));
    return undefined;
  }

  #repeats(piece: RegexNode): RegexNode {
    let node = piece;
    for (let count = 0; ; count++) {
      const start = this.#at;
      const token = this.#next();
      const bounds = this.#bounds(token, node, start);
      if (bounds === undefined) {
        this.#at = start;
        return node;
      }
      if (
        count > 0 &&
        this.#dialect.doubleRepeat === 'error' &&
        token.kind !== 'plus' &&
        token.kind !== 'question'
      ) {
        this.#refuse('Invalid preceding regular expression');
      }
      node = repeatOf(node, bounds);
    }
  }

  #bounds(token: Token, node: RegexNode, start: number): readonly [number, number] | undefined {
    // In a basic expression `^*` is an anchor and a star.
    const afterAnchor = node.kind === 'assertion' && node.which === 'line-start';
    if (afterAnchor && token.kind === 'star' && !this.#dialect.anchorsEverywhere) return undefined;
    if (afterAnchor && isRepeat(token) && this.#dialect.anchorsEverywhere)
      return this.#boundsAfterAnchor(token, start);
    switch (token.kind) {
      case 'star':
        return [0, UNBOUNDED];
      case 'plus':
        return [1, UNBOUNDED];
      case 'question':
        return [0, 1];
      case 'interval':
        return this.#interval(start);
      default:
        return undefined;
    }
  }

  /** `^*` in an extended expression: nothing to repeat there either. */
  #boundsAfterAnchor(token: Token, start: number): readonly [number, number] | undefined {
    if (this.#dialect.danglingRepeat === 'error') this.#refuse('Invalid preceding regular expression');
    if (this.#dialect.danglingRepeat === 'literal') return undefined;
    if (this.#dialect.warns)
      this.#warnings.push(
        `${token.kind === 'interval' ? '{...}' : this.#source[start]} at start of expression`,
      );
    return [1, 1];
  }

  /** The bounds after an opening brace; undefined leaves the brace as it is written. */
  #interval(start: number): readonly [number, number] | undefined {
    const close = this.#dialect.intervals === 'escaped' ? '\\\\\\}' : '\\}';
    const match = new RegExp(`(\\d*)(,?)(\\d*)${close}`, 'y');
    match.lastIndex = this.#at;
    const found = match.exec(this.#source);
    if (found === null || (found[1] === '' && found[2] === '')) return this.#badInterval(start);
    const least = found[1] === '' ? 0 : Number(found[1]);
    const most = found[2] === '' ? least : found[3] === '' ? UNBOUNDED : Number(found[3]);
    if (least > most) this.#refuse('Invalid content of \\{\\}');
    if (least > LARGEST_REPEAT || (most !== UNBOUNDED && most > LARGEST_REPEAT))
      this.#refuse('Regular expression too big');
    this.#at = match.lastIndex;
    return [least, most];
  }

  #badInterval(start: number): undefined {
    if (this.#dialect.badInterval === 'error') {
      const rest = this.#source.slice(this.#at);
      this.#refuse(/^[\d,]*$/.test(rest) ? 'Unmatched \\{' : 'Invalid content of \\{\\}');
    }
    // One comma too many is no longer text. Source: glibc 2.36 `parse_dup_op`.
    if (TOO_MANY_COMMAS.test(this.#source.slice(this.#at))) this.#refuse('Invalid content of \\{\\}');
    this.#at = start;
    return undefined;
  }

  #next(): Token {
    const character = this.#source.codePointAt(this.#at);
    if (character === undefined) return { kind: 'end' };
    this.#at += character > 0xffff ? 2 : 1;
    const text = String.fromCodePoint(character);
    if (text === '\\') return this.#escape();
    const { operators, plusAndQuestion, intervals, newlineAlternates, alternation } = this.#dialect;
    if (operators === 'plain' && text === '(') return { kind: 'open' };
    if (operators === 'plain' && text === ')') return { kind: 'close' };
    if (alternation === 'plain' && text === '|') return { kind: 'alternate' };
    if (plusAndQuestion === 'plain' && text === '+') return { kind: 'plus' };
    if (plusAndQuestion === 'plain' && text === '?') return { kind: 'question' };
    if (intervals === 'plain' && text === '{')
      return this.#opensInterval() ? { kind: 'interval' } : { kind: 'character', code: 0x7b };
    if (newlineAlternates && text === '\n') return { kind: 'alternate' };
    if (text === '*') return { kind: 'star' };
    if (text === '.') return { kind: 'any' };
    if (text === '[') return { kind: 'bracket' };
    if (text === '^') return { kind: 'caret' };
    return text === '$' ? { kind: 'dollar' } : { kind: 'character', code: character };
  }

  /** Where a bad interval is literal, only a good one opens a repeat. */
  #opensInterval(): boolean {
    if (this.#dialect.badInterval === 'error') return true;
    const ahead = this.#source.slice(this.#at, this.#at + 16);
    return /^(?:\d+(?:,\d*)?|,\d*)\}/.test(ahead) || TOO_MANY_COMMAS.test(ahead);
  }

  #escape(): Token {
    const code = this.#source.codePointAt(this.#at);
    if (code === undefined) this.#refuse('Trailing backslash');
    this.#at += code > 0xffff ? 2 : 1;
    const text = String.fromCodePoint(code);
    const { operators, plusAndQuestion, intervals, backReferences, awkEscapes, alternation } = this.#dialect;
    if (operators === 'escaped' && text === '(') return { kind: 'open' };
    if (operators === 'escaped' && text === ')') return { kind: 'close' };
    if (alternation === 'escaped' && text === '|') return { kind: 'alternate' };
    if (plusAndQuestion === 'escaped' && text === '+') return { kind: 'plus' };
    if (plusAndQuestion === 'escaped' && text === '?') return { kind: 'question' };
    if (intervals === 'escaped' && text === '{') return { kind: 'interval' };
    if (backReferences && code >= 0x31 && code <= 0x39) return { kind: 'backreference', index: code - 0x30 };
    if (awkEscapes && text === 'y') return { kind: 'assertion', which: 'word-boundary' };
    const which = ESCAPED_ASSERTIONS.get(text);
    if (which !== undefined && !(awkEscapes && text === 'b')) return { kind: 'assertion', which };
    const set = ESCAPED_CLASSES.get(text);
    return set === undefined ? { kind: 'character', code } : { kind: 'class', set };
  }
}

function isRepeat(token: Token): boolean {
  return (
    token.kind === 'star' || token.kind === 'plus' || token.kind === 'question' || token.kind === 'interval'
  );
}

function repeatOf(body: RegexNode, [least, most]: readonly [number, number]): RegexNode {
  if (least === 1 && most === 1) return body;
  return { kind: 'repeat', body, least, most, manner: 'greedy' };
}
