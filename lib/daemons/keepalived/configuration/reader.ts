/**
 * Walks the logical lines of a configuration by a tree of keywords, as
 * `process_stream` and `alloc_value_block` of keepalived 2.2.7 do
 * (lib/parser.c): what a brace, an unknown keyword or a missing parameter leads
 * to. What a keyword means is its handler's business.
 */

import { splitQuotedEscaped } from '../grammar';
import { type LineSource } from './line-source';
import type { LogicalLine } from './lines';
import { type Reports } from './report';

export type Words = readonly string[];

/** One keyword that is known where the reader stands. */
export interface Keyword {
  /** false: this process skips it, block and all */
  readonly isActive: boolean;
  /** called with undefined when inactive */
  readonly handle?: (words: Words | undefined) => void;
  /** keywords of its block; a keyword without them reads its own block, if any */
  readonly body?: (() => KeywordTree) | undefined;
  /** after the block */
  readonly end?: () => void;
}
export type KeywordTree = ReadonlyMap<string, Keyword>;

/** A tree that is made when its block is met: most files need few of them. */
export function whenMet(make: () => KeywordTree): () => KeywordTree {
  let made: KeywordTree | undefined;
  return () => (made ??= make());
}

/** What a number may be. */
export interface Range {
  readonly lowest: number;
  readonly highest: number;
  /** tolerated when running, though complained of (`ignore_error`) */
  readonly tolerant: boolean;
}

const INT_MAX = 2_147_483_647;
const UINT64_END = 2 ** 64;
export const UINT_MAX = 4_294_967_295;

export class Reader {
  /** the line being handled, with its quotes */
  rawLine = '';
  /** blocks to skip: -1 before its opening brace */
  #skipping = 0;
  #level = 0;

  constructor(
    readonly reports: Reports,
    readonly source: LineSource,
    readonly options: { readonly isTest: boolean },
  ) {}

  /** Reads everything. */
  run(keywords: KeywordTree): void {
    this.reports.place = () => this.source.place();
    this.#stream(keywords, false);
    const left = this.source.openBlocks;
    this.reports.place = undefined;
    if (left > 0) this.reports.complain('missing-brace', `There are ${left} missing '}'s or extra '{'s`);
  }

  /** Does not read the rest of this keyword's block. */
  skipBlock(options: { readonly isBraceNext: boolean }): void {
    this.#skipping = options.isBraceNext ? -1 : 1;
  }

  /** The word at an index; a missing one ends the process. */
  word(words: Words, index: number): string {
    const found = words[index];
    if (found !== undefined) return found;
    const first = words[0] ?? '***MISSING ***';
    const before = words[index - 1];
    this.reports.abort(
      before === undefined
        ? `*** Configuration line starting \`${first}\` is missing a parameter at word position ${index + 1}`
        : `*** Configuration line starting \`${first}\` is missing a parameter after keyword \`${before}\` at word position ${index + 1}`,
    );
    return '';
  }

