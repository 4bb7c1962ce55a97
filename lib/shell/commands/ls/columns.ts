/** Names in columns that fit the line, as ls(1) lays them out. Source: ls.c `calculate_columns`, `indent`. */

export interface Cell {
  readonly text: string;
  readonly width: number;
}
const LEAST_WIDTH = 3;
const TAB = 8;

/** Lines of the table: filled downwards, or across. */
export function inColumns(cells: readonly Cell[], lineWidth: number, direction: 'down' | 'across'): string[] {
  if (cells.length === 0) return [];
  const most = Math.max(1, Math.min(cells.length, Math.ceil(lineWidth / LEAST_WIDTH)));
  let widths: number[] = [];
  for (let columns = most; columns >= 1; columns--) {
    widths = columnWidths(cells, columns, direction);
    if (columns === 1 || widths.reduce((sum, width) => sum + width, 0) < lineWidth) break;
  }
  const columns = widths.length;
  const rows = Math.ceil(cells.length / columns);
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    let line = '';
    let at = 0;
    let start = 0;
    for (let column = 0; column < columns; column++) {
      const cell = cells[direction === 'down' ? column * rows + row : row * columns + column];
      if (cell === undefined) break;
      line += indent(at, start) + cell.text;
      at = start + cell.width;
      start += widths[column] ?? 0;
    }
    lines.push(line);
  }
  return lines;
}

function columnWidths(cells: readonly Cell[], columns: number, direction: 'down' | 'across'): number[] {
  const rows = Math.ceil(cells.length / columns);
  const widths = new Array<number>(columns).fill(LEAST_WIDTH);
  cells.forEach((cell, index) => {
    const column = direction === 'down' ? Math.floor(index / rows) : index % columns;
    const width = cell.width + (column === columns - 1 ? 0 : 2);
    widths[column] = Math.max(widths[column] ?? 0, width);
  });
  return widths;
}

function indent(from: number, to: number): string {
  let text = '';
  let at = from;
  while (at < to) {
    if (Math.floor(to / TAB) > Math.floor((at + 1) / TAB)) {
      text += '\t';
      at += TAB - (at % TAB);
    } else {
      text += ' ';
      at++;
    }
  }
  return text;
}
