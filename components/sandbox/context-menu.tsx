'use client';

import { DropdownMenu as Menu } from 'radix-ui';
import { useHandles } from '@/components/workbench/run-context';
import { useOpenTerminal } from '@/components/workbench/use-open-terminal';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { align, type Bench, copySelected, duplicate, paste, removeSelected } from './commands';
import { type Builder, useBuilder } from './sandbox-context';

interface Entry {
  title: string;
  keys?: string;
  run(): void;
}

/** What can be done with what is selected, at the pointer or at the node. */
export function ContextMenu({
  ids,
  x,
  y,
  view,
}: {
  ids: readonly string[];
  x: number;
  y: number;
  view: SandboxView;
}) {
  const builder = useBuilder();
  const handles = useHandles();
  const openTerminal = useOpenTerminal();
  const groups = entriesOf({ bench: { builder, handles }, ids, view, openTerminal });
  const close = () =>
    builder.store.setState(({ dialog }) => (dialog?.kind === 'menu' ? { dialog: undefined } : {}));
  return (
    <Menu.Root open onOpenChange={(open) => !open && close()} modal={false}>
      <Menu.Trigger asChild>
        <span className="fixed size-0" style={{ left: x, top: y }} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align="start"
          aria-label="What to do"
          className="z-50 min-w-52 rounded-lg border border-line-strong bg-ink-1 p-1 text-sm shadow-2xl"
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          {groups.map((entries, index) => (
            <Menu.Group key={entries[0]?.title ?? index}>
              {index > 0 && <Menu.Separator className="my-1 h-px bg-line" />}
              {entries.map(({ title, keys, run }) => (
                <Menu.Item
                  key={title}
                  onSelect={() => {
                    close();
                    // The menu lets go of the focus first.
                    setTimeout(run, 0);
                  }}
                  className="flex cursor-pointer items-center justify-between gap-6 rounded px-2 py-1 outline-none data-[highlighted]:bg-ink-3"
                >
                  {title}
                  {keys !== undefined && <kbd className="text-2xs text-faint">{keys}</kbd>}
                </Menu.Item>
              ))}
            </Menu.Group>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

function entriesOf({
  bench,
  ids,
  view,
  openTerminal,
}: {
  bench: Bench;
  ids: readonly string[];
  view: SandboxView;
  openTerminal(host: string): void;
}): Entry[][] {
  const hosts = ids.filter((id) => view.hosts[id] !== undefined);
  const zones = ids.filter((id) => view.zones[id] !== undefined);
  const environments = ids.filter((id) => view.environments[id] !== undefined);
  const [host] = hosts;
  const { builder } = bench;
  const groups: Entry[][] = [];
  if (host !== undefined && ids.length === 1) groups.push(hostEntries(bench, host, openTerminal));
  if (hosts.length > 1)
    groups.push([
      { title: 'Align left', run: () => align(bench, 'left') },
      { title: 'Align top', run: () => align(bench, 'top') },
      { title: 'Same distance across', run: () => align(bench, 'across') },
      { title: 'Same distance down', run: () => align(bench, 'down') },
    ]);
  if (zones.length + environments.length > 0)
    groups.push([
      {
        title: 'Group as an environment…',
        keys: 'Ctrl G',
        run: () => builder.store.setState({ dialog: { kind: 'group', zones: [...zones, ...environments] } }),
      },
    ]);
  if (hosts.length > 0)
    groups.push([
      { title: 'What stops without it?', run: () => void whatIf(builder, ids) },
      ...breakEntries(builder, host),
    ]);
  else if (zones.length > 0)
    groups.push([
      { title: 'What stops without it?', run: () => void whatIf(builder, ids) },
      ...zones.flatMap((zone) => powerOffZone(builder, zone, view)),
    ]);
  groups.push(editEntries(bench, ids, view));
  return groups;
}
function hostEntries({ builder }: Bench, host: string, openTerminal: (host: string) => void): Entry[] {
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
function breakEntries(builder: Builder, host: string | undefined): Entry[] {
  if (host === undefined) return [];
  const strike = (fault: Record<string, string | number | boolean>) => () =>
    void builder
      .ask({ kind: 'strike', fault }, 'edited')
      .then((reply) => reply !== undefined && builder.say(reply.said));
  return [
    { title: 'Pull the power', run: strike({ kind: 'power-loss', host }) },
    { title: 'Power back', run: strike({ kind: 'power-return', host }) },
    { title: 'Break it…', run: () => builder.store.setState({ dialog: { kind: 'fault', host } }) },
  ];
}
function powerOffZone(builder: Builder, zone: string, view: SandboxView): Entry[] {
  const hosts = Object.keys(view.hosts).filter((id) => view.hosts[id]?.zone === zone);
  const all = (kind: string) => async () => {
    for (const host of hosts) await builder.ask({ kind: 'strike', fault: { kind, host } }, 'edited');
    builder.say(`${kind} on ${hosts.join(', ')}`);
  };
  return [
    { title: 'Pull the power of all', run: () => void all('power-loss')() },
    { title: 'Power back for all', run: () => void all('power-return')() },
  ];
}
function editEntries(bench: Bench, ids: readonly string[], view: SandboxView): Entry[] {
  const { builder } = bench;
  const [only] = ids;
  const parts = ids.filter((id) => view.hosts[id] !== undefined || view.zones[id] !== undefined);
  const locked = parts.some((id) => (view.hosts[id] ?? view.zones[id])?.locked === true);
  const entries: Entry[] = [];
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

export async function whatReaches(builder: Builder, host: string): Promise<void> {
  builder.store.setState({ panel: 'look' });
  const reply = await builder.ask({ kind: 'reach', host }, 'reach');
  if (reply === undefined) return;
  builder.store.setState({ reach: { host, rows: reply.rows } });
  const open = reply.rows.filter(({ result }) => result === 'open').length;
  builder.say(`${host} reaches ${open} of ${reply.rows.length} ports`);
}
export async function whatIf(builder: Builder, ids: readonly string[]): Promise<void> {
  builder.store.setState({ panel: 'look' });
  const reply = await builder.ask({ kind: 'without', ids: [...ids] }, 'without');
  if (reply === undefined) return;
  builder.store.setState({ losses: { ids, rows: reply.rows } });
  const stopped = reply.rows.filter(({ tone }) => tone === 'broken').map(({ what }) => what);
  builder.say(
    stopped.length === 0
      ? `Nothing stops without ${ids.join(', ')}`
      : `Without ${ids.join(', ')} stops: ${stopped.join(', ')}`,
  );
}
