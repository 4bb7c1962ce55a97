import { act, renderHook } from '@testing-library/react';
import { ReactFlowProvider } from '@xyflow/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { RunProvider } from '@/components/workbench/run-context';
import { RunClient } from '@/lib/client/run-client';
import { createWorkbenchStore } from '@/lib/client/workbench-store';
import type { HostStatus } from '@/lib/session/messages';
import { FakeRun } from '@/tests/fixtures/ui/fake-run';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { stressTopology } from '@/tests/fixtures/ui/stress';
import { CROWD, useHostNews } from './crowd';
import { CrowdView } from './crowd-view';

const STATUS: HostStatus = {
  id: 'a',
  power: 'on',
  health: 'ok',
  services: [{ name: 'nginx', state: 'ok', text: 'active' }],
  cpu: 0.1,
  memory: 0.2,
  disk: 0.3,
  note: '12 req/s',
  here: false,
};

function follow(isCalm: boolean) {
  const client = new RunClient(() => new FakeRun());
  const set = (status: HostStatus) => act(() => client.store.setState({ hosts: { a: status } }));
  set(STATUS);
  let renders = 0;
  const { result } = renderHook(
    () => {
      renders += 1;
      return useHostNews('a', isCalm).status;
    },
    {
      wrapper: ({ children }: { children: ReactNode }) => (
        <RunProvider handles={{ client, workbench: createWorkbenchStore() }}>{children}</RunProvider>
      ),
    },
  );
  return { set, result, renders: () => renders };
}

test('a calm card is not drawn again for load and rate, and is for what matters', () => {
  const { set, result, renders } = follow(true);
  expect(renders()).toBe(1);
  set({ ...STATUS, cpu: 0.9, note: '40 req/s' });
  set({ ...STATUS, memory: 0.9, services: [{ name: 'nginx', state: 'ok', text: 'active since' }] });
  expect(renders()).toBe(1);
  set({ ...STATUS, health: 'broken' });
  expect(result.current?.health).toBe('broken');
  set({ ...STATUS, health: 'broken', services: [{ name: 'nginx', state: 'broken', text: 'failed' }] });
  expect(result.current?.services[0]?.state).toBe('broken');
  set({ ...STATUS, power: 'off', services: [] });
  expect(result.current?.power).toBe('off');
  expect(renders()).toBe(4);
});

test('among few hosts every number counts', () => {
  const { set, result, renders } = follow(false);
  set({ ...STATUS, cpu: 0.9 });
  expect(result.current?.cpu).toBe(0.9);
  expect(renders()).toBe(2);
});

test('a card hears of the address that its host holds, and of a hint that points at it', () => {
  const client = new RunClient(() => new FakeRun());
  const { result } = renderHook(() => useHostNews('a'), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <RunProvider handles={{ client, workbench: createWorkbenchStore() }}>{children}</RunProvider>
    ),
  });
  expect(result.current).toEqual({ status: undefined, held: '', hinted: false, crowd: false });
  act(() => client.store.setState({ addresses: [{ address: '10.0.0.1', holders: ['b', 'a'] }] }));
  expect(result.current.held).toBe('10.0.0.1');
  act(() => client.store.setState({ addresses: [{ address: '10.0.0.1', holders: ['b'] }] }));
  expect(result.current.held).toBe('');
  const hint = { index: 0, text: '', highlight: ['a'] };
  act(() => client.store.setState({ hints: [hint, { ...hint, highlight: ['b'] }] }));
  expect(result.current.hinted).toBe(false);
  act(() => client.store.setState({ hints: [hint] }));
  expect(result.current.hinted).toBe(true);
});

test('a map whose numbers wait while it moves can say so; one of few hosts has nothing to say', () => {
  const note = 'The numbers wait until the map is at rest';
  const { queryByText, change } = renderInRun(
    <ReactFlowProvider>
      <CrowdView frame={{ current: null }} />
    </ReactFlowProvider>,
    { run: { topology: stressTopology(CROWD - 1) } },
  );
  expect(queryByText(note)).toBeNull();
  change({ topology: stressTopology(CROWD) });
  expect(queryByText(note)).not.toBeNull();
});
