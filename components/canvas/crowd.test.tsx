import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { RunProvider } from '@/components/workbench/run-context';
import { RunClient } from '@/lib/client/run-client';
import { createWorkbenchStore } from '@/lib/client/workbench-store';
import type { HostStatus } from '@/lib/session/messages';
import { FakeRun } from '@/tests/fixtures/ui/fake-run';
import '@/tests/fixtures/ui/render-run';
import { useCalmStatus } from './crowd';

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
      return useCalmStatus('a', isCalm);
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
