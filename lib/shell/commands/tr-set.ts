/** The sets of tr(1): `a-z`, `[:upper:]`, `[=e=]`, `[x*5]`, `\n`. Source: GNU coreutils `tr.c`. */
import { bytesFromText } from '../../std/bytes';
import { CHARACTER_CLASSES } from '../../std/regex/character-set';
import { quoteValue } from './quoting';

export class TrSetError {
  constructor(readonly message: string) {}
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };
interface Unit {
  readonly byte: number;
  readonly escaped: boolean;
}

export class TrSet {
  readonly bytes: number[] = [];
  hasClass = false;
  hasCaseClass = false;
  hasOtherClass = false;
  hasEquivalence = false;
  /** How many `[c*]` there are. */
  repeats = 0;
  /** Where `[:upper:]` and `[:lower:]` stand. */
  readonly caseClassesAt: number[] = [];
  #stretchAt = -1;
  #stretchByte = 0;

  static parse(text: string): TrSet | TrSetError {
    return new SetReader(text).read();
  }

  addStretch(byte: number): void {
    this.repeats++;
    this.#stretchAt = this.bytes.length;
    this.#stretchByte = byte;
  }

  /** As long as the other set: `[c*]` fills up, else the last one repeats. */
  stretched(length: number): number[] {
    const missing = Math.max(0, length - this.bytes.length);
    if (this.#stretchAt >= 0) {
      const fill = new Array<number>(missing).fill(this.#stretchByte);
      return [...this.bytes.slice(0, this.#stretchAt), ...fill, ...this.bytes.slice(this.#stretchAt)];
    }
    const last = this.bytes[this.bytes.length - 1];
    return last === undefined ? [] : [...this.bytes, ...new Array<number>(missing).fill(last)];
  }

  complement(): number[] {
    const members = new Set(this.bytes);
    return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !members.has(byte));
  }
}

class SetReader {
  readonly #units: Unit[] = [];
  readonly #set = new TrSet();

  constructor(text: string) {
    const bytes = bytesFromText(text);
    for (let i = 0; i < bytes.length; ) {
      const byte = bytes[i] ?? 0;
      if (byte !== 92 || i + 1 >= bytes.length) {
        this.#units.push({ byte, escaped: false });
        i++;
        continue;
      }
      const rest = String.fromCharCode(...bytes.subarray(i + 1, i + 4));
      const octal = /^[0-3]?[0-7]{1,2}/.exec(rest)?.[0];
      if (octal !== undefined) {
        this.#units.push({ byte: Number.parseInt(octal, 8), escaped: true });
        i += 1 + octal.length;
      } else {
        const letter = rest[0] ?? '';
        this.#units.push({ byte: ESCAPES[letter] ?? letter.charCodeAt(0), escaped: true });
        i += 2;
      }
    }
  }

  read(): TrSet | TrSetError {
    for (let at = 0; at < this.#units.length; ) {
      const bracketed = this.#bracketed(at);
      if (bracketed instanceof TrSetError) return bracketed;
      if (bracketed > 0) {
        at += bracketed;
        continue;
      }
      const length = this.#plain(at);
      if (length instanceof TrSetError) return length;
      at += length;
    }
    return this.#set;
  }

  #is(at: number, character: string): boolean {
    const unit = this.#units[at];
    return unit !== undefined && !unit.escaped && unit.byte === character.charCodeAt(0);
  }

  #byte(at: number): number {
    return this.#units[at]?.byte ?? 0;
  }

  /** A single character or a range. */
  #plain(at: number): number | TrSetError {
    if (!this.#is(at + 1, '-') || at + 2 >= this.#units.length) {
      this.#set.bytes.push(this.#byte(at));
      return 1;
    }
    const first = this.#byte(at);
    const last = this.#byte(at + 2);
    if (first > last)
      return new TrSetError(
        `range-endpoints of '${show(first)}-${show(last)}' are in reverse collating sequence order`,
      );
    for (let byte = first; byte <= last; byte++) this.#set.bytes.push(byte);
    return 3;
  }

  /** `[:class:]`, `[=c=]`, `[c*n]`: how many units it takes, 0 when it is none. */
  #bracketed(at: number): number | TrSetError {
    if (!this.#is(at, '[')) return 0;
    for (const mark of [':', '=']) {
      if (!this.#is(at + 1, mark)) continue;
      for (let end = at + 2; end + 1 < this.#units.length; end++) {
        if (this.#is(end, mark) && this.#is(end + 1, ']') && (mark === ':' || end > at + 2))
          return this.#named(mark, at, end);
      }
    }
    return this.#repeat(at);
  }

  #named(mark: string, at: number, end: number): number | TrSetError {
    const name = String.fromCharCode(...this.#units.slice(at + 2, end).map((unit) => unit.byte));
    if (mark === '=') {
      if (name.length !== 1)
        return new TrSetError(`${name}: equivalence class operand must be a single character`);
      this.#set.hasEquivalence = true;
      this.#set.bytes.push(name.charCodeAt(0));
      return end + 2 - at;
    }
    const members = CHARACTER_CLASSES.get(name);
    if (name === '') return new TrSetError("missing character class name '[::]'");
    if (members === undefined) return new TrSetError(`invalid character class ${quoteValue(name)}`);
    this.#set.hasClass = true;
    if (name === 'upper' || name === 'lower') {
      this.#set.hasCaseClass = true;
      this.#set.caseClassesAt.push(this.#set.bytes.length);
    } else this.#set.hasOtherClass = true;
    for (let byte = 0; byte < 128; byte++) if (members.has(byte)) this.#set.bytes.push(byte);
    return end + 2 - at;
  }

  #repeat(at: number): number | TrSetError {
    if (!this.#is(at + 2, '*') || at + 1 >= this.#units.length) return 0;
    let digits = '';
    let end = at + 3;
    while (end < this.#units.length && !this.#is(end, ']')) digits += String.fromCharCode(this.#byte(end++));
    if (end >= this.#units.length) return 0;
    if (!/^\d*$/.test(digits))
      return new TrSetError(`invalid repeat count ${quoteValue(digits)} in [c*n] construct`);
    const count = digits === '' ? 0 : Number.parseInt(digits, digits.startsWith('0') ? 8 : 10);
    if (count === 0) this.#set.addStretch(this.#byte(at + 1));
    for (let i = 0; i < count; i++) this.#set.bytes.push(this.#byte(at + 1));
    return end + 1 - at;
  }
}

function show(byte: number): string {
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
}
