import type { ReactNode } from 'react';

/** A row of small buttons about what is selected. */
export function Tools({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap gap-1 pt-1">{children}</div>;
}
