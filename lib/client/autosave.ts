/**
 * Saves the run by itself: about two seconds after something changed, and when
 * the page is hidden. Trouble is told once per kind; play goes on.
 */
import type { SavedRun } from '../session/messages';
import type { RunClient } from './run-client';
import type { RunState } from './run-state';
import { type RunSummary, type StorageProblem, type Stored, savedRuns } from './saved-runs';

export interface Autosave {
  /** Saves now, for whoever is about to leave. */
  flush(): Promise<void>;
  stop(): void;
}

export interface AutosaveOptions {
  client: RunClient;
  id: string;
  onSaved(at: number): void;
  onProblem(problem: StorageProblem): void;
  /** Stands in for the browser's storage in tests. */
  save?: (summary: RunSummary, run: SavedRun) => Promise<Stored<void>>;
}

const PAUSE_MS = 2000;

export function startAutosave({
  client,
  id,
  onSaved,
  onProblem,
  save = savedRuns.save,
}: AutosaveOptions): Autosave {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saving = false;
  let savedAt = -1;
  const told = new Set<StorageProblem['kind']>();

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (saving || client.store.getState().connection.state !== 'open') return;
    saving = true;
    try {
      const run = await client.export();
      const stored = await save(summaryOf(id, run, client.store.getState()), run);
      if (stored.ok) {
        savedAt = client.store.getState().time.head;
        told.clear();
        onSaved(run.at);
      } else if (!told.has(stored.problem.kind)) {
        told.add(stored.problem.kind);
        onProblem(stored.problem);
      }
    } catch {
      // The simulation stopped while it was asked; the crash is shown elsewhere and the older save stands.
    } finally {
      saving = false;
    }
  }

  const unsubscribe = client.store.subscribe((state, before) => {
    const changed =
      state.time.head !== before.time.head ||
      state.time.at !== before.time.at ||
      state.standing !== before.standing ||
      state.won !== before.won;
    if (changed && state.time.head !== savedAt) timer ??= setTimeout(() => void flush(), PAUSE_MS);
  });
  const onHide = () => void flush();
  const onVisibility = () => document.visibilityState === 'hidden' && onHide();
  window.addEventListener('pagehide', onHide);
  document.addEventListener('visibilitychange', onVisibility);

  return {
    flush,
    stop() {
      clearTimeout(timer);
      unsubscribe();
      window.removeEventListener('pagehide', onHide);
      document.removeEventListener('visibilitychange', onVisibility);
    },
  };
}

export function summaryOf(id: string, run: SavedRun, state: RunState): RunSummary {
  return {
    id,
    scenario: run.scenario.id,
    title: run.title,
    savedAt: run.savedAt,
    at: run.at,
    phase: state.standing.phase,
    ...(state.won === undefined ? {} : { won: state.won }),
    hintsUsed: state.hints.length,
    availability: state.service?.availability,
    sparkline: sparklineOf(state.points),
    events: eventsOf(state),
  };
}

const SPARKLINE_POINTS = 60;

/** Shares of good answers, the worst of each stretch, so that a short outage stays visible. */
export function sparklineOf(points: RunState['points']): number[] {
  const stretch = Math.max(1, Math.ceil(points.length / SPARKLINE_POINTS));
  const shares: number[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const worst = points
      .slice(start, start + stretch)
      .reduce(
        (least, [, ok, failed]) => (ok + failed === 0 ? least : Math.min(least, ok / (ok + failed))),
        1,
      );
    shares.push(Math.round(worst * 1000) / 1000);
  }
  return shares;
}

const MOST_EVENTS = 4;

function eventsOf({ marks, time }: RunState): NonNullable<RunSummary['events']> {
  const place = (at: number) => Math.round((at / Math.max(1, time.head)) * 1000) / 1000;
  return marks
    .filter(({ kind }) => kind === 'fault' || kind === 'objective')
    .map(({ kind, at, text }): NonNullable<RunSummary['events']>[number] => ({
      place: place(at),
      text,
      tone: kind === 'fault' ? 'broken' : 'ok',
    }))
    .slice(0, MOST_EVENTS);
}
