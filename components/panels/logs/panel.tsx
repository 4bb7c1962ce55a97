'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { cn } from '@/components/ui/class-names';
import { Empty } from '@/components/ui/empty';
import { SelectField, TextField } from '@/components/ui/field';
import { StatusDot } from '@/components/ui/status-dot';
import { useRun, useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import type { HostView } from '@/lib/session/messages';
import { TONE_TEXT } from '@/lib/views/tones';
import { logRows, PRIORITIES, unitsOf } from './view';

const ROW = 20;

/** What the selected host logged, with journalctl's filters: unit, priority, text. */
export function LogsPanel() {
  const host = useWorkbench((state) => state.host);
  const hosts = useRun((state) => state.topology.hosts);
  const lines = useRun((state) => state.logs);
  const rows = useMemo(() => logRows(lines), [lines]);
  const label = hosts.find(({ id }) => id === host)?.label ?? host;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Filters hosts={hosts} units={unitsOf(lines)} />
      {host === undefined ? (
        <Empty>Choose a host to read its logs.</Empty>
      ) : rows.length === 0 ? (
        <Empty>{label} has logged nothing that matches.</Empty>
      ) : (
        <Lines rows={rows} label={`Log of ${label ?? ''}`} />
      )}
    </div>
  );
}

function Filters({ hosts, units }: { hosts: readonly HostView[]; units: readonly string[] }) {
  const host = useWorkbench((state) => state.host);
  const filter = useWorkbench((state) => state.logFilter);
  const workbench = useWorkbenchStore();
  const set = (change: Partial<typeof filter>) =>
    workbench.setState({
      logFilter: Object.fromEntries(
        Object.entries({ ...filter, ...change }).filter(([, value]) => value !== ''),
      ),
    });
  const known = filter.unit === undefined || units.includes(filter.unit) ? units : [...units, filter.unit];
  return (
    <div className="flex flex-wrap gap-1.5 border-b border-line px-3 py-1.5">
      <SelectField
        label="Host"
        value={host ?? ''}
        onChange={(event) =>
          workbench.setState({
            host: event.target.value === '' ? undefined : event.target.value,
            logFilter: {},
          })
        }
        choices={[
          { value: '', text: 'host…' },
          ...hosts.map(({ id, label }) => ({ value: id, text: label })),
        ]}
      />
      <SelectField
        label="Unit"
        value={filter.unit ?? ''}
        onChange={(event) => set({ unit: event.target.value })}
        choices={[{ value: '', text: 'all units' }, ...known.map((unit) => ({ value: unit, text: unit }))]}
      />
      <SelectField
        label="Priority"
        value={filter.priority ?? ''}
        onChange={(event) => set({ priority: event.target.value })}
        choices={[
          { value: '', text: 'all priorities' },
          ...PRIORITIES.slice(1, 7).map((name) => ({ value: name, text: `${name} and worse` })),
        ]}
      />
      <TextField
        label="Lines that contain"
        placeholder="contains…"
        className="min-w-24 flex-1"
        value={filter.grep ?? ''}
        onChange={(event) => set({ grep: event.target.value })}
      />
    </div>
  );
}

function Lines({ rows, label }: { rows: ReturnType<typeof logRows>; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  // oxlint-disable-next-line react/incompatible-library -- the virtualizer is meant to be used this way
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const last = rows.at(-1)?.seq;
  useEffect(() => {
    if (following && last !== undefined) frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, [following, last]);
  return (
    <div
      ref={frame}
      role="log"
      aria-label={label}
      // A scrolling region has to be reachable by keyboard.
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto px-3 py-1 font-mono text-[11.5px] leading-5"
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) =>
        setFollowing(scrollTop + clientHeight > scrollHeight - 30)
      }
    >
      <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="absolute left-0 top-0 flex w-full gap-2"
              style={{ transform: `translateY(${start}px)` }}
            >
              <span className="shrink-0 text-faint">{row.time}</span>
              <span className="w-20 shrink-0 truncate text-muted" title={row.unit}>
                {row.unit}
              </span>
              {row.tone !== 'neutral' && (
                <span className={cn('flex shrink-0 items-center gap-1', TONE_TEXT[row.tone])}>
                  <StatusDot tone={row.tone} /> {row.priority}
                </span>
              )}
              <span
                className={cn(
                  'min-w-0 break-words',
                  row.tone === 'neutral' ? 'text-prose' : TONE_TEXT[row.tone],
                )}
              >
                {row.text}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
