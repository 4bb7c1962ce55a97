'use client';

import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import { type Autosave, startAutosave } from '@/lib/client/autosave';
import { RunClient } from '@/lib/client/run-client';
import type { RunPort } from '@/lib/client/run-port';
import { freshRunId, savedRuns, type StorageProblem } from '@/lib/client/saved-runs';
import { createWorkbenchStore } from '@/lib/client/workbench-store';
import type { SavedRun, ScenarioSource } from '@/lib/session/messages';
import type { RunHandles } from './run-context';
import { watchAlong } from './watch-along';

export interface SessionOptions {
  scenario: ScenarioSource;
  spawn(): RunPort;
}

/** Opens the run of this page: the saved one that the address names, or a new one; keeps it saved. */
export function useRunSession({ scenario, spawn }: SessionOptions): RunHandles {
  const [handles] = useState<RunHandles>(() => ({
    client: new RunClient(spawn),
    workbench: createWorkbenchStore(),
  }));

  useEffect(() => {
    const { client, workbench } = handles;
    const stops: (() => void)[] = [];
    let left = false;
    void openedRun(scenario.id).then(({ id, run }) => {
      if (left) return;
      stops.push(watchAlong(handles), followEdits(handles), followStart(handles));
      client.open({ scenario: run?.scenario ?? scenario, run, ...seedOf() });
      const autosave = startAutosave({
        client,
        id,
        onSaved: (savedAt) => workbench.setState({ savedAt }),
        onProblem: tell,
      });
      stops.push(() => leave(autosave));
    });
    return () => {
      left = true;
      for (const stop of stops) stop();
      client.close();
    };
  }, [handles, scenario]);

  return handles;
}

function leave(autosave: Autosave): void {
  void autosave.flush();
  autosave.stop();
}

function tell({ title, detail }: StorageProblem): void {
  toast.error(title, { description: detail, duration: 15_000, id: title });
}

/** `?seed=`: for replaying somebody's run from the start. */
function seedOf(): { seed?: number } {
  const seed = Number(new URLSearchParams(window.location.search).get('seed') ?? Number.NaN);
  return Number.isSafeInteger(seed) && seed >= 0 ? { seed } : {};
}

/** The saved run of `?run=`; a new one gets its own name in the address, so that a reload goes on with it. */
async function openedRun(scenario: string): Promise<{ id: string; run?: SavedRun }> {
  const address = new URL(window.location.href);
  const wanted = address.searchParams.get('run');
  if (wanted !== null) {
    const stored = await savedRuns.open(wanted);
    if (!stored.ok) tell(stored.problem);
    else if (stored.value !== undefined) return { id: wanted, run: stored.value.run };
    if (wanted.startsWith(`${scenario}~`)) return { id: wanted };
  }
  const id = freshRunId(scenario);
  address.searchParams.set('run', id);
  window.history.replaceState(window.history.state, '', address);
  return { id };
}

/** `vi FILE` in a terminal opens the file in the editor. */
function followEdits({ client, workbench }: RunHandles): () => void {
  return client.store.subscribe(({ edit }) => {
    if (edit === undefined) return;
    client.store.forget('edit');
    workbench.openFile(edit);
  });
}

/** A run that was finished earlier opens with its debrief. */
function followStart({ client, workbench }: RunHandles): () => void {
  return client.store.subscribe((state, before) => {
    if (state.connection.state !== 'open' || before.connection.state === 'open') return;
    if (before.connection.state === 'crashed')
      toast(`The run was rebuilt. It stopped because: ${before.connection.crash.message}`, {
        duration: 10_000,
      });
    if (state.standing.phase !== 'finished') return;
    void client
      .ask({ type: 'debrief' }, 'debrief')
      .then(({ debrief }) => workbench.setState({ debrief, view: 'debrief' }))
      .catch(() => undefined);
  });
}
