'use client';

/** What can be done with what is selected: one table for keys, menu and buttons. */
import type { RunHandles } from '@/components/workbench/run-context';
import type { Fragment } from '@/lib/session/sandbox/intents';
import type { SandboxDocument } from '@/lib/session/sandbox/document';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { CARD, widthOf } from '@/lib/views/wires';
import type { Builder } from './sandbox-context';

export interface Bench {
  builder: Builder;
  handles: RunHandles;
}

export function viewOf({ handles }: Bench): SandboxView | undefined {
  return handles.client.store.getState().sandbox;
}
export function selectedParts(bench: Bench): {
  hosts: string[];
  zones: string[];
  environments: string[];
  links: string[];
} {
  const view = viewOf(bench);
  const { selected } = bench.builder.store.getState();
  return {
    hosts: selected.filter((id) => view?.hosts[id] !== undefined),
    zones: selected.filter((id) => view?.zones[id] !== undefined),
    environments: selected.filter((id) => view?.environments[id] !== undefined),
    links: selected.filter((id) => id.startsWith('link:')).map((id) => id.slice(5)),
  };
}

export function removeSelected(bench: Bench): void {
  const view = viewOf(bench);
  const { hosts, zones, environments, links } = selectedParts(bench);
  for (const id of environments) void bench.builder.act({ do: 'ungroup', environment: id });
  const flows = links.flatMap((id) => view?.links.find((link) => link.id === id)?.flows ?? []);
  if (flows.length > 0)
    void bench.builder.act({
      do: 'disconnect',
      flows: flows.map(({ from, to, flow }) => ({ from, to, flow })),
    });
  if (hosts.length + zones.length > 0) void bench.builder.act({ do: 'remove', ids: [...hosts, ...zones] });
  select(bench, []);
}

export function select({ builder, handles }: Bench, ids: readonly string[]): void {
  builder.store.setState({ selected: ids });
  const view = handles.client.store.getState().sandbox;
  const [only] = ids;
  const host = ids.length === 1 && only !== undefined && view?.hosts[only] !== undefined ? only : undefined;
  if (handles.workbench.getState().host !== host) handles.workbench.selectHost(host);
}

/** What was just made is chosen on the map; the panel of a machine opens when somebody asks for it. */
export function selectMade({ builder, handles }: Bench, ids: readonly string[]): void {
  builder.store.setState({ selected: ids });
  if (handles.workbench.getState().host !== undefined) handles.workbench.selectHost(undefined);
}

/**
 * A click on a part: it alone, or with Shift, Ctrl or *Choose several* one more or one less.
 * @param selected what was selected before the click: the canvas may have chosen by itself meanwhile
 */
export function choose(
  bench: Bench,
  part: string,
  { shiftKey, ctrlKey, metaKey }: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean },
  selected: readonly string[],
): void {
  const { several } = bench.builder.store.getState();
  if (!(shiftKey || ctrlKey || metaKey || several)) select(bench, [part]);
  else select(bench, selected.includes(part) ? selected.filter((id) => id !== part) : [...selected, part]);
}

/** What is being copied: who pastes at once waits for it. */
const COPYING = new WeakMap<object, Promise<Fragment | undefined>>();

export function copySelected(bench: Bench): Promise<Fragment | undefined> {
  const copied = copy(bench);
  COPYING.set(bench.builder.store, copied);
  return copied;
}
async function copy(bench: Bench): Promise<Fragment | undefined> {
  const { hosts, zones } = selectedParts(bench);
  const reply = await bench.builder.ask({ kind: 'document' }, 'document');
  if (reply === undefined) return undefined;
  const fragment = fragmentOf(reply.document, hosts, zones);
  if (Object.keys(fragment.hosts).length + Object.keys(fragment.zones).length === 0) return undefined;
  bench.builder.store.setState({ clipboard: fragment, pasted: 0 });
  bench.builder.say(`Copied ${[...Object.keys(fragment.zones), ...Object.keys(fragment.hosts)].join(', ')}`);
  return fragment;
}
function fragmentOf(document: SandboxDocument, hosts: readonly string[], zones: readonly string[]): Fragment {
  const chosen = Object.fromEntries(
    Object.entries(document.hosts).filter(([id, { zone }]) => hosts.includes(id) || zones.includes(zone)),
  );
  return {
    zones: Object.fromEntries(Object.entries(document.zones).filter(([id]) => zones.includes(id))),
    hosts: chosen,
    links: document.links.filter(({ from, to }) => chosen[from] !== undefined && chosen[to] !== undefined),
  };
}

