/** The entries of the menu: what can be done with hosts, zones, links. */
import type { LinkPicture } from '@/lib/session/sandbox/links';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { traceLink } from '@/components/workbench/trace-link';
import { align, type Bench, copySelected, duplicate, paste, removeSelected } from './commands';
import { whatIf, whatReaches } from './lenses';
import { CABLE_DAMAGE, cableRepairs, cardsOf, partitionOf } from './link-faults';
import type { Builder } from './sandbox-context';

export type MenuEntry =
  | { title: string; keys?: string; run(): void }
  /** A menu of its own. */
  | { title: string; entries: readonly MenuEntry[] };

export function menuEntries({
  bench,
  ids,
  view,
  openTerminal,
}: {
  bench: Bench;
  ids: readonly string[];
  view: SandboxView;
  openTerminal(host: string): void;
}): MenuEntry[][] {
  const hosts = ids.filter((id) => view.hosts[id] !== undefined);
  const zones = ids.filter((id) => view.zones[id] !== undefined);
  const environments = ids.filter((id) => view.environments[id] !== undefined);
  const link = view.links.find(({ id }) => ids.length === 1 && ids[0] === `link:${id}`);
  const [host] = hosts;
  const { builder } = bench;
  const groups: MenuEntry[][] = [];
  if (host !== undefined && ids.length === 1) groups.push(hostEntries(bench, host, openTerminal));
  if (link !== undefined) groups.push(...linkEntries(bench, link, view));
  if (hosts.length > 1) groups.push(alignEntries(bench), separateEntries(builder, hosts, view));
  if (zones.length + environments.length > 0)
    groups.push([
      {
        title: 'Group as an environment…',
        keys: 'Ctrl G',
        run: () => builder.store.setState({ dialog: { kind: 'group', zones: [...zones, ...environments] } }),
      },
    ]);
  const without = { title: 'What stops without it?', run: () => void whatIf(builder, ids) };
  if (hosts.length > 0) groups.push([without, ...breakEntries(builder, host)]);
  else if (zones.length > 0)
    groups.push([without, ...zones.flatMap((zone) => zoneEntries(builder, zone, view))]);
  groups.push(editEntries(bench, ids, view));
  return groups.filter((entries) => entries.length > 0);
}

function hostEntries({ builder }: Bench, host: string, openTerminal: (host: string) => void): MenuEntry[] {
  return [
    {
      title: 'Connect to…',
      keys: 'c',
      run: () => builder.store.setState({ dialog: { kind: 'connect', from: host } }),
    },
    { title: 'Open a terminal', run: () => openTerminal(host) },
    { title: 'What can it reach?', run: () => void whatReaches(builder, host) },
  ];
}
function alignEntries(bench: Bench): MenuEntry[] {
  return [
    { title: 'Align left', run: () => align(bench, 'left') },
    { title: 'Align top', run: () => align(bench, 'top') },
    { title: 'Same distance across', run: () => align(bench, 'across') },
    { title: 'Same distance down', run: () => align(bench, 'down') },
  ];
}
/** Machines of one zone, cut off from the rest of it. */
function separateEntries(builder: Builder, hosts: readonly string[], view: SandboxView): MenuEntry[] {
  const zones = new Set(hosts.map((id) => view.hosts[id]?.zone));
  const [zone] = zones;
  if (zone === undefined || zones.size > 1) return [];
  const cut = partitionOf(zone, hosts);
  return [
    { title: 'Cut these off from the rest of the zone', run: () => void builder.strike(cut) },
    { title: 'Join them to the zone again', run: () => void builder.mend(cut) },
  ];
}
function linkEntries(bench: Bench, link: LinkPicture, view: SandboxView): MenuEntry[][] {
  const { builder, handles } = bench;
  const cards = cardsOf(view, link);
  return [
    link.kind === 'traffic'
      ? [
          {
            title: 'Trace its latest request',
            run: () => void traceLink(handles, [link.from, link.to]),
          },
        ]
      : [],
    cards.map((card) => ({
      title: `Cable of ${card.host}, ${card.interface}`,
      entries: [
        ...CABLE_DAMAGE.map(({ title, strike }) => ({
          title,
          run: () => void builder.strike(...strike(card)),
        })),
        { title: 'In order again', run: () => void builder.mend(...cableRepairs(card)) },
      ],
    })),
    [
      {
        title: 'Break it…',
        keys: 'b',
        run: () => builder.store.setState({ dialog: { kind: 'fault', link: link.id, fault: 'impair' } }),
      },
    ],
  ];
}
function breakEntries(builder: Builder, host: string | undefined): MenuEntry[] {
  if (host === undefined) return [];
  return [
    { title: 'Pull the power', run: () => void builder.strike({ kind: 'power-loss', host }) },
    { title: 'Power back', run: () => void builder.strike({ kind: 'power-return', host }) },
    { title: 'Break it…', keys: 'b', run: () => builder.store.setState({ dialog: { kind: 'fault', host } }) },
  ];
}
function zoneEntries(builder: Builder, zone: string, view: SandboxView): MenuEntry[] {
  const hosts = Object.keys(view.hosts).filter((id) => view.hosts[id]?.zone === zone);
  const all = (kind: string) => () => void builder.strike(...hosts.map((host) => ({ kind, host })));
  const cut = partitionOf(zone, []);
  return [
    { title: 'Cut it off from everything outside', run: () => void builder.strike(cut) },
    { title: 'Join it to the outside again', run: () => void builder.mend(cut) },
    { title: 'Pull the power of all', run: all('power-loss') },
    { title: 'Power back for all', run: all('power-return') },
    {
      title: 'Break all of it…',
      keys: 'b',
      run: () => builder.store.setState({ dialog: { kind: 'fault', zone } }),
    },
  ];
}
function editEntries(bench: Bench, ids: readonly string[], view: SandboxView): MenuEntry[] {
  const { builder } = bench;
  const [only] = ids;
  const parts = ids.filter((id) => view.hosts[id] !== undefined || view.zones[id] !== undefined);
  const locked = parts.some((id) => (view.hosts[id] ?? view.zones[id])?.locked === true);
  const entries: MenuEntry[] = [];
  if (ids.length === 1 && only !== undefined && !only.startsWith('link:'))
    entries.push({
      title: 'Rename…',
      keys: 'F2',
      run: () => builder.store.setState({ dialog: { kind: 'rename', id: only } }),
    });
  if (parts.length > 0)
    entries.push(
      { title: 'Copy', keys: 'Ctrl C', run: () => void copySelected(bench) },
      { title: 'Paste', keys: 'Ctrl V', run: () => void paste(bench) },
      { title: 'Duplicate', keys: 'Ctrl D', run: () => void duplicate(bench) },
      {
        title: locked ? 'Unlock' : 'Lock',
        run: () => void builder.act({ do: 'lock', ids: parts, locked: !locked }),
      },
    );
  entries.push({
    title: only !== undefined && view.environments[only] !== undefined ? 'Dissolve' : 'Remove',
    keys: 'Del',
    run: () => removeSelected(bench),
  });
  return entries;
}
