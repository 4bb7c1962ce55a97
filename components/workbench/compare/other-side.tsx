'use client';

import { useStore } from 'zustand';
import { TopologyCanvas } from '@/components/canvas/topology-canvas';
import { TracePanel } from '@/components/panels/trace/panel';
import { Empty } from '@/components/ui/empty';
import type { SavedRun } from '@/lib/session/messages';
import { clockText, durationText } from '@/lib/views/times';
import { type RunHandles, RunProvider, useRun, useWorkbench } from '../run-context';
import { Differences } from './differences';
import { ThereHead } from './pane-head';
import { useOtherBranch } from './use-other-branch';

/** Another attempt at the same instant: its map, and under both maps what differs. */
export function OtherSide({ branch }: { branch: number }) {
  const other = useOtherBranch(branch);
  if (other.state === 'open') return <Open handles={other.handles} inputs={other.inputs} branch={branch} />;
  return (
    <>
      <ThereHead clock="" note={undefined} />
      <div className="col-start-2 row-start-2 border-l border-line">
        <Empty>{other.state === 'loading' ? 'Fetching the other attempt…' : other.message}</Empty>
      </div>
    </>
  );
}

/** Simulated time that the other side may be behind before it is said. */
const NOTICEABLE = 1_500_000;

function Open({
  handles,
  inputs,
  branch,
}: {
  handles: RunHandles;
  inputs: SavedRun['inputs'];
  branch: number;
}) {
  const clock = useStore(handles.client.store, ({ time, connection }) =>
    connection.state === 'open' ? clockText(time.clock) : '',
  );
  const there = useStore(handles.client.store, ({ time }) => time.at);
  const here = useRun((state) => state.time.at);
  const end = useRun((state) => state.branch.all.find(({ id }) => id === branch)?.head ?? 0);
  const isOpen = useStore(handles.client.store, ({ connection }) => connection.state === 'open');
  const behind = isOpen ? here - there : 0;
  const note =
    behind > NOTICEABLE
      ? { text: `${durationText(behind)} behind`, why: 'It is still being played up to here.' }
      : there > end
        ? { text: 'goes on untouched', why: 'It was left before this moment: nothing more was done in it.' }
        : undefined;
  return (
    <>
      <ThereHead clock={clock} note={note} />
      <div className="col-start-2 row-start-2 min-h-0 min-w-0 border-l border-line">
        <RunProvider handles={handles}>
          <OtherMap />
        </RunProvider>
      </div>
      <Differences other={handles.client} inputs={inputs} branch={branch} />
    </>
  );
}

function OtherMap() {
  const connection = useRun((state) => state.connection);
  const traced = useWorkbench((state) => state.trace !== undefined);
  if (connection.state === 'failed' || connection.state === 'crashed')
    return <Empty>The other attempt stopped. Stop comparing and begin again.</Empty>;
  if (connection.state !== 'open') return <Empty>Playing the other attempt up to here…</Empty>;
  return (
    <div className="flex size-full flex-col">
      <div className="relative min-h-0 flex-1">
        <TopologyCanvas label="Map of the other attempt" />
      </div>
      {traced && (
        <div className="h-1/2 border-t border-line bg-ink-1">
          <TracePanel />
        </div>
      )}
    </div>
  );
}
