'use client';

import { useEffect } from 'react';
import { cardIn, type ScenarioCard } from '@/components/catalogue/catalogue-view';
import { Coded } from '@/components/ui/coded';
import { usePreferences } from '@/lib/client/preferences';

/** While the machines start: the page fetches what it will show then, so that nothing comes one after the other. */
export function Opening({ card }: { card?: ScenarioCard | undefined }) {
  useEffect(() => {
    const parts = [
      import('@/components/canvas/topology-canvas'),
      import('@/components/terminal/terminal-view'),
      import('@/components/ui/markdown'),
      import('@/components/editor/file-editor'),
    ];
    // What does not come is asked for again, and complained of, where it is shown.
    void Promise.allSettled(parts);
  }, []);
  return (
    <div className="grid min-h-60 flex-1 place-items-center p-6">
      <div className="max-w-[32rem] space-y-2 text-center">
        {card !== undefined && <About card={card} />}
        <p role="status" className="pt-2 font-mono text-xs text-muted">
          Starting the machines…
        </p>
      </div>
    </div>
  );
}

/** What one will be on call for, to be read meanwhile. */
function About({ card }: { card: ScenarioCard }) {
  const { title, summary, language } = cardIn(
    card,
    usePreferences((state) => state.language),
  );
  return (
    <div lang={language} className="space-y-2">
      <h2 className="text-xl font-semibold">
        <Coded text={title} />
      </h2>
      <p className="text-sm leading-relaxed text-prose">
        <Coded text={summary} />
      </p>
    </div>
  );
}
