/** The current record and its fields, split when first asked for. */
import type { Pattern } from '../../../std/regex/pattern';
import { fromInput, type Value } from './value';

export type Separator =
  | { readonly kind: 'blanks' }
  | { readonly kind: 'characters' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pattern'; readonly pattern: Pattern }
  /** FPAT: what fields look like. */
  | { readonly kind: 'content'; readonly pattern: Pattern }
  | { readonly kind: 'widths'; readonly widths: readonly number[] };

/** Splits, telling what stood between the parts as well. */
export function splitText(text: string, separator: Separator): { parts: string[]; between: string[] } {
  if (text === '') return { parts: [], between: [] };
  switch (separator.kind) {
    case 'blanks': {
      const parts = text.split(/[ \t\n]+/);
      const between: string[] = text.match(/[ \t\n]+/g) ?? [];
      if (parts[0] === '') parts.shift();
      else between.unshift('');
      if (parts[parts.length - 1] === '') parts.pop();
      return { parts, between };
    }
    case 'characters': {
      const parts = [...text];
      return { parts, between: parts.slice(1).map(() => '') };
    }
    case 'text': {
      const parts = text.split(separator.text);
      return { parts, between: parts.slice(1).map(() => separator.text) };
    }
    case 'pattern':
      return byPattern(text, separator.pattern);
    case 'content':
      return byContent(text, separator.pattern);
    case 'widths': {
      const parts: string[] = [];
      let at = 0;
      for (const width of separator.widths) {
        if (at >= text.length) break;
        parts.push(text.slice(at, at + width));
        at += width;
      }
      return { parts, between: [] };
    }
  }
}

function byPattern(text: string, pattern: Pattern): { parts: string[]; between: string[] } {
  const parts: string[] = [];
  const between: string[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; ) {
    const span = pattern.find(text, at);
    if (span === undefined) break;
    if (span.end === span.start) {
      at = span.end + 1;
      continue;
    }
    parts.push(text.slice(from, span.start));
    between.push(text.slice(span.start, span.end));
    from = span.end;
    at = span.end;
  }
  parts.push(text.slice(from));
  return { parts, between };
}

function byContent(text: string, pattern: Pattern): { parts: string[]; between: string[] } {
  const parts: string[] = [];
  const between: string[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; ) {
    const span = pattern.find(text, at);
    if (span === undefined) break;
    if (parts.length > 0) between.push(text.slice(from, span.start));
    parts.push(text.slice(span.start, span.end));
    from = span.end;
    at = span.end === span.start ? span.end + 1 : span.end + (text[span.end] === undefined ? 1 : 0);
    if (at === span.end) at = span.end + 1;
  }
  return { parts, between };
}

export class Fields {
  #record = '';
  #fields: Value[] = [];
  #isSplit = true;
  #isJoined = true;
  #separator: Separator = { kind: 'blanks' };

  constructor(private readonly joiner: () => { ofs: string; text: (value: Value) => string }) {}

  /** A new record; it is split by the separator in force now. */
  set(record: string, separator: Separator): void {
    this.#record = record;
    this.#separator = separator;
    this.#isSplit = false;
    this.#isJoined = true;
  }

  get record(): string {
    if (!this.#isJoined) {
      const { ofs, text } = this.joiner();
      this.#record = this.#fields.map(text).join(ofs);
      this.#isJoined = true;
    }
    return this.#record;
  }

  #split(): Value[] {
    if (!this.#isSplit) {
      this.#fields = splitText(this.#record, this.#separator).parts.map(fromInput);
      this.#isSplit = true;
    }
    return this.#fields;
  }

  get count(): number {
    return this.#split().length;
  }

  set count(count: number) {
    const fields = this.#split();
    while (fields.length < count) fields.push('');
    fields.length = count;
    this.#isJoined = false;
  }

  get(index: number): Value {
    return this.#split()[index - 1];
  }

  assign(index: number, value: Value): void {
    const fields = this.#split();
    while (fields.length < index) fields.push('');
    fields[index - 1] = value ?? '';
    this.#isJoined = false;
  }
}
