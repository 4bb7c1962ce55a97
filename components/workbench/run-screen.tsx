'use client';

import dynamic from 'next/dynamic';
import type { ScenarioCard } from '@/components/catalogue/catalogue-view';
import type { RunPort } from '@/lib/client/run-port';
import type { ScenarioSource } from '@/lib/session/messages';
import { useFirstTour } from '@/components/tour/use-first-tour';
import { Announcer } from './announcer';
import { WorkbenchHeader } from './header';
import { WorkbenchLayout } from './layout';
import { Opening } from './opening';
import { Overlays } from './overlays';
import { RunProvider, useRun, useWorkbench } from './run-context';
import { Trouble } from './trouble';
import { useRunSession } from './use-run-session';
import { useScreen } from './use-screen';
import { useShortcuts } from './use-shortcuts';

const DebriefScreen = dynamic(
  () => import('@/components/debrief/debrief-screen').then((module) => module.DebriefScreen),
  { ssr: false },
);

export interface RunScreenProps {
  scenario: ScenarioSource;
  /** What is told of it while it opens. */
  card?: ScenarioCard;
  spawn(): RunPort;
}

/** One run: the workbench while it is played, the debrief after. */
export function RunScreen({ scenario, card, spawn }: RunScreenProps) {
  const handles = useRunSession({ scenario, spawn });
  return (
    <RunProvider handles={handles}>
      <Screen card={card} />
    </RunProvider>
  );
}

function Screen({ card }: { card: ScenarioCard | undefined }) {
  const debriefing = useWorkbench((state) => state.view === 'debrief' && state.debrief !== undefined);
  return (
    <>
      {debriefing ? <DebriefScreen /> : <Workbench card={card} />}
      <Overlays />
      <Trouble />
    </>
  );
}

function Workbench({ card }: { card: ScenarioCard | undefined }) {
  const screen = useScreen();
  const opening = useRun(
    (state) => state.connection.state === 'opening' || state.connection.state === 'idle',
  );
  useShortcuts();
  useFirstTour();
  return (
    <main className="relative flex h-dvh min-h-[26rem] flex-col overflow-hidden bg-ink-0">
      <WorkbenchHeader />
      {opening ? <Opening card={card} /> : <WorkbenchLayout key={screen} screen={screen} />}
      <Announcer />
    </main>
  );
}
