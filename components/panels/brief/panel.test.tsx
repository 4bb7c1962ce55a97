import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { BriefPanel } from './panel';

test('the brief stands there as text, not as Markdown', async () => {
  renderInRun(<BriefPanel />, { from: 10 });
  expect(await screen.findByText('next')).toHaveProperty('tagName', 'STRONG');
  expect(screen.getByText('ssh lb2')).toHaveProperty('tagName', 'CODE');
});

test('once a goal is met it makes room, and opens again when asked', async () => {
  renderInRun(<BriefPanel />);
  expect(screen.queryByText('next')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: /read the brief/ }));
  expect(await screen.findByText('next')).toBeVisible();
});

test('without a run there is nothing', () => {
  const { container } = renderInRun(<BriefPanel />, { run: { brief: undefined } });
  expect(container).toBeEmptyDOMElement();
});
