/** Reads unified and normal diffs, and finds where their hunks fit. Source: GNU patch 2.7.6 `pch.c`, `patch.c`. */

export interface Hunk {
  readonly oldStart: number;
  readonly newStart: number;
  /** Each line with its mark: ` `, `-` or `+`. */
  readonly lines: readonly string[];
  /** The last line of that side lacks its newline. */
  readonly oldLacksNewline: boolean;
  readonly newLacksNewline: boolean;
}
export interface FilePatch {
  readonly oldName: string | undefined;
  readonly newName: string | undefined;
  /** The old side, or the new one, is no file. */
  readonly creates: boolean;
  readonly removes: boolean;
  /** The names' lines as they stand, with their times. */
  readonly header: string;
  /** What stands in the patch before the first hunk, and the number of the hunk's line. */
  readonly leading: readonly string[];
  readonly line: number;
  readonly hunks: readonly Hunk[];
}

type Names = Pick<FilePatch, 'oldName' | 'newName' | 'header' | 'creates' | 'removes'>;

export function parsePatch(text: string): FilePatch[] {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  const patches: FilePatch[] = [];
  let names: Names = {
    oldName: undefined,
    newName: undefined,
    header: '',
    creates: false,
    removes: false,
  };
  let leading: string[] = [];
  let line = 1;
  let hunks: Hunk[] = [];
  const flush = (): void => {
    if (hunks.length > 0) patches.push({ ...names, leading, line, hunks });
    if (hunks.length > 0) leading = [];
    hunks = [];
  };
  for (let i = 0; i < lines.length; ) {
    const current = lines[i] ?? '';
    if (current.startsWith('--- ') && (lines[i + 1] ?? '').startsWith('+++ ')) {
      flush();
      names = {
        oldName: nameOf(current),
        newName: nameOf(lines[i + 1] ?? ''),
        header: `${current}\n${lines[i + 1] ?? ''}\n`,
        creates: isMissing(current),
        removes: isMissing(lines[i + 1] ?? ''),
      };
      leading.push(current, lines[i + 1] ?? '');
      i += 2;
      continue;
    }
    const unified = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(current);
    const normal = /^(\d+)(?:,(\d+))?([acd])(\d+)(?:,(\d+))?$/.exec(current);
    if ((unified !== null || normal !== null) && hunks.length === 0) line = i + 1;
    if (unified !== null) {
      const read = unifiedHunk(lines, i + 1, unified);
      hunks.push(read.hunk);
      i = read.next;
    } else if (normal !== null) {
      const read = normalHunk(lines, i + 1, normal);
      hunks.push(read.hunk);
      i = read.next;
    } else {
      flush();
      leading.push(current);
      i++;
    }
  }
  flush();
  return patches;
}

function nameOf(line: string): string {
  return line.slice(4).split('\t')[0]?.trimEnd() ?? '';
}

/** A side without a file: so it is called, or its time is that of 1970, as `diff -N` writes it. */
function isMissing(line: string): boolean {
  const [name = '', time = ''] = line.slice(4).split('\t');
  return name.trimEnd() === '/dev/null' || (time.startsWith('1970-01-01 00:00:00') && time.endsWith('+0000'));
}

function unifiedHunk(
  lines: readonly string[],
  from: number,
  header: RegExpExecArray,
): { hunk: Hunk; next: number } {
  let oldLeft = Number(header[2] ?? 1);
  let newLeft = Number(header[4] ?? 1);
  const body: string[] = [];
  let oldLacksNewline = false;
  let newLacksNewline = false;
  let i = from;
  for (; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.startsWith('\\')) {
      const last = body[body.length - 1]?.[0];
      if (last !== '+') oldLacksNewline = true;
      if (last !== '-') newLacksNewline = true;
      continue;
    }
    if (oldLeft <= 0 && newLeft <= 0) break;
    const mark = line === '' ? ' ' : (line[0] ?? ' ');
    if (mark !== '+') oldLeft--;
    if (mark !== '-') newLeft--;
    body.push(line === '' ? ' ' : line);
  }
  const oldCount = Number(header[2] ?? 1);
  const newCount = Number(header[4] ?? 1);
  return {
    hunk: {
      oldStart: Number(header[1]) + (oldCount === 0 ? 1 : 0),
      newStart: Number(header[3]) + (newCount === 0 ? 1 : 0),
      lines: body,
      oldLacksNewline,
      newLacksNewline,
    },
    next: i,
  };
}