  #words(line: LogicalLine): Words | undefined {
    this.rawLine = line.text;
    if (line.isUnmatched) this.reports.complain('unmatched-quote', `Unmatched quote: '${line.text}'`);
    return line.words.length === 0 ? undefined : line.words;
  }

  /** @returns true when the block was skipped up to its end */
  #stream(keywords: KeywordTree, needsBrace: boolean): boolean {
    let isBraceNeeded = needsBrace;
    for (
      let line = this.source.next();
      line !== undefined && !this.reports.isAborted;
      line = this.source.next()
    ) {
      if (this.#skipping > 0 && !line.text.includes('"')) {
        if (this.#skipWord(line.text) && this.#level > 0) return true;
        continue;
      }
      const words = this.#words(line);
      const first = words?.[0];
      if (words === undefined || first === undefined) continue;
      if (this.#skipping === -1) {
        if (first === '{') {
          this.#skipping = 1;
          isBraceNeeded = false;
          continue;
        }
        this.#skipping = 0;
      }
      if (this.#skipping > 0) {
        if (words.some((word) => this.#skipWord(word)) && this.#level > 0) return true;
        continue;
      }
      if (isBraceNeeded) {
        isBraceNeeded = false;
        if (first === '{' && this.#level > 0) continue;
        this.reports.complain('missing-brace', "Missing '{' at beginning of configuration block");
      } else if (first === '{') {
        this.reports.complain('unexpected-brace', "Unexpected '{' - ignoring");
        continue;
      }
      if (first === '}' && this.#level > 0) return false;
      const keyword = keywords.get(first);
      if (keyword === undefined) this.reports.unknown(first);
      else this.#handle(keyword, words);
    }
    return false;
  }

  /** True when the skipped block has ended. A brace outside quotes is a line by itself. */
  #skipWord(word: string): boolean {
    if (word === '{') this.#skipping++;
    return word === '}' && --this.#skipping === 0;
  }

  #handle(keyword: Keyword, words: Words): void {
    if (!keyword.isActive) {
      this.#skipping = -1;
      keyword.handle?.(undefined);
      return;
    }
    keyword.handle?.(words);
    if (keyword.body === undefined || this.reports.isAborted) return;
    this.#level++;
    const wasSkipped = this.#stream(keyword.body(), true);
    this.#level--;
    if (!wasSkipped && !this.reports.isAborted) keyword.end?.();
  }

  /** A list of lines in braces (`alloc_value_block`). */
  valueBlock(words: Words, each: (line: Words) => void): void {
    const extra = words[1];
    if (extra !== undefined)
      this.reports.complain('general', `Block ${words[0]} has extra parameters ${extra} ...`);
    let isBraceNeeded = true;
    for (
      let line = this.source.next();
      line !== undefined && !this.reports.isAborted;
      line = this.source.next()
    ) {
      const values = this.#words(line);
      if (values === undefined) continue;
      if (isBraceNeeded) {
        isBraceNeeded = false;
        if (values[0] === '{') continue;
        this.reports.log(`'{' missing from beginning of block ${words[0]}`);
      }
      if (values.at(-1) === '}') {
        if (values.length > 1) each(values.slice(0, -1));
        return;
      }
      each(values);
    }
  }

  /** Sets what a missing include leads to. */
  includeCheck(words: Words): void {
    const unknown = this.source.setIncludeCheck(words.slice(1));
    for (const word of unknown)
      this.reports.complain('general', `Unknown include_check type '${word}' - ignoring`);
  }

  /** All words of a list of lines; undefined when it is empty (`read_value_block`). */
  readBlock(words: Words): Words | undefined {
    const all: string[] = [];
    this.valueBlock(words, (line) => all.push(...line));
    return all.length === 0 ? undefined : all;
  }

  /** The words of this line by the rules of script lines: both quotes, escapes. */
  scriptWords(text: string = this.rawLine): Words | undefined {
    const { words, fault } = splitQuotedEscaped(text);
    if (fault?.kind === 'quote')
      this.reports.complain('unmatched-quote', `String '${text}': missing terminating ${fault.quote}`);
    if (fault?.kind === 'escape') this.reports.log(`Missing escape char at end: '${text}'`);
    return words.length === 0 ? undefined : words;
  }

  // ---------------------------------------------------------------- numbers (read_int_func and its kin)

  #warning(range: Range): string {
    return range.tolerant && !this.options.isTest ? 'WARNING - ' : '';
  }
  #tolerates(value: number, range: Range): boolean {
    return range.tolerant && value >= range.lowest && value <= range.highest && !this.options.isTest;
  }

  /** A signed number; undefined when it is refused. */
  integer(text: string, range: Range): number | undefined {
    const { value, isWhole } = parseNumber(text);
    const warning = this.#warning(range);
    if (!isWhole) this.reports.complain('invalid-number', `${warning}invalid number '${text}'`);
    else if (Math.abs(value) > INT_MAX)
      this.reports.complain('invalid-number', `${warning}number '${text}' outside integer range`);
    else if (value < range.lowest || value > range.highest) {
      this.reports.complain(
        'invalid-number',
        `number '${text}' outside range [${range.lowest}, ${range.highest}]`,
      );
    } else return value;
    return this.#tolerates(value, range) ? value : undefined;
  }

  /** A number without sign; undefined when it is refused. */
  unsigned(text: string, range: Range): number | undefined {
    const { value, isWhole } = parseNumber(text);
    const warning = this.#warning(range);
    if (/^\s*-/.test(text)) this.reports.complain('invalid-number', `${warning}negative number '${text}'`);
    else if (!isWhole) this.reports.complain('invalid-number', `${warning}invalid number '${text}'`);
    else if (value > UINT_MAX)
      this.reports.complain('invalid-number', `${warning}number '${text}' outside unsigned integer range`);
    else if (value < range.lowest || value > range.highest) {
      this.reports.complain(
        'invalid-number',
        `${warning}number '${text}' outside range [${range.lowest}, ${range.highest}]`,
      );
    } else return value;
    return this.#tolerates(value, range) ? value : undefined;
  }

  /** Seconds with up to six decimals, in microseconds. */
  seconds(text: string, range: Range): number | undefined {
    const warning = this.#warning(range);
    const refuse = (what: string): void => this.reports.complain('invalid-number', `${warning}${what}`);
    if (text.startsWith('-')) {
      refuse(`negative number '${text}'`);
      return undefined;
    }
    const dot = text.indexOf('.');
    const decimals = dot < 0 ? '' : text.slice(dot + 1);
    let roundsUp = false;
    if (decimals.length > 6) {
      refuse(`number '${text}' has too many decimal places`);
      roundsUp = decimals.charAt(6) >= '5';
    }
    const digits = (dot < 0 ? text : text.slice(0, dot)) + decimals.slice(0, 6).padEnd(6, '0');
    const parsed = parseNumber(digits);
    const value = parsed.value + (roundsUp ? 1 : 0);
    if (!parsed.isWhole) refuse(`invalid number '${text}'`);
    else if (value >= UINT64_END) {
      refuse(`number '${text}' outside unsigned decimal range`);
      return undefined;
    } else if (value < range.lowest || value > range.highest) {
      refuse(`number '${text}' outside range [${decimal(range.lowest)}, ${decimal(range.highest)}]`);
    } else return value;
    return range.tolerant && value >= range.lowest && value <= range.highest ? value : undefined;
  }

  /** on/true/yes, off/false/no, else undefined. */
  switchValue(text: string): boolean | undefined {
    if (text === 'true' || text === 'on' || text === 'yes') return true;
    if (text === 'false' || text === 'off' || text === 'no') return false;
    return undefined;
  }
}

/** As strtol(3) in base 10: leading blanks, a sign, digits; whole when nothing follows. */
function parseNumber(text: string): { readonly value: number; readonly isWhole: boolean } {
  const found = /^\s*([-+]?\d+)/.exec(text);
  if (found === null) return { value: 0, isWhole: text === '' };
  return { value: Number(found[1]), isWhole: found[0].length === text.length };
}

function decimal(micros: number): string {
  // The highest that keepalived takes lies beyond what numbers hold exactly here.
  if (micros >= UINT64_END) return '18446744073709.551614';
  return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;
}
