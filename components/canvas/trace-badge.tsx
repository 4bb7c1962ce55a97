'use client';

import { MapPortal } from './map-portal';
import { useRun, useWorkbench } from '@/components/workbench/run-context';
import type { HostView } from '@/lib/session/messages';
import { shownStep } from '@/lib/views/trace-steps';

/** Where the traced request is at the step that is looked at: a mark that goes from host to host with it. */
export function TraceBadge({ hosts }: { hosts: readonly HostView[] }) {
  const chosen = useWorkbench((state) => state.trace);
  const step = useWorkbench((state) => state.step);
  const trace = useRun((state) => state.trace);
  if (trace === undefined || trace.id !== chosen) return null;
  const index = shownStep(trace, step);
  const host = hosts.find(({ id }) => id === trace.hops[index]?.host);
  if (host === undefined) return null;
  return (
    <MapPortal>
      <span
        aria-hidden="true"
        className="pointer-events-none absolute left-0 top-0 z-[4] whitespace-nowrap rounded-[5px] border border-selected bg-ink-1 px-1.5 font-mono text-[10px] leading-4 text-selected shadow-md transition-transform duration-300"
        style={{ transform: `translate(${host.x - 4}px, ${host.y - 12}px)` }}
      >
        step {index + 1}
      </span>
    </MapPortal>
  );
}
