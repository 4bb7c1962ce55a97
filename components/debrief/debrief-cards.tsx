'use client';

import { ArrowRight } from 'lucide-react';
import { Fragment } from 'react';
import { cn } from '@/components/ui/class-names';
import { Coded } from '@/components/ui/coded';
import { Button } from '@/components/ui/button';
import { DiffView } from '@/components/ui/diff-view';
import { StatusDot } from '@/components/ui/status-dot';
import { usePreferences } from '@/lib/client/preferences';
import type { Debrief, ObjectiveView } from '@/lib/session/messages';
import { changeCount, diffLines } from '@/lib/views/line-diff';
import { countText, plural } from '@/lib/views/numbers';
import { OBJECTIVE_WORD, TONE_TEXT } from '@/lib/views/tones';
import { Card } from './card';
import { actionRows, chainLinks, type Known, minuteRows, outageRows } from './debrief-view';

/** From the first cause to the symptom, as the journal has it. */
export function ChainsCard({ debrief, known }: { debrief: Debrief; known: Known }) {
  if (debrief.chains.length === 0) return null;
  return (
    <Card title="Why it happened">
      <div className="space-y-5">
        {debrief.chains.map((chain) => (
          <div key={chain.title}>
            {debrief.chains.length > 1 && <h3 className="mb-2 text-sm text-muted">{chain.title}</h3>}
            <ol className="flex flex-col items-stretch gap-y-2 sm:flex-row sm:flex-wrap">
              {chainLinks(chain, known).map(({ seq, when, source, text, rule }, index) => (
                <Fragment key={seq}>
                  {index > 0 && (
                    <li aria-hidden="true" className="grid place-items-center text-faint max-sm:h-3 sm:w-8">
                      <ArrowRight size={14} className="max-sm:rotate-90" />
                    </li>
                  )}
                  <li className="min-w-[170px] flex-1 rounded-[9px] sm:max-w-[300px] sm:basis-[170px] border border-line-strong bg-ink-2 px-3.5 py-2.5 text-sm">
                    <span className="mb-0.5 block font-mono text-[11px] text-faint">
                      {when} {source}
                    </span>
                    {text}
                    {rule !== undefined && (
                      <span className="mt-0.5 block font-mono text-[11px] text-selected">{rule}</span>
                    )}
                  </li>
                </Fragment>
              ))}
            </ol>
          </div>
        ))}
      </div>
    </Card>
  );
}

