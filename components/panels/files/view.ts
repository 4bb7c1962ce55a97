/** The files of a host that matter for the run, by folder, with what their daemon thinks of them. */
import type { Answer, HostDetail } from '@/lib/session/messages';

export interface FileRow {
  path: string;
  name: string;
  folder: string;
  tone: 'ok' | 'risk' | 'broken' | 'neutral';
  word: string;
}

const STATES = {
  running: { tone: 'ok', word: 'running' },
  'not-reloaded': { tone: 'risk', word: 'not reloaded' },
  'not-loaded': { tone: 'risk', word: 'not loaded' },
  missing: { tone: 'broken', word: 'gone' },
  invalid: { tone: 'broken', word: 'would be refused' },
  plain: { tone: 'neutral', word: '' },
} as const;

/** What a daemon reads stands before what only lies there. */
export function fileRows(files: NonNullable<HostDetail['files']>): FileRow[] {
  const rows = files.map(({ path, state }) => ({ path, ...split(path), ...STATES[state] }));
  const isPlain = ({ word }: FileRow) => word === '';
  return [...rows.filter((row) => !isPlain(row)), ...rows.filter(isPlain)];
}

export function split(path: string): { name: string; folder: string } {
  const cut = path.lastIndexOf('/');
  return { name: path.slice(cut + 1), folder: path.slice(0, cut) || '/' };
}

export type TreeEntry = Extract<Answer, { kind: 'tree' }>['entries'][number];

/** Folders first, then by name. */
export function sortedEntries(entries: readonly TreeEntry[]): TreeEntry[] {
  return [...entries].sort(
    (a, b) => Number(b.kind === 'directory') - Number(a.kind === 'directory') || (a.name < b.name ? -1 : 1),
  );
}
