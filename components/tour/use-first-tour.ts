'use client';

import { useEffect } from 'react';
import { useHandles, useRun } from '@/components/workbench/run-context';
import { usePreferences } from '@/lib/client/preferences';

/** The scenarios for a first time at a terminal. */
export const FIRST_TRACK = 'First steps';

/** In the first steps the tour opens by itself, once in this browser. */
export function useFirstTour(): void {
  const { workbench } = useHandles();
  const first = useRun(
    ({ connection, brief, standing }) =>
      connection.state === 'open' && brief?.track === FIRST_TRACK && standing.phase === 'running',
  );
  useEffect(() => {
    if (!first || usePreferences.getState().tour === 'seen') return;
    usePreferences.getState().setTour('seen');
    workbench.setState({ overlay: 'tour' });
  }, [first, workbench]);
}
