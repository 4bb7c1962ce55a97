import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { eventsUpTo } from '@/tests/fixtures/ui/fake-story';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { EventsPanel } from './panel';
import { eventRows } from './view';

test('a moment can be looked at, and the list filtered', async () => {
  const { sent } = renderInRun(<EventsPanel />);
  await userEvent.selectOptions(screen.getByLabelText('Show'), 'what I did');
  expect(screen.getAllByRole('listitem')).toHaveLength(4);
  await userEvent.selectOptions(screen.getByLabelText('Show'), 'everything');
  // Last, for the stand-in run goes there.
  await userEvent.click(screen.getByRole('button', { name: 'Look at 14:01:03.6' }));
  expect(sent).toContainEqual({ type: 'transport', action: { kind: 'seek', at: 63_600_000 } });
});

test('rows name the rule and what led to them', () => {
  const [newest, ...others] = eventRows(eventsUpTo(64), { filter: 'all', words: '', at: 64_000_000 });
  expect(newest).toMatchObject({
    text: expect.stringContaining('refused'),
    cause: 'VI_1 on lb2 became MASTER',
  });
  expect(others[0]).toMatchObject({ rule: 'RFC9568-6.4.2-9', cause: 'lb1 lost power' });
});

test('words are looked for in text, source and rule; later events are hidden', () => {
  const query = { filter: 'all' as const, at: 300_000_000 };
  expect(eventRows(eventsUpTo(300), { ...query, words: 'rfc9568' })).toHaveLength(2);
  expect(eventRows(eventsUpTo(300), { ...query, words: '', at: 61_000_000 })).toHaveLength(2);
  expect(
    eventRows(eventsUpTo(300), { ...query, words: '', filter: 'trouble' }).every(
      ({ tone }) => tone === 'broken' || tone === 'risk',
    ),
  ).toBe(true);
});

test('the steps of a boot are there for who asks for everything', () => {
  const [step, ...others] = eventsUpTo(64);
  if (step === undefined) throw new Error('no events');
  const events = [{ ...step, routine: true as const }, ...others];
  const query = { words: '', at: 64_000_000 };
  expect(eventRows(events, { ...query, filter: 'all' })).toHaveLength(events.length);
  expect(eventRows(events, { ...query, filter: 'main' })).toHaveLength(others.length);
});
