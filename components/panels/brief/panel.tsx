'use client';

import { LazyMarkdown } from '@/components/ui/lazy-markdown';
import { useRun } from '@/components/workbench/run-context';

/** What happened and what is asked, in the scenario's own words. */
export function BriefPanel() {
  const text = useRun((state) => state.brief?.text);
  if (text === undefined) return null;
  return (
    <section aria-label="Incident">
      <h2 className="eyebrow mb-1.5">Incident</h2>
      <LazyMarkdown text={text} />
    </section>
  );
}
