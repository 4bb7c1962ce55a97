'use client';

import { toast } from 'sonner';
import type { RunClient } from '@/lib/client/run-client';
import { writeRunFile } from '@/lib/session/run-file';
import type { SavedRun } from '@/lib/session/messages';

export async function exportRun(client: RunClient): Promise<void> {
  try {
    downloadRun(await client.export());
  } catch {
    toast.error('The run could not be exported. Try again in a moment.');
  }
}

/** Hands the run to the browser as one file. */
export function downloadRun(run: SavedRun): void {
  const { name, text } = writeRunFile(run);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
