'use client';

import { Toaster } from 'sonner';

/** Short notices, bottom right, above the timeline. */
export function Toasts() {
  return (
    <Toaster
      position="bottom-right"
      offset={{ bottom: 40, right: 16 }}
      visibleToasts={3}
      closeButton
      toastOptions={{
        // Its own colours are those of one theme.
        classNames: {
          description: 'text-muted!',
          closeButton: 'border-line-strong! bg-ink-2! text-text! hover:bg-ink-3!',
        },
        style: {
          background: 'var(--ink-2)',
          color: 'var(--text)',
          border: '1px solid var(--line-strong)',
          fontFamily: 'var(--font-sans)',
          fontSize: '13px',
        },
      }}
    />
  );
}
