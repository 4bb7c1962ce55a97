/**
 * Incremental backups of tar: the snapshot file of --listed-incremental, and what a directory held when it was
 * saved. Source: GNU tar 1.34 `incremen.c`, manual "Snapshot Files", "Dumpdir".
 */
import { FileError, type Stat } from '../../../world/files.contract';
import type { Tool } from '../tool';

/** A directory as the snapshot remembers it. */
interface KnownDirectory {
  readonly name: string;
  readonly ino: number;
  /** Microseconds since 1970. */
  readonly mtime: number;
  readonly entries: ReadonlySet<string>;
}

export interface Snapshot {
  /** When the last backup began, in microseconds since 1970; undefined: there was none. */
  readonly since: number | undefined;
  readonly directories: readonly KnownDirectory[];
}

/** A directory of this backup. */
export interface SavedDirectory {
  readonly name: string;
  readonly info: Stat;
  /** What it holds: `Y` in this archive, `N` in an earlier one or left out, `D` a directory. */
  readonly entries: readonly (readonly [letter: 'Y' | 'N' | 'D', name: string])[];
  /** Renamings, which the first directory carries. */
  readonly renamed: (readonly [from: string, to: string])[];
}

const FORMAT = 'GNU tar-1.34-2\n';
const DEVICE = 65_024;

/** The text of a snapshot file; undefined when it is none. */
export function readSnapshot(text: string): Snapshot | undefined {
  if (text === '') return { since: undefined, directories: [] };
  const cut = text.indexOf('\n');
  if (!/^GNU tar-\S+-2$/.test(text.slice(0, cut))) return undefined;
  const fields = text.slice(cut + 1).split('\0');
  let at = 0;
  const next = (): string => fields[at++] ?? '';
  const time = (): number => Number(next()) * 1_000_000 + Math.floor(Number(next()) / 1000);
  const since = time();
  const directories: KnownDirectory[] = [];
  while (at < fields.length - 1) {
    next();
    const mtime = time();
    next();
    const ino = Number(next());
    const name = next();
    const entries = new Set<string>();
    for (let entry = next(); entry !== ''; entry = next()) entries.add(entry.slice(1));
    next();
    directories.push({ name, ino, mtime, entries });
  }
  return { since, directories };
}

export function writeSnapshot(since: number, directories: readonly SavedDirectory[]): string {
  const time = (micros: number): string =>
    `${Math.floor(micros / 1_000_000)}\0${(micros % 1_000_000) * 1000}\0`;
  return (
    FORMAT +
    time(since) +
    directories
      .map(
        ({ name, info, entries }) =>
          `0\0${time(info.mtime)}${DEVICE}\0${info.ino}\0${name}\0${entries.map(([letter, entry]) => `${letter}${entry}\0`).join('')}\0\0`,
      )
      .join('')
  );
}

/** The body of a directory's member. */
export function dumpText({ entries, renamed }: SavedDirectory): string {
  const moves = renamed.map(([from, to]) => `R${from}\0T${to}\0`).join('');
  return `${entries.map(([letter, name]) => `${letter}${name}\0`).join('')}${moves}\0`;
}
/** What such a body says. */
export function readDump(text: string): { held: Map<string, string>; moves: (readonly [string, string])[] } {
  const held = new Map<string, string>();
  const moves: [string, string][] = [];
  let from = '';
  for (const entry of text.split('\0')) {
    if (entry === '') continue;
    const [letter, name] = [entry[0] ?? '', entry.slice(1)];
    if (letter === 'R') from = name;
    else if (letter === 'T') moves.push([from, name]);
    else held.set(name, letter);
  }
  return { held, moves };
}

export interface ScanContext {
  readonly tool: Tool;
  readonly snapshot: Snapshot;
  readonly pathOf: (name: string) => string;
  readonly excludes: (name: string) => boolean;
  /** Says what is new, with -v. */
  readonly tell: (message: string) => void;
  readonly fail: (message: string, error: FileError) => void;
}

/** The directory and those below it, in the order in which tar saves them. */
export function scanDirectory(context: ScanContext, name: string, info: Stat): SavedDirectory[] {
  const found: SavedDirectory[] = [];
  visit(context, name, info, { found, isBelowMoved: false });
  return found;
}

function visit(
  context: ScanContext,
  name: string,
  info: Stat,
  progress: { readonly found: SavedDirectory[]; readonly isBelowMoved: boolean },
): void {
  const { tool, snapshot } = context;
  const names = tool.context.fs.readdir(tool.resolve(context.pathOf(name)), tool.context.who);
  if (names instanceof FileError) {
    context.fail(`${name}: Cannot open`, names);
    return;
  }
  const same = snapshot.directories.find((directory) => directory.name === name);
  // What lies in a renamed directory is saved anew.
  const moved = same === undefined && !progress.isBelowMoved ? movedFrom(context, info) : undefined;
  const known = same ?? moved;
  if (moved !== undefined) context.tell(`${name}: Directory has been renamed from ‘${moved.name}’`);
  else if (same === undefined && !progress.isBelowMoved) context.tell(`${name}: Directory is new`);
  const entries: ['Y' | 'N' | 'D', string][] = [];
  const saved: SavedDirectory = { name, info, entries, renamed: [] };
  progress.found.push(saved);
  if (moved !== undefined) (progress.found[0] ?? saved).renamed.push([moved.name, name]);
  for (const child of names.sort()) {
    const path = `${name === '/' ? '' : name}/${child}`;
    const about = tool.lstat(context.pathOf(path));
    if (about instanceof FileError) continue;
    if (context.excludes(path)) entries.push(['N', child]);
    else if (about.kind === 'directory') {
      entries.push(['D', child]);
      visit(context, path, about, {
        ...progress,
        isBelowMoved: progress.isBelowMoved || moved !== undefined,
      });
    } else entries.push([isOld(about, child, known, snapshot) ? 'N' : 'Y', child]);
  }
}

function movedFrom({ tool, snapshot, pathOf }: ScanContext, info: Stat): KnownDirectory | undefined {
  const known = snapshot.directories.find(({ ino }) => ino === info.ino);
  return known !== undefined && tool.lstat(pathOf(known.name)) instanceof FileError ? known : undefined;
}

/** An earlier archive has it as it is. */
function isOld(info: Stat, name: string, known: KnownDirectory | undefined, { since }: Snapshot): boolean {
  return since !== undefined && known?.entries.has(name) === true && info.mtime < since && info.ctime < since;
}
