/**
 * Parsed text, kept by text: a check that runs every second is read once.
 * Trees number their lines from 1; whoever runs them adds where the text stood.
 */
import { Parser, type Unit } from './parser';
import type { LexerOptions } from './lexer';
import { Source } from './source';

const MOST_TEXTS = 600;
const LONGEST_TEXT = 20_000;

/** Reads a text unit by unit; a unit is read when the one before it has run. */
export interface UnitReader {
  /** The next unit under the options in force now; undefined at the end. */
  next(options: LexerOptions): Unit | undefined;
}

const texts = new Map<string, Unit[]>();

function keyOf(text: string, options: LexerOptions): string {
  return `${options.dialect === 'bash' ? 'b' : 'd'}${options.extglob ? '+' : '-'}${text}`;
}

/** A reader of `text` that shares what others have read of the same text under the same options. */
export function readUnits(text: string, first: LexerOptions): UnitReader {
  if (first.aliases !== undefined && first.aliases.size > 0) return new FreshReader(text);
  const key = keyOf(text, first);
  const known = texts.get(key);
  if (known !== undefined) return new KnownReader(text, key, known);
  return new FreshReader(text, text.length > LONGEST_TEXT ? undefined : { key, units: [] });
}

class KnownReader implements UnitReader {
  #index = 0;
  #pos = 0;
  #fresh: FreshReader | undefined;

  constructor(
    private readonly text: string,
    private readonly key: string,
    private readonly units: readonly Unit[],
  ) {}

  next(options: LexerOptions): Unit | undefined {
    if (this.#fresh !== undefined) return this.#fresh.next(options);
    const hasAliases = options.aliases !== undefined && options.aliases.size > 0;
    if (hasAliases || keyOf(this.text, options) !== this.key) {
      this.#fresh = new FreshReader(this.text, undefined, this.#pos);
      return this.#fresh.next(options);
    }
    const unit = this.units[this.#index++];
    this.#pos += unit?.text.length ?? 0;
    return unit;
  }
}

class FreshReader implements UnitReader {
  readonly #source: Source;
  #record: { readonly key: string; readonly units: Unit[] } | undefined;

  constructor(text: string, record?: { readonly key: string; readonly units: Unit[] }, from = 0) {
    this.#source = new Source(text);
    this.#source.pos = from;
    this.#record = record;
  }

  next(options: LexerOptions): Unit | undefined {
    const record = this.#record;
    const hasAliases = options.aliases !== undefined && options.aliases.size > 0;
    if (
      record !== undefined &&
      (hasAliases || keyOf(this.#source.text, options).slice(0, 2) !== record.key.slice(0, 2))
    )
      this.#record = undefined;
    const unit = new Parser(this.#source, options).unit();
    if (this.#record !== undefined && record !== undefined) {
      if (unit === undefined) remember(record.key, record.units);
      else record.units.push(unit);
    }
    return unit;
  }
}

function remember(key: string, units: Unit[]): void {
  if (texts.size >= MOST_TEXTS) texts.delete(texts.keys().next().value ?? '');
  texts.set(key, units);
}
