'use client';

import { ChevronLeft, ChevronRight, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Empty } from '@/components/ui/empty';
import { useRun, useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import type { TraceView } from '@/lib/session/messages';
import { countText } from '@/lib/views/numbers';
import { changesText, shownStep } from '@/lib/views/trace-steps';
import { type HopRow, hopRows, traceTitle } from './view';
import { PacketFields } from './packet-fields';

/** The chosen request, hop by hop; one step of it is open, with the packet before and after it. */
export function TracePanel() {
  const chosen = useWorkbench((state) => state.trace);
  const trace = useRun((state) => state.trace);
  const workbench = useWorkbenchStore();
  if (chosen === undefined) return null;
  const current = trace?.id === chosen ? trace : undefined;
  return (
    <section aria-label={`Request ${countText(chosen)}`} className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-2 border-b border-line pl-3.5 pr-1.5">
        <h2 className="-mb-px border-b-2 border-text py-[7px] text-[12.5px] leading-5">
          Request <span className="font-mono">#{countText(chosen)}</span>
        </h2>
        {current !== undefined && <Stepper trace={current} />}
        <Button
          look="quiet"
          size="icon"
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
        <Steps trace={current} />
      )}
    </section>
  );
}

/** Back and on, and where one is; said aloud when it changes. */
function Stepper({ trace }: { trace: TraceView }) {
  const workbench = useWorkbenchStore();
  const step = useWorkbench((state) => shownStep(trace, state.step));
  const row = hopRows(trace)[step];
  const go = (to: number) => workbench.setState({ step: shownStep(trace, to) });
  return (
    <span role="group" aria-label="Steps" className="ml-auto flex items-center gap-0.5">
      <Button
        look="quiet"
        size="icon"
        aria-label="Step back"
        title="Step back (p)"
        disabled={step === 0}
        onClick={() => go(step - 1)}
      >
        <ChevronLeft size={14} />
      </Button>
      <span className="min-w-12 text-center font-mono text-2xs text-muted">
        {step + 1} of {trace.hops.length}
      </span>
      <Button
        look="quiet"
        size="icon"
        aria-label="Step on"
        title="Step on (n)"
        disabled={step >= trace.hops.length - 1}
        onClick={() => go(step + 1)}
      >
        <ChevronRight size={14} />
      </Button>
      <span role="status" className="sr-only">
        {row === undefined
          ? ''
          : `Step ${step + 1}: ${row.host} ${row.what}, ${row.verdict}; ${changesText(row.fields)}`}
      </span>
    </span>
  );
}

const MOVES: Readonly<Record<string, (step: number) => number>> = {
  ArrowDown: (step) => step + 1,
  ArrowRight: (step) => step + 1,
  ArrowUp: (step) => step - 1,
  ArrowLeft: (step) => step - 1,
  Home: () => 0,
  End: () => Number.MAX_SAFE_INTEGER,
};

function Steps({ trace }: { trace: TraceView }) {
  const workbench = useWorkbenchStore();
  const open = useWorkbench((state) => shownStep(trace, state.step));
  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    workbench.setState({ step: shownStep(trace, move(open)) });
  };
  return (
    // A scrolling region has to be reachable by keyboard; its arrows step, as the buttons do.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className="min-h-0 flex-1 overflow-auto px-3.5 py-2 font-mono text-[11.5px] outline-offset-[-2px]"
      tabIndex={0}
      role="group"
      aria-label="Hops"
      onKeyDown={onKeyDown}
    >
      <p className="mb-1 break-words text-text">{traceTitle(trace)}</p>
      <ol>
        {hopRows(trace).map((hop, index) => (
          <Hop
            key={`${trace.id} ${hop.key}`}
            hop={hop}
            isOpen={index === open}
            onOpen={() => workbench.setState({ step: index })}
          />
        ))}
      </ol>
    </div>
  );
}

const VERDICT = { ok: 'text-ok', wait: 'text-risk', bad: 'text-broken' } as const;

function Hop({ hop, isOpen, onOpen }: { hop: HopRow; isOpen: boolean; onOpen(): void }) {
  const { key, after, host, what, verdict, outcome, fields } = hop;
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) place.current?.scrollIntoView?.({ block: 'nearest' });
  }, [isOpen]);
  return (
    <li
      ref={place}
      aria-current={isOpen ? 'step' : undefined}
      className={cn(
        '-mx-2 rounded-md px-2 leading-[1.7] text-muted',
        isOpen && 'bg-ink-2 shadow-[inset_2px_0_0_var(--selected)]',
      )}
    >
      <div className="grid grid-cols-[60px_1fr_auto] items-baseline gap-x-2.5">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`Step ${key + 1}, ${after}`}
          title="Look at this step"
          className="text-left text-faint hover:text-text hover:underline"
          onClick={onOpen}
        >
          {after}
        </button>
        <span className="min-w-0">
          <b className={cn('font-medium', outcome === 'bad' ? 'text-broken-text' : 'text-text')}>{host}</b>{' '}
          {what}
          <Sources hop={hop} />
        </span>
        <span className={VERDICT[outcome]}>{verdict}</span>
      </div>
      {isOpen && <PacketFields host={host} fields={fields} />}
    </li>
  );
}

/** The rule and the line that decided, each leading to where it stands. */
function Sources({ hop: { host, rule, line } }: { hop: HopRow }) {
  const workbench = useWorkbenchStore();
  return (
    <>
      {rule !== undefined && (
        <Source
          host={host}
          title={`${rule.text}\n${rule.place}`}
          onOpen={() => workbench.showHost(host, 'firewall')}
        >
          {rule.text}
        </Source>
      )}
      {line !== undefined && (
        <Source
          host={host}
          title={`Open ${line.path} at line ${line.line}`}
          onOpen={() => workbench.openFile({ host, path: line.path, line: line.line })}
        >
          {line.name}
        </Source>
      )}
    </>
  );
}
function Source({
  host,
  title,
  onOpen,
  children,
}: {
  host: string;
  title: string;
  onOpen(): void;
  children: ReactNode;
}) {
  const known = useRun((state) => state.topology.hosts.some(({ id }) => id === host));
  return (
    <button
      type="button"
      disabled={!known}
      className="block max-w-full break-words text-left text-2xs text-selected enabled:hover:underline"
      title={title}
      onClick={onOpen}
    >
      {children}
    </button>
  );
}
