'use client';

import { useMemo, useState } from 'react';
import { Empty } from '@/components/ui/empty';
import { SelectField, TextField } from '@/components/ui/field';
import { StatusDot } from '@/components/ui/status-dot';
import { useClient, useRun } from '@/components/workbench/run-context';
import { useScenarioText } from '@/components/workbench/scenario-text';
import { TONE_TEXT } from '@/lib/views/tones';
import { EVENT_FILTERS, type EventFilter, type EventRow, eventRows } from './view';

const MOST_ROWS = 300;

/** What happened, newest first, with the rule that governed it and what led to it. */
export function EventsPanel() {
  const events = useRun((state) => state.events);
  const second = useRun((state) => Math.ceil(state.time.at / 1_000_000));
  const [filter, setFilter] = useState<EventFilter>('main');
  const [words, setWords] = useState('');
  const rows = useMemo(
    () => eventRows(events, { filter, words, at: second * 1_000_000 }),
    [events, filter, words, second],
  );
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-1.5 border-b border-line px-3 py-1.5">
        <SelectField
          label="Show"
          value={filter}
          onChange={(event) =>
            setFilter(EVENT_FILTERS.find(({ value }) => value === event.target.value)?.value ?? 'main')
          }
          choices={EVENT_FILTERS}
        />
        <TextField
          label="Events that contain"
          placeholder="contains…"
          className="min-w-24 flex-1"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <span className="font-mono text-2xs text-faint">
          {rows.length === 1 ? '1 event' : `${rows.length} events`}
        </span>
      </div>
      {rows.length === 0 ? (
        <Empty>Nothing has happened that matches.</Empty>
      ) : (
        <Rows rows={rows.slice(0, MOST_ROWS)} />
      )}
    </div>
  );
}

function Rows({ rows }: { rows: readonly EventRow[] }) {
  const client = useClient();
  const { say } = useScenarioText();
  return (
    // A scrolling region has to be reachable by keyboard.
    <ol
      className="min-h-0 flex-1 overflow-auto py-1 font-mono text-[11.5px] leading-5"
      tabIndex={0}
      aria-label="Events, newest first"
    >
      {rows.map(({ seq, at, time, source, text, tone, rule, cause }) => (
        <li key={seq} className="flex items-baseline gap-2 px-3 hover:bg-ink-2">
          <button
            type="button"
            className="shrink-0 text-faint hover:text-text hover:underline"
            title="Look at this moment"
            aria-label={`Look at ${time}`}
            onClick={() => client.send({ type: 'transport', action: { kind: 'seek', at } })}
          >
            {time}
          </button>
          <StatusDot tone={tone} className="mt-[7px] self-start" />
          <span className="w-28 shrink-0 truncate text-muted" title={source}>
            {source}
          </span>
          <span
            className={`min-w-0 flex-1 break-words ${tone === 'neutral' ? 'text-prose' : TONE_TEXT[tone]}`}
          >
            {say(text)}
            {cause !== undefined && <span className="text-faint"> · because: {say(cause)}</span>}
          </span>
          {rule !== undefined && <span className="shrink-0 text-2xs text-selected">{rule}</span>}
        </li>
      ))}
    </ol>
  );
}
