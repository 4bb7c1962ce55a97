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
