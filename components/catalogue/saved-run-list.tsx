'use client';

import { Download, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { StatusDot } from '@/components/ui/status-dot';
import type { RunSummary } from '@/lib/client/saved-runs';
import { plural } from '@/lib/views/numbers';
import { agoText, stopwatch } from '@/lib/views/times';
import { PlayLink } from './play-link';
import { isOpen, runAddress, runStanding } from './catalogue-view';
import type { SavedRuns } from './use-saved-runs';

/** Runs kept in this browser: go on, look again, export, delete. */
export function SavedRunList({ saved, known }: { saved: SavedRuns; known: readonly string[] }) {
  const { runs, problem } = saved;
  if (problem !== undefined)
    return (
      <p
        role="status"
        className="mt-7 rounded-xl border border-line bg-risk-soft px-4 py-3 text-sm text-risk"
      >
        <b className="font-semibold">{problem.title}.</b> {problem.detail}
      </p>
    );
  if (runs === undefined || runs.length === 0) return null;
  return (
    <section aria-label="Your runs" className="mt-8 first:mt-0">
      <h2 className="eyebrow mb-2 text-xs">Your runs</h2>
      <ul className="divide-y divide-line rounded-xl border border-line bg-ink-1">
        {runs.map((run) => (
          <Row key={run.id} run={run} playable={known.includes(run.scenario)} saved={saved} />
        ))}
      </ul>
    </section>
  );
}

function Row({ run, playable, saved }: { run: RunSummary; playable: boolean; saved: SavedRuns }) {
  const [asking, setAsking] = useState(false);
  const [now] = useState(() => Date.now());
  const { id, title, scenario, at, hintsUsed, savedAt } = run;
  const tone = isOpen(run) ? 'risk' : run.won === true ? 'ok' : 'neutral';
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
      <StatusDot tone={tone} />
      <span className="min-w-0 flex-1 basis-64">
        <span className="block truncate font-medium">{title}</span>
        <span className="block font-mono text-xs text-muted">
          {stopwatch(at)} played · {plural(hintsUsed, 'hint')} ·{' '}
          {runStanding(run).replaceAll(' %', '\u00a0%')}
        </span>
      </span>
      <span className="text-xs text-faint" suppressHydrationWarning>
        saved {agoText(savedAt, now)}
      </span>
      <span className="flex gap-1.5">
        {playable ? (
          <PlayLink
            href={runAddress(scenario, id)}
            className={buttonClass({})}
            aria-label={`${isOpen(run) ? 'Continue' : 'Read the debrief of'} ${title}`}
          >
            {isOpen(run) ? 'Continue' : 'Debrief'}
          </PlayLink>
        ) : (
          <span className="self-center text-xs text-muted">its scenario is not installed</span>
        )}
        <Button
          look="quiet"
          size="icon"
          className="size-7"
          aria-label={`Export ${title}`}
          title="Export as a file"
          onClick={() => saved.exportRun(run)}
        >
          <Download size={13} />
        </Button>
        {asking ? (
          <Button look="danger" onClick={() => saved.remove(run)} onBlur={() => setAsking(false)}>
            Delete for good
          </Button>
        ) : (
          <Button
            look="quiet"
            size="icon"
            className="size-7"
            aria-label={`Delete ${title}`}
            title="Delete"
            onClick={() => setAsking(true)}
          >
            <Trash2 size={13} />
          </Button>
        )}
      </span>
    </li>
  );
}
