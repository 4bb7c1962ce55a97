'use client';

import { Check, X } from 'lucide-react';
import { cn } from '@/components/ui/class-names';
import { useRun } from '@/components/workbench/run-context';
import { ScenarioText, useScenarioText } from '@/components/workbench/scenario-text';
import { metCount, type ObjectiveRow, objectiveRows } from './view';

export function ObjectivesPanel() {
  const objectives = useRun((state) => state.objectives);
  const guards = useRun((state) => state.guards);
  const { say } = useScenarioText();
  return (
    <>
      <section aria-label="Objectives">
        <h2 className="eyebrow mb-0.5 flex justify-between">
          Objectives <span className="font-normal tracking-normal normal-case">{metCount(objectives)}</span>
        </h2>
        <ol className="divide-y divide-line">
          {objectiveRows(objectives, say).map((row) => (
            <Objective key={row.id} row={row} />
          ))}
        </ol>
      </section>
      {guards.length > 0 && (
        <section aria-label="Throughout">
          <h2 className="eyebrow mb-0.5">Throughout</h2>
          <ul className="divide-y divide-line">
            {objectiveRows(guards, say).map((row) => (
              <Objective key={row.id} row={row} guard />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Objective({ row, guard = false }: { row: ObjectiveRow; guard?: boolean }) {
  return (
    <li className="flex gap-2.5 py-2">
      <Ring
        state={guard && row.state === 'measuring' ? 'met' : row.state}
        progress={row.progress}
        hollow={guard && row.state === 'measuring'}
      />
      <div className="min-w-0">
        <p className="leading-snug">
          <ScenarioText text={row.title} />
          <span className="sr-only"> ({guard && row.state === 'measuring' ? 'holds so far' : row.word})</span>
        </p>
        <p
          className={cn(
            'font-mono text-[11.5px] leading-[1.5] text-muted',
            row.state === 'met' && 'text-ok',
            row.state === 'failed' && 'text-broken',
          )}
        >
          {row.figure === '' ? row.word : row.figure}
        </p>
        {row.why !== undefined && (
          <p className="mt-1 rounded-md bg-broken-soft px-2 py-1 text-xs text-broken-text">
            <ScenarioText text={row.why} />
            {row.rule !== undefined && <span className="ml-1 font-mono text-2xs opacity-80">{row.rule}</span>}
          </p>
        )}
      </div>
    </li>
  );
}

/** Empty while waiting, a filling disc while measured, ticked or crossed at the end. */
function Ring({
  state,
  progress,
  hollow,
}: {
  state: ObjectiveRow['state'];
  progress: number;
  hollow: boolean;
}) {
  const base = 'mt-px grid size-4 flex-none place-items-center rounded-full border-[1.5px]';
  if (state === 'met')
    return (
      <span aria-hidden="true" className={cn(base, 'border-ok', hollow ? 'text-ok' : 'bg-ok text-ink-1')}>
        <Check size={10} strokeWidth={3.5} />
      </span>
    );
  if (state === 'failed')
    return (
      <span aria-hidden="true" className={cn(base, 'border-broken-strong bg-broken-strong text-ink-1')}>
        <X size={10} strokeWidth={3.5} />
      </span>
    );
  return (
    <span
      aria-hidden="true"
      className={cn(base, state === 'measuring' ? 'border-risk' : 'border-line-strong')}
      style={
        state === 'measuring'
          ? { background: `conic-gradient(var(--risk) ${progress * 100}%, transparent 0)` }
          : undefined
      }
    />
  );
}
