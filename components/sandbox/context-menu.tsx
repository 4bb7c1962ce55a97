'use client';

import { ChevronRight } from 'lucide-react';
import { DropdownMenu as Menu } from 'radix-ui';
import { useHandles } from '@/components/workbench/run-context';
import { useOpenTerminal } from '@/components/workbench/use-open-terminal';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { type MenuEntry, menuEntries } from './menu-entries';
import { useBuilder } from './sandbox-context';

const PAPER = 'z-50 min-w-52 rounded-lg border border-line-strong bg-ink-1 p-1 text-sm shadow-2xl';
const ROW =
  'flex cursor-pointer items-center justify-between gap-6 rounded px-2 py-1 outline-none data-[highlighted]:bg-ink-3 [@media(pointer:coarse)]:py-2';

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
  const groups = menuEntries({ bench: { builder, handles }, ids, view, openTerminal });
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
          collisionPadding={8}
          aria-label="What to do"
          className={`${PAPER} max-h-[var(--radix-dropdown-menu-content-available-height)] overflow-y-auto`}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          {groups.map((entries, index) => (
            <Menu.Group key={entries[0]?.title ?? index}>
              {index > 0 && <Menu.Separator className="my-1 h-px bg-line" />}
              {entries.map((entry) => (
                <Entry key={entry.title} entry={entry} close={close} />
              ))}
            </Menu.Group>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Entry({ entry, close }: { entry: MenuEntry; close(): void }) {
  if ('entries' in entry)
    return (
      <Menu.Sub>
        <Menu.SubTrigger className={ROW}>
          {entry.title}
          <ChevronRight size={12} aria-hidden="true" className="text-faint" />
        </Menu.SubTrigger>
        <Menu.Portal>
          <Menu.SubContent collisionPadding={8} className={PAPER} aria-label={entry.title}>
            {entry.entries.map((inner) => (
              <Entry key={inner.title} entry={inner} close={close} />
            ))}
          </Menu.SubContent>
        </Menu.Portal>
      </Menu.Sub>
    );
  return (
    <Menu.Item
      onSelect={() => {
        close();
        // The menu lets go of the focus first.
        setTimeout(entry.run, 0);
      }}
      className={ROW}
    >
      {entry.title}
      {entry.keys !== undefined && <kbd className="text-2xs text-faint">{entry.keys}</kbd>}
    </Menu.Item>
  );
}