export async function paste(bench: Bench): Promise<void> {
  await COPYING.get(bench.builder.store);
  const { clipboard, pasted } = bench.builder.store.getState();
  if (clipboard === undefined) return;
  const { zones } = selectedParts(bench);
  const isZones = Object.keys(clipboard.zones).length > 0;
  const shift = 28 * (pasted + 1);
  const widest = Math.max(0, ...Object.values(clipboard.zones).map(({ height }) => height));
  const made = await bench.builder.act({
    do: 'copy-in',
    fragment: clipboard,
    ...(zones.length === 1 && zones[0] !== undefined && !isZones ? { zone: zones[0] } : {}),
    shift: isZones ? { x: 0, y: (widest + 40) * (pasted + 1) } : { x: shift, y: shift },
  });
  bench.builder.store.setState({ pasted: pasted + 1 });
  if (made !== undefined) selectMade(bench, made);
}
export async function duplicate(bench: Bench): Promise<void> {
  if ((await copySelected(bench)) !== undefined) await paste(bench);
}

export type Alignment = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom' | 'across' | 'down';
/** Cards in a row: edges together, or gaps the same. */
export function align(bench: Bench, how: Alignment): void {
  const view = viewOf(bench);
  const { hosts } = selectedParts(bench);
  if (view === undefined || hosts.length < 2) return;
  const cards = hosts.flatMap((id) => {
    const host = view.hosts[id];
    const zone = view.zones[host?.zone ?? ''];
    return host === undefined || zone === undefined
      ? []
      : [
          {
            id,
            left: zone.x,
            top: zone.y,
            x: zone.x + host.x,
            y: zone.y + host.y,
            width: widthOf(host),
            height: CARD.height,
          },
        ];
  });
  const box = {
    left: Math.min(...cards.map(({ x }) => x)),
    right: Math.max(...cards.map(({ x, width }) => x + width)),
    top: Math.min(...cards.map(({ y }) => y)),
    bottom: Math.max(...cards.map(({ y, height }) => y + height)),
  };
  const spread = (axis: 'x' | 'y') => {
    const ordered = cards.toSorted((a, b) => a[axis] - b[axis]);
    const first = ordered[0]?.[axis] ?? 0;
    const step = ((ordered.at(-1)?.[axis] ?? 0) - first) / Math.max(1, ordered.length - 1);
    return new Map(ordered.map(({ id }, index) => [id, first + step * index]));
  };
  const [across, down] = [spread('x'), spread('y')];
  void bench.builder.act({
    do: 'move',
    zones: [],
    label: 'Aligned',
    hosts: cards.map(({ id, left, top, x, y, width, height }) => {
      const place = {
        left: { x: box.left, y },
        centre: { x: (box.left + box.right - width) / 2, y },
        right: { x: box.right - width, y },
        top: { x, y: box.top },
        middle: { x, y: (box.top + box.bottom - height) / 2 },
        bottom: { x, y: box.bottom - height },
        across: { x: across.get(id) ?? x, y },
        down: { x, y: down.get(id) ?? y },
      }[how];
      return { id, x: Math.round(place.x - left), y: Math.round(place.y - top) };
    }),
  });
}

/** Zones from left to right as requests go, machines in columns within them. */
export async function layOut(bench: Bench): Promise<void> {
  const view = viewOf(bench);
  if (view === undefined) return;
  const { arrange } = await import('./auto-layout');
  void bench.builder.act({ do: 'move', ...arrange(view), label: 'Laid out' });
}
