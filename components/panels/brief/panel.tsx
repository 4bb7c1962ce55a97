'use client';

import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { TourOffer } from '@/components/tour/tour-offer';
import { LanguageSelect, useLanguage } from '@/components/ui/language-select';
import { LazyMarkdown } from '@/components/ui/lazy-markdown';
import { useRun } from '@/components/workbench/run-context';

/**
 * What happened and what is asked, in the scenario's own words. It stands open
 * until the reader closes it or begins to act: then the goals have the room.
 */
export function BriefPanel() {
  const brief = useRun((state) => state.brief);
  const { text, language, languages } = useLanguage(brief?.text ?? '', brief?.texts);
  const acted = useRun((state) => state.events.some(({ type }) => ACTED.has(type)));
  const [chosen, setChosen] = useState<boolean>();
  if (brief === undefined) return null;
  const open = chosen ?? !acted;
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <section aria-label="Incident">
      <h2 className="eyebrow mb-1.5">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setChosen(!open)}
          className="-ml-1 flex w-full items-center gap-1 rounded px-1 text-left uppercase hover:text-text"
        >
          Incident <Arrow size={12} aria-hidden="true" />
          {!open && <span className="ml-auto font-normal normal-case tracking-normal">read the brief</span>}
        </button>
      </h2>
      {open && (
        <>
          <TourOffer />
          {languages.length > 1 && (
            <div className="mb-2">
              <LanguageSelect label="Language of the brief" languages={languages} language={language} />
            </div>
          )}
          <div lang={language}>
            <LazyMarkdown text={text} />
          </div>
        </>
      )}
    </section>
  );
}

/** Events that tell that the learner is at work. */
const ACTED: ReadonlySet<string> = new Set(['learner.line', 'learner.save']);
