'use client';

import { SIDE_PANELS } from '@/components/panels/registry';

/** The incident: brief, objectives and hints, and under them, always in sight, what the pager says. */
export function Side() {
  const pinned = SIDE_PANELS.filter(({ pinned: stays }) => stays === true);
  const others = SIDE_PANELS.filter(({ pinned: stays }) => stays !== true);
  return (
    <div className="flex h-full flex-col bg-ink-1">
      <Region name="Incident" className="flex-1 space-y-4 py-3.5" panels={others} />
      <Region
        name="Pager"
        className="max-h-[36%] shrink-0 [@media(max-height:560px)]:max-h-[30%] border-t border-line py-3"
        panels={pinned}
      />
    </div>
  );
}

function Region({
  name,
  className,
  panels,
}: {
  name: string;
  className: string;
  panels: typeof SIDE_PANELS;
}) {
  return (
    // A scrolling region has to be reachable by keyboard.
    <div
      className={`relative min-h-0 overflow-y-auto px-4 outline-offset-[-2px] ${className}`}
      tabIndex={0}
      role="group"
      aria-label={name}
      data-tour={name === 'Incident' ? 'incident' : undefined}
    >
      {panels.map(({ id, Panel }) => (
        <Panel key={id} host="" />
      ))}
    </div>
  );
}
