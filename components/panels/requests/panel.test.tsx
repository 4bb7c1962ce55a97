import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { RequestsPanel } from './panel';
import { requestLines } from './view';

const BATCH = {
  hosts: ['shoppers', 'lb2'],
  id: [18204, 18205],
  from: [0, 0],
  to: [1, 1],
  start: [1000, 2000],
  end: [1900, 3_002_000],
  outcome: [1, 4],
};

test('a chosen request opens its trace', async () => {
  const { client, workbench } = renderInRun(<RequestsPanel />, {
    run: {
      time: {
        at: 3_002_000,
        clock: 3_002_000,
        head: 0,
        speed: 1,
        playing: true,
        lookingBack: false,
        rate: 1,
      },
    },
  });
  act(() => client.requests.receive(BATCH, { at: 0, lookingBack: false }));
  await userEvent.click(await screen.findByRole('button', { name: /#18,205.*refused/ }));
  expect(workbench.getState().trace).toBe(18205);
});

test('only the failed ones', () => {
  const rows = [
    { id: 1, startedAt: 0, micros: 900, hosts: ['a', 'b', 'c'], outcome: 1 },
    { id: 2, startedAt: 0, micros: 900, hosts: ['a', 'b'], outcome: 5 },
  ];
  expect(
    requestLines(rows, { at: 0, clock: 0 }, true).map(({ number, word }) => `${number} ${word}`),
  ).toEqual(['#2 no answer']);
  expect(requestLines(rows, { at: 0, clock: 0 }, false)[0]).toMatchObject({
    way: 'a › b › c',
  });
});
