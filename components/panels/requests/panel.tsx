'use client';

import { useEffect, useRef, useState } from 'react';
import { CHECKBOX } from '@/components/ui/choice-class';
import { Empty } from '@/components/ui/empty';
import { StatusDot } from '@/components/ui/status-dot';
import { useClient, useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import { foldRequests, type RequestRow } from '@/lib/views/recent-requests';
import { TONE_TEXT } from '@/lib/views/tones';
import { type RequestLine, requestLines } from './view';

/** The list is read by people: twice a second is enough. */
const REFRESH_MS = 500;
const MOST_LINES = 120;

/** The last requests; choosing one opens its trace. */
export function RequestsPanel() {
  const client = useClient();
  const folded = useRef<readonly RequestRow[]>([]);
  const [rows, setRows] = useState<readonly RequestRow[]>([]);
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [held, setHeld] = useState(false);

  useEffect(() => {
    const unfollow = client.requests.follow((batch, { lookingBack }) => {
      folded.current = lookingBack ? [] : foldRequests(folded.current, batch);
    });
    const timer = setInterval(() => !held && setRows(folded.current), REFRESH_MS);
    return () => {
      unfollow();
      clearInterval(timer);
    };
  }, [client, held]);

  const { at, clock } = client.store.getState().time;
  const lines = requestLines(rows, { at, clock }, onlyFailed).slice(0, MOST_LINES);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-center gap-4 border-b border-line px-3 py-1.5 text-xs text-muted">
        <label className="flex items-center gap-1.5">
          <input
            type="checkbox"
            className={CHECKBOX}
            checked={onlyFailed}
            onChange={(event) => setOnlyFailed(event.target.checked)}
          />
          slow and failed only
        </label>
        <label className="flex items-center gap-1.5">
          <input
            type="checkbox"
            className={CHECKBOX}
            checked={held}
            onChange={(event) => setHeld(event.target.checked)}
          />
          hold still
        </label>
      </div>
      {lines.length === 0 ? (
        <Empty>
          {onlyFailed
            ? 'No slow or failed request lately.'
            : 'No request lately. Requests appear while time runs.'}
        </Empty>
      ) : (
        <Lines lines={lines} />
      )}
    </div>
  );
}

function Lines({ lines }: { lines: readonly RequestLine[] }) {
  const workbench = useWorkbenchStore();
  const chosen = useWorkbench((state) => state.trace);
  return (
    // A scrolling region has to be reachable by keyboard.
    <ol
      className="min-h-0 flex-1 overflow-auto py-1 font-mono text-[11.5px] leading-5"
      tabIndex={0}
      aria-label="Requests, newest first"
    >
      {lines.map(({ id, number, time, way, took, word, tone }) => (
        <li key={id}>
          <button
            type="button"
            aria-pressed={chosen === id}
            className="flex w-full items-baseline gap-3 px-3 text-left hover:bg-ink-2 aria-pressed:bg-ink-2 aria-pressed:shadow-[inset_2px_0_0_var(--selected)]"
            onClick={() => workbench.showTrace(id)}
          >
            <span className="shrink-0 text-faint">{time}</span>
            <span className="w-14 shrink-0 text-muted">{number}</span>
            {/* The end of the way is what tells: too long a way is cut at its beginning. */}
            <span className="min-w-0 flex-1 truncate text-left text-prose [direction:rtl]" title={way}>
              <bdi dir="ltr">{way}</bdi>
            </span>
            <span className="shrink-0 text-muted">{took}</span>
            <span className={`flex w-[78px] shrink-0 items-center gap-1.5 ${TONE_TEXT[tone]}`}>
              <StatusDot tone={tone} /> {word}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
