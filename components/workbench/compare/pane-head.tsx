'use client';

import { GitCompareArrows, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { clockText } from '@/lib/views/times';
import { useRun, useWorkbenchStore } from '../run-context';
import { useComparedBranch } from './compare-area';

/** Over the map: which attempt one is in. */
export function HereHead() {
  const name = useRun(({ branch }) => branch.all.find(({ id }) => id === branch.current)?.name);
  return (
    <Head side="here">
      <b className="min-w-0 truncate font-semibold">{name ?? 'This attempt'}</b>
      <span className="text-muted">here</span>
      <span className="ml-auto font-mono text-2xs text-muted">
        {useRun((state) => clockText(state.time.clock))}
      </span>
    </Head>
  );
}

/** Over the other map: which attempt it is, to be chosen, and how far it is. `note` stands where it is behind or has ended. */
export function ThereHead({
  clock,
  note,
}: {
  clock: string;
  note: { text: string; why: string } | undefined;
}) {
  const workbench = useWorkbenchStore();
  const compared = useComparedBranch();
  const { current, all } = useRun((state) => state.branch);
  return (
    <Head side="there">
      <label className="flex shrink-0 items-center gap-1.5">
        <GitCompareArrows size={12} aria-hidden="true" className="shrink-0 text-selected" />
        <span className="sr-only">Compared with</span>
        <select
          className="max-w-32 rounded bg-ink-2 px-1 text-xs font-semibold"
          value={compared}
          onChange={(event) => workbench.setState({ compare: Number(event.target.value) })}
        >
          {all
            .filter(({ id }) => id !== current)
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </select>
      </label>
      {note !== undefined && (
        <span className="min-w-0 truncate text-2xs text-muted" title={note.why}>
          {note.text}
        </span>
      )}
      <span className="ml-auto font-mono text-2xs text-muted">{clock}</span>
      <Button
        look="quiet"
        size="icon"
        className="size-5"
        aria-label="Stop comparing"
        title="Stop comparing (v)"
        onClick={() => workbench.setState({ compare: undefined })}
      >
        <X size={12} />
      </Button>
    </Head>
  );
}

function Head({ side, children }: { side: 'here' | 'there'; children: ReactNode }) {
  return (
    <div
      className={`row-start-1 flex h-7 min-w-0 items-center gap-2 border-b border-line bg-ink-1 px-2.5 text-xs ${
        side === 'here' ? 'col-start-1' : 'col-start-2 border-l'
      }`}
    >
      {children}
    </div>
  );
}
