'use client';

import Link from 'next/link';
import { useState } from 'react';
import { buttonClass } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Coded } from '@/components/ui/coded';
import { Logo } from '@/components/ui/logo';
import { ThemeSwitch } from '@/components/ui/theme-switch';
import { LanguageSelect } from '@/components/ui/language-select';
import { usePreferences } from '@/lib/client/preferences';
import {
  type CardStanding,
  cardIn,
  languagesOf,
  type ScenarioCard,
  standingOf,
  trackColour,
  trackRows,
} from './catalogue-view';
import { Hero } from './hero';
import { ImportRun } from './import-run';
import { PlayLink } from './play-link';
import { SavedRunList } from './saved-run-list';
import { useSavedRuns } from './use-saved-runs';

/** Everything there is to play, and everything that was begun. */
export function Catalogue({ scenarios: written }: { scenarios: readonly ScenarioCard[] }) {
  const wanted = usePreferences((state) => state.language);
  const languages = languagesOf(written);
  const language = wanted !== undefined && languages.includes(wanted) ? wanted : languages[0];
  const scenarios = written.map((card) => cardIn(card, language));
  const saved = useSavedRuns();
  const runs = (saved.runs ?? []).map((run) => ({
    ...run,
    title: scenarios.find(({ id }) => id === run.scenario)?.title ?? run.title,
  }));
  const [track, setTrack] = useState<string>();
  const onlyRuns = track === OWN_RUNS && runs.length > 0;
  const playable = [...scenarios.map(({ id }) => id), 'sandbox'];
  const shown = scenarios.filter(
    (scenario) => track === undefined || track === OWN_RUNS || scenario.track === track,
  );
  return (
    <div className="min-h-dvh bg-ink-0 text-base">
      <header className="flex min-h-14 flex-wrap items-center gap-x-6 gap-y-2 border-b border-line bg-ink-1 px-5 py-2 md:px-10">
        <Link href="/" className="flex items-center gap-2.5 font-semibold">
          <Logo /> Faultline
        </Link>
        <span className="ml-auto flex flex-wrap items-center gap-2 max-sm:ml-0">
          <PlayLink href="/sandbox" className={buttonClass({})}>
            Sandbox
          </PlayLink>
          <ImportRun known={playable} />
          {languages.length > 1 && (
            <LanguageSelect label="Language of the texts" languages={languages} language={language} />
          )}
          <ThemeSwitch />
        </span>
      </header>
      <main>
        <Hero scenarios={scenarios} runs={runs} />
        <div className="grid gap-x-9 gap-y-6 px-5 py-7 md:px-10 lg:grid-cols-[190px_1fr]">
          <Tracks
            rows={trackRows(scenarios, runs)}
            total={scenarios.length}
            own={runs.length}
            chosen={track}
            onChoose={setTrack}
          />
          <section aria-label="Scenarios">
            {scenarios.length === 0 && (
              <p className="text-muted">
                No scenario is installed. Put one into the folder “scenarios” and build again.
              </p>
            )}
            {!onlyRuns && (
              <ul className="grid gap-3.5 sm:grid-cols-2 xl:grid-cols-3">
                {shown.map((scenario) => (
                  <Card key={scenario.id} scenario={scenario} standing={standingOf(scenario.id, runs)} />
                ))}
              </ul>
            )}
            <SavedRunList saved={saved.runs === undefined ? saved : { ...saved, runs }} known={playable} />
          </section>
        </div>
      </main>
    </div>
  );
}

const OWN_RUNS = 'Your runs';

interface TracksProps {
  rows: ReturnType<typeof trackRows>;
  total: number;
  /** how many runs are saved here */
  own: number;
  chosen: string | undefined;
  onChoose(track: string | undefined): void;
}

function Tracks({ rows, total, own, chosen, onChoose }: TracksProps) {
  const all = [
    { name: 'All', count: String(total), track: undefined },
    ...rows.map((row) => ({ ...row, track: row.name })),
    // They stand below all the cards too: far down.
    ...(own > 0 ? [{ name: OWN_RUNS, count: String(own), track: OWN_RUNS }] : []),
  ];
  return (
    <nav aria-label="Tracks">
      <h2 className="eyebrow mb-2 text-xs">Tracks</h2>
      <ul className="flex flex-wrap gap-x-4 lg:block">
        {all.map(({ name, count, track }) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={chosen === track}
              onClick={() => onChoose(track)}
              className="flex w-full items-baseline justify-between gap-2 py-1.5 text-left text-muted hover:text-text aria-pressed:font-medium aria-pressed:text-text"
            >
              {name} <span className="font-mono text-xs font-normal text-faint">{count}</span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const STANDING = { ok: 'text-ok', risk: 'text-risk', neutral: 'text-muted' } as const;

function Card({ scenario, standing }: { scenario: ScenarioCard; standing: CardStanding | undefined }) {
  const { id, title, track, summary, difficulty, minutes, teaches, language } = scenario;
  const colour = trackColour(track);
  return (
    <li className="relative flex min-h-[184px] flex-col gap-2 rounded-xl border border-line bg-ink-1 px-4 pb-3.5 pt-4 transition-colors focus-within:border-selected hover:border-line-strong hover:bg-ink-2">
      <span
        className="self-start rounded-[5px] border px-1.5 font-mono text-[11px] lowercase"
        style={{ color: colour, borderColor: `color-mix(in srgb, ${colour} 40%, transparent)` }}
      >
        {track}
      </span>
      <h3 className="text-[15px] font-semibold leading-snug">
        {/* The whole card is the link. */}
        <PlayLink
          href={`/play/${id}`}
          className="outline-none after:absolute after:inset-0 after:rounded-xl focus-visible:after:outline-2 focus-visible:after:outline-selected"
        >
          <span lang={language}>
            <Coded text={title} />
          </span>
        </PlayLink>
      </h3>
      <p lang={language} className="text-sm leading-[1.45] text-muted">
        <Coded text={summary} />
      </p>
      {teaches.length > 0 && (
        <ul
          lang={language}
          aria-label="What it teaches"
          className="space-y-0.5 text-xs leading-[1.45] text-faint"
        >
          {teaches.map((lesson) => (
            <li key={lesson} className="flex gap-2 before:text-line-strong before:content-['–']">
              {lesson}
            </li>
          ))}
        </ul>
      )}
      <p className="mt-auto flex flex-wrap items-center gap-x-3 gap-y-1 pt-1.5 font-mono text-[11.5px] text-faint">
        <Difficulty level={difficulty} />
        <span>{minutes} min</span>
        {standing !== undefined && <span className={cn(STANDING[standing.tone])}>{standing.text}</span>}
      </p>
    </li>
  );
}

function Difficulty({ level }: { level: number }) {
  return (
    <span role="img" aria-label={`difficulty ${level} of 5`} className="flex gap-[3px]">
      {[1, 2, 3, 4, 5].map((step) => (
        <span key={step} className={cn('h-1 w-3.5 rounded-sm', step <= level ? 'bg-risk' : 'bg-ink-3')} />
      ))}
    </span>
  );
}
