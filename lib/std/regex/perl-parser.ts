/**
 * Reads Perl-like expressions: PCRE2 for `grep -P`, nginx, HAProxy and journalctl, Oniguruma for jq. What PCRE2
 * refuses is refused in its words and at its place.
 * Source: pcre2_compile.c of 10.42 (`parse_regex`), pcre2pattern(3); Oniguruma `doc/RE`.
 * Not modelled: backtracking verbs but `(*FAIL)`; a recursion is not backtracked into; `\X` is one character.
 */
import { ANY_CHARACTER, CharacterSet } from './character-set';
import { readClass } from './perl-classes';
import { MISSING_PARENTHESIS, PerlCursor, Refusal } from './perl-cursor';
import { readEscape, readProperty } from './perl-escapes';
import { fixedLength } from './perl-lengths';
import { perlClass } from './perl-sets';
import {
  type Assertion,
  EMPTY,
  isRegular,
  type RegexError,
  type RegexNode,
  type RegexTree,
  sequenceOf,
  UNBOUNDED,
} from './tree';

export interface PerlOptions {
  /** `\w`, `\d`, `\s` are ASCII only (PCRE without UCP). */
  readonly asciiClasses: boolean;
  /** The text is characters (PCRE2_UTF), not bytes. */
  readonly utf: boolean;
  readonly ignoreCase: boolean;
  readonly extended: boolean;
  /** `.` matches a newline. */
  readonly dotAll: boolean;
  /** `^` matches after every newline, `$` before. */
  readonly multiline: boolean;
}

interface Flags {
  ignoreCase: boolean;
  extended: boolean;
  /** Blanks in classes count for nothing either (`(?xx)`). */
  moreExtended: boolean;
  dotAll: boolean;
  multiline: boolean;
  /** `(` without a name captures nothing. */
  noCapture: boolean;
  duplicateNames: boolean;
}

const NOT_NEWLINE = CharacterSet.of(10).negated();
const NEVER: RegexNode = { kind: 'set', set: CharacterSet.fromRanges([]) };
const SIMPLE_ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['b', 'word-boundary'],
  ['B', 'not-word-boundary'],
  ['A', 'text-start'],
  ['G', 'text-start'],
  ['z', 'text-end'],
  ['Z', 'last-line-end'],
]);
const NOT_REPEATABLE = 'quantifier does not follow a repeatable item';
const BAD_VERB = '(*VERB) not recognized or malformed';
const VERBS = new Set(['ACCEPT', 'COMMIT', 'F', 'FAIL', 'MARK', 'PRUNE', 'SKIP', 'THEN']);
/** `(*pla:` and the like: what they are short for. */
const SPOKEN: ReadonlyMap<string, string> = new Map([
  ['pla', '='],
  ['positive_lookahead', '='],
  ['nla', '!'],
  ['negative_lookahead', '!'],
  ['plb', '<='],
  ['positive_lookbehind', '<='],
  ['nlb', '<!'],
  ['negative_lookbehind', '<!'],
  ['atomic', '>'],
]);
/** What may stand first of all and changes nothing here. */
const SETTINGS =
  /^(?:\(\*(?:UTF|UCP|NO_START_OPT|NO_AUTO_POSSESS|NO_DOTSTAR_ANCHOR|NO_JIT|LIMIT_(?:MATCH|DEPTH|HEAP)=\d+|CR|LF|CRLF|ANY|ANYCRLF|NUL|BSR_ANYCRLF|BSR_UNICODE)\))+/;

