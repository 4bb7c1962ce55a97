'use client';

import { Button } from '@/components/ui/button';
import { useRun, useWorkbenchStore } from '@/components/workbench/run-context';
import { usePreferences } from '@/lib/client/preferences';

/** A line for who is here for the first time, until it is taken or declined. */
export function TourOffer() {
  const unseen = usePreferences((state) => state.tour === 'unseen');
  const setTour = usePreferences((state) => state.setTour);
  const inScenario = useRun((state) => state.sandbox === undefined);
  const workbench = useWorkbenchStore();
  if (!unseen || !inScenario) return null;
  return (
    <p className="mb-2 flex flex-wrap items-center gap-x-1 text-xs text-muted">
      First time here?
      <Button
        size="small"
        onClick={() => {
          setTour('seen');
          workbench.setState({ overlay: 'tour' });
        }}
      >
        Take the tour
      </Button>
      <Button look="quiet" size="small" onClick={() => setTour('seen')}>
        No, thanks
      </Button>
    </p>
  );
}
