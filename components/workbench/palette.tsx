'use client';

import { Command } from 'cmdk';
import { useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { type Action, actionsOf } from './actions';
import { keyNames } from './key-names';
import { matchesCommand } from './palette-filter';
import { useHandles } from './run-context';

const GROUPS = ['Time', 'Look', 'Host', 'Run'] as const;

/** Everything that can be done, by typing a few letters of it. */
export function Palette() {
  const handles = useHandles();
  const [actions] = useState(() => actionsOf(handles).filter(({ id }) => id !== 'palette'));
  const close = () => handles.workbench.setState({ overlay: undefined });
  const run = (action: Action) => {
    close();
    action.run();
  };
  return (
    <Dialog title="Commands" onClose={close} className="[&>div:first-child]:sr-only">
      <Command label="Commands" loop filter={matchesCommand} className="flex min-h-0 flex-col">
        <Command.Input
          placeholder="What would you like to do?"
          className="h-11 shrink-0 border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-faint"
        />
        <Command.List className="min-h-0 overflow-y-auto p-2">
          <Command.Empty className="px-3 py-6 text-center text-sm text-muted">
            Nothing here is called that.
          </Command.Empty>
          {GROUPS.map((group) => (
            <Command.Group
              key={group}
              heading={group}
              className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:font-mono [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:uppercase [&_[cmdk-group-heading]]:tracking-[0.08em] [&_[cmdk-group-heading]]:text-faint"
            >
              {actions
                .filter((action) => action.group === group)
                .map((action) => (
                  <Command.Item
                    key={action.id}
                    value={`${action.title} ${action.id}`}
                    onSelect={() => run(action)}
                    className="flex cursor-pointer items-center justify-between rounded-md px-2 py-1.5 text-sm data-[selected=true]:bg-ink-3"
                  >
                    {action.title}
                    {action.keys !== undefined && (
                      <kbd className="text-2xs text-faint">{keyNames(action.keys)}</kbd>
                    )}
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  );
}
