import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { ProcessesPanel } from './panel';
import { socketRows } from './view';

test('processes and sockets stand as tables', () => {
  renderInRun(<ProcessesPanel host="lb2" />);
  expect(within(screen.getByRole('region', { name: 'Processes' })).getAllByRole('row')).toHaveLength(5);
  expect(screen.getByRole('row', { name: /LISTEN tcp 0\.0\.0\.0:22 sshd\(540\)/ })).toBeInTheDocument();
});

test('what listens stands apart; who only waits to be forgotten is counted', () => {
  const socket = (state: string) => ({ protocol: 'tcp', local: state, peer: '', state, process: '' });
  const waiting = Array.from({ length: 1200 }, () => socket('TIME-WAIT'));
  const { listening, connected, counts } = socketRows([...waiting, socket('ESTAB'), socket('LISTEN')]);
  expect(listening.map(({ state }) => state)).toEqual(['LISTEN']);
  expect(connected.map(({ state }) => state)).toEqual(['ESTAB']);
  expect(counts).toEqual([
    ['TIME-WAIT', 1200],
    ['ESTAB', 1],
  ]);
});
