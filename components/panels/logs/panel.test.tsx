import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { LogsPanel } from './panel';
import { logRows, priorityTone, unitsOf } from './view';

const line = (seq: number, unit: string, priority: string) => ({
  seq,
  clock: 1_000_000,
  host: 'lb2',
  unit,
  priority,
  text: `text ${seq}`,
});

test('filters become the query', async () => {
  const { workbench } = renderInRun(<LogsPanel />, {
    workbench: { host: 'lb2' },
    run: { logs: [line(1, 'haproxy', 'err')] },
  });
  await userEvent.selectOptions(screen.getByLabelText('Unit'), 'haproxy');
  await userEvent.type(screen.getByLabelText('Lines that contain'), 'bind');
  expect(workbench.getState().logFilter).toEqual({ unit: 'haproxy', grep: 'bind' });
  await userEvent.selectOptions(screen.getByLabelText('Unit'), '');
  expect(workbench.getState().logFilter).toEqual({ grep: 'bind' });
});

test('without a host it asks for one', () => {
  renderInRun(<LogsPanel />);
  expect(screen.getByText('Choose a host to read its logs.')).toBeInTheDocument();
});

test('journalctl’s priorities have tones', () => {
  expect(['alert', 'err', 'warning', 'info', 'odd'].map(priorityTone)).toEqual([
    'broken',
    'broken',
    'risk',
    'neutral',
    'neutral',
  ]);
  expect(unitsOf([line(1, 'b', ''), line(2, 'a', ''), line(3, 'b', '')])).toEqual(['a', 'b']);
  expect(logRows([line(1, 'a', 'err')])[0]).toMatchObject({ time: '00:00:01', tone: 'broken' });
});
