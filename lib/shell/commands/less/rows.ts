/** Lines as rows of the screen: wrapped or chopped, tabs and control characters made visible, matches marked. */
import { displayWidth } from '../display-width';
import type { Pattern } from '../../../std/regex/pattern';

export interface RowStyle {
  columns: number;
  chop: boolean;
  raw: boolean;
  tab: number;
  /** First column that is shown, with -S. */
  shift: number;
  numbers: boolean;
  marked: Pattern | undefined;
}

const STANDOUT = '\u001b[7m';
const NORMAL = '\u001b[27m';

/** The rows of one line; a line that is empty has one. */
export function rowsOf(line: string, number: number, style: RowStyle): string[] {
  const cells = cellsOf(line, style);
  const before = style.numbers ? `${String(number).padStart(7)} ` : '';
  const width = Math.max(1, style.columns - before.length);
  // Whatever colour a line has, it ends with it.
  const end = style.raw ? '\u001b[m' : '';
  if (style.chop) {
    const shown = cells.slice(style.shift);
    const isLong = shown.length > width;
    const text = paint(isLong ? shown.slice(0, width - 1) : shown) + end;
    return [`${before}${text}${isLong ? `${STANDOUT}>${NORMAL}` : ''}`];
  }
  const rows: string[] = [];
  for (let at = 0; at === 0 || at < cells.length; at += width)
    rows.push(`${at === 0 ? before : ' '.repeat(before.length)}${paint(cells.slice(at, at + width))}${end}`);
  return rows;
}

/** One column of the screen. */
interface Cell {
  text: string;
  standout: boolean;
}
function cellsOf(line: string, { raw, tab, marked }: RowStyle): Cell[] {
  const isMarked = marks(line, marked);
  const cells: Cell[] = [];
  let escape = '';
  for (let at = 0; at < line.length; at++) {
    const character = String.fromCodePoint(line.codePointAt(at) ?? 0);
    const sequence = raw ? /^\u001b\[[\d;]*m/.exec(line.slice(at, at + 24))?.[0] : undefined;
    if (sequence !== undefined) {
      escape += sequence;
      at += sequence.length - 1;
      continue;
    }
    const standout = isMarked[at] === true;
    if (character === '\t')
      for (let count = tab - (cells.length % tab); count > 0; count--) cells.push({ text: ' ', standout });
    else if (/[\0-\u001f\u007f]/.test(character))
      for (const part of caret(character)) cells.push({ text: part, standout: true });
    else if (displayWidth(character) === 0 && cells.length > 0) append(cells, character);
    else {
      cells.push({ text: `${escape}${character}`, standout });
      escape = '';
      // The second column of a wide one.
      if (displayWidth(character) === 2) cells.push({ text: '', standout });
    }
    at += character.length - 1;
  }
  if (escape !== '' && cells.length > 0) append(cells, escape);
  return cells;
}
function append(cells: Cell[], text: string): void {
  const last = cells.at(-1);
  if (last !== undefined) last.text += text;
}
function caret(character: string): string {
  const code = character.charCodeAt(0);
  return code === 127 ? '^?' : `^${String.fromCharCode(code + 64)}`;
}
function marks(line: string, pattern: Pattern | undefined): readonly (true | undefined)[] {
  const marked: (true | undefined)[] = [];
  if (pattern === undefined) return marked;
  for (let from = 0; from <= line.length; ) {
    const found = pattern.find(line, from);
    if (found === undefined) break;
    for (let at = found.start; at < found.end; at++) marked[at] = true;
    from = Math.max(found.end, from + 1);
  }
  return marked;
}
function paint(cells: readonly Cell[]): string {
  let text = '';
  let standout = false;
  for (const cell of cells) {
    if (cell.standout !== standout) text += cell.standout ? STANDOUT : NORMAL;
    standout = cell.standout;
    text += cell.text;
  }
  return standout ? `${text}${NORMAL}` : text;
}
