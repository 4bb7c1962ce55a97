/**
 * What nft says when something is wrong: place, words, the line, and marks under it.
 * `^` stands under what is meant, `~` under what it conflicts with.
 * Source: recorded messages of 1.0.6.
 */
import { lineEnds } from './grammar';
import type { Place, Problem, Source } from './parse/tree';

/** Where lines start. Line ends within a quoted string do not count, as for the scanner. */
const starts = new WeakMap<Source, readonly number[]>();
function startsOf(source: Source): readonly number[] {
  let known = starts.get(source);
  if (known === undefined) {
    known = [0, ...lineEnds(source.text)];
    starts.set(source, known);
  }
  return known;
}

/** Line and columns of a place; an end of file stands on the line after the last one. */
export function locate(place: Place): { line: number; first: number; last: number } {
  const lines = startsOf(place.source);
  let line = 0;
  while (line + 1 < lines.length && (lines[line + 1] ?? 0) <= place.start) line++;
  const start = lines[line] ?? 0;
  const next = lines[line + 1] ?? place.source.text.length + 1;
  const last = Math.max(place.start + 1, Math.min(place.end, next));
  return { line: line + 1, first: place.start - start + 1, last: last - start };
}

export function formatProblem(problem: Problem): string {
  const { place, message } = problem;
  if (problem.isNetlink === true) return `netlink: Error: ${message}\n`;
  if (place === undefined) return `Error: ${message}\n`;
  const { line, first, last } = locate(place);
  const isFile = place.source.name !== undefined;
  const head = isFile ? `${place.source.name}:${line}:${first}-${last}: ` : '';
  const written = lineText(place.source, line);
  return `${includesText(place.source)}${head}Error: ${message}\n${written}\n${marks(written, problem)}\n`;
}

/** Who includes the file, from the innermost outwards. */
function includesText({ includedAt }: Source): string {
  let text = '';
  for (let at = includedAt; at !== undefined; at = at.source.includedAt) {
    const { line, first, last } = locate(at);
    const lead = text === '' ? 'In file included from' : '                 from';
    text += `${lead} ${at.source.name ?? ''}:${line}:${first}-${last}:\n`;
  }
  return text;
}

/** The line as it is shown: behind the end of the text, the last line is. */
function lineText(source: Source, line: number): string {
  const lines = startsOf(source);
  const isBehind = line > 1 && (lines[line - 1] ?? 0) >= source.text.length;
  const start = lines[isBehind ? line - 2 : line - 1] ?? 0;
  const end = source.text.indexOf('\n', start);
  return source.text.slice(start, end < 0 ? undefined : end);
}

function marks(written: string, { place, also }: Problem): string {
  if (place === undefined) return '';
  const cells: string[] = [];
  const put = (from: number, to: number, mark: string): void => {
    for (let at = from; at <= to; at++) cells[at - 1] = mark;
  };
  if (also !== undefined && also.source === place.source) {
    const where = locate(also);
    if (where.line === locate(place).line) put(where.first, where.last, '~');
  }
  const { first, last } = locate(place);
  put(first, last, '^');
  let text = '';
  for (let at = 0; at < cells.length; at++) text += cells[at] ?? (written.charAt(at) === '\t' ? '\t' : ' ');
  return text;
}

/** Of the names, the one that a mistyped word is nearest to. */
export function nearest<T>(
  word: string,
  candidates: readonly T[],
  nameOf: (candidate: T) => string,
): T | undefined {
  let best: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const name = nameOf(candidate);
    const longest = Math.max(word.length, name.length);
    if (longest <= 1) continue;
    const isClose = longest - Math.min(word.length, name.length) <= 1;
    const limit = isClose ? Math.max(Math.ceil(longest / 3), 1) : Math.ceil((longest + 2) / 3);
    const distance = misspelling(name, word);
    if (distance > limit || distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

/**
 * How far two words are apart as 1.0.6 reckons it: rows of its table are one
 * cell too short and overlap, and it compares from the second letter on. Wrong,
 * but so are its suggestions (one letter is near to everything).
 */
function misspelling(a: string, b: string): number {
  const width = b.length;
  const cells: number[] = [];
  const at = (index: number): number => cells[index] ?? 0;
  for (let i = 0; i <= a.length; i++) cells[i * width] = i;
  for (let j = 0; j <= width; j++) cells[j] = j;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= width; j++) {
      const here = i * width + j;
      const differs = (a[i] ?? '') === (b[j] ?? '') ? 0 : 1;
      let least = Math.min(at(here - width) + 1, at(here - 1) + 1, at(here - width - 1) + differs);
      const isSwapped = i > 1 && j > 1 && a[i] === b[j - 1] && a[i - 1] === b[j];
      if (isSwapped) least = Math.min(least, at(here - 2 * width - 2) + differs);
      cells[here] = least;
    }
  return at(a.length * width + width);
}
