import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { objectivesAt } from '@/tests/fixtures/ui/fake-story';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { ObjectivesPanel } from './panel';
import { metCount, objectiveRows } from './view';

test('each objective says its state in words and its figure', () => {
  renderInRun(<ObjectivesPanel />, { from: 215 });
  const region = screen.getByRole('region', { name: 'Objectives' });
  expect(within(region).getByText('1 of 4')).toBeInTheDocument();
  const [answers, back, , reboot] = within(region).getAllByRole('listitem');
  expect(answers).toHaveTextContent('The shop answers on its address (met)done 14:03:21');
  expect(back).toHaveTextContent('(measuring)gap 2.6 s of 10 s');
  expect(reboot).toHaveTextContent('(failed)');
  expect(reboot).toHaveTextContent('net.ipv4.ip_nonlocal_bind is 0 after a reboot');
});

test('a guard that holds is not said to be met', () => {
  renderInRun(<ObjectivesPanel />);
  expect(screen.getByRole('region', { name: 'Throughout' })).toHaveTextContent('(holds so far)');
});

test('a waiting objective tells what it waits for', () => {
  const [row] = objectiveRows(objectivesAt(0));
  expect(row?.figure).toBe('HTTP 200 from outside, held for 30\u00a0s · refused since 14:01:03');
  expect(metCount(objectivesAt(300))).toBe('1 of 4');
});
