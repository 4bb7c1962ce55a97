/**
 * The bans of floors B to 4 that the linter has no rule for, or whose rule does not name the
 * replacement. The others (Date, Math.random, setTimeout, crypto, …) stand in .oxlintrc.json.
 */

import { type Source, type Token, tokens } from './source-tokens';

const STEP =
  'write a step of the kernel, or a generator where a program waits: promises settle in an order that the host decides';
const BARE_MATH = 'name the function (Math.floor …), so that the bans on inexact ones can see it';
const EXACT = 'the last bits differ between engines: multiply, shift, or use a table of lib/std';

type Ban = { readonly told: string; readonly at: (all: readonly Token[], index: number) => boolean };

const BANS: readonly Ban[] = [
  { told: `"async": ${STEP}`, at: (all, i) => isCode(all, i, 'async') && startsFunction(all[i + 1]) },
  { told: `"await": ${STEP}`, at: (all, i) => isCode(all, i, 'await') },
  {
    told: `"Promise": ${STEP}`,
    at: (all, i) =>
      /^(Promise|PromiseLike|AsyncGenerator|AsyncIterable)$/.test(all[i]?.text ?? '') && isCode(all, i),
  },
  { told: `a bare "Math": ${BARE_MATH}`, at: (all, i) => isCode(all, i, 'Math') && all[i + 1]?.text !== '.' },
  { told: `"**" between values: ${EXACT}`, at: (all, i) => isPower(all, i) },
];

/** Every use of a banned thing as `file:line: what, and what to write instead`. */
export function bannedIn({ path, text }: Source): string[] {
  const all = tokens(text);
  return all.flatMap((token, i) =>
    BANS.filter((ban) => ban.at(all, i)).map((ban) => `${path}:${token.line}: ${ban.told}`),
  );
}

/** A word that is neither a property's name nor a key. */
function isCode(all: readonly Token[], index: number, word?: string): boolean {
  const token = all[index];
  if (token?.kind !== 'word' || (word !== undefined && token.text !== word)) return false;
  const [before, after] = [all[index - 1]?.text, all[index + 1]?.text];
  return before !== '.' && before !== '?.' && after !== ':';
}

function startsFunction(next: Token | undefined): boolean {
  return (
    next !== undefined &&
    (next.kind === 'word' || next.text === '(' || next.text === '*' || next.text === '<')
  );
}

/** Powers of two are exact in every engine, two constants give one value (1024 ** shift, 10 ** 6), and a BigInt has no last bits. */
function isPower(all: readonly Token[], index: number): boolean {
  const mark = all[index];
  if (mark?.kind !== 'mark' || (mark.text !== '**' && mark.text !== '**=')) return false;
  const [base, exponent] = [all[index - 1], all[index + 1]];
  if (
    exponent?.text === 'BigInt' ||
    [base, exponent].some((side) => side?.kind === 'number' && side.text.endsWith('n'))
  )
    return false;
  return base?.kind !== 'number' || (!isPowerOfTwo(Number(base.text)) && exponent?.kind !== 'number');
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}
