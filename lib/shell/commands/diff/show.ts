/** The forms in which diff(1) shows changes. Source: GNU diffutils 3.8 manual, "Output Formats". */
import type { Change } from './compare';

export interface Side {
  readonly lines: readonly string[];
  readonly endsWithNewline: boolean;
}

const NO_NEWLINE = '\\ No newline at end of file\n';

function lineOf(side: Side, index: number, mark: string): string {
  const isLast = index === side.lines.length - 1 && !side.endsWithNewline;
  return `${mark}${side.lines[index] ?? ''}\n${isLast ? NO_NEWLINE : ''}`;
}

function linesOf(side: Side, from: number, to: number, mark: string): string {
  let out = '';
  for (let i = from; i < to; i++) out += lineOf(side, i, mark);
  return out;
}

function rangeOf(start: number, end: number): string {
  if (end - start <= 1) return String(end);
  return `${start + 1},${end}`;
}

export function normal(changes: readonly Change[], a: Side, b: Side): string {
  let out = '';
  for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
    const kind = oldStart === oldEnd ? 'a' : newStart === newEnd ? 'd' : 'c';
    out += `${rangeOf(oldStart, oldEnd)}${kind}${rangeOf(newStart, newEnd)}\n`;
    out += linesOf(a, oldStart, oldEnd, '< ');
    if (kind === 'c') out += '---\n';
    out += linesOf(b, newStart, newEnd, '> ');
  }
  return out;
}

/** An `ed` script, the last change first. */
export function ed(changes: readonly Change[], _a: Side, b: Side): string {
  let out = '';
  for (const { oldStart, oldEnd, newStart, newEnd } of changes.toReversed()) {
    const kind = oldStart === oldEnd ? 'a' : newStart === newEnd ? 'd' : 'c';
    out += `${rangeOf(oldStart, oldEnd)}${kind}\n`;
    if (kind !== 'd') out += `${b.lines.slice(newStart, newEnd).join('\n')}\n.\n`;
  }
  return out;
}

/** RCS's form: what goes and what comes, each with its count. */
export function rcs(changes: readonly Change[], _a: Side, b: Side): string {
  let out = '';
  for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
    if (oldEnd > oldStart) out += `d${oldStart + 1} ${oldEnd - oldStart}\n`;
    if (newEnd > newStart)
      out += `a${oldEnd} ${newEnd - newStart}\n${b.lines.slice(newStart, newEnd).join('\n')}\n`;
  }
  return out;
}

/** The default palette of --color: heads bold, line numbers cyan, what goes red, what comes green. */
export function painted(text: string, style: string): string {
  const paint = (line: string, code: string): string => `\x1b[${code}m${line}\x1b[0m`;
  if (style !== 'normal' && style !== 'unified') return text;
  return text.replace(/^.*$/gm, (line) => {
    if (line === '' || line === '---') return line;
    if (style === 'normal')
      return /^\d/.test(line)
        ? paint(line, '36')
        : line.startsWith('<')
          ? paint(line, '31')
          : line.startsWith('>')
            ? paint(line, '32')
            : line;
    if (line.startsWith('--- ') || line.startsWith('+++ ')) return paint(line, '1');
    if (line.startsWith('@@')) return paint(line, '36');
    return line.startsWith('-') ? paint(line, '31') : line.startsWith('+') ? paint(line, '32') : line;
  });
}

/** Changes whose context touches stand in one hunk. */
function hunks(changes: readonly Change[], context: number): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const group = groups[groups.length - 1];
    const last = group?.[group.length - 1];
    if (group !== undefined && last !== undefined && change.oldStart - last.oldEnd <= context * 2)
      group.push(change);
    else groups.push([change]);
  }
  return groups;
}

