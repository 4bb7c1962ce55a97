'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { stopwatch } from '@/lib/views/times';
import { FaultForm } from './fault-form';
import { targetOf } from './link-faults';
import { partUnder } from './part-under';
import { useBuilder, useSandboxUi } from './sandbox-context';
import { useDragging } from './use-dragging';

/** Faults on what is selected, what is planned, more traffic, and chaos. */
export function BreakPanel({ view }: { view: SandboxView }) {
  const selected = useSandboxUi((ui) => ui.selected[0]);
  const target = selected === undefined ? {} : targetOf(selected, view);
  const link = view.links.find(({ id }) => id === target.link);
  const name = link === undefined ? (target.host ?? target.zone) : `${link.from} – ${link.to}`;
  return (
    <div className="space-y-4">
      <section aria-label="Break something">
        <h2 className="eyebrow mb-1.5">Break {name ?? 'something'}</h2>
        <FaultForm
          key={selected ?? ''}
          target={target}
          {...(link === undefined ? {} : { fault: 'impair' })}
        />
        <p className="mb-1 mt-3 text-2xs text-faint">
          Or drag one of these onto a machine, a link or a zone:
        </p>
        <ul className="flex flex-wrap gap-1">
          {DRAGGED.map(([kind, title]) => (
            <FaultChip key={kind} kind={kind} title={title} view={view} />
          ))}
        </ul>
      </section>
      <Planned view={view} />
      <Traffic />
      <Chaos view={view} />
    </div>
  );
}

const DRAGGED: readonly [string, string][] = [
  ['power-loss', 'Power loss'],
  ['freeze', 'Hang'],
  ['link', 'Cable'],
  ['impair', 'Bad line'],
  ['partition', 'Partition'],
  ['kill-process', 'Crash'],
  ['disk-full', 'Disk full'],
];
/** A fault to be dragged; Enter asks for the machine that is selected. */
function FaultChip({ kind, title, view }: { kind: string; title: string; view: SandboxView }) {
  const { store, say } = useBuilder();
  const selected = useSandboxUi((ui) => ui.selected[0]);
  const openFor = (part: string | undefined) => {
    const target = part === undefined ? {} : targetOf(part, view);
    if (Object.keys(target).length === 0) say('Choose a machine, a link or a zone first.');
    else store.setState({ dialog: { kind: 'fault', ...target, fault: kind } });
  };
  const drag = useDragging({ title, scrolls: 'y', drop: (x, y) => openFor(partUnder(x, y)) });
  return (
    <li>
      <button
        type="button"
        className="select-none rounded-md border border-broken-line bg-broken-soft px-1.5 py-0.5 text-2xs text-broken-text [@media(pointer:coarse)]:py-1.5"
        {...drag.handlers}
        onClick={() => !drag.wasDrop() && openFor(selected)}
      >
        {title}
      </button>
      {drag.ghost !== undefined && (
        <span
          aria-hidden="true"
          className="pointer-events-none fixed z-50 rounded-md border border-broken bg-ink-2 px-2 py-1 text-2xs shadow-lg"
          style={{ left: drag.ghost.x + 8, top: drag.ghost.y + 8 }}
        >
          {title}
        </span>
      )}
    </li>
  );
}

function Planned({ view }: { view: SandboxView }) {
  const { act } = useBuilder();
  if (view.faults.length === 0) return null;
  return (
    <section aria-label="Planned">
      <h2 className="eyebrow mb-1.5">Planned</h2>
      <ul className="space-y-1 text-xs">
        {view.faults.map(({ id, at, fault }) => (
          <li key={id} className="flex items-center gap-2 font-mono">
            <span className="text-faint">{stopwatch(at * 1_000_000)}</span>
            <span className="min-w-0 flex-1 truncate">
              {String(fault['kind'])} {String(fault['host'] ?? fault['zone'] ?? '')}
            </span>
            <Button size="small" look="quiet" onClick={() => void act({ do: 'forget-fault', id })}>
              Forget
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Traffic() {
  const { act } = useBuilder();
  return (
    <section aria-label="Traffic">
      <h2 className="eyebrow mb-1.5">Traffic</h2>
      <div className="grid grid-cols-4 gap-1">
        {([0.5, 2, 5, 10] as const).map((factor) => (
          <Button key={factor} size="small" onClick={() => void act({ do: 'all-rates', factor })}>
            {factor === 0.5 ? '÷ 2' : `× ${factor}`}
          </Button>
        ))}
      </div>
    </section>
  );
}

function Chaos({ view }: { view: SandboxView }) {
  const { act } = useBuilder();
  const { on, seed, perMinute } = view.chaos;
  const [draft, setDraft] = useState({ seed: String(seed), perMinute: String(perMinute) });
  const chaos = (isOn: boolean) => ({
    on: isOn,
    seed: Math.max(0, Math.min(0xffffffff, Math.floor(Number(draft.seed) || 0))),
    perMinute: Math.max(0.1, Math.min(60, Number(draft.perMinute) || 2)),
  });
  const field = 'h-6 w-16 rounded-md border border-line-strong bg-ink-0 px-1.5 font-mono text-2xs';
  return (
    <section aria-label="Chaos">
      <h2 className="eyebrow mb-1.5">Chaos</h2>
      <p className="mb-1.5 text-xs text-muted">
        Something breaks now and then, from a seed: the same seed breaks the same.
      </p>
      <div className="flex flex-wrap items-center gap-2 text-xs">
        <label className="flex items-center gap-1 text-muted">
          seed
          <input
            className={field}
            inputMode="numeric"
            value={draft.seed}
            onChange={(event) => setDraft({ ...draft, seed: event.target.value })}
          />
        </label>
        <label className="flex items-center gap-1 text-muted">
          a minute
          <input
            className={field}
            inputMode="decimal"
            value={draft.perMinute}
            onChange={(event) => setDraft({ ...draft, perMinute: event.target.value })}
          />
        </label>
        <Button
          look={on ? 'danger' : 'plain'}
          role="switch"
          aria-checked={on}
          onClick={() => void act({ do: 'chaos', chaos: chaos(!on) })}
        >
          {on ? 'Chaos is on' : 'Let chaos in'}
        </Button>
      </div>
    </section>
  );
}
