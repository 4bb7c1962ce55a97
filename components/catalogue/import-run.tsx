'use client';

import { Upload } from 'lucide-react';
import { useRef } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { runAddress } from './catalogue-view';
import { freshRunId, savedRuns } from '@/lib/client/saved-runs';

/** Takes a run from a file; a file that is no run changes nothing. */
export function ImportRun({ known }: { known: readonly string[] }) {
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File) => {
    const { readRunFile } = await import('@/lib/session/run-file');
    const read = readRunFile(await file.text().catch(() => ''));
    if (!read.ok)
      return toast.error('This file was not imported', { description: read.message, duration: 12_000 });
    const { run } = read;
    if (!known.includes(run.scenario.id))
      return toast.error('This file was not imported', {
        description: `The run belongs to the scenario “${run.scenario.id}”, which this Faultline does not have.`,
      });
    const id = freshRunId(run.scenario.id);
    const summary = {
      id,
      scenario: run.scenario.id,
      title: run.title,
      savedAt: new Date().toISOString(),
      at: run.at,
      phase: 'running' as const,
      hintsUsed: run.inputs.filter(({ input: { kind } }) => kind === 'hint').length,
      availability: undefined,
      sparkline: [],
    };
    const stored = await savedRuns.save(summary, run);
    if (!stored.ok)
      return toast.error(stored.problem.title, { description: stored.problem.detail, duration: 12_000 });
    window.location.assign(runAddress(run.scenario.id, id));
    return undefined;
  };
  return (
    <>
      <Button onClick={() => input.current?.click()}>
        <Upload size={13} aria-hidden="true" /> Import a run
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        className="hidden"
        aria-label="Run file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file !== undefined) void take(file);
        }}
      />
    </>
  );
}
