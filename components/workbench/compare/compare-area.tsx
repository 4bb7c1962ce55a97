'use client';

import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { useRun, useWorkbench } from '../run-context';

const OtherSide = dynamic(() => import('./other-side').then((module) => module.OtherSide), { ssr: false });
const HereHead = dynamic(() => import('./pane-head').then((module) => module.HereHead), { ssr: false });

/** The map, and on demand another attempt beside it, with what differs named below both. */
export function CompareArea({ children }: { children: ReactNode }) {
  const other = useComparedBranch();
  const isOpen = other !== undefined;
  return (
    // The tree is the same with and without the other side, so that the map stays as it is.
    <div
      className={
        isOpen
          ? 'grid size-full min-h-0 grid-cols-2 grid-rows-[auto_minmax(8rem,1fr)_minmax(5.5rem,auto)] overflow-auto @container'
          : 'size-full'
      }
      data-comparing={isOpen}
    >
      {isOpen && <HereHead />}
      <div className={isOpen ? 'relative col-start-1 row-start-2 min-h-0 min-w-0' : 'size-full'}>
        {children}
      </div>
      {isOpen && <OtherSide key={other} branch={other} />}
    </div>
  );
}

/** The branch beside this one: the one that was asked for, and where that has become this one, another. */
export function useComparedBranch(): number | undefined {
  const wanted = useWorkbench((state) => state.compare);
  const { current, all } = useRun((state) => state.branch);
  if (wanted === undefined) return undefined;
  const others = all.filter(({ id }) => id !== current);
  return (others.find(({ id }) => id === wanted) ?? others.at(-1))?.id;
}
