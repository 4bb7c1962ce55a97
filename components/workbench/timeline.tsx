'use client';

import { GitBranch, GitCompareArrows, PanelBottom, PanelLeft, PanelRight } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { clockAt, clockText } from '@/lib/views/times';
import { TONE_FILL } from '@/lib/views/tones';
import type { PanelToggles } from './panel-toggles';
import { toggleComparison } from './compare/toggle-comparison';
import { useClient, useHandles, useRun, useWorkbench } from './run-context';
import { markViews, neighbourMark, timelineEnd } from './timeline-view';

/** The run from its start to now: what happened when, and a handle to look back. */
export function Timeline({ toggles }: { toggles: PanelToggles | undefined }) {
  return (
    <footer
      aria-label="Timeline"
      data-tour="timeline"
      className="flex min-h-[26px] items-center gap-3 border-t border-line bg-ink-1 px-3.5 font-mono text-2xs text-faint"
    >
      <StartClock />
      <Track />
      <Branches />
      <Seed />
      <SavedMark />
      {toggles !== undefined && <Toggles toggles={toggles} />}
    </footer>
  );
}

function StartClock() {
  return <span>{useRun(({ time }) => clockText(clockAt(0, time)))}</span>;
}

function Track() {
  const client = useClient();
  const head = useRun((state) => state.time.head);
  const at = useRun((state) => state.time.at);
  const clock = useRun((state) => clockText(state.time.clock));
  const lookingBack = useRun((state) => state.time.lookingBack);
  const marks = useRun((state) => state.marks);
  const line = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number>();
  const end = timelineEnd(head);
  const shown = dragged ?? at;

  const seek = (moment: number) => {
    const bounded = Math.max(0, Math.min(head, Math.round(moment)));
    client.send({
      type: 'transport',
      action: bounded >= head ? { kind: 'live' } : { kind: 'seek', at: bounded },
    });
  };
  const momentOf = ({ clientX }: PointerEvent) => {
    const box = line.current?.getBoundingClientRect();
    return box === undefined ? 0 : Math.max(0, Math.min(head, ((clientX - box.left) / box.width) * end));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const jump =
      event.ctrlKey || event.metaKey
        ? neighbourMark(marks, at, event.key === 'ArrowLeft' ? 'before' : 'after')
        : undefined;
    const target = TARGETS[event.key]?.(at, head);
    if (target === undefined) return;
    event.preventDefault();
    seek(event.ctrlKey || event.metaKey ? (jump ?? target) : target);
  };

  return (
    <div
      ref={line}
      role="slider"
      tabIndex={0}
      aria-label="Moment of the run"
      aria-valuemin={0}
      aria-valuemax={Math.round(head / 1_000_000)}
      aria-valuenow={Math.round(shown / 1_000_000)}
      aria-valuetext={`${clock}${lookingBack ? ', looking back' : ', live'}`}
      title="Drag to look back"
      className="relative h-5 flex-1 cursor-pointer touch-none overflow-clip outline-offset-2 [overflow-clip-margin:4px]"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged(momentOf(event));
      }}
      onPointerMove={(event) => {
        if (dragged === undefined) return;
        setDragged(momentOf(event));
        seek(momentOf(event));
      }}
      onPointerUp={(event) => {
        if (dragged !== undefined) seek(momentOf(event));
        setDragged(undefined);
      }}
      onPointerCancel={() => setDragged(undefined)}
    >
      <span className="absolute inset-x-0 top-2 h-1 rounded-sm bg-ink-3" />
      {/* Both move ten times a second. By transforms: anything else has the browser lay out and sort the whole page again. */}
      <span
        className="absolute inset-x-0 top-2 h-1 origin-left rounded-sm bg-line-strong/60 will-change-transform"
        style={{ transform: `scaleX(${head / end})` }}
      />
      {markViews(marks, end).map(({ seq, left, tone, text }) => (
        <span
          key={seq}
          title={text}
          className={cn('absolute top-1 h-3 w-[3px] -translate-x-1/2 rounded-sm', TONE_FILL[tone])}
          style={{ left }}
        />
      ))}
      <span
        className="absolute inset-x-0 top-0.5 h-4 will-change-transform"
        style={{ transform: `translateX(${Math.min(100, (shown / end) * 100)}%)` }}
      >
        <span
          className={cn(
            'block h-4 w-[3px] -translate-x-1/2 rounded-sm shadow-[0_0_0_2px_var(--ink-1)]',
            lookingBack || dragged !== undefined ? 'bg-selected' : 'bg-text',
          )}
        />
      </span>
    </div>
  );
}

const STEP = 5_000_000;
const TARGETS: Readonly<Record<string, (at: number, head: number) => number>> = {
  ArrowLeft: (at) => at - STEP,
  ArrowRight: (at) => at + STEP,
  // As every slider: up is more.
  ArrowDown: (at) => at - STEP,
  ArrowUp: (at) => at + STEP,
  PageDown: (at) => at - STEP * 12,
  PageUp: (at) => at + STEP * 12,
  Home: () => 0,
  End: (_, head) => head,
};

function Branches() {
  const client = useClient();
  const handles = useHandles();
  const comparing = useWorkbench((state) => state.compare !== undefined);
  const { current, all } = useRun((state) => state.branch);
  if (all.length < 2) return null;
  return (
    <span className="flex items-center gap-1">
      <label className="flex items-center gap-1">
        <GitBranch size={11} aria-hidden="true" />
        <span className="sr-only">Branch</span>
        <select
          className="max-w-40 rounded bg-ink-2 px-1 text-2xs text-muted"
          value={current}
          onChange={(event) =>
            client.send({
              type: 'transport',
              action: { kind: 'switch-branch', branch: Number(event.target.value) },
            })
          }
        >
          {all.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Button
        look="quiet"
        size="small"
        className="h-5"
        aria-pressed={comparing}
        title="Two attempts side by side (v)"
        onClick={() => toggleComparison(handles)}
      >
        <GitCompareArrows size={11} aria-hidden="true" /> Compare
      </Button>
    </span>
  );
}

function Seed() {
  const seed = useRun((state) => state.brief?.seed);
  const actions = useRun((state) => state.marks.filter(({ kind }) => kind === 'learner').length);
  if (seed === undefined) return null;
  return (
    <span className="max-md:hidden">
      seed {seed} · {actions} {actions === 1 ? 'action' : 'actions'}
    </span>
  );
}

function SavedMark() {
  const savedAt = useWorkbench((state) => state.savedAt);
  const clock = useRun(({ time }) => (savedAt === undefined ? '' : clockText(clockAt(savedAt, time))));
  return (
    <span className="max-md:hidden">{savedAt === undefined ? 'not saved yet' : `saved at ${clock}`}</span>
  );
}

function Toggles({ toggles }: { toggles: PanelToggles }) {
  return (
    <span className="flex gap-0.5" role="toolbar" aria-label="Panels">
      {(
        [
          ['left', 'Incident panel', PanelLeft],
          ['bottom', 'Terminals and lists', PanelBottom],
          ['right', 'Host panel', PanelRight],
        ] as const
      ).map(([side, name, Icon]) => (
        <Button
          key={side}
          look="quiet"
          size="icon"
          className="size-5"
          aria-label={`Show or hide: ${name}`}
          title={`Show or hide: ${name}`}
          onClick={() => toggles[side]()}
        >
          <Icon size={12} />
        </Button>
      ))}
    </span>
  );
}
