'use client';

import { Command } from 'cmdk';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { useHandles, useRun } from '@/components/workbench/run-context';
import { choicesOf, FLOW_WORD } from '@/lib/session/sandbox/palette';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { KIND_WORD } from '@/lib/views/tones';
import { select, selectMade } from './commands';
import { FaultDialog } from './fault-form';
import { ContextMenu } from './context-menu';
import { useBuilder, useSandboxUi } from './sandbox-context';

/** What is asked over the canvas, one thing at a time. */
export function Dialogs({ view }: { view: SandboxView }) {
  const dialog = useSandboxUi((ui) => ui.dialog);
  switch (dialog?.kind) {
    case 'connect':
      return dialog.to === undefined ? (
        <ChooseFarEnd view={view} from={dialog.from} />
      ) : (
        <ChooseFlow view={view} from={dialog.from} to={dialog.to} />
      );
    case 'rename':
      return (
        <Ask
          title={`Rename ${dialog.id}`}
          verb="Rename"
          label="New name"
          value={nameOf(view, dialog.id)}
          intent={(name) => ({ do: 'rename', id: dialog.id, name })}
        />
      );
    case 'group':
      return (
        <Ask
          title="Group as an environment"
          verb="Group"
          label="Its name"
          value="Production"
          intent={(label) => ({ do: 'group', zones: dialog.zones, label })}
        />
      );
    case 'fault':
      return (
        <FaultDialog
          target={{ host: dialog.host, zone: dialog.zone, link: dialog.link }}
          fault={dialog.fault}
        />
      );
    case 'find':
      return <Find view={view} />;
    case 'menu':
      return <ContextMenu ids={dialog.ids} x={dialog.x} y={dialog.y} view={view} />;
    case undefined:
      return null;
  }
}

function nameOf(view: SandboxView, id: string): string {
  return view.zones[id]?.label ?? view.environments[id]?.label ?? id;
}
export function useCloseDialog(): () => void {
  const { store } = useBuilder();
  return () => store.setState({ dialog: undefined });
}

function List({
  title,
  description,
  placeholder,
  children,
}: {
  title: string;
  description?: string;
  placeholder: string;
  children: ReactNode;
}) {
  return (
    <Dialog title={title} description={description} onClose={useCloseDialog()}>
      <Command label={title} loop className="flex min-h-0 flex-col">
        <Command.Input
          placeholder={placeholder}
          className="h-10 shrink-0 border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-faint"
        />
        <Command.List className="min-h-0 overflow-y-auto p-2">
          <Command.Empty className="px-3 py-6 text-center text-sm text-muted">
            Nothing is called that.
          </Command.Empty>
          {children}
        </Command.List>
      </Command>
    </Dialog>
  );
}
const ROW =
  'flex cursor-pointer items-baseline gap-2 rounded-md px-2 py-1.5 text-sm data-[selected=true]:bg-ink-3';

function ChooseFarEnd({ view, from }: { view: SandboxView; from: string }) {
  const { store } = useBuilder();
  const others = Object.entries(view.hosts).filter(([id]) => id !== from);
  return (
    <List title={`Connect ${from} to …`} placeholder="Name of the other machine">
      {others.map(([id, host]) => (
        <Command.Item
          key={id}
          value={id}
          className={ROW}
          onSelect={() => store.setState({ dialog: { kind: 'connect', from, to: id } })}
        >
          <span className="font-mono">{id}</span>
          <span className="text-xs text-muted">
            {KIND_WORD[host.kind]} in {view.zones[host.zone]?.label}
          </span>
        </Command.Item>
      ))}
    </List>
  );
}
function ChooseFlow({ view, from, to }: { view: SandboxView; from: string; to: string }) {
  const { act, store } = useBuilder();
  const flows = choicesOf(view.hosts[from], view.hosts[to]);
  return (
    <List
      title={`What may flow from ${from} to ${to}?`}
      description="A line in a configuration file and a firewall rule are written. Both can be edited as text afterwards."
      placeholder="HTTP, ssh, …"
    >
      {flows.map((flow) => (
        <Command.Item
          key={flow}
          value={`${flow} ${FLOW_WORD[flow].title}`}
          className={ROW}
          onSelect={() => {
            store.setState({ dialog: undefined });
            void act({ do: 'connect', from, to, flow });
          }}
        >
          <span>{FLOW_WORD[flow].title}</span>
          <span className="text-xs text-muted">{FLOW_WORD[flow].about}</span>
        </Command.Item>
      ))}
    </List>
  );
}

function Find({ view }: { view: SandboxView }) {
  const builder = useBuilder();
  const handles = useHandles();
  const close = useCloseDialog();
  const topology = useRun((state) => state.topology);
  const go = (id: string) => {
    close();
    select({ builder, handles }, [id]);
    const node = view.zones[id] === undefined ? id : `zone:${id}`;
    setTimeout(
      () => document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(node)}"]`)?.focus(),
      30,
    );
    builder.say(`${id} is selected`);
  };
  return (
    <List title="Find" placeholder="Name or address">
      {topology.hosts.map(({ id, address, interfaces }) => (
        <Command.Item
          key={id}
          value={`${id} ${interfaces.map((card) => card.address).join(' ')}`}
          className={ROW}
          onSelect={() => go(id)}
        >
          <span className="font-mono">{id}</span>
          <span className="text-xs text-muted">{address}</span>
        </Command.Item>
      ))}
      {topology.zones.map(({ id, label, subnet }) => (
        <Command.Item key={id} value={`${label} ${subnet}`} className={ROW} onSelect={() => go(id)}>
          <span>{label}</span>
          <span className="font-mono text-xs text-muted">{subnet}</span>
        </Command.Item>
      ))}
    </List>
  );
}

function Ask({
  title,
  verb,
  label,
  value,
  intent,
}: {
  title: string;
  verb: string;
  label: string;
  value: string;
  intent(text: string): Parameters<ReturnType<typeof useBuilder>['act']>[0];
}) {
  const builder = useBuilder();
  const handles = useHandles();
  const close = useCloseDialog();
  const [text, setText] = useState(value);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = await builder.act(intent(text.trim()));
    if (made === undefined) return;
    close();
    if (made.length > 0) selectMade({ builder, handles }, made);
  };
  return (
    <Dialog title={title} onClose={close}>
      <form onSubmit={(event) => void submit(event)} className="flex gap-2 px-5 py-4">
        <input
          aria-label={label}
          value={text}
          maxLength={60}
          onChange={(event) => setText(event.target.value)}
          onFocus={(event) => event.target.select()}
          className="h-8 min-w-0 flex-1 rounded-md border border-line-strong bg-ink-0 px-2 font-mono text-sm"
        />
        <Button type="submit" look="primary" size="medium" className="h-8" disabled={text.trim() === ''}>
          {verb}
        </Button>
      </form>
    </Dialog>
  );
}
