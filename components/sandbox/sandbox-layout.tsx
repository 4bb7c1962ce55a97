'use client';

import { useMemo, useState } from 'react';
import { Group, Panel, Separator, usePanelRef } from 'react-resizable-panels';
import { Button } from '@/components/ui/button';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import { Announcer } from '@/components/workbench/announcer';
import { Banner } from '@/components/workbench/banner';
import { CompareArea } from '@/components/workbench/compare/compare-area';
import { Dock } from '@/components/workbench/dock';
import { Inspector } from '@/components/workbench/inspector';
import { CanvasControls } from '@/components/canvas/canvas-controls';
import { useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import { Timeline } from '@/components/workbench/timeline';
import type { Screen } from '@/components/workbench/use-screen';
import type { SandboxPanel } from '@/lib/client/sandbox-store';
import { STARTERS } from '@/lib/session/sandbox/starters';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { BreakPanel } from './break-panel';
import { BuildCanvas } from './build-canvas';
import { BuildOutline } from './build-outline';
import { LookPanel } from './look-panel';
import { Palette } from './palette';
import { useBuilder, useSandboxUi } from './sandbox-context';
import { SelectionPanel } from './selection-panel';
import { SharePanel } from './share-panel';

/** Tools left, map and terminals in the middle, the chosen machine right; fewer columns where there is less room. */
export function SandboxLayout({ screen, view }: { screen: Screen; view: SandboxView }) {
  const left = usePanelRef();
  const bottom = usePanelRef();
  const right = usePanelRef();
  const toggles = useMemo(() => {
    const toggle = (ref: typeof left) => () => {
      if (ref.current?.isCollapsed() === true) ref.current.expand();
      else ref.current?.collapse();
    };
    return { left: toggle(left), bottom: toggle(bottom), right: toggle(right) };
  }, [left, bottom, right]);
  if (screen === 'single') return <Single view={view} />;
  const isWide = screen === 'wide';
  return (
    <>
      <Group id={`sandbox-${screen}`} orientation="horizontal" className="min-h-0 flex-1">
        <Panel
          id="tools"
          panelRef={left}
          collapsible
          minSize={210}
          defaultSize={268}
          maxSize="40%"
          groupResizeBehavior="preserve-pixel-size"
        >
          <ToolTabs view={view} withHost={!isWide} />
        </Panel>
        <Handle label="Width of the tools" />
        <Panel id="centre" minSize={300}>
          <div className="flex h-full min-h-0 flex-col">
            <Banner />
            <Group id={`sandbox-centre-${screen}`} orientation="vertical" className="min-h-0 flex-1">
              <Panel id="map" minSize={140}>
                <CompareArea>
                  <MapArea view={view} />
                </CompareArea>
              </Panel>
              <Handle label="Height of the terminals" />
              <Panel id="dock" panelRef={bottom} collapsible minSize={90} defaultSize="27%">
                <Dock />
              </Panel>
            </Group>
          </div>
        </Panel>
        {isWide && (
          <>
            <Handle label="Width of the host panel" />
            <Panel
              id="inspector"
              panelRef={right}
              collapsible
              minSize={250}
              defaultSize={330}
              maxSize="45%"
              groupResizeBehavior="preserve-pixel-size"
            >
              <Inspector />
            </Panel>
          </>
        )}
      </Group>
      <Timeline toggles={isWide ? toggles : { ...toggles, right: toggles.left }} />
      <Announcer />
    </>
  );
}

const AREAS = [
  { area: 'map', title: 'Map' },
  { area: 'incident', title: 'Tools' },
  { area: 'dock', title: 'Terminals' },
  { area: 'host', title: 'Host' },
] as const;

function Single({ view }: { view: SandboxView }) {
  const area = useWorkbench((state) => state.area);
  const workbench = useWorkbenchStore();
  return (
    <>
      <div role="group" aria-label="Areas" className="flex gap-1 border-b border-line bg-ink-1 p-1.5">
        {AREAS.map(({ area: name, title }) => (
          <Button
            key={name}
            look={area === name ? 'plain' : 'quiet'}
            aria-pressed={area === name}
            className="flex-1"
            onClick={() => workbench.setState({ area: name })}
          >
            {title}
          </Button>
        ))}
      </div>
      <Banner />
      <div className="min-h-40 flex-1 overflow-hidden">
        {area === 'map' && (
          <div className="flex h-full flex-col">
            <Palette row />
            <div className="min-h-0 flex-1">
              <CompareArea>
                <MapArea view={view} />
              </CompareArea>
            </div>
          </div>
        )}
        {area === 'incident' && <ToolTabs view={view} withHost={false} />}
        {area === 'dock' && <Dock />}
        {area === 'host' && <Inspector />}
      </div>
      <Timeline toggles={undefined} />
      <Announcer />
    </>
  );
}

function MapArea({ view }: { view: SandboxView }) {
  const outline = useWorkbench((state) => state.outline);
  const isEmpty = Object.keys(view.zones).length === 0;
  return (
    <section aria-label="Map of the hosts" className="relative size-full overflow-hidden bg-ink-0">
      {outline ? (
        <div className="absolute inset-0 overflow-auto px-4 pb-14 pt-3">
          <h2 className="sr-only">Outline</h2>
          <BuildOutline view={view} />
          <CanvasControls />
        </div>
      ) : (
        <BuildCanvas view={view} />
      )}
      {isEmpty && !outline && <Starters />}
    </section>
  );
}

/** On an empty canvas: how to begin. */
function Starters() {
  return (
    <div className="pointer-events-none absolute inset-0 grid place-items-center p-4">
      <div className="pointer-events-auto w-[min(30rem,100%)] rounded-xl border border-line bg-ink-1/95 p-4">
        <h2 className="text-sm font-semibold">An empty canvas</h2>
        <p className="mb-2.5 mt-1 text-xs text-muted">
          Drag a zone from the palette, then machines into it. Or begin with something that runs:
        </p>
        <ul className="grid gap-1.5 sm:grid-cols-2">
          {STARTERS.filter(({ id }) => id !== 'empty').map(({ id, title, about }) => (
            <li key={id}>
              <a
                href={`/sandbox?start=${id}`}
                className="block h-full rounded-lg border border-line bg-ink-2 px-2.5 py-1.5 hover:border-line-strong hover:bg-ink-3"
              >
                <b className="block text-xs font-semibold">{title}</b>
                <span className="text-2xs text-muted">{about}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

const PANELS: readonly { id: SandboxPanel; title: string }[] = [
  { id: 'build', title: 'Build' },
  { id: 'break', title: 'Break' },
  { id: 'look', title: 'Lenses' },
  { id: 'share', title: 'Share' },
];

function ToolTabs({ view, withHost }: { view: SandboxView; withHost: boolean }) {
  const { store } = useBuilder();
  const panel = useSandboxUi((ui) => ui.panel);
  const shown = panel === 'host' && !withHost ? 'build' : panel;
  const panels = withHost ? [...PANELS, { id: 'host' as const, title: 'Host' }] : PANELS;
  return (
    <Tabs
      value={shown}
      onValueChange={(value) =>
        store.setState({ panel: panels.find(({ id }) => id === value)?.id ?? 'build' })
      }
      className="flex h-full min-h-0 flex-col bg-ink-1"
    >
      <div className="border-b border-line px-2">
        <TabList aria-label="Tools" className="gap-0">
          {panels.map(({ id, title }) => (
            <Tab key={id} value={id} className="px-2">
              {title}
            </Tab>
          ))}
        </TabList>
      </div>
      {panels.map(({ id }) => (
        <TabPanel key={id} value={id} className={id === 'host' ? 'flex-1' : 'flex-1 overflow-y-auto p-3'}>
          {shown === id && <ToolPanel id={id} view={view} />}
        </TabPanel>
      ))}
    </Tabs>
  );
}
function ToolPanel({ id, view }: { id: SandboxPanel; view: SandboxView }) {
  switch (id) {
    case 'build':
      return (
        <div className="space-y-4">
          <Palette />
          <section aria-label="Selected">
            <h2 className="eyebrow mb-1.5">Selected</h2>
            <SelectionPanel view={view} />
          </section>
          <FoldedOutline view={view} />
        </div>
      );
    case 'break':
      return <BreakPanel view={view} />;
    case 'look':
      return <LookPanel view={view} />;
    case 'share':
      return <SharePanel view={view} />;
    case 'host':
      return <Inspector />;
  }
}

/** Closed it costs nothing: its lines would follow every machine ten times a second. */
function FoldedOutline({ view }: { view: SandboxView }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="eyebrow mb-1.5">Outline of everything</summary>
      {isOpen && <BuildOutline view={view} />}
    </details>
  );
}

function Handle({ label }: { label: string }) {
  return (
    <Separator
      aria-label={label}
      className="relative bg-line transition-colors aria-[orientation=horizontal]:h-px aria-[orientation=vertical]:w-px hover:bg-selected focus-visible:bg-selected data-[separator=active]:bg-selected data-[separator=hover]:bg-selected"
    />
  );
}
