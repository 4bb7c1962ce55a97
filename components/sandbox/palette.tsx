'use client';

import { useReactFlow } from '@xyflow/react';
import { Square } from 'lucide-react';
import { HostIcon } from '@/components/canvas/host-icon';
import { useCoarsePointer } from '@/components/ui/use-coarse-pointer';
import { useHandles, useRun } from '@/components/workbench/run-context';
import { PALETTE, type PaletteEntry } from '@/lib/session/sandbox/palette';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { ZONE_COLOUR } from '@/lib/views/tones';
import { selectMade } from './commands';
import { useBuilder } from './sandbox-context';
import { useDragging } from './use-dragging';

/** Where a kind of machine goes when nothing is selected. */
const HOME: Readonly<Record<string, readonly string[]>> = {
  clients: ['internet'],
  probe: ['internet'],
  'load-balancer': ['dmz', 'app'],
  proxy: ['dmz', 'app'],
  app: ['app', 'dmz'],
  router: ['dmz', 'app'],
  bastion: ['office', 'dmz'],
  server: ['data', 'app'],
};

/** What can be dropped: dragged by mouse, pen or finger, or placed by a tap or Enter. `row`: all in one line that scrolls. */
export function Palette({ row = false }: { row?: boolean }) {
  const packages = useRun((state) => state.sandbox?.packages);
  const entries = PALETTE.filter(
    (entry) => entry.sort === 'zone' || entry.needs === undefined || packages?.includes(entry.needs) === true,
  );
  if (row)
    return (
      <section
        aria-label="Palette"
        className="shrink-0 overflow-x-auto border-b border-line bg-ink-1 px-2 py-1.5"
      >
        <ul className="flex w-max gap-1">
          {entries.map((entry) => (
            <Item key={entry.id} entry={entry} scrolls="x" />
          ))}
        </ul>
      </section>
    );
  const zones = entries.filter(({ sort }) => sort === 'zone');
  const machines = entries.filter(({ sort }) => sort === 'host');
  return (
    <section aria-label="Palette">
      <h2 className="eyebrow mb-1.5">Zones</h2>
      <ul className="mb-3 grid grid-cols-3 gap-1">
        {zones.map((entry) => (
          <Item key={entry.id} entry={entry} scrolls="y" />
        ))}
      </ul>
      <h2 className="eyebrow mb-1.5">Machines</h2>
      <ul className="grid grid-cols-2 gap-1">
        {machines.map((entry) => (
          <Item key={entry.id} entry={entry} scrolls="y" />
        ))}
      </ul>
      <Howto />
    </section>
  );
}

function Howto() {
  const coarse = useCoarsePointer();
  return (
    <p className="mt-2 text-2xs text-faint">
      {coarse
        ? 'Tap to place into the chosen zone, or drag sideways onto the map. Then connect: drag from dot to dot. Hold a machine, a link or a zone for its menu.'
        : 'Drag onto the map, or press Enter to place into the chosen zone. Then connect: drag from dot to dot, or press c on a machine.'}
    </p>
  );
}

function Item({ entry, scrolls }: { entry: PaletteEntry; scrolls: 'x' | 'y' }) {
  const place = usePlacing(entry);
  const drag = useDragging({ title: entry.title, scrolls, drop: (x, y) => void place.at(x, y) });
  return (
    <li>
      <button
        type="button"
        data-palette={entry.id}
        title={entry.hint}
        className="flex w-full select-none items-center gap-1.5 rounded-md border border-line bg-ink-2 px-1.5 py-[5px] text-left text-[11.5px] leading-[1.25] hover:border-line-strong hover:bg-ink-3 [@media(pointer:coarse)]:py-2"
        {...drag.handlers}
        onClick={(event) => {
          // A click of the pointer is the end of a drag that went nowhere: it places too.
          if (!drag.wasDrop()) void place.anywhere();
          event.currentTarget.focus();
        }}
      >
        {entry.sort === 'zone' ? (
          <Square
            size={12}
            aria-hidden="true"
            className="shrink-0"
            style={{ color: ZONE_COLOUR[entry.tone] }}
            fill="currentColor"
            fillOpacity={0.25}
          />
        ) : (
          <HostIcon kind={entry.kind} className="shrink-0 text-muted" />
        )}
        <span className="min-w-0 truncate">{entry.title}</span>
      </button>
      {drag.ghost !== undefined && (
        <span
          aria-hidden="true"
          className="pointer-events-none fixed z-50 rounded-md border border-selected bg-ink-2 px-2 py-1 font-mono text-2xs shadow-lg"
          style={{ left: drag.ghost.x + 8, top: drag.ghost.y + 8 }}
        >
          {entry.title}
        </span>
      )}
    </li>
  );
}

