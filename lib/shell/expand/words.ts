/** Expansion of words. Order as in bash(1) "EXPANSION": braces, then tilde, parameters, arithmetic and commands from left to right, splitting, pathnames. */
import type { Run, Shell } from '../shell';
import type { Word } from '../syntax/tree';
import { makeWord } from '../syntax/words';
import { type ParameterPart, type Part, partsOf } from '../syntax/word-parts';
import { BraceOverflow, expandBraces } from './braces';
import { type Field, FieldBuilder } from './fields';
import { expandPathname } from './glob';
import { escapePattern } from './pattern';
import { expandParameter, type Expansion } from './parameter';
import { expandTilde } from './tilde';

const braceCache = new Map<string, readonly Word[]>();

/** The fields that the words of a command give. */
export function* expandWords(shell: Shell, words: readonly Word[]): Run<string[]> {
  const out: string[] = [];
  for (const word of words) {
    if (word.plain !== undefined) out.push(word.plain);
    else yield* expandWordInto(shell, word, out);
  }
  return out;
}

export function* expandWordInto(shell: Shell, word: Word, out: string[]): Run<void> {
  if (word.mayBrace && shell.options.braceexpand && shell.dialect === 'bash') {
    for (const single of yield* bracedWords(shell, word)) yield* expandSingle(shell, single, out);
  } else yield* expandSingle(shell, word, out);
}

function* bracedWords(shell: Shell, word: Word): Run<readonly Word[]> {
  const known = braceCache.get(word.text);
  if (known !== undefined) return known;
  let texts: string[];
  try {
    texts = expandBraces(word.text);
  } catch (problem) {
    if (!(problem instanceof BraceOverflow)) throw problem;
    yield* shell.complain(`brace expansion: failed to allocate memory for ${problem.count} elements`);
    return [word];
  }
  const words =
    texts.length === 1 && texts[0] === word.text
      ? [word]
      : // A backslash alone quotes nothing and is gone: {A..c}.
        texts.filter((text) => text !== '').map((text) => makeWord(text === '\\' ? "''" : text));
  if (braceCache.size > 300) braceCache.clear();
  if (words.length < 1000) braceCache.set(word.text, words);
  return words;
}

function* expandSingle(shell: Shell, word: Word, out: string[]): Run<void> {
  if (word.plain !== undefined) {
    out.push(word.plain);
    return;
  }
  const builder = new FieldBuilder(shell.ifs, shell.shopt.extglob);
  yield* expandParts(shell, partsOf(word), builder);
  for (const field of builder.finish()) {
    if (!field.globs || shell.options.noglob) out.push(field.text);
    else yield* globInto(shell, field, out);
  }
}

function* globInto(shell: Shell, field: Field, out: string[]): Run<void> {
  const found = expandPathname(shell, field.pattern);
  if (found === undefined) out.push(field.text);
  else if (found.length > 0) for (const path of found) out.push(path);
  else if (shell.shopt.failglob) yield* shell.dropLine(`no match: ${field.text}`);
  else if (!shell.shopt.nullglob) out.push(field.text);
}

/** One text: no splitting, no pathnames. Values of assignments, `case` subjects, here-strings. */
export function* expandText(shell: Shell, word: Word): Run<string> {
  if (word.plain !== undefined) return word.plain;
  return (yield* expandJoined(shell, partsOf(word))).text;
}

/** A pattern for `case`, `[[ ]]`, `${x#…}`: quoted characters stand for themselves. */
export function* expandPattern(shell: Shell, word: Word): Run<string> {
  if (word.plain !== undefined) return escapePattern(word.plain);
  return (yield* expandJoined(shell, partsOf(word))).pattern;
}

export function* expandJoined(shell: Shell, parts: readonly Part[]): Run<Field> {
  const builder = new FieldBuilder(undefined, shell.shopt.extglob);
  yield* expandParts(shell, parts, builder, { joined: true });
  return builder.joined();
}

/** A redirection's target: all fields, so that more than one can be refused. */
export function* expandFields(shell: Shell, word: Word): Run<string[]> {
  const out: string[] = [];
  yield* expandWordInto(shell, word, out);
  return out;
}

