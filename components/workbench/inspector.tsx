'use client';

import { X } from 'lucide-react';
import { useState } from 'react';
import { useIsCrowd } from '@/components/canvas/crowd';
import { LongOutline, Outline } from '@/components/canvas/outline';
import { INSPECTOR_PANELS } from '@/components/panels/registry';
import { Button } from '@/components/ui/button';
import { StatusDot } from '@/components/ui/status-dot';
import { Tab, TabList, TabPanel, Tabs } from '@/components/ui/tabs';
import { HEALTH_WORD, POWER_WORD } from '@/lib/views/tones';
import { useRun, useWorkbench, useWorkbenchStore } from './run-context';

/** The selected host; without one, the list to choose from. */
export function Inspector() {
  const host = useWorkbench((state) => state.host);
  return host === undefined ? <NothingSelected /> : <HostInspector host={host} />;
}

function NothingSelected() {
  const [frame, setFrame] = useState<HTMLElement | null>(null);
  const isCrowd = useIsCrowd();
  return (
    // A scrolling region has to be reachable by keyboard. Isolated: else its rows are sorted into layers together with
    // the map's cards, again with every step that the map is moved.
    <div
      ref={setFrame}
      className="isolate h-full overflow-auto bg-ink-1 px-3.5 py-3 outline-offset-[-2px]"
      tabIndex={0}
      role="group"
      aria-label="Hosts"
      data-tour="host"
    >
      <h2 className="eyebrow mb-1">Hosts</h2>
      <p className="mb-3 text-xs text-muted">
        Choose one, here or on the map, to see its files, rules, logs and states.
      </p>
      {isCrowd ? <LongOutline frame={frame} /> : <Outline brief />}
    </div>
  );
}

function HostInspector({ host }: { host: string }) {
  const tab = useWorkbench((state) => state.inspectorTab);
  const workbench = useWorkbenchStore();
  return (
    <Tabs
      value={tab}
      onValueChange={(inspectorTab) => workbench.setState({ inspectorTab })}
      data-tour="host"
      data-inspector
      className="flex h-full min-h-0 flex-col bg-ink-1"
    >
      <Title host={host} />
      <div className="border-b border-line px-2">
        <TabList aria-label="About this host" className="gap-0">
          {INSPECTOR_PANELS.map(({ id, title }) => (
            <Tab key={id} value={id} className="px-[7px]">
              {title}
            </Tab>
          ))}
        </TabList>
      </div>
      {INSPECTOR_PANELS.map(({ id, Panel }) => (
        <TabPanel key={id} value={id} className="flex-1">
          {tab === id && <Panel host={host} />}
        </TabPanel>
      ))}
    </Tabs>
  );
}

function Title({ host }: { host: string }) {
  const view = useRun((state) => state.topology.hosts.find(({ id }) => id === host));
  const zone = useRun((state) => state.topology.zones.find(({ id }) => id === view?.zone)?.label);
  const status = useRun((state) => state.hosts[host]);
  const workbench = useWorkbenchStore();
  const word =
    status === undefined ? '' : status.power === 'on' ? HEALTH_WORD[status.health] : POWER_WORD[status.power];
  return (
    <div className="flex items-center gap-2 px-3.5 pb-1 pt-2.5 font-mono">
      <StatusDot tone={status?.health ?? 'neutral'} className="size-2" />
      <h2 className="text-base font-semibold">{view?.label ?? host}</h2>
      <span className="min-w-0 truncate text-xs text-faint">
        {[zone, view?.address, word].filter((part) => part !== undefined && part !== '').join(' · ')}
      </span>
      <Button
        look="quiet"
        size="icon"
        className="ml-auto"
        aria-label="Back to the list of hosts"
        title="Back to the list of hosts"
        onClick={() => workbench.selectHost(undefined)}
      >
        <X size={13} />
      </Button>
    </div>
  );
}
