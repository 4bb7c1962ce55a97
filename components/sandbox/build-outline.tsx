'use client';

import { cn } from '@/components/ui/class-names';
import { StatusDot } from '@/components/ui/status-dot';
import { useHandles, useRun } from '@/components/workbench/run-context';
import { FLOW_WORD } from '@/lib/session/sandbox/palette';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { HEALTH_WORD, KIND_WORD, POWER_WORD } from '@/lib/views/tones';
import { choose } from './commands';
import { useBuilder, useSandboxUi } from './sandbox-context';

/** The same as the map, as a list: everything can be chosen, connected, broken and removed from here. */
export function BuildOutline({ view }: { view: SandboxView }) {
  const zones = Object.entries(view.zones);
  const flows = [
    ...new Map(
      view.links.flatMap((link) => link.flows).map((flow) => [`${flow.from} ${flow.to} ${flow.flow}`, flow]),
    ).values(),
  ];
  return (
    <div data-outline className="space-y-3 text-xs">
      {zones.length === 0 && <p className="text-muted">Nothing is here yet. Place a zone first.</p>}
      {Object.entries(view.environments).map(([id, { label }]) => (
        <p key={id}>
          <Part id={id}>Environment {label}</Part>
        </p>
      ))}
      {zones.map(([id, { label, subnet, environment }]) => (
        <section key={id} aria-label={`Zone ${label}`}>
          <Part id={id}>
            <b className="font-semibold">{label}</b> <span className="font-mono text-faint">{subnet}</span>
            {environment !== undefined && (
              <span className="text-faint"> in {view.environments[environment]?.label}</span>
            )}
          </Part>
          <ul className="ml-3 border-l border-line pl-2">
            {Object.entries(view.hosts)
              .filter(([, host]) => host.zone === id)
              .map(([host]) => (
                <li key={host}>
                  <HostLine id={host} view={view} />
                </li>
              ))}
          </ul>
        </section>
      ))}
      {flows.length > 0 && (
        <section aria-label="What flows">
          <h3 className="eyebrow mb-1">What flows</h3>
          <ul className="space-y-0.5 font-mono text-2xs">
            {flows.map(({ from, to, flow }) => (
              <li key={`${from} ${to} ${flow}`}>
                {from} → {to} <span className="text-muted">{FLOW_WORD[flow].title}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function HostLine({ id, view }: { id: string; view: SandboxView }) {
  const status = useRun((state) => state.hosts[id]);
  const host = view.hosts[id];
  if (host === undefined) return null;
  const word =
    status === undefined ? '' : status.power === 'on' ? HEALTH_WORD[status.health] : POWER_WORD[status.power];
  return (
    <Part id={id}>
      <StatusDot tone={status?.health ?? 'neutral'} className="mr-1.5 inline-block" />
      <span className="font-mono">{id}</span>{' '}
      <span className="text-muted">
        {KIND_WORD[host.kind]}, {Object.values(host.interfaces)[0]?.address.split('/')[0]}
        {word === '' ? '' : `, ${word}`}
        {status?.note ? `, ${status.note}` : ''}
      </span>
    </Part>
  );
}

function Part({ id, children }: { id: string; children: React.ReactNode }) {
  const builder = useBuilder();
  const handles = useHandles();
  const selected = useSandboxUi((ui) => ui.selected.includes(id));
  return (
    <button
      type="button"
      data-part={id}
      aria-pressed={selected}
      className={cn('w-full rounded px-1 py-0.5 text-left hover:bg-ink-3', selected && 'bg-selected-soft')}
      onClick={(event) => choose({ builder, handles }, id, event, builder.store.getState().selected)}
    >
      {children}
    </button>
  );
}
