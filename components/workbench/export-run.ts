'use client';

import { toast } from 'sonner';
import type { RunClient } from '@/lib/client/run-client';
import type { SavedRun } from '@/lib/session/messages';

export async function exportRun(client: RunClient): Promise<void> {
  try {
    await downloadRun(await client.export());
  } catch {
    toast.error('The run could not be exported. Try again in a moment.');
  }
}

/** Hands the run to the browser as one file. */
export async function downloadRun(run: SavedRun): Promise<void> {
  // Its schema is large, and few runs are exported.
  const { writeRunFile } = await import('@/lib/session/run-file');
  const { name, text } = writeRunFile(run);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