/** Parses `source`; a refusal says what PCRE2 says. */
export function parsePerl(source: string, options: PerlOptions): RegexTree | RegexError {
  try {
    return new PerlParser(source, options).whole();
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

/** What was read, and whether a quantifier may follow. */
interface Item {
  readonly node: RegexNode;
  readonly isRepeatable: boolean;
}
const fixed = (node: RegexNode): Item => ({ node, isRepeatable: false });
const repeatable = (node: RegexNode): Item => ({ node, isRepeatable: true });

class PerlParser {
  readonly #cursor: PerlCursor;
  readonly #options: PerlOptions;
  #flags: Flags;
  #isQuoted = false;
  readonly #names = new Map<string, number>();
  readonly #bodies = new Map<number, RegexNode>();
  readonly #lookBehinds: { readonly body: RegexNode; readonly offset: number }[] = [];
  /** What can be judged only when all groups are known, in the order of the text. */
  readonly #judgements: (() => void)[] = [];
  /** A verb that PCRE2 takes and this does not know. */
  #unmodelled: string | undefined;

  constructor(source: string, options: PerlOptions) {
    this.#cursor = new PerlCursor(source, options.utf);
    this.#options = options;
    const { ignoreCase, extended, dotAll, multiline } = options;
    this.#flags = {
      ignoreCase,
      extended,
      moreExtended: false,
      dotAll,
      multiline,
      noCapture: false,
      duplicateNames: false,
    };
  }

  whole(): RegexTree {
    const cursor = this.#cursor;
    cursor.at = SETTINGS.exec(cursor.source)?.[0].length ?? 0;
    const root = this.#alternation();
    if (!cursor.isAtEnd) cursor.refuse('unmatched closing parenthesis');
    for (const { body, offset } of this.#lookBehinds)
      if (fixedLength(body, this.#bodies) === undefined)
        cursor.refuse('lookbehind assertion is not fixed length', offset);
    for (const judge of this.#judgements) judge();
    if (this.#unmodelled !== undefined) cursor.refuse(this.#unmodelled);
    return { root, groups: cursor.groups, names: this.#names, isPlain: isRegular(root), warnings: [] };
  }

  /** @param counts whether each alternative numbers its groups from the same on (`(?|`) */
  #alternation(counts: 'on' | 'anew' = 'on'): RegexNode {
    const cursor = this.#cursor;
    const first = cursor.groups;
    let most = first;
    const parts: RegexNode[] = [];
    do {
      if (counts === 'anew') cursor.groups = first;
      parts.push(this.#branch());
      most = Math.max(most, cursor.groups);
    } while (cursor.take('|'));
    cursor.groups = most;
    const [only = EMPTY] = parts;
    return parts.length === 1 ? only : { kind: 'alternation', parts };
  }

  #branch(): RegexNode {
    const cursor = this.#cursor;
    const parts: RegexNode[] = [];
    /** Whether a quantifier may stand here. */
    let isRepeatable = false;
    while (!cursor.isAtEnd) {
      if (this.#isQuoted) {
        if (cursor.take('\\E')) this.#isQuoted = false;
        else {
          parts.push(this.#literal(cursor.next()));
          isRepeatable = true;
        }
        continue;
      }
      if (cursor.take('\\Q')) {
        this.#isQuoted = true;
        continue;
      }
      if (cursor.take('\\E') || this.#blank() || this.#comment()) continue;
      if (cursor.here === '|' || cursor.here === ')') break;
      const last = parts.at(-1) ?? EMPTY;
      const repeated = this.#repeated(last, isRepeatable);
      if (repeated !== undefined) {
        parts[parts.length - 1] = repeated;
        isRepeatable = false;
        continue;
      }
      const item = this.#item();
      parts.push(item.node);
      isRepeatable = item.isRepeatable;
    }
    return sequenceOf(parts);
  }

  #blank(): boolean {
    if (!this.#flags.extended) return false;
    const space = /\s+|#[^\n]*\n?/y;
    space.lastIndex = this.#cursor.at;
    if (!space.test(this.#cursor.source)) return false;
    this.#cursor.at = space.lastIndex;
    return true;
  }
  #comment(): boolean {
    const cursor = this.#cursor;
    if (!cursor.peek('(?#')) return false;
    const close = cursor.source.indexOf(')', cursor.at);
    if (close < 0) cursor.refuse('missing ) after (?# comment', cursor.source.length);
    cursor.at = close + 1;
    return true;
  }

  /** The last item with the quantifier that stands here; undefined where none does. */
  #repeated(last: RegexNode, isRepeatable: boolean): RegexNode | undefined {
    const cursor = this.#cursor;
    const bounds = this.#bounds();
    if (bounds === undefined) return undefined;
    if (!isRepeatable) cursor.refuse(NOT_REPEATABLE, cursor.at - 1);
    const manner = cursor.take('?') ? 'lazy' : cursor.take('+') ? 'possessive' : 'greedy';
    return { kind: 'repeat', body: last, least: bounds[0], most: bounds[1], manner };
  }
  #bounds(): readonly [number, number] | undefined {
    const cursor = this.#cursor;
    if (cursor.take('*')) return [0, UNBOUNDED];
    if (cursor.take('+')) return [1, UNBOUNDED];
    if (cursor.take('?')) return [0, 1];
    if (!cursor.take('{')) return undefined;
    const counts = cursor.counts();
    if (counts === undefined) cursor.at--;
    return counts;
  }

  #literal(code: number): RegexNode {
    const set = CharacterSet.of(code);
    return { kind: 'set', set: this.#flags.ignoreCase ? set.folded() : set };
  }

  #item(): Item {
    const cursor = this.#cursor;
    const code = cursor.next();
    switch (String.fromCodePoint(code)) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '.':
        return repeatable({ kind: 'set', set: this.#flags.dotAll ? ANY_CHARACTER : NOT_NEWLINE });
      case '^':
        return fixed({ kind: 'assertion', which: this.#flags.multiline ? 'line-start' : 'text-start' });
      case '$':
        return fixed({ kind: 'assertion', which: this.#flags.multiline ? 'line-end' : 'last-line-end' });
      case '\\':
        return this.#escape();
      default:
        return repeatable(this.#literal(code));
    }
  }

  #class(): Item {
    // The old signs for the start and the end of a word, a class of their own.
    for (const [sign, which] of [
      ['[:<:]]', 'word-start'],
      ['[:>:]]', 'word-end'],
    ] as const)
      if (this.#cursor.take(sign)) return fixed({ kind: 'assertion', which });
    const set = readClass(this.#cursor, {
      ascii: this.#options.asciiClasses,
      ignoreCase: this.#flags.ignoreCase,
      skipsBlanks: this.#flags.moreExtended,
    });
    return repeatable({ kind: 'set', set });
  }

  // ---------------------------------------------------------------- escapes
  #escape(): Item {
    const cursor = this.#cursor;
    const begun = cursor.at;
    const escape = readEscape(cursor, false);
    if (escape.kind === 'character') return repeatable(this.#literal(escape.code));
    if (escape.kind === 'reference')
      return repeatable(this.#reference(escape.index, escape.index < 10 ? cursor.at - 1 : begun));
    const { letter } = escape;
    const which = SIMPLE_ASSERTIONS.get(letter);
    if (which !== undefined) return fixed({ kind: 'assertion', which });
    const set = perlClass(letter, this.#options.asciiClasses);
    if (set !== undefined) return repeatable({ kind: 'set', set });
    switch (letter) {
      case 'K':
        return fixed({ kind: 'keep' });
      case 'R':
        return repeatable(this.#newline());
      case 'p':
      case 'P':
        return repeatable({ kind: 'set', set: readProperty(cursor, letter === 'P') });
      case 'g':
      case 'k':
        return repeatable(this.#byName(letter));
      default:
        return repeatable({ kind: 'set', set: ANY_CHARACTER });
    }
  }
  #newline(): RegexNode {
    return {
      kind: 'alternation',
      parts: [
        sequenceOf([this.#literal(13), this.#literal(10)]),
        { kind: 'set', set: CharacterSet.fromRanges([10, 13, 0x85, 0x85, 0x2028, 0x2029]) },
      ],
    };
  }
  /** `\k{name}`, `\g{name}` refer back; `\g<name>` and `\g'2'` run the group once more. */
  #byName(letter: 'g' | 'k'): RegexNode {
    const cursor = this.#cursor;
    const terminator = { '{': '}', '<': '>', "'": "'" }[cursor.here];
    if (terminator === undefined)
      return cursor.refuse('\\k is not followed by a braced, angle-bracketed, or quoted name');
    if (letter === 'k' || terminator === '}') return this.#namedReference(terminator);
    const begun = cursor.at;
    cursor.at++;
    const index = cursor.group();
    if (index !== undefined) {
      if (cursor.here !== terminator)
        cursor.refuse(
          '\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number',
          begun,
        );
      return this.#recursion(index);
    }
    cursor.at = begun;
    return this.#namedRecursion(terminator);
  }

  // ---------------------------------------------------------------- references
  #reference(index: number, offset: number): RegexNode {
    this.#judgements.push(() => {
      if (index > this.#cursor.groups) this.#cursor.refuseGroup(offset);
    });
    return { kind: 'backreference', index, ignoreCase: this.#flags.ignoreCase };
  }
  #namedReference(terminator: string): RegexNode {
    const { name, offset } = this.#cursor.name(terminator);
    const node = { kind: 'backreference' as const, index: 0, ignoreCase: this.#flags.ignoreCase };
    this.#judgements.push(() => {
      node.index = this.#names.get(name) ?? this.#cursor.refuseGroup(offset);
    });
    return node;
  }
  /** From before the character that closes it. */
  #recursion(index: number): RegexNode {
    const offset = this.#cursor.at++;
    this.#judgements.push(() => {
      if (index > this.#cursor.groups) this.#cursor.refuseGroup(offset);
    });
    return { kind: 'recursion', index };
  }
  #namedRecursion(terminator: string): RegexNode {
    const { name, offset } = this.#cursor.name(terminator);
    const node = { kind: 'recursion' as const, index: 0 };
    this.#judgements.push(() => {
      node.index = this.#names.get(name) ?? this.#cursor.refuseGroup(offset);
    });
    return node;
  }

  // ---------------------------------------------------------------- groups
  #group(): Item {
    const cursor = this.#cursor;
    if (cursor.isAtEnd) cursor.refuse(MISSING_PARENTHESIS);
    if (cursor.here === '*') return this.#verb();
    if (!cursor.take('?'))
      return repeatable(this.#flags.noCapture ? this.#inner() : this.#capture(undefined, cursor.at));
    if (cursor.isAtEnd) cursor.refuse(MISSING_PARENTHESIS);
    switch (cursor.here) {
      case 'P':
        return this.#python();
      case 'R':
        cursor.at++;
        if (!cursor.peek(')'))
          cursor.refuse('(?R (recursive pattern call) must be followed by a closing parenthesis');
        return repeatable(this.#recursion(0));
      case '&':
        return repeatable(this.#namedRecursion(')'));
      case 'C':
        return this.#callout();
      case '(':
        return this.#condition();
      case "'":
        return repeatable(this.#named("'"));
      case '<':
        if (!/^<[=!*]/.test(cursor.source.slice(cursor.at))) return repeatable(this.#named('>'));
        return repeatable(this.#look());
      case '=':
      case '!':
      case '*':
        return repeatable(this.#look());
      case '>':
        cursor.at++;
        return repeatable({ kind: 'atomic', body: this.#inner() });
      case '|':
        cursor.at++;
        return repeatable(this.#inner('anew'));
      default:
        return /^(?:\d|\+|-\d)/.test(cursor.source.slice(cursor.at))
          ? this.#numberedRecursion()
          : this.#inlineFlags();
    }
  }
  #numberedRecursion(): Item {
    const cursor = this.#cursor;
    if (cursor.here === '+' && !/^\+\d/.test(cursor.source.slice(cursor.at)))
      cursor.refuse('digit expected after (?+ or (?-');
    const index = cursor.group() ?? 0;
    if (cursor.here !== ')') cursor.refuse(MISSING_PARENTHESIS);
    return repeatable(this.#recursion(index));
  }
  #python(): Item {
    const cursor = this.#cursor;
    cursor.at++;
    if (cursor.isAtEnd) cursor.refuse(MISSING_PARENTHESIS);
    if (cursor.here === '<') return repeatable(this.#named('>'));
    if (cursor.here === '>') return repeatable(this.#namedRecursion(')'));
    if (cursor.here === '=') return repeatable(this.#namedReference(')'));
    return cursor.refuse('unrecognized character after (?P');
  }

  #named(terminator: string): RegexNode {
    const { name } = this.#cursor.name(terminator);
    return this.#capture(name, this.#cursor.at);
  }
  /** From after the opening of the group. */
  #capture(name: string | undefined, offset: number): RegexNode {
    const cursor = this.#cursor;
    const index = ++cursor.groups;
    if (name !== undefined) {
      const other = this.#names.get(name);
      if (other !== undefined && other !== index && !this.#flags.duplicateNames)
        cursor.refuse('two named subpatterns have the same name (PCRE2_DUPNAMES not set)', offset);
      if ([...this.#names].some(([known, number]) => number === index && known !== name))
        cursor.refuse('different names for subpatterns of the same number are not allowed', offset);
      if (other === undefined) this.#names.set(name, index);
    }
    const body = this.#inner();
    if (!this.#bodies.has(index)) this.#bodies.set(index, body);
    return { kind: 'group', index, body };
  }

  /** What stands in a group, up to and with its end. */
  #inner(counts: 'on' | 'anew' = 'on'): RegexNode {
    const saved = { ...this.#flags };
    const body = this.#alternation(counts);
    if (!this.#cursor.take(')')) this.#cursor.refuse(MISSING_PARENTHESIS);
    this.#flags = saved;
    return body;
  }

  /** From the sign of a look-around on. */
  #look(): RegexNode {
    const cursor = this.#cursor;
    const offset = cursor.at - 2;
    const isBehind = cursor.take('<');
    const negative = cursor.here === '!';
    cursor.at++;
    const place = this.#lookBehinds.length;
    const body = this.#inner();
    // They are measured in the order in which they begin.
    if (isBehind) this.#lookBehinds.splice(place, 0, { body, offset });
    return { kind: 'look', body, direction: isBehind ? 'behind' : 'ahead', negative };
  }

  #inlineFlags(): Item {
    const cursor = this.#cursor;
    const flags = { ...this.#flags };
    let value = true;
    let mayHyphen = true;
    if (cursor.take('^')) {
      Object.assign(flags, {
        ignoreCase: false,
        multiline: false,
        dotAll: false,
        extended: false,
        moreExtended: false,
        noCapture: false,
      });
      mayHyphen = false;
    }
    while (!cursor.isAtEnd && cursor.here !== ')' && cursor.here !== ':') {
      const letter = cursor.here;
      if (letter === '-') {
        if (!mayHyphen) cursor.refuse('invalid hyphen in option setting');
        mayHyphen = false;
        value = false;
      } else if (letter === 'i') flags.ignoreCase = value;
      else if (letter === 'm') flags.multiline = value;
      else if (letter === 's') flags.dotAll = value;
      else if (letter === 'n') flags.noCapture = value;
      else if (letter === 'J') flags.duplicateNames = value;
      else if (letter === 'x') {
        flags.extended = value;
        flags.moreExtended = value && cursor.source.charAt(cursor.at + 1) === 'x';
        if (cursor.source.charAt(cursor.at + 1) === 'x') cursor.at++;
      } else if (letter !== 'U') cursor.refuse('unrecognized character after (? or (?-');
      cursor.at++;
    }
    if (cursor.isAtEnd) cursor.refuse(MISSING_PARENTHESIS);
    if (cursor.take(')')) {
      this.#flags = flags;
      return fixed(EMPTY);
    }
    cursor.at++;
    const saved = this.#flags;
    this.#flags = flags;
    const body = this.#inner();
    this.#flags = saved;
    return repeatable(body);
  }

  /** A place where a program could be called; nothing is called here. */
  #callout(): Item {
    const cursor = this.#cursor;
    cursor.at++;
    if (cursor.isAtEnd) cursor.refuse(MISSING_PARENTHESIS);
    if (!/^[\d)]/.test(cursor.here)) {
      const delimiter = cursor.here;
      if (!'`\'"^%#${'.includes(delimiter))
        cursor.refuse('callout string delimiter must be one of `\'"^%#${ or a number');
      const close = cursor.source.indexOf(delimiter === '{' ? '}' : delimiter, cursor.at + 1);
      if (close < 0)
        cursor.refuse('missing terminating delimiter for callout with string argument', cursor.source.length);
      cursor.at = close + 1;
    } else
      for (let number = 0; /^\d/.test(cursor.here); ) {
        number = number * 10 + Number(cursor.here);
        cursor.at++;
        if (number > 255) cursor.refuse('number after (?C is greater than 255');
      }
    if (!cursor.take(')')) cursor.refuse('closing parenthesis for (?C expected');
    return fixed(EMPTY);
  }

  // ---------------------------------------------------------------- conditions
  #condition(): Item {
    const cursor = this.#cursor;
    const opened = cursor.at;
    cursor.at++;
    if (cursor.isAtEnd) cursor.refuse(MISSING_PARENTHESIS);
    if (/^[?*]/.test(cursor.here)) {
      cursor.at = opened;
      return this.#assertedCondition();
    }
    const node = { kind: 'condition' as const, index: 0, yes: EMPTY, no: EMPTY };
    const { asks, offset = opened - 2 } = this.#conditionTest(node);
    if (!cursor.take(')')) cursor.refuse('missing closing parenthesis for condition');
    const { yes, no } = this.#branches(offset);
    if (asks === 'define') return repeatable(EMPTY);
    if (asks === 'recursion') return repeatable(no);
    return repeatable(Object.assign(node, { yes, no }));
  }
  /** What a condition asks for: a group, which is told to `node`, or something that is never so here; where its name stands. */
  #conditionTest(node: { index: number }): { asks: 'group' | 'define' | 'recursion'; offset?: number } {
    const cursor = this.#cursor;
    const index = cursor.group();
    if (index !== undefined) {
      const offset = cursor.at - 2;
      if (index <= 0) cursor.refuseGroup();
      node.index = index;
      this.#judgements.push(() => {
        if (index > cursor.groups) cursor.refuseGroup(offset);
      });
      return { asks: 'group' };
    }
    if (cursor.take('R&')) {
      cursor.at--;
      cursor.name(')');
      cursor.at--;
      return { asks: 'recursion' };
    }
    const terminator = { '<': '>', "'": "'" }[cursor.here];
    if (terminator === undefined) cursor.at--;
    const { name, offset } = cursor.name(terminator ?? ')');
    if (terminator === undefined) {
      cursor.at--;
      if (name === 'DEFINE') return { asks: 'define' };
      if (/^R\d*$/.test(name)) return { asks: 'recursion' };
    }
    this.#judgements.push(() => {
      node.index = this.#names.get(name) ?? cursor.refuseGroup(offset);
    });
    return { asks: 'group', offset };
  }
  #assertedCondition(): Item {
    const cursor = this.#cursor;
    const opened = cursor.at;
    const rest = cursor.source.slice(cursor.at);
    if (rest.length < 4 || !/^\((?:\?(?:C|[=!*]|<[=!*])|\*[a-z])/.test(rest))
      cursor.refuse('assertion expected after (?( or (?(?C)');
    let look = this.#whole();
    if (rest.startsWith('(?C')) {
      if (!/^\((?:\?(?:[=!*]|<[=!*])|\*[a-z])/.test(cursor.source.slice(cursor.at)) || cursor.left < 4)
        cursor.refuse('assertion expected after (?( or (?(?C)');
      look = this.#whole();
    }
    const { yes, no } = this.#branches(opened - 2);
    if (look.kind !== 'look') return repeatable(yes);
    return repeatable({
      kind: 'alternation',
      parts: [sequenceOf([look, yes]), sequenceOf([{ ...look, negative: !look.negative }, no])],
    });
  }
  #whole(): RegexNode {
    this.#cursor.at++;
    return this.#group().node;
  }
  #branches(offset: number): { readonly yes: RegexNode; readonly no: RegexNode } {
    const body = this.#inner();
    if (body.kind !== 'alternation') return { yes: body, no: EMPTY };
    const [yes = EMPTY, no = EMPTY] = body.parts;
    if (body.parts.length > 2)
      this.#judgements.push(() =>
        this.#cursor.refuse('conditional subpattern contains more than two branches', offset),
      );
    return { yes, no };
  }

  // ---------------------------------------------------------------- verbs
  #verb(): Item {
    const cursor = this.#cursor;
    const next = cursor.source.charAt(cursor.at + 1);
    if (next === '' || next === ')') return fixed(EMPTY);
    if (/[a-z]/.test(next)) {
      const spoken = SPOKEN.get(cursor.verb());
      if (cursor.here !== ':' || spoken === undefined)
        return cursor.refuse('(*alpha_assertion) not recognized');
      if (spoken === '>') {
        cursor.at++;
        return repeatable({ kind: 'atomic', body: this.#inner() });
      }
      const begun = cursor.at + 1;
      const offset = begun - 1;
      cursor.at = begun;
      const body = this.#inner();
      if (spoken.startsWith('<')) this.#lookBehinds.push({ body, offset });
      return repeatable({
        kind: 'look',
        body,
        direction: spoken.startsWith('<') ? 'behind' : 'ahead',
        negative: spoken.endsWith('!'),
      });
    }
    const name = cursor.verb();
    if (!/^[:)]/.test(cursor.here) || (name !== '' && !VERBS.has(name))) cursor.refuse(BAD_VERB);
    const close = cursor.source.indexOf(')', cursor.at);
    if (close < 0) cursor.refuse(MISSING_PARENTHESIS, cursor.source.length);
    cursor.at = close + 1;
    if (name === 'F' || name === 'FAIL') return fixed(NEVER);
    this.#unmodelled ??= `(*${name}) is not modelled here`;
    return fixed(EMPTY);
  }
}
