/** A line by line difference of two texts (longest common subsequence), for configuration files of ordinary size. */

export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** Line numbers, from 1, on the side where the line exists. */
  before: number | undefined;
  after: number | undefined;
}

export interface DiffHunk {
  /** Unchanged lines left out before this hunk. */
  skipped: number;
  lines: DiffLine[];
}

/** Beyond this the common middle is not searched: everything between the common ends counts as changed. */
const MOST_CELLS = 4_000_000;

export function diffLines(before: string, after: string): DiffLine[] {
  const old = splitLines(before);
  const now = splitLines(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail))
    tail += 1;
  const lines: DiffLine[] = [];
  for (let index = 0; index < head; index += 1) lines.push(same(old[index] ?? '', index, index));
  lines.push(...middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail), head));
  for (let index = tail; index > 0; index -= 1)
    lines.push(same(old.at(-index) ?? '', old.length - index, now.length - index));
  return lines;
}

function middle(old: readonly string[], now: readonly string[], offset: number): DiffLine[] {
  if (old.length * now.length > MOST_CELLS || old.length === 0 || now.length === 0)
    return [
      ...old.map((text, i) => removed(text, offset + i)),
      ...now.map((text, i) => added(text, offset + i)),
    ];
  const width = now.length + 1;
  const length = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      length[i * width + j] =
        old[i] === now[j]
          ? (length[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(length[(i + 1) * width + j] ?? 0, length[i * width + j + 1] ?? 0);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push(same(old[i] ?? '', offset + i, offset + j));
      i += 1;
      j += 1;
    } else if (
      j >= now.length ||
      (i < old.length && (length[(i + 1) * width + j] ?? 0) >= (length[i * width + j + 1] ?? 0))
    ) {
      lines.push(removed(old[i] ?? '', offset + i));
      i += 1;
    } else {
      lines.push(added(now[j] ?? '', offset + j));
      j += 1;
    }
  }
  return lines;
}

const same = (text: string, before: number, after: number): DiffLine => ({
  kind: 'same',
  text,
  before: before + 1,
  after: after + 1,
});
const removed = (text: string, before: number): DiffLine => ({
  kind: 'removed',
  text,
  before: before + 1,
  after: undefined,
});
const added = (text: string, after: number): DiffLine => ({
  kind: 'added',
  text,
  before: undefined,
  after: after + 1,
});

function splitLines(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** Changed lines with `context` unchanged ones around them. */
export function hunksOf(lines: readonly DiffLine[], context = 3): DiffHunk[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ kind }) => kind !== 'same'),
  );
  const hunks: DiffHunk[] = [];
  let skipped = 0;
  let open: DiffHunk | undefined;
  lines.forEach((line, index) => {
    if (near[index] !== true) {
      skipped += 1;
      open = undefined;
      return;
    }
    if (open === undefined) {
      open = { skipped, lines: [] };
      hunks.push(open);
      skipped = 0;
    }
    open.lines.push(line);
  });
  return hunks;
}

export interface DiffRow {
  left: DiffLine | undefined;
  right: DiffLine | undefined;
}

/** Side by side: removed and added lines of one change stand next to each other. */
export function rowsOf(lines: readonly DiffLine[]): DiffRow[] {
  const rows: DiffRow[] = [];
  let gone: DiffLine[] = [];
  let come: DiffLine[] = [];
  const flush = () => {
    for (let index = 0; index < Math.max(gone.length, come.length); index += 1)
      rows.push({ left: gone[index], right: come[index] });
    gone = [];
    come = [];
  };
  for (const line of lines) {
    if (line.kind === 'removed') gone.push(line);
    else if (line.kind === 'added') come.push(line);
    else {
      flush();
      rows.push({ left: line, right: line });
    }
  }
  flush();
  return rows;
}

export function changeCount(lines: readonly DiffLine[]): { added: number; removed: number } {
  return {
    added: lines.filter(({ kind }) => kind === 'added').length,
    removed: lines.filter(({ kind }) => kind === 'removed').length,
  };
}
