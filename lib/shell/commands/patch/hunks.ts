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
  /** The names' lines as they stand, with their times. */
  readonly header: string;
  readonly hunks: readonly Hunk[];
}

export function parsePatch(text: string): FilePatch[] {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  const patches: FilePatch[] = [];
  let names: Omit<FilePatch, 'hunks'> = { oldName: undefined, newName: undefined, header: '' };
  let hunks: Hunk[] = [];
  const flush = (): void => {
    if (hunks.length > 0) patches.push({ ...names, hunks });
    hunks = [];
  };
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? '';
    if (line.startsWith('--- ') && (lines[i + 1] ?? '').startsWith('+++ ')) {
      flush();
      names = {
        oldName: nameOf(line),
        newName: nameOf(lines[i + 1] ?? ''),
        header: `${line}\n${lines[i + 1] ?? ''}\n`,
      };
      i += 2;
      continue;
    }
    const unified = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    const normal = /^(\d+)(?:,(\d+))?([acd])(\d+)(?:,(\d+))?$/.exec(line);
    if (unified !== null) {
      const read = unifiedHunk(lines, i + 1, unified);
      hunks.push(read.hunk);
      i = read.next;
    } else if (normal !== null) {
      const read = normalHunk(lines, i + 1, normal);
      hunks.push(read.hunk);
      i = read.next;
    } else i++;
  }
  flush();
  return patches;
}

function nameOf(line: string): string {
  return line.slice(4).split('\t')[0]?.trimEnd() ?? '';
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
  /** Lines of context left out at the start. */
  readonly cut: number;
}

/** Where the old lines stand: first exactly where expected, then around, then with less context. */
export function findPlace(
  file: readonly string[],
  hunk: Hunk,
  expected: number,
  least: number,
  mostFuzz: number,
): Fit | undefined {
  const old = hunk.lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const before = leading(hunk.lines);
  const after = leading(hunk.lines.toReversed());
  const context = Math.max(before, after);
  for (let fuzz = 0; fuzz <= Math.min(mostFuzz, context); fuzz++) {
    const cutStart = Math.max(0, fuzz + before - context);
    const cutEnd = Math.max(0, fuzz + after - context);
    const wanted = old.slice(cutStart, old.length - cutEnd);
    // With less context before than after, a hunk at fuzz 0 must stand at the start; likewise at the end.
    const fits = (at: number): boolean => {
      if (at < least || at + wanted.length > file.length) return false;
      if (fuzz === 0 && before < after && hunk.oldStart <= 1 && at !== 0) return false;
      if (fuzz === 0 && after < before && at + wanted.length !== file.length) return false;
      return wanted.every((line, i) => file[at + i] === line);
    };
    const start = expected + cutStart;
    for (let offset = 0; offset <= file.length; offset++) {
      if (fits(start + offset)) return { at: start + offset - cutStart, fuzz, cut: cutStart };
      if (offset > 0 && fits(start - offset)) return { at: start - offset - cutStart, fuzz, cut: cutStart };
    }
  }
  return undefined;
}

function leading(lines: readonly string[]): number {
  const first = lines.findIndex((line) => !line.startsWith(' '));
  return first < 0 ? lines.length : first;
}
