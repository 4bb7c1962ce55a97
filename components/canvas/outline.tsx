'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo } from 'react';
import { cn } from '@/components/ui/class-names';
import { StatusDot } from '@/components/ui/status-dot';
import { useHandles, useRun, useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import { traceLink } from '@/components/workbench/trace-link';
import type { HostView, Topology } from '@/lib/session/messages';
import { HEALTH_WORD, LINK_WORD, POWER_WORD } from '@/lib/views/tones';
import { holderSentence } from './address-view';
import { useHostNews } from './crowd';
import { gaugeSentence } from './host-view';
import { HostIcon } from './host-icon';
import { counter } from './wire';

/** The map as a list: zones, their hosts and states, who holds what, and who talks to whom. */
export function Outline({ brief = false }: { brief?: boolean }) {
  const topology = useRun((state) => state.topology);
  const groups = groupHosts(topology);
  return (
    <div className="space-y-4">
      <Holders />
      {groups.map(({ title, subnet, hosts }) => (
        <section key={title} aria-label={title} className="[content-visibility:auto]">
          <GroupTitle title={title} subnet={subnet} />
          <ul className="divide-y divide-line rounded-lg border border-line bg-ink-1">
            {hosts.map((host) => (
              <li key={host.id}>
                <HostRow host={host} brief={brief} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {!brief && <Links topology={topology} />}
    </div>
  );
}

const ROW = 29;

/** The hosts of a crowd: only those in sight are there. @param frame what scrolls */
export function LongOutline({ frame }: { frame: HTMLElement | null }) {
  const topology = useRun((state) => state.topology);
  const rows = useMemo(
    () => groupHosts(topology).flatMap(({ hosts, ...group }) => [group, ...hosts.map((host) => ({ host }))]),
    [topology],
  );
  // oxlint-disable-next-line react/incompatible-library -- the virtualizer is meant to be used this way
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame,
    estimateSize: () => ROW,
    overscan: 12,
  });
  return (
    <div className="space-y-4">
      <Holders />
      <ul className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className={cn(
                'absolute inset-x-0 border-b border-line focus-within:z-10',
                'host' in row ? 'border-x bg-ink-1' : 'pt-4',
              )}
              style={{ top: start }}
            >
              {'host' in row ? <HostRow host={row.host} brief /> : <GroupTitle {...row} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function GroupTitle({ title, subnet }: { title: string; subnet: string }) {
  return (
    <h3 className="eyebrow mb-1">
      {title} <span className="font-normal normal-case tracking-normal">{subnet}</span>
    </h3>
  );
}

function groupHosts({ zones, hosts }: Topology): { title: string; subnet: string; hosts: HostView[] }[] {
  const inZone = (id: string) => hosts.filter((host) => host.zone === id && host.kind !== 'router');
  const zoned = zones.map(({ id, label, subnet }) => ({ title: label, subnet, hosts: inZone(id) }));
  const known = new Set(zoned.flatMap((group) => group.hosts));
  const between = hosts.filter((host) => !known.has(host));
  return [...zoned, { title: 'Between the zones', subnet: '', hosts: between }].filter(
    (group) => group.hosts.length > 0,
  );
}

function Holders() {
  const addresses = useRun((state) => state.addresses);
  if (addresses.length === 0) return null;
  return (
    <ul className="space-y-1 font-mono text-xs">
      {addresses.map(({ address, holders }) => (
        <li
          key={address}
          className={cn('flex items-center gap-2', holders.length === 1 ? 'text-holder' : 'text-broken')}
        >
          <StatusDot tone={holders.length === 1 ? 'active' : 'broken'} />
          {holderSentence(address, holders)}
        </li>
      ))}
    </ul>
  );
}

function HostRow({ host, brief }: { host: HostView; brief: boolean }) {
  const { status, held, crowd } = useHostNews(host.id, brief);
  const selected = useWorkbench((state) => state.host === host.id);
  const workbench = useWorkbenchStore();
  const word =
    status === undefined
      ? 'unknown'
      : status.power === 'on'
        ? HEALTH_WORD[status.health]
        : POWER_WORD[status.power];
  return (
    <button
      type="button"
      aria-pressed={selected}
      onClick={() => workbench.selectHost(host.id)}
      className="flex w-full flex-wrap items-center gap-x-2 gap-y-0.5 px-3 py-1.5 text-left font-mono text-xs hover:bg-ink-2 aria-pressed:bg-ink-2 aria-pressed:shadow-[inset_2px_0_0_var(--selected)]"
    >
      <StatusDot tone={status?.health ?? 'neutral'} />
      <HostIcon kind={host.kind} className="text-muted" />
      <b className="font-semibold">{host.label}</b>
      <span className="text-faint">{host.address}</span>
      <span className="ml-auto text-muted">
        {word}
        {status?.here === true && <span className="text-selected"> · you</span>}
      </span>
      {!brief && status !== undefined && (
        <span className="w-full pl-[38px] text-2xs text-muted">
          {[
            ...status.services.map(({ name, text }) => `${name} ${text}`),
            crowd ? '' : status.note,
            crowd ? '' : gaugeSentence(status),
          ]
            .filter((part) => part.trim() !== '')
            .join(' · ')}
        </span>
      )}
      {held !== '' && <span className="w-full pl-[38px] text-2xs text-holder">holds {held}</span>}
    </button>
  );
}

function Links({ topology }: { topology: Topology }) {
  const handles = useHandles();
  const links = useRun((state) => state.links);
  const name = (id: string) => topology.hosts.find((host) => host.id === id)?.label ?? id;
  return (
    <section aria-label="Links">
      <h3 className="eyebrow mb-1">Links</h3>
      <ul className="rounded-lg border border-line bg-ink-1 px-3 py-1.5 font-mono text-xs leading-6 text-muted">
        {topology.links.map((link) => {
          const status = links[link.id];
          return (
            <li key={link.id}>
              <span className="text-text">{name(link.from)}</span> to{' '}
              <span className="text-text">{name(link.to)}</span> · {link.label ?? LINK_WORD[link.kind]}
              {status !== undefined && (
                <span className={status.failing > 0 ? 'text-broken' : ''}> · {counter(status)}</span>
              )}
              {link.kind === 'traffic' && (
                <button
                  type="button"
                  className="ml-2 text-2xs text-selected hover:underline"
                  aria-label={`Trace the latest request between ${name(link.from)} and ${name(link.to)}`}
                  onClick={() => void traceLink(handles, [link.from, link.to])}
                >
                  trace
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