function usePlacing(entry: PaletteEntry) {
  const builder = useBuilder();
  const handles = useHandles();
  const flow = useReactFlow();
  const chooseMade = (made: string[] | undefined) => {
    if (made !== undefined && made.length > 0) selectMade({ builder, handles }, made);
  };
  return {
    /** Where the pointer let go, when that is on the canvas. */
    at: async (clientX: number, clientY: number) => {
      const under = document.elementFromPoint(clientX, clientY);
      if (under?.closest('[data-canvas]') === null || under === null) return;
      const { x, y } = flow.screenToFlowPosition({ x: clientX, y: clientY });
      const view = handles.client.store.getState().sandbox;
      const at =
        entry.sort === 'zone'
          ? builder.store.getState().snap
            ? inLine(view, { x, y })
            : { x, y }
          : { x: Math.round(x - 60), y: Math.round(y - 24) };
      const zone = entry.sort === 'host' ? zoneUnder(view, { x, y }) : undefined;
      chooseMade(
        await builder.act({ do: 'place', entry: entry.id, at, ...(zone === undefined ? {} : { zone }) }),
      );
    },
    anywhere: async () => {
      const view = handles.client.store.getState().sandbox;
      const zone =
        entry.sort === 'host' ? targetZone(view, builder.store.getState().selected, entry.kind) : undefined;
      chooseMade(
        await builder.act({ do: 'place', entry: entry.id, ...(zone === undefined ? {} : { zone }) }),
      );
    },
  };
}
/** Dropped beside a zone, a new one stands in line with it. */
function inLine(view: SandboxView | undefined, { x, y }: { x: number; y: number }): { x: number; y: number } {
  const distance = (zone: { x: number; width: number }): number =>
    Math.max(zone.x - x, x - zone.x - zone.width, 0);
  const [nearest] = Object.values(view?.zones ?? {})
    .filter((zone) => y >= zone.y - NEARLY && y <= zone.y + zone.height)
    .sort((a, b) => distance(a) - distance(b));
  return { x, y: nearest?.y ?? y };
}
const NEARLY = 80;
function zoneUnder(view: SandboxView | undefined, { x, y }: { x: number; y: number }): string | undefined {
  return Object.entries(view?.zones ?? {}).find(
    ([, zone]) => x >= zone.x - 45 && x <= zone.x + zone.width && y >= zone.y && y <= zone.y + zone.height,
  )?.[0];
}
/** The chosen zone, or that of the chosen machine, or one that suits. */
function targetZone(
  view: SandboxView | undefined,
  selected: readonly string[],
  kind: string,
): string | undefined {
  if (view === undefined) return undefined;
  const zone = selected.find((id) => view.zones[id] !== undefined);
  if (zone !== undefined) return zone;
  const tones = HOME[kind] ?? [];
  const suiting = tones.flatMap((tone) =>
    Object.keys(view.zones).filter((id) => view.zones[id]?.tone === tone),
  )[0];
  const host = selected.map((id) => view.hosts[id]?.zone).find((id) => id !== undefined);
  return suiting ?? host ?? Object.keys(view.zones)[0];
}
