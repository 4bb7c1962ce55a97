'use client';

import type { ReactNode } from 'react';
import { Empty } from '@/components/ui/empty';
import { useRun } from '@/components/workbench/run-context';
import type { HostDetail } from '@/lib/session/messages';
import { processRows, socketRows, type SocketRow, type Sockets } from './view';

/** What runs and what listens, as `ps` and `ss` would say. */
export function ProcessesPanel({ host }: { host: string }) {
  const processes = useRun((state) => (state.detail?.id === host ? state.detail.processes : undefined));
  const sockets = useRun((state) => (state.detail?.id === host ? state.detail.sockets : undefined));
  if (processes === undefined && sockets === undefined) return <Empty>Reading the process table…</Empty>;
  const { listening, connected, counts } = socketRows(sockets ?? []);
  return (
    // A scrolling region has to be reachable by keyboard.
    <div
      className="h-full space-y-4 overflow-auto px-3.5 py-3"
      tabIndex={0}
      role="group"
      aria-label="Processes and sockets"
    >
      <Listening rows={listening} />
      <Processes processes={processes ?? []} />
      <Connections rows={connected} counts={counts} />
    </div>
  );
}

function Processes({ processes }: { processes: NonNullable<HostDetail['processes']> }) {
  return (
    <Table title="Processes" heads={['pid', 'command · user', '%cpu', 'memory']} widest={1}>
      {processRows(processes).map(({ pid, user, cpu, memory, command }) => (
        <tr key={pid}>
          <Cell faint>{pid}</Cell>
          <td
            className="whitespace-normal border-t border-line px-2 py-0.5 text-prose [overflow-wrap:anywhere]"
            title={command}
          >
            <span className="line-clamp-2">{command}</span>
            <span className="block text-faint">{user}</span>
          </td>
          <Cell>{cpu}</Cell>
          <Cell>{memory}</Cell>
        </tr>
      ))}
    </Table>
  );
}

function Listening({ rows }: { rows: readonly SocketRow[] }) {
  return (
    <Table title="Listening" heads={['state', 'local', 'process']} widest={2}>
      {rows.map(({ key, local, state, process }) => (
        <tr key={key} className="text-text">
          <Cell>{state}</Cell>
          <Cell>{local}</Cell>
          <ProcessCell name={process} />
        </tr>
      ))}
    </Table>
  );
}

/** A busy host has thousands that only wait to be forgotten: those are counted. */
function Connections({ rows, counts }: { rows: readonly SocketRow[]; counts: Sockets['counts'] }) {
  if (counts.length === 0) return null;
  return (
    <div className="space-y-1.5">
      {rows.length === 0 ? (
        <h3 className="eyebrow">Connections</h3>
      ) : (
        <Table title="Connections" heads={['state', 'local · peer', 'process']} widest={2}>
          {rows.map(({ key, local, peer, state, process }) => (
            <tr key={key} className="text-muted">
              <Cell>{state}</Cell>
              <td className="border-t border-line px-2 py-0.5">
                {local}
                <span className="block text-faint">{peer}</span>
              </td>
              <ProcessCell name={process} />
            </tr>
          ))}
        </Table>
      )}
      <p className="font-mono text-2xs text-muted">
        In all: {counts.map(([state, count]) => `${count} ${state}`).join(' · ')}. All of them: ss -tan
      </p>
    </div>
  );
}

function ProcessCell({ name }: { name: string }) {
  return (
    <td className="whitespace-normal border-t border-line px-2 py-0.5 [overflow-wrap:anywhere]">{name}</td>
  );
}

function Table({
  title,
  heads,
  widest,
  children,
}: {
  title: string;
  heads: readonly string[];
  /** The column that takes the room that is left. */
  widest: number;
  children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h3 className="eyebrow mb-1">{title}</h3>
      <div
        className="overflow-x-auto rounded-lg border border-line"
        tabIndex={0}
        role="group"
        aria-label={`Table of ${title.toLowerCase()}`}
      >
        <table className="w-full border-separate border-spacing-0 whitespace-nowrap align-baseline font-mono text-[11.5px] [&_td]:align-baseline">
          <thead className="text-2xs text-faint">
            <tr>
              {heads.map((head, index) => (
                <th
                  key={head}
                  className={`px-2 py-1 text-left font-normal ${index === widest ? 'w-full min-w-[7rem]' : ''}`}
                >
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}

function Cell({ children, faint = false }: { children: ReactNode; faint?: boolean }) {
  return <td className={`border-t border-line px-2 py-0.5 ${faint ? 'text-faint' : ''}`}>{children}</td>;
}
