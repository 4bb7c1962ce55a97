'use client';

import { useEffect, useState } from 'react';
import { cn } from '@/components/ui/class-names';
import { StatusDot } from '@/components/ui/status-dot';
import type { RunClient } from '@/lib/client/run-client';
import type { SavedRun } from '@/lib/session/messages';
import { type Difference, differencesOf, partedAt, type Parting, partings } from '@/lib/views/compare';
import { clockAt, clockTenths, clockText, durationText } from '@/lib/views/times';
import { TONE_TEXT } from '@/lib/views/tones';
import { useClient, useRun } from '../run-context';
import { SameFaults } from './same-faults';

/** Ten frames a second arrive on both sides; nobody reads that fast. */
const EVERY_MS = 400;

interface Comparison {
  rows: readonly Difference[];
  events: readonly Parting[];
}

/** Undefined until the other side is there. */
function useComparison(other: RunClient, since: number): Comparison | undefined {
  const client = useClient();
  const [comparison, setComparison] = useState<Comparison>();
  useEffect(() => {
    const compare = () => {
      const [here, there] = [client.store.getState(), other.store.getState()];
      if (there.connection.state !== 'open') return;
      const next = { rows: differencesOf(here, there, since), events: partings(here, there, since) };
      setComparison((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
    };
    compare();
    const timer = setInterval(compare, EVERY_MS);
    return () => clearInterval(timer);
  }, [client, other, since]);
  return comparison;
}

/** What is different between the two, in words. */
export function Differences({
  other,
  inputs,
  branch,
}: {
  other: RunClient;
  inputs: SavedRun['inputs'];
  branch: number;
}) {
  const { current, all } = useRun((state) => state.branch);
  const since = partedAt(all, current, branch);
  const parted = useRun(({ time }) => clockText(clockAt(since, time)));
  const comparison = useComparison(other, since);
  const name = all.find(({ id }) => id === branch)?.name ?? '';
  if (comparison === undefined)
    return <div className="col-span-2 row-start-3 border-t border-line bg-ink-1" />;
  const { rows, events } = comparison;
  return (
    <div className="col-span-2 row-start-3 grid max-h-52 min-h-0 border-t border-line bg-ink-1 @xl:grid-cols-[minmax(20rem,5fr)_6fr]">
      {/* A scrolling region has to be reachable by keyboard. */}
      <div tabIndex={0} role="group" aria-label="Differences" className="min-h-0 overflow-auto px-3 py-1.5">
        <Table rows={rows} parted={parted} name={name} />
      </div>
      <div
        tabIndex={0}
        role="group"
        aria-label="Where they part"
        className="min-h-0 overflow-auto border-line px-3 py-1.5 @xl:border-l"
      >
        <div className="flex items-center">
          <h2 className="eyebrow">Where they part</h2>
          <SameFaults inputs={inputs} />
        </div>
        <Events events={events} name={name} />
      </div>
    </div>
  );
}

function Table({ rows, parted, name }: { rows: readonly Difference[]; parted: string; name: string }) {
  return (
    <table className="w-full border-collapse font-mono text-2xs leading-[1.55]">
      <caption className="eyebrow text-left">One run until {parted}</caption>
      <thead>
        <tr className="text-left text-faint">
          <th scope="col" className="sr-only">
            What
          </th>
          <th scope="col" className="w-[27%] font-normal">
            here
          </th>
          <th scope="col" className="w-[27%] whitespace-nowrap font-normal">
            {name}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ what, here, there, differs }) => (
          <tr key={what} data-differs={differs} className="align-baseline">
            <th scope="row" className="pr-2 text-left font-sans text-xs font-normal text-muted">
              {what}
            </th>
            <td className={cn('pr-2', differs ? 'font-semibold text-text' : 'text-faint')}>{here}</td>
            <td className={differs ? 'font-semibold text-text' : 'text-faint'}>
              {differs ? there : 'the same'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Events({ events, name }: { events: readonly Parting[]; name: string }) {
  const client = useClient();
  if (events.length === 0)
    return <p className="text-xs text-muted">Until now the same has happened in both.</p>;
  return (
    <ol className="font-mono text-2xs leading-[1.6]">
      {events.map(({ key, at, clock, where, source, text, tone, later }) => (
        <li key={key} className="flex items-baseline gap-2">
          <button
            type="button"
            className="shrink-0 text-faint hover:text-text hover:underline"
            title="Look at this moment in both"
            aria-label={`Look at ${clockTenths(clock)}`}
            onClick={() => client.send({ type: 'transport', action: { kind: 'seek', at } })}
          >
            {clockTenths(clock)}
          </button>
          <span className="w-[5.5rem] shrink-0 truncate text-muted">{where === 'here' ? 'here' : name}</span>
          <StatusDot tone={tone} className="relative top-[-1px]" />
          <span className={cn('min-w-0 break-words', tone === 'neutral' ? 'text-prose' : TONE_TEXT[tone])}>
            <span className="text-muted">{source}</span> {text}
            {later !== undefined && (
              <span className="text-faint">
                {' '}
                · {durationText(Math.abs(later))} {later > 0 ? 'later' : 'earlier'} in {name}
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