interface Extent {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

function extentOf(group: readonly Change[], context: number, a: Side, b: Side): Extent {
  const [first] = group;
  const last = group[group.length - 1];
  if (first === undefined || last === undefined) return { oldStart: 0, oldEnd: 0, newStart: 0, newEnd: 0 };
  const before = Math.min(context, first.oldStart, first.newStart);
  const after = Math.min(context, a.lines.length - last.oldEnd, b.lines.length - last.newEnd);
  return {
    oldStart: first.oldStart - before,
    oldEnd: last.oldEnd + after,
    newStart: first.newStart - before,
    newEnd: last.newEnd + after,
  };
}

function unifiedRange(start: number, end: number): string {
  const count = end - start;
  if (count === 1) return String(end);
  return count === 0 ? `${start},0` : `${start + 1},${count}`;
}

/** How much is shown around a change, and what names the function it stands in. */
interface Surroundings {
  readonly context: number;
  readonly functionLine: { test(line: string): boolean } | undefined;
}

/** ` ` and the last line before a hunk that names a function, cut to 40 characters; hunks come in order. */
function functionFinder(side: Side, pattern: Surroundings['functionLine']): (at: number) => string {
  let searched = 0;
  let found = '';
  return (at) => {
    for (; pattern !== undefined && searched < at; searched++) {
      const line = side.lines[searched] ?? '';
      if (pattern.test(line)) found = ` ${line.trimStart().slice(0, 40).trimEnd()}`;
    }
    return found;
  };
}

export function unified(
  changes: readonly Change[],
  a: Side,
  b: Side,
  { context, functionLine }: Surroundings,
): string {
  const functionAt = functionFinder(a, functionLine);
  let out = '';
  for (const group of hunks(changes, context)) {
    const extent = extentOf(group, context, a, b);
    out += `@@ -${unifiedRange(extent.oldStart, extent.oldEnd)} +${unifiedRange(extent.newStart, extent.newEnd)} @@${functionAt(extent.oldStart)}\n`;
    let at = extent.oldStart;
    for (const change of group) {
      out += linesOf(a, at, change.oldStart, ' ');
      out += linesOf(a, change.oldStart, change.oldEnd, '-');
      out += linesOf(b, change.newStart, change.newEnd, '+');
      at = change.oldEnd;
    }
    out += linesOf(a, at, extent.oldEnd, ' ');
  }
  return out;
}

export function contextual(
  changes: readonly Change[],
  a: Side,
  b: Side,
  { context, functionLine }: Surroundings,
): string {
  const functionAt = functionFinder(a, functionLine);
  let out = '';
  for (const group of hunks(changes, context)) {
    const extent = extentOf(group, context, a, b);
    out += `***************${functionAt(extent.oldStart)}\n*** ${contextRange(extent.oldStart, extent.oldEnd)} ****\n`;
    if (group.some(({ oldStart, oldEnd }) => oldEnd > oldStart))
      out += halfOf(group, a, extent.oldStart, extent.oldEnd, 'old');
    out += `--- ${contextRange(extent.newStart, extent.newEnd)} ----\n`;
    if (group.some(({ newStart, newEnd }) => newEnd > newStart))
      out += halfOf(group, b, extent.newStart, extent.newEnd, 'new');
  }
  return out;
}

function contextRange(start: number, end: number): string {
  return end - start <= 1 ? String(end) : `${start + 1},${end}`;
}

function halfOf(
  group: readonly Change[],
  side: Side,
  start: number,
  end: number,
  which: 'old' | 'new',
): string {
  let out = '';
  let at = start;
  for (const change of group) {
    const from = which === 'old' ? change.oldStart : change.newStart;
    const to = which === 'old' ? change.oldEnd : change.newEnd;
    const isBoth = change.oldEnd > change.oldStart && change.newEnd > change.newStart;
    out += linesOf(side, at, from, '  ');
    out += linesOf(side, from, to, isBoth ? '! ' : which === 'old' ? '- ' : '+ ');
    at = to;
  }
  return out + linesOf(side, at, end, '  ');
}

/** Two columns. Source: `side.c`: the gutter stands on a tab stop. */
export function sideBySide(
  changes: readonly Change[],
  a: Side,
  b: Side,
  options: { width: number; suppressCommon: boolean; leftColumn: boolean },
): string {
  const tab = 8;
  const offset = Math.floor((options.width + tab + 3) / (2 * tab)) * tab;
  const half = Math.max(0, Math.min(offset - 3, options.width - offset));
  const column = half > 0 ? offset : options.width;
  let out = '';
  const row = (left: string | undefined, mark: string, right: string | undefined): void => {
    const start = (left ?? '').slice(0, half);
    let line = start;
    if (mark !== ' ' || right !== undefined) {
      const gutter = Math.floor((half + column - 1) / 2);
      const padded = mark === ' ' ? start : tabbed(start, gutter) + mark;
      line =
        right === undefined || (mark === ' ' && right === '')
          ? padded
          : tabbed(padded, column) + right.slice(0, half);
      if (right === '' && mark !== ' ') line = padded;
    }
    out += `${line}\n`;
  };
  let at = 0;
  let other = 0;
  const common = (to: number): void => {
    for (; at < to; at++, other++) {
      if (options.suppressCommon) continue;
      if (options.leftColumn) row(a.lines[at], '(', undefined);
      else row(a.lines[at], ' ', b.lines[other]);
    }
  };
  for (const change of changes) {
    common(change.oldStart);
    const pairs = Math.min(change.oldEnd - change.oldStart, change.newEnd - change.newStart);
    for (let i = 0; i < pairs; i++) row(a.lines[change.oldStart + i], '|', b.lines[change.newStart + i]);
    for (let i = change.oldStart + pairs; i < change.oldEnd; i++) row(a.lines[i], '<', undefined);
    for (let i = change.newStart + pairs; i < change.newEnd; i++) row('', '>', b.lines[i]);
    at = change.oldEnd;
    other = change.newEnd;
  }
  common(a.lines.length);
  return out;
}

/** Moves to a column with tabs where they fit, then blanks. */
function tabbed(text: string, column: number): string {
  let out = text;
  let at = 0;
  for (const character of text) at = character === '\t' ? (Math.floor(at / 8) + 1) * 8 : at + 1;
  for (let stop = (Math.floor(at / 8) + 1) * 8; stop <= column; stop += 8) {
    out += '\t';
    at = stop;
  }
  return out + ' '.repeat(Math.max(0, column - at));
}
