/** Builds the fields of a word while its parts are expanded: splitting at IFS, and the pattern for pathname expansion beside the text. */
import { escapePattern, hasGlobCharacters } from './pattern';

export interface Field {
  readonly text: string;
  /** The text as a pattern: what was quoted is escaped. */
  readonly pattern: string;
  /** Something unquoted in it means more than itself. */
  readonly globs: boolean;
}

export class FieldBuilder {
  readonly fields: Field[] = [];
  #text = '';
  #pattern = '';
  #globs = false;
  #exists = false;

  constructor(
    /** Undefined: results are not split. */
    private readonly ifs: string | undefined,
    private readonly extglob: boolean,
  ) {}

  quoted(text: string): void {
    this.#text += text;
    this.#pattern += escapePattern(text);
    this.#exists = true;
  }

  /** Unquoted text of the word itself: never split. */
  literal(text: string): void {
    this.#append(text);
  }

  /** The unquoted result of an expansion. */
  result(text: string): void {
    if (text === '') return;
    if (this.ifs === undefined || this.ifs === '') this.#append(text);
    else this.#split(text, this.ifs);
  }

  /** Ends the present field, an empty one only when `always`. */
  endField(always: boolean): void {
    if (this.#exists || always)
      this.fields.push({ text: this.#text, pattern: this.#pattern, globs: this.#globs });
    this.#text = '';
    this.#pattern = '';
    this.#globs = false;
    this.#exists = false;
  }

  finish(): readonly Field[] {
    this.endField(false);
    return this.fields;
  }

  /** Everything as one text, without regard to fields. */
  joined(): Field {
    return { text: this.#text, pattern: this.#pattern, globs: this.#globs };
  }

  #append(text: string): void {
    this.#text += text;
    this.#pattern += text;
    this.#globs ||= hasGlobCharacters(text, this.extglob);
    this.#exists = true;
  }

  #split(text: string, ifs: string): void {
    let at = 0;
    while (at < text.length) {
      const start = at;
      while (at < text.length && !ifs.includes(text[at] ?? '')) at++;
      if (at > start) this.#append(text.slice(start, at));
      if (at >= text.length) return;
      const blanksFrom = at;
      at = skipBlanks(text, at, ifs);
      const divider = text[at];
      if (divider !== undefined && ifs.includes(divider) && !isBlank(divider)) {
        at = skipBlanks(text, at + 1, ifs);
        this.endField(true);
      } else if (at > blanksFrom) this.endField(false);
    }
  }
}

function isBlank(c: string): boolean {
  return c === ' ' || c === '\t' || c === '\n';
}

function skipBlanks(text: string, from: number, ifs: string): number {
  let at = from;
  while (at < text.length && isBlank(text[at] ?? '') && ifs.includes(text[at] ?? '')) at++;
  return at;
}
