'use client';

import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Empty } from '@/components/ui/empty';
import { useRun, useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import { countText } from '@/lib/views/numbers';
import { type HopRow, hopRows, traceTitle } from './view';

/** The chosen request, hop by hop. */
export function TracePanel() {
  const chosen = useWorkbench((state) => state.trace);
  const trace = useRun((state) => state.trace);
  const workbench = useWorkbenchStore();
  if (chosen === undefined) return null;
  const current = trace?.id === chosen ? trace : undefined;
  return (
    <section aria-label={`Request ${countText(chosen)}`} className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-2 border-b border-line px-3.5">
        <h2 className="-mb-px border-b-2 border-text py-[7px] text-[12.5px] leading-5">
          Request <span className="font-mono">#{countText(chosen)}</span>
        </h2>
        <Button
          look="quiet"
          size="icon"
          className="ml-auto"
          aria-label="Close the trace"
          title="Close the trace"
          onClick={() => workbench.showTrace(undefined)}
        >
          <X size={13} />
        </Button>
      </header>
      {current === undefined ? (
        <Empty>Looking for its trace. Only recent requests are kept hop by hop.</Empty>
      ) : (
        // A scrolling region has to be reachable by keyboard.
        <div
          className="min-h-0 flex-1 overflow-auto px-3.5 py-2 font-mono text-[11.5px]"
          tabIndex={0}
          role="group"
          aria-label="Hops"
        >
          <p className="mb-1 break-words text-text">{traceTitle(current)}</p>
          <ol>
            {hopRows(current).map((hop, index, hops) => (
              <Hop
                key={`${current.id} ${hop.key}`}
                hop={hop}
                decides={
                  hop.outcome === 'bad' && hops.findIndex(({ outcome }) => outcome === 'bad') === index
                }
              />
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

const VERDICT = { ok: 'text-ok', wait: 'text-risk', bad: 'text-broken' } as const;

function Hop({
  hop: { after, host, what, verdict, outcome, rule, line },
  decides,
}: {
  hop: HopRow;
  /** The first hop that went wrong: it is brought into sight. */
  decides: boolean;
}) {
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (decides) place.current?.scrollIntoView?.({ block: 'nearest' });
  }, [decides]);
  const workbench = useWorkbenchStore();
  const knownHost = useRun((state) => state.topology.hosts.some(({ id }) => id === host));
  return (
    <li
      ref={place}
      className="grid grid-cols-[60px_1fr_auto] items-baseline gap-x-2.5 leading-[1.7] text-muted"
    >
      <span className="text-faint">{after}</span>
      <span className="min-w-0">
        <b className={cn('font-medium', outcome === 'bad' ? 'text-broken-text' : 'text-text')}>{host}</b>{' '}
        {what}
        {rule !== undefined && (
          <button
            type="button"
            disabled={!knownHost}
            className="block max-w-full break-words text-left text-2xs text-selected enabled:hover:underline"
            title={`${rule.text}\n${rule.place}`}
            onClick={() => workbench.showHost(host, 'firewall')}
          >
            {rule.text}
          </button>
        )}
        {line !== undefined && (
          <button
            type="button"
            disabled={!knownHost}
            className="block text-2xs text-selected enabled:hover:underline"
            title={`Open ${line.path} at line ${line.line}`}
            onClick={() => workbench.openFile({ host, path: line.path, line: line.line })}
          >
            {line.name}
          </button>
        )}
      </span>
      <span className={VERDICT[outcome]}>{verdict}</span>
    </li>
  );
}