export function* expandParts(
  shell: Shell,
  parts: readonly Part[],
  builder: FieldBuilder,
  options: { readonly joined?: boolean } = {},
): Run<void> {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        if (part.quoted) builder.quoted(part.text);
        else builder.literal(part.text);
        break;
      case 'parameter':
        addExpansion(
          shell,
          part,
          yield* expandParameter(shell, part, { joined: options.joined ?? false, expand: expansions }),
          builder,
          options.joined ?? false,
        );
        break;
      case 'command':
        addText(
          part.quoted,
          yield* shell.machinery.substitute(shell, part.text, { backquoted: part.backquoted }),
          builder,
        );
        break;
      case 'arithmetic': {
        const expression = (yield* expandJoined(shell, partsOf(part.expression))).text;
        addText(part.quoted, String(yield* arithmeticAlone(shell, expression)), builder);
        break;
      }
      case 'process':
        builder.quoted(yield* shell.machinery.processSubstitution(shell, part.direction, part.text));
        break;
      case 'tilde':
        builder.quoted(expandTilde(shell, part.user));
        break;
      case 'bad':
        yield* badSubstitution(shell, part);
    }
  }
}

/** `$(( ))` does not name the command it stands in. */
function* arithmeticAlone(shell: Shell, expression: string): Run<bigint> {
  const before = shell.commandName;
  shell.commandName = undefined;
  const value = yield* shell.arithmetic(expression);
  shell.commandName = before;
  return value;
}

function* badSubstitution(shell: Shell, { text, isOpen }: Part & { kind: 'bad' }): Run<void> {
  if (shell.dialect === 'dash') yield* shell.failFatally('Bad substitution');
  if (isOpen === true) yield* shell.dropLine(`bad substitution: no closing \`}' in ${text}`);
  yield* shell.dropLine(`${text}: bad substitution`);
}

function addText(quoted: boolean, text: string, builder: FieldBuilder): void {
  if (quoted) builder.quoted(text);
  else builder.result(text);
}

function addExpansion(
  shell: Shell,
  part: ParameterPart,
  expansion: Expansion,
  builder: FieldBuilder,
  joined: boolean,
): void {
  switch (expansion.kind) {
    case 'text':
      addText(part.quoted, expansion.text, builder);
      return;
    case 'word':
      // The word of `${x:-word}` has been added by its own parts.
      for (const field of expansion.fields) addField(field, builder);
      return;
    case 'list': {
      const separator =
        joined && !expansion.star
          ? ' '
          : shell.variables.get('IFS') === undefined
            ? ' '
            : (shell.ifs[0] ?? '');
      if (joined || (part.quoted && expansion.star)) {
        addText(part.quoted, expansion.values.join(separator), builder);
        return;
      }
      expansion.values.forEach((value, index) => {
        if (index > 0) builder.endField(part.quoted);
        addText(part.quoted, value, builder);
      });
    }
  }
}

function addField(field: WordPiece, builder: FieldBuilder): void {
  switch (field.kind) {
    case 'quoted':
      builder.quoted(field.text);
      return;
    case 'literal':
      builder.literal(field.text);
      return;
    case 'result':
      builder.result(field.text);
      return;
    case 'end':
      builder.endField(field.always);
  }
}

/** Steps of a builder, recorded to be played into another one. */
export type WordPiece =
  | { readonly kind: 'quoted' | 'literal' | 'result'; readonly text: string }
  | { readonly kind: 'end'; readonly always: boolean };

class Recorder extends FieldBuilder {
  readonly pieces: WordPiece[] = [];
  constructor(extglob: boolean) {
    super(undefined, extglob);
  }
  override quoted(text: string): void {
    this.pieces.push({ kind: 'quoted', text });
  }
  override literal(text: string): void {
    // In the word of an unquoted expansion blanks divide as in any result.
    this.pieces.push({ kind: 'result', text });
  }
  override result(text: string): void {
    this.pieces.push({ kind: 'result', text });
  }
  override endField(always: boolean): void {
    this.pieces.push({ kind: 'end', always });
  }
}

/** What `parameter.ts` needs of this file. */
export interface Expansions {
  text(shell: Shell, word: Word): Run<string>;
  pattern(shell: Shell, word: Word): Run<string>;
  /** The word as pieces that keep what was quoted in it. */
  pieces(shell: Shell, word: Word, options: { readonly joined: boolean }): Run<readonly WordPiece[]>;
}

const expansions: Expansions = {
  text: expandText,
  pattern: expandPattern,
  *pieces(shell, word, options) {
    const recorder = new Recorder(shell.shopt.extglob);
    yield* expandParts(shell, partsOf(word), recorder, options);
    return recorder.pieces;
  },
};
