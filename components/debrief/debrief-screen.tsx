'use client';

import { Download, History, RotateCcw } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useEffect, useMemo, useRef } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Coded } from '@/components/ui/coded';
import { LazyMarkdown } from '@/components/ui/lazy-markdown';
import { LanguageSelect, useLanguage } from '@/components/ui/language-select';
import { Logo } from '@/components/ui/logo';
import { ThemeSwitch } from '@/components/ui/theme-switch';
import { downloadRun, exportSolution } from '@/components/workbench/export-run';
import { useHandles, useRun, useWorkbench } from '@/components/workbench/run-context';
import { useScenarioText } from '@/components/workbench/scenario-text';
import type { Debrief } from '@/lib/session/messages';
import { TONE_TEXT } from '@/lib/views/tones';
import { ActionsCard, ChainsCard, DiffsCard, GoalsCard, MinutesTable, OutagesCard } from './debrief-cards';
import { DiagnosisCard, MechanismCard } from './diagnosis-cards';
import { figures, type Known, subtitle } from './debrief-view';
import { Card } from './card';
import { translatedDebrief } from './translated-debrief';

const AvailabilityPlot = dynamic(
  () => import('./availability-plot').then((module) => module.AvailabilityPlot),
  { ssr: false },
);

/** What happened, why, and what it cost: read after the run, with a way back into every moment of it. */
export function DebriefScreen() {
  const written = useWorkbench((state) => state.debrief);
  const { say } = useScenarioText();
  const debrief = useMemo(
    () => (written === undefined ? undefined : translatedDebrief(written, say)),
    [written, say],
  );
  const at = useRun((state) => state.time.at);
  const clock = useRun((state) => state.time.clock);
  const known = useMemo<Known>(() => ({ at: 0, clock: clock - at }), [clock, at]);
  if (debrief === undefined) return null;
  return (
    <div className="min-h-dvh bg-ink-0 text-base">
      <TopBar debrief={debrief} />
      <main className="mx-auto max-w-[1320px] px-5 pb-16 pt-7 md:px-10">
        <Heading debrief={debrief} />
        <Figures debrief={debrief} />
        <Card title="Minute by minute">
          <AvailabilityPlot debrief={debrief} known={known} />
          <MinutesTable debrief={debrief} known={known} />
        </Card>
        <ChainsCard debrief={debrief} known={known} />
        <DiagnosisCard debrief={debrief} />
        <MechanismCard debrief={debrief} />
        <div className="grid items-start gap-x-[18px] lg:grid-cols-[1.25fr_1fr]">
          <div className="min-w-0">
            <ActionsCard debrief={debrief} />
            <GoalsCard debrief={debrief} />
          </div>
          <div className="min-w-0">
            <DiffsCard debrief={debrief} />
            <OutagesCard debrief={debrief} known={known} />
          </div>
        </div>
        <TakeHome debrief={debrief} />
      </main>
    </div>
  );
}

function TakeHome({ debrief }: { debrief: Debrief }) {
  const { text, language } = useLanguage(debrief.text, debrief.texts);
  if (text === '') return null;
  return (
    <Card title="To take home">
      <div
        lang={language}
        className="[column-gap:3rem] [column-width:26rem] [&_h3]:break-after-avoid [&_li]:break-inside-avoid [&_p]:break-inside-avoid"
      >
        <LazyMarkdown text={text} />
      </div>
    </Card>
  );
}

function TopBar({ debrief }: { debrief: Debrief }) {
  const { languages, language } = useLanguage(debrief.text, debrief.texts);
  return (
    <header className="flex h-11 items-center gap-4 border-b border-line bg-ink-1 px-5 text-sm md:px-10">
      <Link href="/" className="flex items-center gap-2 font-semibold">
        <Logo /> Faultline
      </Link>
      <span className="text-muted">Debrief</span>
      <span className="ml-auto flex items-center gap-2">
        {languages.length > 1 && (
          <LanguageSelect label="Language of the texts" languages={languages} language={language} />
        )}
        <ThemeSwitch />
      </span>
    </header>
  );
}

function Heading({ debrief }: { debrief: Debrief }) {
  const { client, workbench } = useHandles();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const replay = () => {
    workbench.setState({ view: 'workbench' });
    client.send({ type: 'transport', action: { kind: 'seek', at: 0 } });
  };
  return (
    <div className="mb-5 flex flex-wrap items-end gap-x-8 gap-y-4">
      <div className="min-w-0 flex-1 basis-96">
        <h1 ref={title} tabIndex={-1} className="text-[26px] font-semibold leading-tight outline-none">
          {debrief.title}
        </h1>
        <p className="mt-0.5 text-muted">{subtitle(debrief)}</p>
        <p className={`mt-3 max-w-[80ch] ${debrief.won ? 'text-ok' : 'text-broken'}`}>
          <b className="font-semibold">{debrief.won ? 'Won. ' : 'Lost. '}</b>
          <span className="text-prose">
            <Coded text={debrief.verdict} />
          </span>
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button onClick={replay}>
          <History size={13} aria-hidden="true" /> Look back at the run
        </Button>
        <Button onClick={() => void client.export().then(downloadRun, () => undefined)}>
          <Download size={13} aria-hidden="true" /> Export
        </Button>
        <Button
          title="What you did, as steps for the scenario’s file"
          onClick={() => void exportSolution(client)}
        >
          <Download size={13} aria-hidden="true" /> Save as solution
        </Button>
        {/* A plain link: the run begins anew, with its own name. */}
        <a href={`/play/${debrief.scenario}`} className={buttonClass({})}>
          <RotateCcw size={13} aria-hidden="true" /> Play again
        </a>
        <Link href="/" className={buttonClass({ look: 'primary' })}>
          All scenarios
        </Link>
      </div>
    </div>
  );
}

function Figures({ debrief }: { debrief: Debrief }) {
  return (
    <dl className="mb-[18px] grid grid-cols-2 overflow-hidden rounded-xl border border-line bg-ink-1 sm:grid-cols-3 xl:grid-cols-6">
      {figures(debrief).map(({ value, label, tone }) => (
        <div
          key={label}
          className="flex flex-col-reverse justify-end border-l border-t border-line px-[18px] py-3.5 [margin-left:-1px] [margin-top:-1px]"
        >
          <dt className="text-[12.5px] text-muted">{label}</dt>
          <dd
            className={`font-mono text-[22px] font-semibold leading-tight ${tone === 'neutral' || tone === 'ok' ? 'text-text' : TONE_TEXT[tone]}`}
          >
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
