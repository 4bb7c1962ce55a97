'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { stopwatch } from '@/lib/views/times';
import { FaultForm } from './fault-form';
import { useBuilder, useSandboxUi } from './sandbox-context';

/** Faults on what is selected, what is planned, more traffic, and chaos. */
export function BreakPanel({ view }: { view: SandboxView }) {
  const host = useSandboxUi((ui) => ui.selected.find((id) => view.hosts[id] !== undefined));
  return (
    <div className="space-y-4">
      <section aria-label="Break something">
        <h2 className="eyebrow mb-1.5">Break {host ?? 'something'}</h2>
        <FaultForm key={host ?? ''} host={host} />
      </section>
      <Planned view={view} />
      <Traffic />
      <Chaos view={view} />
    </div>
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
              {String(fault['kind'])} {String(fault['host'] ?? '')}
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
