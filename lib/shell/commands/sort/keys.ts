/** Keys of sort(1): `-k 2,2n`, and what of a line they cover. */
import { quoteValue } from '../quoting';
import type { Tool } from '../tool';
import { isDefault, newOrdering, type Ordering } from './order';

export interface KeySpec {
  readonly startField: number;
  readonly startCharacter: number;
  /** undefined: up to the end of the line. */
  readonly endField: number | undefined;
  /** 0: up to the end of the field. */
  readonly endCharacter: number;
  ordering: Ordering;
}

const TROUBLE = 2;

/** Reads the argument of -k. */
export function parseKey(tool: Tool, text: string): KeySpec {
  const reader = new KeyReader(tool, text);
  return reader.read();
}

class KeyReader {
  #at = 0;
  readonly #ordering = newOrdering();

  constructor(
    private readonly tool: Tool,
    private readonly text: string,
  ) {}

  read(): KeySpec {
    const startField = this.#number('invalid number at field start');
    if (startField === 0) this.#bad('field number is zero');
    let startCharacter = 1;
    if (this.#take('.')) {
      startCharacter = this.#number("invalid number after '.'");
      if (startCharacter === 0) this.#bad('character offset is zero');
    }
    this.#letters('start');
    if (!this.#take(','))
      return this.#done({ startField, startCharacter, endField: undefined, endCharacter: 0 });
    const endField = this.#number("invalid number after ','");
    if (endField === 0) this.#bad('field number is zero');
    const endCharacter = this.#take('.') ? this.#number("invalid number after '.'") : 0;
    this.#letters('end');
    return this.#done({ startField, startCharacter, endField, endCharacter });
  }

  #done(spec: Omit<KeySpec, 'ordering'>): KeySpec {
    if (this.#at < this.text.length) this.#bad('stray character in field spec');
    return { ...spec, ordering: this.#ordering };
  }

  #bad(message: string): never {
    return this.tool.fail(`${message}: invalid field specification ${quoteValue(this.text)}`, TROUBLE);
  }

  #take(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #number(message: string): number {
    const match = /^\d+/.exec(this.text.slice(this.#at));
    if (match === null)
      return this.tool.fail(
        `${message}: invalid count at start of ${quoteValue(this.text.slice(this.#at))}`,
        TROUBLE,
      );
    this.#at += match[0].length;
    return Number(match[0]);
  }

  #letters(place: 'start' | 'end'): void {
    while (this.#at < this.text.length && setOrdering(this.#ordering, this.text[this.#at] ?? '', place))
      this.#at++;
  }
}

const KINDS: Readonly<Record<string, Ordering['kind']>> = {
  n: 'numeric',
  g: 'general',
  h: 'human',
  M: 'month',
  R: 'random',
  V: 'version',
};

/** Applies one ordering letter; false when it is none. */
export function setOrdering(ordering: Ordering, letter: string, place: 'start' | 'end' | 'both'): boolean {
  const kind = KINDS[letter];
  if (kind !== undefined) {
    ordering.kind = kind;
    if (!ordering.kinds.includes(letter)) ordering.kinds += letter;
    return true;
  }
  switch (letter) {
    case 'b':
      if (place !== 'end') ordering.skipStartBlanks = true;
      if (place !== 'start') ordering.skipEndBlanks = true;
      return true;
    case 'd':
      ordering.dictionary = true;
      return true;
    case 'f':
      ordering.foldCase = true;
      return true;
    case 'i':
      ordering.printableOnly = true;
      return true;
    case 'r':
      ordering.reverse = true;
      return true;
    default:
      return false;
  }
}

/** Keys without options of their own take the global ones. */
export function inheritOrdering(keys: readonly KeySpec[], global: Ordering): void {
  for (const key of keys) if (isDefault(key.ordering)) key.ordering = { ...global };
}

/** What of `line` the key covers. */
export function keyText(line: string, key: KeySpec, separator: string | undefined): string {
  const start = startOf(line, key, separator);
  const end = endOf(line, key, separator);
  return end <= start ? '' : line.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n';
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (at < line.length && isBlank(line[at])) at++;
  return at;
}

/** The place after `count` fields. */
function skipFields(line: string, count: number, separator: string | undefined, past: boolean): number {
  let at = 0;
  for (let i = 0; i < count && at < line.length; i++) {
    if (separator === undefined) {
      at = skipBlanks(line, at);
      while (at < line.length && !isBlank(line[at])) at++;
    } else {
      const next = line.indexOf(separator, at);
      if (next < 0) return line.length;
      at = next + (past || i < count - 1 ? 1 : 0);
    }
  }
  return at;
}

function startOf(line: string, key: KeySpec, separator: string | undefined): number {
  let at = skipFields(line, key.startField - 1, separator, true);
  if (key.ordering.skipStartBlanks) at = skipBlanks(line, at);
  return Math.min(line.length, at + key.startCharacter - 1);
}

function endOf(line: string, key: KeySpec, separator: string | undefined): number {
  if (key.endField === undefined) return line.length;
  if (key.endCharacter === 0) return skipFields(line, key.endField, separator, false);
  let at = skipFields(line, key.endField - 1, separator, true);
  if (key.ordering.skipEndBlanks) at = skipBlanks(line, at);
  return Math.min(line.length, at + key.endCharacter);
}
