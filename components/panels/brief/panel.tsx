'use client';

import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { TourOffer } from '@/components/tour/tour-offer';
import { LanguageSelect, useLanguage } from '@/components/ui/language-select';
import { LazyMarkdown } from '@/components/ui/lazy-markdown';
import { useRun } from '@/components/workbench/run-context';

/**
 * What happened and what is asked, in the scenario's own words. It stands open
 * until the reader closes it or the first goal is met: its steps are read while working.
 */
export function BriefPanel() {
  const brief = useRun((state) => state.brief);
  const { text, language, languages } = useLanguage(brief?.text ?? '', brief?.texts);
  const isUnderWay = useRun(({ objectives }) => objectives.some(({ state }) => state === 'met'));
  const [chosen, setChosen] = useState<boolean>();
  if (brief === undefined) return null;
  const open = chosen ?? !isUnderWay;
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
              <LanguageSelect label="Language of the texts" languages={languages} language={language} />
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
