/** How sort(1) compares two keys. Source: GNU coreutils `sort.c`. */
import { compareBytes, compareVersions } from '../collation';

export interface Ordering {
  /** Letters of all kinds that were given: more than one may not go together. */
  kinds: string;
  kind: 'text' | 'numeric' | 'general' | 'human' | 'month' | 'random' | 'version';
  reverse: boolean;
  /** Leading blanks of the key's start and end do not count. */
  skipStartBlanks: boolean;
  skipEndBlanks: boolean;
  foldCase: boolean;
  dictionary: boolean;
  printableOnly: boolean;
}

export function newOrdering(): Ordering {
  return {
    kinds: '',
    kind: 'text',
    reverse: false,
    skipStartBlanks: false,
    skipEndBlanks: false,
    foldCase: false,
    dictionary: false,
    printableOnly: false,
  };
}

/** Whether any ordering option was given for a key itself. */
export function isDefault(ordering: Ordering): boolean {
  return (
    ordering.kind === 'text' &&
    !ordering.reverse &&
    !ordering.skipStartBlanks &&
    !ordering.skipEndBlanks &&
    !ordering.foldCase &&
    !ordering.dictionary &&
    !ordering.printableOnly
  );
}

/** A key ready for comparing. */
export type SortKey = string | number | NumericKey;
export interface NumericKey {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
  readonly unit: number;
}

/** Prepares the key's text once. */
export function prepareKey(text: string, ordering: Ordering, salt: number): SortKey {
  switch (ordering.kind) {
    case 'numeric':
    case 'human':
      return numericKey(text, ordering.kind === 'human');
    case 'general':
      return generalNumber(text);
    case 'month':
      return monthOf(text);
    case 'version':
      return filtered(text, ordering);
    case 'random':
      return shuffled(filtered(text, ordering), salt);
    case 'text':
      return filtered(text, ordering);
  }
}

export function compareKeys(a: SortKey, b: SortKey, ordering: Ordering): number {
  if (typeof a === 'object' && typeof b === 'object') return compareNumeric(a, b);
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  return ordering.kind === 'version'
    ? compareVersions(String(a), String(b))
    : compareBytes(String(a), String(b));
}

function filtered(text: string, ordering: Ordering): string {
  let out = text;
  if (ordering.dictionary) out = out.replace(/[^A-Za-z0-9\s\u0080-\uffff]/g, '');
  else if (ordering.printableOnly) out = out.replace(/[\u0000-\u001f\u007f]/g, '');
  return ordering.foldCase ? out.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : out;
}

const UNITS = 'KMGTPEZY';

function numericKey(text: string, withUnit: boolean): NumericKey {
  const match = /^[ \t\n]*(-?)0*(\d*)(?:\.(\d*))?(.?)/s.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = (match?.[3] ?? '').replace(/0+$/, '');
  const isZero = whole === '' && fraction === '';
  const letter = (match?.[4] ?? '') === 'k' ? 'K' : (match?.[4] ?? '');
  const unit = withUnit && letter !== '' && !isZero ? UNITS.indexOf(letter) + 1 : 0;
  return { negative: match?.[1] === '-' && !isZero, whole, fraction, unit };
}

function compareNumeric(a: NumericKey, b: NumericKey): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const sign = a.negative ? -1 : 1;
  if (a.unit !== b.unit) return (a.unit - b.unit) * sign;
  if (a.whole.length !== b.whole.length) return (a.whole.length - b.whole.length) * sign;
  if (a.whole !== b.whole) return (a.whole < b.whole ? -1 : 1) * sign;
  if (a.fraction === b.fraction) return 0;
  return (a.fraction < b.fraction ? -1 : 1) * sign;
}

/** strtod(3); no number at all comes before every number, NaN between. */
function generalNumber(text: string): number {
  const match = /^\s*([-+]?(?:inf(?:inity)?|nan|0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?))/i.exec(text);
  if (match === null) return Number.NEGATIVE_INFINITY;
  const word = (match[1] ?? '').toLowerCase();
  if (word.includes('inf')) return word.startsWith('-') ? -Number.MAX_VALUE : Number.POSITIVE_INFINITY;
  return word.includes('nan') ? Number.NaN : Number(word);
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number.isNaN(a)
    ? Number.isNaN(b)
      ? 0
      : b === Number.NEGATIVE_INFINITY
        ? 1
        : -1
    : a === Number.NEGATIVE_INFINITY
      ? -1
      : 1;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function monthOf(text: string): number {
  return MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase()) + 1;
}

/** Equal keys stay together, all else is shuffled by a hash. */
function shuffled(text: string, salt: number): number {
  let hash = salt | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
