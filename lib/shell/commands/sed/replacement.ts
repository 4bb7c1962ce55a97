/** The right-hand side of `s`. */
export type CaseChange = 'upper' | 'lower' | 'none';

export type ReplacementPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'group'; readonly index: number }
  /** `\U` `\L` `\E`: until further notice. */
  | { readonly kind: 'case'; readonly to: CaseChange }
  /** `\u` `\l`: the next character. */
  | { readonly kind: 'next'; readonly to: CaseChange };

const CASES: Readonly<Record<string, ReplacementPart>> = {
  U: { kind: 'case', to: 'upper' },
  L: { kind: 'case', to: 'lower' },
  E: { kind: 'case', to: 'none' },
  u: { kind: 'next', to: 'upper' },
  l: { kind: 'next', to: 'lower' },
};

export function parseReplacement(source: string): ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  let text = '';
  const push = (part: ReplacementPart): void => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push(part);
  };
  for (let i = 0; i < source.length; i++) {
    const character = source[i] ?? '';
    if (character === '&') push({ kind: 'group', index: 0 });
    else if (character !== '\\') text += character;
    else {
      const next = source[++i];
      if (next === undefined) text += '\\';
      else if (/\d/.test(next)) push({ kind: 'group', index: Number(next) });
      else {
        const change = CASES[next];
        if (change !== undefined) push(change);
        else text += next === 'n' ? '\n' : next;
      }
    }
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

/** Puts replacements together, changing cases as told. */
export class CaseWriter {
  out = '';
  #lasting: CaseChange = 'none';
  #next: CaseChange = 'none';

  change(part: Extract<ReplacementPart, { kind: 'case' | 'next' }>): void {
    if (part.kind === 'next') this.#next = part.to;
    else {
      this.#lasting = part.to;
      this.#next = 'none';
    }
  }

  add(text: string): void {
    if (text === '') return;
    let changed = changedCase(text, this.#lasting);
    if (this.#next !== 'none') {
      const [first = ''] = text;
      changed = changedCase(first, this.#next) + changedCase(text.slice(first.length), this.#lasting);
      this.#next = 'none';
    }
    this.out += changed;
  }

  /** What lies between matches is left alone; the case changes end with each replacement. */
  plain(text: string): void {
    this.out += text;
    this.#lasting = 'none';
    this.#next = 'none';
  }
}

function changedCase(text: string, to: CaseChange): string {
  return to === 'upper' ? text.toUpperCase() : to === 'lower' ? text.toLowerCase() : text;
}
