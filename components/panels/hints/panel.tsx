'use client';

import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { LazyMarkdown } from '@/components/ui/lazy-markdown';
import { useHint } from '@/components/workbench/use-hint';
import { useRun } from '@/components/workbench/run-context';
import { useScenarioText } from '@/components/workbench/scenario-text';

/** The ladder of hints: each shown one stays, the newest open. */
export function HintsPanel() {
  const hints = useRun((state) => state.hints);
  const total = useRun((state) => state.brief?.hints ?? 0);
  const { ask, left } = useHint();
  const { say, language } = useScenarioText();
  const [open, setOpen] = useState<number | undefined>(undefined);
  const newest = useNewestInSight(hints.length);
  if (total === 0) return null;
  const shown = open ?? hints.length - 1;
  return (
    <section aria-label="Hints" className="space-y-2">
      {hints.map(({ index, text }, position) => (
        <div
          key={index}
          ref={position === hints.length - 1 ? newest : undefined}
          className="rounded-lg border border-dashed border-line-strong px-[11px] py-[9px] text-muted"
        >
          {/* The same button whether it is open or not: the focus stays where it is. */}
          <button
            type="button"
            className="flex w-full items-baseline justify-between text-left font-medium hover:text-text aria-expanded:mb-0.5 aria-expanded:text-text"
            aria-expanded={position === shown}
            onClick={() => setOpen(position === shown ? -1 : position)}
          >
            <span>Hint {position + 1}</span>
            {position !== shown && (
              <span className="font-mono text-2xs font-normal text-faint">read again</span>
            )}
          </button>
          {position === shown && (
            <div lang={language}>
              <LazyMarkdown text={say(text)} />
            </div>
          )}
        </div>
      ))}
      {left > 0 && (
        <Button
          className="w-full border-dashed"
          onClick={() => {
            setOpen(undefined);
            ask();
          }}
        >
          {hints.length === 0 ? 'Stuck? Show the first hint' : `Show hint ${hints.length + 1} of ${total}`}
        </Button>
      )}
    </section>
  );
}

/** A hint may be asked for from the header: where it appears is brought into sight. */
function useNewestInSight(count: number) {
  const newest = useRef<HTMLDivElement>(null);
  const before = useRef(count);
  useEffect(() => {
    if (count > before.current) {
      newest.current?.scrollIntoView?.({ block: 'center' });
      // The button that asked for the last one is gone.
      if (document.activeElement === document.body)
        newest.current?.querySelector('button')?.focus({ preventScroll: true });
    }
    before.current = count;
  }, [count]);
  return newest;
}
