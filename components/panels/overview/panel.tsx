'use client';

import { TerminalSquare } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Empty } from '@/components/ui/empty';
import { StatusDot } from '@/components/ui/status-dot';
import { useOpenTerminal } from '@/components/workbench/use-open-terminal';
import { useRun, useWorkbenchStore } from '@/components/workbench/run-context';
import type { HostDetail, HostStatus } from '@/lib/session/messages';
import { percentText, plural } from '@/lib/views/numbers';
import { TONE_TEXT } from '@/lib/views/tones';
import { fileNotes, gauges, type OverviewHost, sortUnits } from './view';

/** The host at a glance: load, facts, units, and files that are not what is running. */
export function OverviewPanel({ host }: { host: string }) {
  const view = useRun((state) => state.topology.hosts.find(({ id }) => id === host));
  const status = useRun((state) => state.hosts[host]);
  const detail = useRun((state) => (state.detail?.id === host ? state.detail : undefined));
  if (view === undefined) return <Empty>This host is not part of the run.</Empty>;
  return (
    // A scrolling region has to be reachable by keyboard.
    <div
      className="h-full space-y-4 overflow-auto px-3.5 py-3"
      tabIndex={0}
      role="group"
      aria-label={`Overview of ${view.label}`}
    >
      <Head host={view} />
      {status !== undefined && status.power === 'on' && <Gauges status={status} />}
      <Facts detail={detail} host={view} />
      <Files host={host} files={detail?.files ?? []} />
      <Units units={detail?.units ?? []} />
    </div>
  );
}

function Head({ host }: { host: OverviewHost }) {
  const openTerminal = useOpenTerminal();
  return (
    <div className="flex items-start gap-2">
      <p className="min-w-0 flex-1 text-prose">{host.description}</p>
      {host.kind !== 'clients' && host.kind !== 'probe' && (
        <Button size="small" onClick={() => openTerminal(host.id)} title={`Open a terminal on ${host.label}`}>
          <TerminalSquare size={12} aria-hidden="true" /> Terminal
        </Button>
      )}
    </div>
  );
}

const GAUGE = { ok: 'var(--faint)', risk: 'var(--risk)', broken: 'var(--broken-strong)' } as const;

function Gauges({ status }: { status: HostStatus }) {
  return (
    <dl className="grid grid-cols-3 gap-3">
      {gauges(status).map(({ name, share, tone }) => (
        <div key={name}>
          <dt className="text-2xs text-muted">{name}</dt>
          <dd className="font-mono text-xs">
            {percentText(share, 0)}
            <span aria-hidden="true" className="mt-1 block h-1 overflow-hidden rounded-sm bg-ink-3">
              <span
                className="block h-full origin-left transition-transform duration-300"
                style={{ transform: `scaleX(${share})`, background: GAUGE[tone] }}
              />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Facts({ detail, host }: { detail: HostDetail | undefined; host: OverviewHost }) {
  const facts =
    detail?.overview ??
    host.interfaces.map(({ name, address, mac }) => ({
      name,
      value: `${address} · ${mac}`,
      tone: undefined,
    }));
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 font-mono text-[11.5px]">
      {facts.map(({ name, value, tone }) => (
        <div key={name} className="contents">
          <dt className="text-faint">{name}</dt>
          <dd className={cn('min-w-0 break-words', tone === undefined ? 'text-prose' : TONE_TEXT[tone])}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Units({ units }: { units: NonNullable<HostDetail['units']> }) {
  if (units.length === 0) return null;
  const { shown, system, idle } = sortUnits(units);
  return (
    <section aria-label="Units">
      <h3 className="eyebrow mb-1">Units</h3>
      <UnitList units={shown} />
      <MoreUnits
        title={plural(system.length, 'unit of the system itself', 'units of the system itself')}
        units={system}
      />
      <MoreUnits title={plural(idle.length, 'inactive unit')} units={idle} />
    </section>
  );
}

function MoreUnits({ title, units }: { title: string; units: NonNullable<HostDetail['units']> }) {
  if (units.length === 0) return null;
  return (
    <details className="mt-1.5">
      <summary className="py-0.5 text-2xs text-muted hover:text-text">{title}</summary>
      <UnitList units={units} />
    </details>
  );
}

function UnitList({ units }: { units: NonNullable<HostDetail['units']> }) {
  return (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {units.map(({ name, description, active, sub, enabled, tone }) => (
        <li
          key={name}
          className="flex items-baseline gap-2 px-2.5 py-1 font-mono text-[11.5px]"
          title={`${name}: ${description}`}
        >
          <StatusDot tone={tone} className="self-center" />
          <span className="min-w-0 flex-1 truncate">{name.replace(/\.service$/, '')}</span>
          <span className={tone === 'ok' ? 'text-muted' : TONE_TEXT[tone]}>
            {/* Most are active, and their names need the room. */}
            {active === 'active' ? sub : `${active} (${sub})`}
          </span>
          <span className="w-[62px] shrink-0 truncate text-right text-faint">{enabled}</span>
        </li>
      ))}
    </ul>
  );
}

function Files({ host, files }: { host: string; files: NonNullable<HostDetail['files']> }) {
  const workbench = useWorkbenchStore();
  const notes = fileNotes(files);
  if (notes.length === 0) return null;
  return (
    <section aria-label="Files that are not what runs">
      <h3 className="eyebrow mb-1">Not what is running</h3>
      <ul className="space-y-1 font-mono text-[11.5px]">
        {notes.map(({ path, tone, text, command }) => (
          <li key={path}>
            <button
              type="button"
              className="text-left text-selected hover:underline"
              onClick={() => workbench.openFile({ host, path })}
            >
              {path}
            </button>{' '}
            <span className={TONE_TEXT[tone]}>{text}</span>
            {command !== undefined && <span className="block text-muted">$ {command}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
