import type { ReactNode } from 'react';

/** What stands where there is nothing to show yet, and why. */
export function Empty({ children }: { children: ReactNode }) {
  return <p className="px-4 py-6 text-center text-xs leading-relaxed text-muted">{children}</p>;
}
