'use client';

import { useEffect, useState } from 'react';
import type { RunClient } from '@/lib/client/run-client';
import { createWorkbenchStore, type WorkbenchStore } from '@/lib/client/workbench-store';
import type { SavedRun } from '@/lib/session/messages';
import { type RunHandles, useHandles } from '../run-context';
import { watchAlong } from '../watch-along';

export type OtherBranch =
  | { state: 'loading' }
  /** `inputs`: all that was done in it. */
  | { state: 'open'; handles: RunHandles; inputs: SavedRun['inputs'] }
  | { state: 'refused'; message: string };

/** Another branch of this run in a worker of its own, always at the instant that this one is at. */
export function useOtherBranch(branch: number): OtherBranch {
  const main = useHandles();
  const [other, setOther] = useState<OtherBranch>({ state: 'loading' });
  useEffect(() => {
    let left = false;
    const client = main.client.another();
    const workbench = createWorkbenchStore();
    const stops = [mirrorSelection(main.workbench, workbench), watchAlong({ client, workbench })];
    setOther({ state: 'loading' });
    main.client
      .ask({ type: 'export', branch }, 'export')
      .then(({ run }) => {
        if (left) return;
        client.open({ scenario: run.scenario, run });
        stops.push(followAlong(main.client, client));
        setOther({ state: 'open', handles: { client, workbench }, inputs: run.inputs });
      })
      .catch((reason: unknown) => {
        const message = reason instanceof Error ? reason.message : 'The other attempt could not be opened.';
        if (!left) setOther({ state: 'refused', message });
      });
    return () => {
      left = true;
      for (const stop of stops) stop();
      client.close();
    };
  }, [main, branch]);
  return other;
}

/** Asks the follower to be where the leader is; while it is still on its way it is not asked again. */
function followAlong(leader: RunClient, follower: RunClient): () => void {
  let asked = -1;
  let moved = false;
  const ask = () => {
    const { at, playing, lookingBack } = leader.store.getState().time;
    const moves = playing && !lookingBack;
    if (at === asked && moves === moved) return;
    asked = at;
    moved = moves;
    follower.send({ type: 'transport', action: { kind: 'follow', at, playing: moves } });
  };
  // Before its own clock ticks for the first time.
  ask();
  const step = () => {
    const { connection, time } = follower.store.getState();
    if (connection.state === 'open' && time.at === asked) ask();
  };
  const stops = [leader.store.subscribe(step), follower.store.subscribe(step)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** A host that is chosen on one side is chosen on the other; files and rules are read on this side. */
function mirrorSelection(main: WorkbenchStore, other: WorkbenchStore): () => void {
  other.setState({ host: main.getState().host });
  Object.assign(other, {
    selectHost: main.selectHost,
    showHost: main.showHost,
    openFile: main.openFile,
  } satisfies Partial<WorkbenchStore>);
  return main.subscribe(({ host }) => {
    if (other.getState().host !== host) other.setState({ host });
  });
}
