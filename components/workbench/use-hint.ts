'use client';

import { toast } from 'sonner';
import { useClient, useRun } from './run-context';

/** Asks for the next hint; it appears with the next frame. */
export function useHint(): { ask(): void; left: number; total: number; shown: number } {
  const client = useClient();
  const shown = useRun((state) => state.hints.length);
  const total = useRun((state) => state.brief?.hints ?? 0);
  return {
    shown,
    total,
    left: Math.max(0, total - shown),
    ask() {
      client
        .ask({ type: 'hint' }, 'hint')
        .catch((reason: unknown) => toast(reason instanceof Error ? reason.message : 'No hint now.'));
    },
  };
}
