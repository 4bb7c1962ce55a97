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
