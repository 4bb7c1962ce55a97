/**
 * The shortest way from one list of lines to another. Source: E. Myers, "An O(ND)
 * Difference Algorithm" (1986), and GNU diff 3.8's way of moving hunks as far down as they go.
 */

/** Lines `from`…`to` of each side (end not included) that differ. */
export interface Change {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

export function compareLines(a: readonly string[], b: readonly string[]): Change[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const deleted = new Uint8Array(a.length + 1);
  const inserted = new Uint8Array(b.length + 1);
  mark(a, b, { start, endA, endB }, deleted, inserted);
  shift(a, deleted, inserted);
  shift(b, inserted, deleted);
  return changesOf(deleted, inserted, a.length, b.length);
}

function mark(
  a: readonly string[],
  b: readonly string[],
  { start, endA, endB }: { start: number; endA: number; endB: number },
  deleted: Uint8Array,
  inserted: Uint8Array,
): void {
  const n = endA - start;
  const m = endB - start;
  const most = n + m;
  const trace: Int32Array[] = [];
  let furthest = new Int32Array(2 * most + 3);
  const middle = most + 1;
  for (let d = 0; d <= most; d++) {
    trace.push(furthest.slice());
    for (let k = -d; k <= d; k += 2) {
      const goesDown =
        k === -d || (k !== d && (furthest[middle + k - 1] ?? 0) < (furthest[middle + k + 1] ?? 0));
      let x = goesDown ? (furthest[middle + k + 1] ?? 0) : (furthest[middle + k - 1] ?? 0) + 1;
      let y = x - k;
      while (x < n && y < m && a[start + x] === b[start + y]) {
        x++;
        y++;
      }
      furthest[middle + k] = x;
      if (x >= n && y >= m) {
        backtrack(trace, d, middle, { n, m, start }, deleted, inserted);
        return;
      }
    }
    furthest = furthest.slice();
  }
}

function backtrack(
  trace: readonly Int32Array[],
  steps: number,
  middle: number,
  { n, m, start }: { n: number; m: number; start: number },
  deleted: Uint8Array,
  inserted: Uint8Array,
): void {
  let x = n;
  let y = m;
  for (let d = steps; d > 0; d--) {
    const furthest = trace[d] ?? new Int32Array();
    const k = x - y;
    const wentDown =
      k === -d || (k !== d && (furthest[middle + k - 1] ?? 0) < (furthest[middle + k + 1] ?? 0));
    const from = wentDown ? k + 1 : k - 1;
    const fromX = furthest[middle + from] ?? 0;
    const fromY = fromX - from;
    while (x > fromX && y > fromY && (wentDown ? x > fromX : x > fromX + 1)) {
      x--;
      y--;
    }
    if (wentDown) inserted[start + fromY] = 1;
    else deleted[start + fromX] = 1;
    x = fromX;
    y = fromY;
  }
}

/** A run of changed lines is moved down while the line after it equals its first, merging with runs it meets. */
function shift(lines: readonly string[], changed: Uint8Array, other: Uint8Array): void {
  let i = 0;
  let j = 0;
  for (;;) {
    while (i < lines.length && changed[i] === 0) {
      while (other[j] === 1) j++;
      i++;
      j++;
    }
    if (i >= lines.length) return;
    let start = i;
    while (i < lines.length && changed[i] === 1) i++;
    while (other[j] === 1) j++;
    let corresponding = -1;
    let length: number;
    do {
      length = i - start;
      // Up as far as possible, to merge with what came before.
      while (start > 0 && lines[start - 1] === lines[i - 1] && changed[start - 1] === 0) {
        changed[--start] = 1;
        changed[--i] = 0;
        while (start > 0 && changed[start - 1] === 1) start--;
        do j--;
        while (j > 0 && other[j] === 1);
      }
      corresponding = j > 0 && other[j - 1] === 1 ? i : -1;
      while (i < lines.length && lines[start] === lines[i]) {
        changed[start++] = 0;
        changed[i++] = 1;
        while (i < lines.length && changed[i] === 1) i++;
        j++;
        while (other[j] === 1) {
          corresponding = i;
          j++;
        }
      }
    } while (length !== i - start);
    // Back to where a change of the other side stands, if there is one.
    if (corresponding >= 0)
      while (corresponding < i) {
        changed[--start] = 1;
        changed[--i] = 0;
        do j--;
        while (j > 0 && other[j] === 1);
      }
  }
}

function changesOf(deleted: Uint8Array, inserted: Uint8Array, n: number, m: number): Change[] {
  const changes: Change[] = [];
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    if (deleted[i] === 0 && inserted[j] === 0) {
      i++;
      j++;
      continue;
    }
    const oldStart = i;
    const newStart = j;
    while (i < n && deleted[i] === 1) i++;
    while (j < m && inserted[j] === 1) j++;
    if (i === oldStart && j === newStart) break;
    changes.push({ oldStart, oldEnd: i, newStart, newEnd: j });
  }
  return changes;
}