export function ActionsCard({ debrief }: { debrief: Debrief }) {
  const rows = actionRows(debrief.actions);
  return (
    <Card title="What you did">
      {rows.length === 0 && <p className="text-sm text-muted">Nothing was typed, saved or acknowledged.</p>}
      <ol className="text-sm">
        {rows.map(({ key, time, tone, text, typed, effect, effectTone }) => (
          <li key={key} className="flex items-baseline gap-x-2.5 py-[5px]">
            <span className="w-[64px] shrink-0 font-mono text-xs text-faint">{time}</span>
            <StatusDot tone={tone} className="shrink-0 self-baseline" />
            <span className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-4">
              <span className={cn('min-w-0 break-words', typed && 'font-mono text-xs text-prose')}>
                {text}
              </span>
              {effect !== undefined && <span className={TONE_TEXT[effectTone]}>{effect}</span>}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

export function GoalsCard({ debrief: { objectives, guards } }: { debrief: Debrief }) {
  return (
    <Card title="Objectives">
      <ul className="divide-y divide-line text-sm">
        {[...objectives, ...guards].map((objective) => (
          <Goal key={objective.id} objective={objective} />
        ))}
      </ul>
    </Card>
  );
}

function Goal({ objective: { title, state, measured, why, rule } }: { objective: ObjectiveView }) {
  const tone = state === 'met' ? 'ok' : state === 'failed' ? 'broken' : 'neutral';
  return (
    <li className="py-2">
      <p className="flex items-baseline gap-2.5">
        <StatusDot tone={tone} className="self-center" />
        <span className="flex-1">{title}</span>
        <span className={cn('font-mono text-xs', TONE_TEXT[tone])}>
          {[OBJECTIVE_WORD[state], measured].filter((part) => part !== '').join(' · ')}
        </span>
      </p>
      {why !== undefined && (
        <p className="mt-1 pl-[17px] text-broken-text">
          <Coded text={why} />{' '}
          {rule !== undefined && <span className="font-mono text-[11px] text-selected">{rule}</span>}
        </p>
      )}
    </li>
  );
}

export function DiffsCard({ debrief: { diffs } }: { debrief: Debrief }) {
  const layout = usePreferences((state) => state.diff);
  const setDiff = usePreferences((state) => state.setDiff);
  return (
    <Card title="Files, before and after">
      {diffs.length === 0 ? (
        <p className="text-sm text-muted">No configuration file differs from the beginning of the shift.</p>
      ) : (
        <div role="group" aria-label="Layout of the differences" className="mb-2 flex gap-1">
          {(['unified', 'split'] as const).map((name) => (
            <Button
              key={name}
              look="quiet"
              size="small"
              aria-pressed={layout === name}
              className="aria-pressed:bg-ink-3 aria-pressed:text-text"
              onClick={() => setDiff(name)}
            >
              {name === 'unified' ? 'One column' : 'Side by side'}
            </Button>
          ))}
        </div>
      )}
      <div className="space-y-4">
        {diffs.map(({ host, path, before, after }) => {
          const { added, removed } = changeCount(diffLines(before, after));
          return (
            <section key={`${host} ${path}`} aria-label={`${path} on ${host}`}>
              <h3 className="mb-1 flex items-baseline gap-2 font-mono text-xs">
                <span className="min-w-0 break-all">{path}</span>{' '}
                <span className="shrink-0 text-muted">on {host}</span>
                <span className="ml-auto shrink-0 text-2xs">
                  <span className="text-ok">+{added}</span> <span className="text-broken">-{removed}</span>
                </span>
              </h3>
              {/* A scrolling region has to be reachable by keyboard. */}
              <div
                tabIndex={0}
                role="group"
                aria-label={`Changes of ${path} on ${host}`}
                className="max-h-96 overflow-auto rounded-lg border border-line bg-terminal py-1"
              >
                <DiffView
                  before={before}
                  after={after}
                  layout={layout}
                  names={{ before: 'at the start', after: 'at the end' }}
                />
              </div>
            </section>
          );
        })}
      </div>
    </Card>
  );
}

export function OutagesCard({
  debrief: { outages, availability },
  known,
}: {
  debrief: Debrief;
  known: Known;
}) {
  if (outages.length === 0) return null;
  const inAll = `${countText(availability.lost)} in ${plural(outages.length, 'outage')}`;
  return (
    <Card title={`Requests lost: ${inAll}`}>
      <ul className="divide-y divide-line text-sm">
        {outageRows(outages, known).map(({ key, span, length, failed, cause, byLearner }) => (
          <li key={key} className="py-2">
            <p className="flex flex-wrap items-baseline gap-x-3 font-mono text-xs">
              <span className="text-faint">{span}</span>
              <span>{length}</span>
              <span className="ml-auto text-broken">{failed}</span>
            </p>
            <p className="text-prose">
              {cause}
              {byLearner && <span className="text-risk"> · by your own action</span>}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The plot for those who do not see it, and for those who want the numbers. */
export function MinutesTable({ debrief, known }: { debrief: Debrief; known: Known }) {
  return (
    <details className="mt-2 text-xs">
      <summary className="text-muted hover:text-text">The same as a table</summary>
      <div className="mt-2 max-h-72 overflow-auto">
        <table className="w-full border-separate border-spacing-0 font-mono">
          <thead className="text-left text-2xs text-faint">
            <tr>
              {['from', 'requests', 'failed', 'answered well', 'slowest p95', 'what happened'].map((head) => (
                <th key={head} scope="col" className="py-1 pr-4 font-normal">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {minuteRows(debrief, known).map(({ minute, requests, failed, share, p95, events }) => (
              <tr key={minute} className="[&>td]:border-t [&>td]:border-line [&>td]:py-1 [&>td]:pr-4">
                <td>{minute}</td>
                <td>{requests}</td>
                <td className={failed === '0' ? '' : 'text-broken'}>{failed}</td>
                <td>{share}</td>
                <td>{p95}</td>
                <td className="font-sans text-prose">{events}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
