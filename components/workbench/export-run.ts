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
  download(writeRunFile(run), 'application/json');
}

/** The run as steps, to be put below `solutions:` of the scenario. */
export async function exportSolution(client: RunClient): Promise<void> {
  try {
    download(await client.ask({ type: 'solution' }, 'solution'), 'application/yaml');
  } catch (reason) {
    toast.error(reason instanceof Error ? reason.message : 'The steps could not be saved.');
  }
}

function download({ name, text }: { name: string; text: string }, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
