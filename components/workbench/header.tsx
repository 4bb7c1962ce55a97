'use client';

import { ChevronsRight, Keyboard, Pause, Play, RotateCcw, Search } from 'lucide-react';
import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Logo } from '@/components/ui/logo';
import { StatusDot } from '@/components/ui/status-dot';
import { ThemeSwitch } from '@/components/ui/theme-switch';
import { clockText } from '@/lib/views/times';
import { SPEEDS } from './actions';
import { availabilityFigure, type Figure, latencyFigure, rateFigure } from './header-view';
import { useClient, useRun, useWorkbenchStore } from './run-context';
import { ScenarioText } from './scenario-text';
import { useHint } from './use-hint';

export function WorkbenchHeader() {
  return (
    <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-ink-1 px-3.5 py-1">
      <Link href="/" className="flex items-center gap-2 font-semibold" title="All scenarios">
        <Logo /> <span className="max-sm:sr-only">Faultline</span>
      </Link>
      <Crumb />
      <div className="ml-auto flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Figures />
        <Transport />
        <Clock />
        <Tools />
      </div>
    </header>
  );
}

function Crumb() {
  const track = useRun((state) => state.brief?.track);
  const title = useRun((state) => state.brief?.title);
  return (
    <h1 className="line-clamp-2 min-w-0 flex-1 basis-36 text-sm font-normal leading-tight text-muted max-xl:text-xs">
      <span className="max-xl:sr-only">
        {track} {track !== undefined && '/'}{' '}
      </span>
      <b className="font-medium text-text">
        <ScenarioText text={title ?? ''} />
      </b>
    </h1>
  );
}

export function Figures() {
  const service = useRun((state) => state.service);
  return (
    <>
      <Chip figure={availabilityFigure(service)} dot />
      <Chip figure={latencyFigure(service)} className="max-xl:hidden" />
      <Chip figure={rateFigure(service)} className="max-xl:hidden" />
    </>
  );
}

function Chip({
  figure,
  dot = false,
  className,
}: {
  figure: Figure | undefined;
  dot?: boolean;
  className?: string;
}) {
  if (figure === undefined) return null;
  const { name, value, rest, tone } = figure;
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1.5 whitespace-nowrap rounded-full border border-line bg-ink-2 px-2.5 py-[3px] font-mono text-xs leading-[1.35] text-muted',
        tone === 'broken' && 'border-broken-line bg-broken-soft text-broken-text',
        className,
      )}
    >
      {dot && <StatusDot tone={tone} />}
      {name !== '' && <span className={cn(dot && 'max-xl:sr-only')}>{name}</span>}
      <b className={cn('font-semibold', tone !== 'broken' && 'text-text')}>{value}</b>
      {rest}
    </span>
  );
}

const KEY =
  'h-[26px] border-r border-line px-2.5 font-mono text-xs text-muted last:border-r-0 enabled:hover:bg-ink-3 enabled:hover:text-text aria-pressed:bg-ink-3 aria-pressed:text-text disabled:opacity-50 outline-offset-[-2px]';

export function Transport() {
  const client = useClient();
  const workbench = useWorkbenchStore();
  const playing = useRun((state) => state.time.playing);
  const speed = useRun((state) => state.time.speed);
  const open = useRun((state) => state.connection.state === 'open');
  return (
    <div
      role="toolbar"
      aria-label="Time"
      data-tour="time"
      className="flex items-center overflow-hidden rounded-lg border border-line bg-ink-2"
    >
      <button
        type="button"
        className={KEY}
        disabled={!open}
        aria-label="Start again"
        title="Start again"
        onClick={() => workbench.setState({ overlay: 'restart' })}
      >
        <RotateCcw size={13} />
      </button>
      <button
        type="button"
        className={KEY}
        disabled={!open}
        aria-label={playing ? 'Pause' : 'Let time run'}
        title={playing ? 'Pause (Space)' : 'Let time run (Space)'}
        onClick={() => client.send({ type: 'transport', action: { kind: playing ? 'pause' : 'play' } })}
      >
        {playing ? (
          <Pause size={13} fill="currentColor" strokeWidth={0} />
        ) : (
          <Play size={13} fill="currentColor" strokeWidth={0} />
        )}
      </button>
      <button
        type="button"
        className={KEY}
        disabled={!open}
        aria-label="Step to the next event"
        title="Step to the next event (.)"
        onClick={() => client.send({ type: 'transport', action: { kind: 'next-event' } })}
      >
        <ChevronsRight size={14} />
      </button>
      {SPEEDS.map((value, index) => (
        <button
          key={value}
          type="button"
          className={cn(KEY, 'px-2')}
          disabled={!open}
          aria-pressed={speed === value}
          aria-label={`${value} times real time`}
          title={`${value}× (${index + 1})`}
          onClick={() => client.send({ type: 'transport', action: { kind: 'speed', speed: value } })}
        >
          {value}×
        </button>
      ))}
    </div>
  );
}

export function Clock() {
  const text = useRun((state) => clockText(state.time.clock));
  const playing = useRun((state) => state.time.playing);
  const open = useRun((state) => state.connection.state === 'open');
  return (
    <span
      data-tour="time"
      className={cn('font-mono text-sm font-semibold', !playing && 'text-risk', !open && 'invisible')}
      title={playing ? 'The time on every host' : 'Time stands still'}
    >
      {text}
    </span>
  );
}

function Tools() {
  const workbench = useWorkbenchStore();
  const { ask, left, shown, total } = useHint();
  const phase = useRun((state) => state.standing.phase);
  const over = phase === 'finished';
  const open = useRun((state) => state.connection.state === 'open');
  return (
    <>
      {total > 0 && (
        <Button
          data-tour="finish"
          // Not disabled: with the last hint whoever pressed it by key would lose their place.
          aria-disabled={left === 0 || over}
          title={left === 0 ? 'All hints are shown' : 'Show the next hint'}
          onClick={() => {
            if (left > 0 && !over) ask();
            workbench.setState({ area: 'incident' });
          }}
        >
          Hint {shown}/{total}
        </Button>
      )}
      <Button
        look="primary"
        data-tour="finish"
        disabled={!open}
        onClick={() => workbench.setState(over ? { view: 'debrief' } : { overlay: 'finish' })}
      >
        {over ? 'Debrief' : 'Finish'}
      </Button>
      <span className="flex gap-0.5">
        <Button
          look="quiet"
          size="icon"
          aria-label="Search commands"
          title="Search commands (Ctrl-K)"
          onClick={() => workbench.setState({ overlay: 'palette' })}
        >
          <Search size={13} />
        </Button>
        <Button
          look="quiet"
          size="icon"
          aria-label="Keys"
          title="Keys (?)"
          className="max-lg:hidden"
          onClick={() => workbench.setState({ overlay: 'help' })}
        >
          <Keyboard size={13} />
        </Button>
        <ThemeSwitch />
      </span>
    </>
  );
}
