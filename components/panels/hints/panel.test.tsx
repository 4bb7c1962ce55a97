import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { HintsPanel } from './panel';

test('the newest hint is open, the next can be asked for', async () => {
  const { sent } = renderInRun(<HintsPanel />);
  expect(await screen.findByText(/Both routers of a group/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Show hint 2 of 3' }));
  expect(sent).toContainEqual(expect.objectContaining({ type: 'hint' }));
});

test('a scenario without hints offers none', () => {
  const { container, client, change } = renderInRun(<HintsPanel />);
  const { brief } = client.store.getState();
  change(brief === undefined ? {} : { brief: { ...brief, hints: 0 }, hints: [] });
  expect(container).toBeEmptyDOMElement();
});

test('a hint is closed and opened by one button, which keeps the focus', async () => {
  renderInRun(<HintsPanel />);
  const button = screen.getByRole('button', { name: 'Hint 1', expanded: true });
  await userEvent.click(button);
  expect(screen.queryByText(/Both routers of a group/)).toBeNull();
  expect(button).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByText(/Both routers of a group/)).toBeInTheDocument();
  expect(button).toHaveFocus();
});
