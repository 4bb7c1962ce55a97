'use client';

import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { cn } from './class-names';

export interface DialogProps {
  title: string;
  /** Said under the title; also what a screen reader hears first. */
  description?: string | undefined;
  onClose(): void;
  children: ReactNode;
  className?: string;
}

/** What had the focus before the first of several dialogs in a row opened. */
let outside: Element | null = null;

function rememberFocus(): Element | null {
  const { activeElement } = document;
  if (
    activeElement !== null &&
    activeElement !== document.body &&
    activeElement.closest('[role="dialog"]') === null
  )
    outside = activeElement;
  return outside;
}

/** A modal in the middle; Escape and a click beside it close. Mount it to open it. */
export function Dialog({ title, description, onClose, children, className }: DialogProps) {
  const [before] = useState(rememberFocus);
  // Dialogs here have no trigger that Radix could give the focus back to. Who moved on meanwhile keeps it.
  const giveBack = (event: Event) => {
    event.preventDefault();
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree && before instanceof HTMLElement && before.isConnected) before.focus();
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-black/55" />
        <Radix.Content
          onCloseAutoFocus={giveBack}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={cn(
            'fixed left-1/2 top-[14vh] z-50 flex max-h-[76vh] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line-strong bg-ink-1 shadow-2xl',
            className,
          )}
        >
          <div className="border-b border-line px-5 pb-3 pt-4">
            <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
            {description !== undefined && (
              <Radix.Description className="mt-1 text-sm text-muted">{description}</Radix.Description>
            )}
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
