'use client';

import { useCallback, useEffect, useState } from 'react';
import { toast } from 'sonner';
import { type RunSummary, savedRuns, type StorageProblem } from '@/lib/client/saved-runs';

export interface SavedRuns {
  /** Undefined while they are read. */
  runs: readonly RunSummary[] | undefined;
  problem: StorageProblem | undefined;
  remove(run: RunSummary): void;
  exportRun(run: RunSummary): void;
}

/** The runs this browser keeps, newest first. */
export function useSavedRuns(): SavedRuns {
  const [runs, setRuns] = useState<readonly RunSummary[]>();
  const [problem, setProblem] = useState<StorageProblem>();

  const read = useCallback(async () => {
    const stored = await savedRuns.list();
    setRuns(stored.ok ? stored.value : []);
    setProblem(stored.ok ? undefined : stored.problem);
  }, []);
  useEffect(() => {
    void read();
  }, [read]);

  return {
    runs,
    problem,
    remove(run) {
      void savedRuns.remove(run.id).then((removed) => {
        if (!removed.ok) toast.error(removed.problem.title, { description: removed.problem.detail });
        void read();
      });
    },
    exportRun(run) {
      void savedRuns.open(run.id).then(async (stored) => {
        if (!stored.ok || stored.value === undefined) return toast.error('This run could not be read.');
        const { downloadRun } = await import('@/components/workbench/export-run');
        return downloadRun(stored.value.run);
      });
    },
  };
}
