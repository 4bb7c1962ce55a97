'use client';

import dynamic from 'next/dynamic';
import { type ReactNode, useMemo } from 'react';
import { Group, Panel, type PanelImperativeHandle, Separator, usePanelRef } from 'react-resizable-panels';
import { Button } from '@/components/ui/button';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import { usePreferences } from '@/lib/client/preferences';
import type { Area } from '@/lib/client/workbench-store';
import { Banner } from './banner';
import { CompareArea } from './compare/compare-area';
import { Dock } from './dock';
import { Inspector } from './inspector';
import type { PanelToggles } from './panel-toggles';
import { useRun, useWorkbench, useWorkbenchStore } from './run-context';
import { Side } from './side';
import { Timeline } from './timeline';
import type { Screen } from './use-screen';
import { Empty } from '@/components/ui/empty';

/** The largest part of the screen; the brief is read while it comes. */
const TopologyCanvas = dynamic(
  () => import('@/components/canvas/topology-canvas').then((module) => module.TopologyCanvas),
  { ssr: false, loading: () => <Empty>Drawing the map…</Empty> },
);

/** Arranges map, dock and panels for the room there is. */
export function WorkbenchLayout({ screen }: { screen: Screen }) {
  switch (screen) {
    case 'wide':
      return <Wide />;
    case 'narrow':
      return <Narrow />;
    case 'single':
      return <Single />;
  }
}

function Wide() {
  const [left, bottom, right] = [usePanelRef(), usePanelRef(), usePanelRef()];
  const toggles = useMemo(() => togglesOf({ left, bottom, right }), [left, bottom, right]);
  return (
    <>
      <Split id="wide" orientation="horizontal">
        <Panel
          id="side"
          panelRef={left}
          collapsible
          minSize={200}
          defaultSize={296}
          maxSize="40%"
          groupResizeBehavior="preserve-pixel-size"
        >
          <Side />
        </Panel>
        <Handle label="Width of the incident panel" />
        <Panel id="centre" minSize={320}>
          <Centre id="wide-centre" bottom={bottom} />
        </Panel>
        <Handle label="Width of the host panel" />
        <Panel
          id="inspector"
          panelRef={right}
          collapsible
          minSize={260}
          defaultSize={364}
          maxSize="50%"
          groupResizeBehavior="preserve-pixel-size"
        >
          <Inspector />
        </Panel>
      </Split>
      <Timeline toggles={toggles} />
    </>
  );
}

/** Incident and host share the right side. */
function Narrow() {
  const [bottom, right] = [usePanelRef(), usePanelRef()];
  const toggles = useMemo(() => togglesOf({ left: right, bottom, right }), [bottom, right]);
  const area = useWorkbench((state) => state.area);
  const workbench = useWorkbenchStore();
  const label = useHostLabel();
  const shown = area === 'host' ? 'host' : 'incident';
  return (
    <>
      <Split id="narrow" orientation="horizontal">
        <Panel id="centre" minSize={320}>
          <Centre id="narrow-centre" bottom={bottom} />
        </Panel>
        <Handle label="Width of the side panel" />
        <Panel
          id="right"
          panelRef={right}
          collapsible
          minSize={260}
          defaultSize={332}
          maxSize="55%"
          groupResizeBehavior="preserve-pixel-size"
        >
          <div className="flex h-full flex-col bg-ink-1">
            <div role="group" aria-label="Side panel" className="flex gap-1 border-b border-line p-1.5">
              {(['incident', 'host'] as const).map((name) => (
                <Button
                  key={name}
                  look={shown === name ? 'plain' : 'quiet'}
                  size="small"
                  aria-pressed={shown === name}
                  className="flex-1"
                  onClick={() => workbench.setState({ area: name })}
                >
                  {name === 'incident' ? 'Incident' : label}
                </Button>
              ))}
            </div>
            <div className="min-h-0 flex-1">{shown === 'host' ? <Inspector /> : <Side />}</div>
          </div>
        </Panel>
      </Split>
      <Timeline toggles={toggles} />
    </>
  );
}

const AREAS: readonly { area: Area; title: string }[] = [
  { area: 'incident', title: 'Incident' },
  { area: 'map', title: 'Map' },
  { area: 'dock', title: 'Terminals' },
  { area: 'host', title: 'Host' },
];

function Single() {
  const area = useWorkbench((state) => state.area);
  const workbench = useWorkbenchStore();
  const label = useHostLabel();
  return (
    <Tabs
      value={area}
      onValueChange={(value) =>
        workbench.setState({ area: AREAS.find((entry) => entry.area === value)?.area ?? 'map' })
      }
      className="contents"
    >
      <div className="border-b border-line bg-ink-1 px-2">
        <TabList aria-label="Areas">
          {AREAS.map(({ area: name, title }) => (
            <Tab key={name} value={name}>
              {name === 'host' ? label : title}
            </Tab>
          ))}
        </TabList>
      </div>
      <Banner />
      <TabPanel value={area} className="min-h-40 flex-1 overflow-hidden">
        {area === 'incident' && <Side />}
        {area === 'map' && (
          <CompareArea>
            <TopologyCanvas />
          </CompareArea>
        )}
        {area === 'dock' && <Dock />}
        {area === 'host' && <Inspector />}
      </TabPanel>
      <Timeline toggles={undefined} />
    </Tabs>
  );
}

function useHostLabel(): string {
  const host = useWorkbench((state) => state.host);
  const label = useRun((state) => state.topology.hosts.find(({ id }) => id === host)?.label);
  return label === undefined ? 'Hosts' : label;
}

function Centre({ id, bottom }: { id: string; bottom: ReturnType<typeof usePanelRef> }) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Banner />
      <div className="min-h-0 flex-1">
        <Split id={id} orientation="vertical">
          <Panel id="map" minSize={120}>
            <CompareArea>
              <TopologyCanvas />
            </CompareArea>
          </Panel>
          <Handle label="Height of the terminals" />
          <Panel id="dock" panelRef={bottom} collapsible minSize={90} defaultSize="33%">
            <Dock />
          </Panel>
        </Split>
      </div>
    </div>
  );
}

/** A group whose sizes are remembered. */
function Split({
  id,
  orientation,
  children,
}: {
  id: string;
  orientation: 'horizontal' | 'vertical';
  children: ReactNode;
}) {
  const layout = usePreferences((state) => state.layouts[id]);
  const setLayout = usePreferences((state) => state.setLayout);
  // `forgetLayouts` has to build the group anew to take the usual sizes.
  return (
    <Group
      key={layout === undefined ? 'usual' : 'kept'}
      id={id}
      orientation={orientation}
      className="min-h-0 flex-1"
      {...(layout === undefined ? {} : { defaultLayout: layout })}
      onLayoutChanged={(next, { isUserInteraction }) => isUserInteraction && setLayout(id, next)}
    >
      {children}
    </Group>
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

type Ref = { readonly current: PanelImperativeHandle | null };

function togglesOf({ left, bottom, right }: { left: Ref; bottom: Ref; right: Ref }): PanelToggles {
  const toggle = (ref: Ref) => () => {
    const panel = ref.current;
    if (panel === null) return;
    if (panel.isCollapsed()) panel.expand();
    else panel.collapse();
  };
  return { left: toggle(left), bottom: toggle(bottom), right: toggle(right) };
}
