/** Draws the edited line after what the host printed last, across as many rows as it needs. Escape sequences out, nothing else. */
import type { LineState } from './line-editor';

export interface Painted {
  /** What to write now. */
  output: string;
  /** Rows from the start of the line to the cursor: what the next drawing has to go back. */
  cursorRow: number;
}

export interface PaintOptions {
  prompt: string;
  state: LineState;
  columns: number;
  /** Column in which the host's own output ended. */
  startColumn: number;
  echo: boolean;
  cursorRow: number;
}

const ANSI = /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*(?:\x07|\x1b\\)|\x1b./g;

export function eraseLine({
  startColumn,
  cursorRow,
}: Pick<PaintOptions, 'startColumn' | 'cursorRow'>): string {
  const up = cursorRow > 0 ? `\x1b[${cursorRow}A` : '';
  return `${up}\x1b[${startColumn + 1}G\x1b[J`;
}

export function paintLine(options: PaintOptions): Painted {
  const { columns, startColumn } = options;
  const { before, after } = shownText(options);
  const total = startColumn + widthOfText(before) + widthOfText(after);
  const place = startColumn + widthOfText(before);
  // A line that ends at the edge leaves the cursor hanging there: step over it.
  const edge = total > 0 && total % columns === 0 ? ' \b' : '';
  const endRow = Math.floor(total / columns);
  const cursorRow = Math.floor(place / columns);
  const up = endRow > cursorRow ? `\x1b[${endRow - cursorRow}A` : '';
  return {
    output: `${eraseLine(options)}${before}${after}${edge}${up}\x1b[${(place % columns) + 1}G`,
    cursorRow,
  };
}

function shownText({ prompt, state, echo }: PaintOptions): { before: string; after: string } {
  if (state.search !== undefined)
    return {
      before: `(reverse-i-search)\`${state.search.query}': ${state.text.slice(0, state.cursor)}`,
      after: state.text.slice(state.cursor),
    };
  if (!echo) return { before: prompt, after: '' };
  return { before: prompt + state.text.slice(0, state.cursor), after: state.text.slice(state.cursor) };
}

/** Columns of the last line of `text`, as the terminal shows it. */
export function columnAfter(text: string, columns: number): number {
  const lastLine = text.slice(Math.max(0, text.lastIndexOf('\n') + 1));
  const visible = lastLine.slice(lastLine.lastIndexOf('\r') + 1);
  return widthOfText(visible) % columns;
}

export function widthOfText(text: string): number {
  let width = 0;
  for (const character of text.replace(ANSI, '')) width += widthOfCharacter(character.codePointAt(0) ?? 0);
  return width;
}

/** East Asian wide characters and most emoji take two columns; combining marks none. */
function widthOfCharacter(code: number): number {
  if (code < 0x300) return code >= 0x20 && code !== 0x7f ? 1 : 0;
  if (code <= 0x36f || (code >= 0x200b && code <= 0x200f) || (code >= 0xfe00 && code <= 0xfe0f)) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

/** Words in columns, as bash lists completions. */
export function listWords(words: readonly string[], columns: number): string {
  const longest = Math.max(...words.map(widthOfText)) + 2;
  const perRow = Math.max(1, Math.floor(columns / longest));
  const rows = Math.ceil(words.length / perRow);
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const cells = [];
    for (let column = 0; column < perRow; column += 1) {
      const word = words[column * rows + row];
      if (word !== undefined) cells.push(word + ' '.repeat(longest - widthOfText(word)));
    }
    lines.push(cells.join('').trimEnd());
  }
  return lines.join('\n');
}
