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

test('what listens comes first', () => {
  const socket = (state: string) => ({ protocol: 'tcp', local: state, peer: '', state, process: '' });
  expect(socketRows([socket('ESTAB'), socket('LISTEN')]).map(({ state }) => state)).toEqual([
    'LISTEN',
    'ESTAB',
  ]);
});
