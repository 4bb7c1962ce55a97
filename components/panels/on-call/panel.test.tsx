import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { eventsUpTo, feedUpTo } from '@/tests/fixtures/ui/fake-story';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { OnCallPanel } from './panel';
import { feedRows, pageWaits } from './view';

test('a page that waits can be acknowledged', async () => {
  const { sent } = renderInRun(<OnCallPanel />, { from: 75 });
  await userEvent.click(screen.getByRole('button', { name: 'Acknowledge the page' }));
  expect(sent).toContainEqual({ type: 'acknowledge' });
});

test('once acknowledged or resolved the button is gone', () => {
  renderInRun(<OnCallPanel />, { from: 120, run: { events: eventsUpTo(120) } });
  expect(screen.queryByRole('button')).toBeNull();
});

test('nobody acknowledges while looking back', () => {
  const { client } = renderInRun(<OnCallPanel />, { from: 75 });
  act(() => client.store.setState(({ time }) => ({ time: { ...time, lookingBack: true } })));
  expect(screen.queryByRole('button')).toBeNull();
});

test('newest first, and nothing from later than the moment looked at', () => {
  expect(feedRows(feedUpTo(300), 95_000_000).map(({ word }) => word)).toEqual(['chat', 'page']);
});

test('a page waits until somebody has it', () => {
  const feed = feedUpTo(100);
  expect(pageWaits(feed, undefined)).toBe(true);
  expect(pageWaits(feed, 70_000_000)).toBe(false);
  expect(pageWaits(feed, 10)).toBe(true);
  expect(pageWaits(feedUpTo(300), undefined)).toBe(false);
  expect(pageWaits([], undefined)).toBe(false);
});
