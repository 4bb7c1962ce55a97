'use client';

import { useEffect } from 'react';

/** While the machines start: the page fetches what it will show then, so that nothing comes one after the other. */
export function Opening() {
  useEffect(() => {
    const parts = [
      import('@/components/canvas/topology-canvas'),
      import('@/components/terminal/terminal-view'),
      import('@/components/ui/markdown'),
      import('@/components/editor/file-editor'),
    ];
    // What does not come is asked for again, and complained of, where it is shown.
    void Promise.allSettled(parts);
  }, []);
  return (
    <p role="status" className="grid min-h-60 flex-1 place-items-center font-mono text-xs text-muted">
      Starting the machines…
    </p>
  );
}
