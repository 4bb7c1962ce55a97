'use client';

import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { StatusDot } from '@/components/ui/status-dot';
import type { ReachRow, SandboxView } from '@/lib/session/sandbox/view';
import { durationText } from '@/lib/views/times';
import { whatIf, whatReaches } from './lenses';
import { useBuilder, useSandboxUi } from './sandbox-context';

/** Lenses: what reaches what, what stops without what, how long a leg takes. Answered by letting it happen aside. */
export function LookPanel({ view }: { view: SandboxView }) {
  const builder = useBuilder();
  const selected = useSandboxUi((ui) => ui.selected).filter((id) => !id.startsWith('link:'));
  const reach = useSandboxUi((ui) => ui.reach);
  const losses = useSandboxUi((ui) => ui.losses);
  const latency = useSandboxUi((ui) => ui.latency);
  const host = selected.find((id) => view.hosts[id] !== undefined);
  const toggleLatency = async () => {
    const reply = await builder.ask({ kind: 'watch-latency', on: !latency }, 'edited');
    if (reply !== undefined) builder.store.setState({ latency: !latency, said: reply.said });
  };
  return (
    <div className="space-y-4 text-xs">
      <section aria-label="Reachability">
        <h2 className="eyebrow mb-1.5">Reachability</h2>
        <p className="mb-1.5 text-muted">
          Tries to connect from a machine to every other, and tells which rule decided.
        </p>
        <div className="flex gap-1">
          <Button
            disabled={host === undefined}
            onClick={() => host !== undefined && void whatReaches(builder, host)}
          >
            {host === undefined ? 'Choose a machine' : `From ${host}`}
          </Button>
          {reach !== undefined && (
            <Button look="quiet" onClick={() => builder.store.setState({ reach: undefined })}>
              Clear
            </Button>
          )}
        </div>
        {reach !== undefined && <Reached host={reach.host} rows={reach.rows} />}
      </section>
      <section aria-label="Failure domain">
        <h2 className="eyebrow mb-1.5">Failure domain</h2>
        <p className="mb-1.5 text-muted">What stops if this dies? Twenty seconds are simulated without it.</p>
        <Button disabled={selected.length === 0} onClick={() => void whatIf(builder, selected)}>
          {selected.length === 0
            ? 'Choose machines or a zone'
            : `Without ${selected.map((id) => view.zones[id]?.label ?? id).join(', ')}`}
        </Button>
        {losses !== undefined && (
          <ul className="mt-2 space-y-1">
            {losses.rows.length === 0 && (
              <li className="text-muted">Nobody sends requests, nobody shares an address.</li>
            )}
            {losses.rows.map(({ what, before, after, tone }) => (
              <li key={what} className="flex items-baseline gap-1.5 font-mono text-2xs">
                <StatusDot tone={tone} />
                <span className="font-semibold">{what}</span>
                <span className="text-muted">
                  {before} → <span className={cn(tone === 'broken' && 'text-broken')}>{after}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-label="Latency">
        <h2 className="eyebrow mb-1.5">Latency</h2>
        <Button role="switch" aria-checked={latency} onClick={() => void toggleLatency()}>
          {latency ? 'Latency is shown on the links' : 'Show latency on the links'}
        </Button>
      </section>
    </div>
  );
}

const WORD: Readonly<Record<ReachRow['result'], string>> = {
  open: 'open',
  refused: 'refused',
  timeout: 'no answer',
  unreachable: 'unreachable',
};

function Reached({ host, rows }: { host: string; rows: readonly ReachRow[] }) {
  if (rows.length === 0)
    return <p className="mt-2 text-muted">{host} has no power, or there is nobody else.</p>;
  return (
    <table className="mt-2 w-full table-fixed border-collapse font-mono text-2xs">
      <caption className="sr-only">What {host} reaches</caption>
      <thead className="sr-only">
        <tr>
          <th>Where</th>
          <th>Result and reason</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ to, address, port, result, why, at, micros }) => (
          <tr key={`${address}:${port}`} className="border-t border-line align-top">
            <td className="w-[45%] py-1 pr-1">
              <b className="font-semibold">{to}</b>
              <br />
              <span className="text-faint">
                {address}:{port}
              </span>
            </td>
            <td className="break-words py-1">
              <span className={result === 'open' ? 'text-ok' : 'text-broken'}>
                {WORD[result]}
                {result === 'open' && ` in ${durationText(micros)}`}
              </span>
              <br />
              <span className="text-muted">
                {at === undefined ? '' : `${at}: `}
                {why}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
