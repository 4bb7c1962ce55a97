'use client';

import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import type { RunInput, SavedRun } from '@/lib/session/messages';
import type { FaultEntry } from '@/lib/session/sandbox/document';
import { plural } from '@/lib/views/numbers';
import { useClient, useRun } from '../run-context';

type Recorded = SavedRun['inputs'][number];
type Struck = Extract<RunInput, { kind: 'inject' }>;

/** In a sandbox: what was broken by hand in the other attempt, and is still to come here, is planned for the same instants. */
export function SameFaults({ inputs }: { inputs: readonly Recorded[] }) {
  const client = useClient();
  const second = useRun((state) => Math.floor(state.time.at / 1_000_000));
  const planned = useRun((state) => state.sandbox?.faults);
  if (planned === undefined) return null;
  const known = new Set(planned.map(({ at, fault }) => `${at} ${JSON.stringify(fault)}`));
  const coming = inputs.flatMap(({ at, input }): { at: number; fault: FaultEntry }[] => {
    if (!isStruck(input) || at <= second * 1_000_000) return [];
    const entry = { at: at / 1_000_000, fault: input.fault as FaultEntry };
    return known.has(`${entry.at} ${JSON.stringify(entry.fault)}`) ? [] : [entry];
  });
  if (coming.length === 0) return null;
  const plan = async () => {
    for (const { at, fault } of coming)
      await client.ask(
        { type: 'sandbox', ask: { kind: 'intent', intent: { do: 'plan-fault', at, fault } } },
        'sandbox',
      );
    toast(`${plural(coming.length, 'fault')} planned here, at the same instants.`);
  };
  return (
    <Button
      size="small"
      className="ml-2"
      title="Breaks the same things at the same instants in this attempt"
      onClick={() => void plan().catch((reason: unknown) => toast.error(String(reason)))}
    >
      Plan its {plural(coming.length, 'fault')} here too
    </Button>
  );
}

function isStruck(input: RunInput): input is Struck {
  return input.kind === 'inject' && input.fault['mend'] !== true;
}
