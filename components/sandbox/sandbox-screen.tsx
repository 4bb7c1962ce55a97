'use client';

import { ReactFlowProvider } from '@xyflow/react';
import Link from 'next/link';
import { buttonClass } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Opening } from '@/components/workbench/opening';
import { Overlays } from '@/components/workbench/overlays';
import { RunProvider, useRun } from '@/components/workbench/run-context';
import { Trouble } from '@/components/workbench/trouble';
import { useRunSession } from '@/components/workbench/use-run-session';
import { useScreen } from '@/components/workbench/use-screen';
import { useShortcuts } from '@/components/workbench/use-shortcuts';
import { spawnWorker, warmWorker } from '@/lib/client/spawn-worker';
import type { ScenarioSource } from '@/lib/session/messages';
import { Dialogs } from './dialogs';
import { SandboxProvider, useSandboxUi } from './sandbox-context';
import { SandboxHeader } from './sandbox-header';
import { SandboxLayout } from './sandbox-layout';
import { useBuilderKeys } from './use-builder-keys';
import { useSandboxSource } from './use-sandbox-source';

// While React wakes the page, the worker reads its scripts.
warmWorker();

/** The sandbox: an empty canvas, or whatever the address carries. */
export function SandboxScreen() {
  const found = useSandboxSource();
  switch (found.state) {
    case 'reading':
      return <Opening />;
    case 'refused':
      return (
        <Notice
          title="This sandbox cannot be opened"
          actions={
            <Link
              href="/sandbox"
              className={buttonClass({ look: 'primary' })}
              onClick={() => window.location.assign('/sandbox')}
            >
              Begin with an empty one
            </Link>
          }
        >
          <p>{found.message}</p>
        </Notice>
      );
    case 'ready':
      return <Open source={found.source} />;
  }
}

function Open({ source }: { source: ScenarioSource }) {
  const handles = useRunSession({ scenario: source, spawn: spawnWorker });
  return (
    <RunProvider handles={handles}>
      <SandboxProvider>
        <ReactFlowProvider>
          <Bench />
          <Overlays />
          <Trouble />
        </ReactFlowProvider>
      </SandboxProvider>
    </RunProvider>
  );
}

function Bench() {
  const screen = useScreen();
  const view = useRun((state) => state.sandbox);
  const onKeyDown = useBuilderKeys();
  useShortcuts();
  return (
    // Keys reach it from whatever has the focus within.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <main
      className="relative flex h-dvh min-h-[26rem] flex-col overflow-hidden bg-ink-0"
      onKeyDown={onKeyDown}
    >
      <SandboxHeader />
      {view === undefined ? <Opening /> : <SandboxLayout key={screen} screen={screen} view={view} />}
      {view !== undefined && <Dialogs view={view} />}
      <Said />
    </main>
  );
}

/** What was just done, for those who do not see it. */
function Said() {
  const said = useSandboxUi((ui) => ui.said);
  return (
    <p role="status" aria-live="polite" data-said className="sr-only">
      {said}
    </p>
  );
}
