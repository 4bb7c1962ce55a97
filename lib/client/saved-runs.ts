/**
 * Runs kept in this browser (IndexedDB). A run is its ground state; the summary
 * beside it is what the catalogue lists without reading the run itself.
 * Storage that is full or refused is an expected trouble: a value, never a throw.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Frame, SavedRun } from '../session/messages';

export interface RunSummary {
  id: string;
  scenario: string;
  title: string;
  /** ISO, real time. */
  savedAt: string;
  /** Simulated microseconds played. */
  at: number;
  phase: Frame['phase'];
  /** Known once the run is finished. */
  won?: boolean;
  hintsUsed: number;
  availability: number | undefined;
  /** A few dozen shares of good answers, for the small plot. */
  sparkline: number[];
  /** What broke and what was met, with its place in the sparkline (0–1). */
  events?: { place: number; text: string; tone: 'ok' | 'broken' }[];
}

export interface StoredRun {
  id: string;
  run: SavedRun;
}

export type Stored<Value> = { ok: true; value: Value } | { ok: false; problem: StorageProblem };
export interface StorageProblem {
  kind: 'full' | 'refused' | 'damaged';
  title: string;
  detail: string;
}

interface Schema extends DBSchema {
  summaries: { key: string; value: RunSummary; indexes: { savedAt: string } };
  runs: { key: string; value: StoredRun };
}

const NAME = 'faultline';
const VERSION = 1;

let opening: Promise<IDBPDatabase<Schema>> | undefined;

function database(): Promise<IDBPDatabase<Schema>> {
  opening ??= openDB<Schema>(NAME, VERSION, {
    upgrade(fresh) {
      fresh.createObjectStore('summaries', { keyPath: 'id' }).createIndex('savedAt', 'savedAt');
      fresh.createObjectStore('runs', { keyPath: 'id' });
    },
    // Another tab wants a newer version, or the browser closed us: open again on next use.
    blocking: () => forgetConnection(),
    terminated: () => forgetConnection(),
  });
  opening.catch(() => forgetConnection());
  return opening;
}

function forgetConnection(): void {
  void opening?.then((open) => open.close()).catch(() => undefined);
  opening = undefined;
}

async function attempt<Value>(work: (db: IDBPDatabase<Schema>) => Promise<Value>): Promise<Stored<Value>> {
  try {
    return { ok: true, value: await work(await database()) };
  } catch (error) {
    return { ok: false, problem: explain(error) };
  }
}

export function explain(error: unknown): StorageProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError')
    return {
      kind: 'full',
      title: 'No room to save this run',
      detail:
        'This browser’s storage is full. You can play on; a reload would lose what came after the last save. Delete an old run on the start page, or export this one to a file.',
    };
  if (name === 'DataError' || name === 'DataCloneError')
    return {
      kind: 'damaged',
      title: 'This run could not be written',
      detail: 'Export it to a file to keep it. Runs saved earlier are untouched.',
    };
  return {
    kind: 'refused',
    title: 'This browser does not let the page save',
    detail:
      'Private windows and blocked site data do that. You can play on; a reload would lose the run. Export it to a file to keep it.',
  };
}

export const savedRuns = {
  list: (): Promise<Stored<RunSummary[]>> =>
    attempt(async (db) => (await db.getAllFromIndex('summaries', 'savedAt')).reverse()),

  open: (id: string): Promise<Stored<StoredRun | undefined>> => attempt((db) => db.get('runs', id)),

  summary: (id: string): Promise<Stored<RunSummary | undefined>> => attempt((db) => db.get('summaries', id)),

  /** Both records or neither: a failed write leaves the older save as it was. */
  save: (summary: RunSummary, run: SavedRun): Promise<Stored<void>> =>
    attempt(async (db) => {
      const writing = db.transaction(['summaries', 'runs'], 'readwrite');
      await Promise.all([
        writing.objectStore('runs').put({ id: summary.id, run }),
        writing.objectStore('summaries').put(summary),
        writing.done,
      ]);
    }),

  remove: (id: string): Promise<Stored<void>> =>
    attempt(async (db) => {
      const writing = db.transaction(['summaries', 'runs'], 'readwrite');
      await Promise.all([
        writing.objectStore('runs').delete(id),
        writing.objectStore('summaries').delete(id),
        writing.done,
      ]);
    }),
};

/** A new run's name in this browser. */
export function freshRunId(scenario: string): string {
  return `${scenario}~${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
}
