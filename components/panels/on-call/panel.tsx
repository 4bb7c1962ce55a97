'use client';

import { BellRing } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { StatusDot } from '@/components/ui/status-dot';
import { useClient, useRun } from '@/components/workbench/run-context';
import { ScenarioText } from '@/components/workbench/scenario-text';
import { TONE_TEXT } from '@/lib/views/tones';
import { feedRows, pageWaits } from './view';

/** Pages, chat and notices, and the button that says: I have it. */
export function OnCallPanel() {
  const client = useClient();
  const feed = useRun((state) => state.feed);
  // Whole seconds: the feed need not be folded ten times a second.
  const second = useRun((state) => Math.ceil(state.time.at / 1_000_000));
  const acknowledgedAt = useRun(
    (state) => state.events.findLast(({ type }) => type.includes('acknowledge'))?.at,
  );
  const lookingBack = useRun((state) => state.time.lookingBack);
  const rows = feedRows(feed, second * 1_000_000);
  return (
    <section aria-label="On call">
      <h2 className="eyebrow mb-1.5">On call</h2>
      {!lookingBack && pageWaits(feed, acknowledgedAt) && (
        <Button look="danger" className="mb-2 w-full" onClick={() => client.send({ type: 'acknowledge' })}>
          <BellRing size={13} aria-hidden="true" /> Acknowledge the page
        </Button>
      )}
      {rows.length === 0 && <p className="text-xs text-muted">Quiet so far.</p>}
      <ol className="space-y-1.5 font-mono text-xs leading-[1.5] text-muted">
        {rows.map(({ seq, time, word, tone, from, text }) => (
          <li key={seq}>
            <span className="text-faint">{time}</span>{' '}
            <span className={`inline-flex items-center gap-1 ${TONE_TEXT[tone]}`}>
              <StatusDot tone={tone} /> {word}
            </span>{' '}
            ·{' '}
            <span className="text-faint">
              <ScenarioText text={from} />
            </span>
            <span className="block font-sans text-[12.5px] text-prose">
              <ScenarioText text={text} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