function normalHunk(
  lines: readonly string[],
  from: number,
  header: RegExpExecArray,
): { hunk: Hunk; next: number } {
  const body: string[] = [];
  let oldLacksNewline = false;
  let newLacksNewline = false;
  let i = from;
  for (; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.startsWith('< ')) body.push(`-${line.slice(2)}`);
    else if (line.startsWith('> ')) body.push(`+${line.slice(2)}`);
    else if (line.startsWith('\\')) {
      if (body[body.length - 1]?.[0] === '-') oldLacksNewline = true;
      else newLacksNewline = true;
    } else if (line !== '---') break;
  }
  const isAdded = header[3] === 'a';
  return {
    hunk: {
      oldStart: Number(header[1]) + (isAdded ? 1 : 0),
      newStart: Number(header[4]) + (header[3] === 'd' ? 1 : 0),
      lines: body,
      oldLacksNewline,
      newLacksNewline,
    },
    next: i,
  };
}

export function reversed(hunk: Hunk): Hunk {
  const swap: Readonly<Record<string, string>> = { '+': '-', '-': '+' };
  const lines = hunk.lines.map((line) => `${swap[line[0] ?? ''] ?? line[0] ?? ' '}${line.slice(1)}`);
  return {
    oldStart: hunk.newStart,
    newStart: hunk.oldStart,
    lines,
    oldLacksNewline: hunk.newLacksNewline,
    newLacksNewline: hunk.oldLacksNewline,
  };
}

export interface Fit {
  /** Index of the first line of the hunk in the file. */
  readonly at: number;
  readonly fuzz: number;
}

/** Where hunks may still be put. */
export interface Place {
  /** Index at which the hunk is expected. */
  readonly expected: number;
  /** Lines before this one have been settled by earlier hunks. */
  readonly settled: number;
}

/** How many lines of context may be left out. */
export function mostFuzz(hunk: Hunk, allowed: number): number {
  return Math.min(allowed, Math.max(leading(hunk.lines), leading(hunk.lines.toReversed())));
}

/** patch's locate_hunk: exactly where expected, then around; the whole hunk lies inside the file, whatever is left out. */
export function locate(
  file: readonly string[],
  hunk: Hunk,
  { expected, settled }: Place,
  fuzz: number,
): Fit | undefined {
  const old = hunk.lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const before = leading(hunk.lines);
  const after = leading(hunk.lines.toReversed());
  const context = Math.max(before, after);
  const cutStart = fuzz + before - context;
  const cutEnd = fuzz + after - context;
  const fits = (at: number): boolean => {
    for (let i = Math.max(0, cutStart); i < old.length - Math.max(0, cutEnd); i++)
      if (file[at + i] !== old[i]) return false;
    return true;
  };
  const last = file.length - old.length;
  // Less context on one side than on the other means that the file begins or ends there.
  if (cutStart < 0 && hunk.oldStart <= 1) {
    if (cutEnd < 0 && old.length !== file.length) return undefined;
    return last >= 0 && settled <= before && fits(0) ? { at: 0, fuzz } : undefined;
  }
  if (cutEnd < 0) return last >= settled && fits(last) ? { at: last, fuzz } : undefined;
  for (let offset = 0; expected + offset <= last || expected - offset >= settled; offset++) {
    if (expected + offset <= last && fits(expected + offset)) return { at: expected + offset, fuzz };
    if (offset > 0 && expected - offset >= settled && expected - offset <= last && fits(expected - offset))
      return { at: expected - offset, fuzz };
  }
  return undefined;
}

function leading(lines: readonly string[]): number {
  const first = lines.findIndex((line) => !line.startsWith(' '));
  return first < 0 ? lines.length : first;
}
