'use client';

import { Plus, X } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useRef } from 'react';
import { DOCK_PANELS } from '@/components/panels/registry';
import { TracePanel } from '@/components/panels/trace/panel';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Empty } from '@/components/ui/empty';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import type { TerminalTab } from '@/lib/client/run-state';
import { useHandles, useRun, useWorkbench } from './run-context';
import { useOpenTerminal } from './use-open-terminal';

const TerminalView = dynamic(
  () => import('@/components/terminal/terminal-view').then((module) => module.TerminalView),
  {
    ssr: false,
    loading: () => <Empty>Opening the terminal…</Empty>,
  },
);

/** Under the map: terminals, lists of the run, and the chosen request. */
export function Dock() {
  const traced = useWorkbench((state) => state.trace !== undefined);
  return (
    <div
      data-dock
      data-tour="terminal"
      className="grid h-full min-h-0 bg-ink-1"
      style={{ gridTemplateColumns: traced ? 'minmax(0, 1.05fr) minmax(0, 1fr)' : 'minmax(0, 1fr)' }}
    >
      <DockTabs />
      {traced && (
        <div className="min-h-0 border-l border-line">
          <TracePanel />
        </div>
      )}
    </div>
  );
}

/** The open tab; without a choice the newest terminal that is still open. */
export function currentTab(chosen: string | undefined, terminals: readonly TerminalTab[]): string {
  const open = terminals.filter(({ closed }) => !closed);
  const exists =
    DOCK_PANELS.some(({ id }) => id === chosen) || open.some(({ id }) => `terminal:${id}` === chosen);
  if (chosen !== undefined && exists) return chosen;
  const first = open.at(-1) ?? terminals.at(-1);
  return first === undefined ? 'events' : `terminal:${first.id}`;
}

/** So many terminals have room for the word. */
const FEW = 2;

/** Where each terminal is; the second on the same host is numbered. */
function tabNames(terminals: readonly TerminalTab[]): string[] {
  const times = new Map<string, number>();
  return terminals.map(({ title }) => {
    const time = (times.get(title) ?? 0) + 1;
    times.set(title, time);
    return time === 1 ? title : `${title} ${time}`;
  });
}

function DockTabs() {
  const { client, workbench } = useHandles();
  const terminals = useRun((state) => state.terminals);
  const chosen = useWorkbench((state) => state.dockTab);
  const tab = currentTab(chosen, terminals);
  const open = terminals.filter(({ closed, id }) => !closed || tab === `terminal:${id}`);
  const current = open.find(({ id }) => tab === `terminal:${id}`);
  const names = tabNames(open);
  const tabs = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // jsdom does not scroll.
    const active = tabs.current?.querySelector('[data-state="active"]');
    active?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  }, [tab]);
  const start = useStartHost();
  const openTerminal = useOpenTerminal();
  const close = ({ id }: TerminalTab) => {
    client.send({ type: 'terminal-close', terminal: id });
    client.store.setState((state) => ({
      terminals: state.terminals.filter((terminal) => terminal.id !== id),
    }));
  };
  return (
    <Tabs
      value={tab}
      onValueChange={(dockTab) => workbench.setState({ dockTab })}
      activationMode="manual"
      className="flex min-h-0 min-w-0 flex-col"
    >
      <div className="flex items-center gap-1 border-b border-line pl-2 pr-1.5">
        <TabList aria-label="Terminals and lists">
          {/* However many terminals there are, the lists stay in sight. */}
          <div ref={tabs} className="flex min-w-0 gap-0.5 overflow-x-auto [scrollbar-width:none]">
            {open.map((terminal, i) => (
              <Tab
                key={terminal.id}
                value={`terminal:${terminal.id}`}
                className="font-mono"
                onKeyDown={(event) => event.key === 'Delete' && close(terminal)}
                aria-label={`Terminal · ${names[i]}`}
                title="Delete closes it"
              >
                {open.length <= FEW && 'Terminal · '}
                {names[i]}
              </Tab>
            ))}
          </div>
          <div className="flex shrink-0 gap-0.5">
            {DOCK_PANELS.map(({ id, title }) => (
              <Tab key={id} value={id}>
                {title}
              </Tab>
            ))}
          </div>
        </TabList>
        <DockTools current={current} onClose={close} />
      </div>
      {open.map((terminal) => (
        <TerminalPanel
          key={terminal.id}
          terminal={terminal}
          shown={current === terminal}
          onReopen={() => {
            close(terminal);
            openTerminal(start ?? terminal.host);
          }}
        />
      ))}
      {DOCK_PANELS.map(({ id, Panel }) => (
        <TabPanel key={id} value={id} className="flex-1">
          {tab === id && <Panel host="" />}
        </TabPanel>
      ))}
    </Tabs>
  );
}

/** Where a new terminal opens: in a sandbox on the chosen host, in a scenario where the shift begins. */
function useStartHost(): string | undefined {
  const chosen = useWorkbench((state) => state.host);
  return useRun((state) => (state.sandbox === undefined ? undefined : chosen) ?? state.brief?.start.host);
}

function DockTools({
  current,
  onClose,
}: {
  current: TerminalTab | undefined;
  onClose(terminal: TerminalTab): void;
}) {
  const start = useStartHost();
  const openTerminal = useOpenTerminal();
  const paused = useRun((state) => !state.time.playing && !state.time.lookingBack);
  return (
    <span className="ml-auto flex shrink-0 items-center gap-1">
      {paused && current?.closed === false && (
        <span className="font-mono text-2xs text-risk">paused: commands wait</span>
      )}
      {current !== undefined && (
        <Button
          look="quiet"
          size="icon"
          aria-label={`Close terminal ${current.title}`}
          title="Close this terminal"
          onClick={() => onClose(current)}
        >
          <X size={13} />
        </Button>
      )}
      {start !== undefined && start !== '' && (
        <Button
          look="quiet"
          size="icon"
          aria-label={`New terminal on ${start}`}
          title={`New terminal on ${start}`}
          onClick={() => openTerminal(start)}
        >
          <Plus size={14} />
        </Button>
      )}
    </span>
  );
}

/** Stays mounted while hidden, so that scroll and the half-typed line are kept. */
function TerminalPanel({
  terminal: { id, title },
  shown,
  onReopen,
}: {
  terminal: TerminalTab;
  shown: boolean;
  onReopen(): void;
}) {
  return (
    <TabPanel
      value={`terminal:${id}`}
      forceMount
      tabIndex={-1}
      data-terminal-shown={shown}
      className={cn('relative flex-1 overflow-hidden bg-terminal', !shown && 'hidden')}
    >
      <TerminalView
        terminal={id}
        label={`Terminal on ${title}`}
        shown={shown}
        onReopen={onReopen}
        onLeave={(way) =>
          document
            .querySelector<HTMLElement>(
              way === 'on'
                ? '[data-terminal-shown="true"] [data-left]'
                : '[data-dock] [role="tab"][data-state="active"]',
            )
            ?.focus()
        }
      />
      {/* Tab completes words in the terminal: here is where the way on begins. */}
      <button
        type="button"
        data-left
        onClick={({ currentTarget }) =>
          currentTarget.parentElement?.querySelector<HTMLElement>('textarea')?.focus()
        }
        className="pointer-events-none absolute bottom-2 right-3 rounded border border-line-strong bg-ink-1 px-2 py-1 text-xs opacity-0 focus:opacity-100"
      >
        Enter: back into the terminal · Tab: on
      </button>
    </TabPanel>
  );
}
