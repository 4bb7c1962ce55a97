import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { BriefPanel } from '@/components/panels/brief/panel';
import { Overlays } from '@/components/workbench/overlays';
import { usePreferences } from '@/lib/client/preferences';
import { BRIEF } from '@/tests/fixtures/ui/fake-story';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { TOUR } from './steps';
import { useFirstTour } from './use-first-tour';

beforeEach(() => usePreferences.getState().setTour('unseen'));

const times = (sent: readonly { type: string }[]) =>
  sent.flatMap((message) => ('action' in message ? [(message.action as { kind: string }).kind] : []));

test('the tour is walked by keyboard, time stands still, and all is as before at the end', async () => {
  const { workbench, sent } = renderInRun(<Overlays />, {
    workbench: { overlay: 'tour', host: 'lb2', inspectorTab: 'logs', area: 'map' },
  });
  const title = (index: number) => screen.findByRole('dialog', { name: TOUR[index]?.title ?? '' });
  await title(0);
  expect(times(sent)).toEqual(['pause']);
  expect(screen.getByRole('button', { name: 'Next' })).toHaveFocus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{Enter}');
  await title(3);
  expect(workbench.getState()).toMatchObject({ area: 'host', inspectorTab: 'files' });
  await userEvent.keyboard('{ArrowLeft}');
  await title(2);
  for (let step = 2; step < TOUR.length; step++) await userEvent.keyboard('{ArrowRight}');
  await title(TOUR.length - 1);
  await userEvent.click(screen.getByRole('button', { name: 'Begin' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(workbench.getState()).toMatchObject({ host: 'lb2', inspectorTab: 'logs', area: 'map' });
  expect(times(sent)).toEqual(['pause', 'play']);
});

test('Escape closes it, and a run that was paused stays paused', async () => {
  const { workbench, sent, client } = renderInRun(<Overlays />);
  const { time } = client.store.getState();
  client.store.setState({ time: { ...time, playing: false } });
  workbench.setState({ overlay: 'tour' });
  await screen.findByRole('dialog');
  await userEvent.keyboard('{Escape}');
  expect(workbench.getState().overlay).toBeUndefined();
  expect(times(sent)).toEqual([]);
});

function First() {
  useFirstTour();
  return null;
}

test('it opens by itself in the first steps only, and only once', () => {
  const other = renderInRun(<First />);
  expect(other.workbench.getState().overlay).toBeUndefined();
  const brief = { ...BRIEF, track: 'First steps' };
  expect(renderInRun(<First />, { run: { brief } }).workbench.getState().overlay).toBe('tour');
  expect(renderInRun(<First />, { run: { brief } }).workbench.getState().overlay).toBeUndefined();
});

test('elsewhere it is offered in a line, which can be declined for good', async () => {
  renderInRun(<BriefPanel />, { from: 10 });
  expect(screen.getByRole('button', { name: 'Take the tour' })).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'No, thanks' }));
  expect(screen.queryByRole('button', { name: 'Take the tour' })).toBeNull();
  expect(usePreferences.getState().tour).toBe('seen');
});

test('a brief in two languages can be read in the other', async () => {
  const brief = { ...BRIEF, texts: { en: 'It is down.', cs: 'Obchod stojí.' } };
  renderInRun(<BriefPanel />, { from: 10, run: { brief } });
  expect(await screen.findByText('It is down.')).toBeInTheDocument();
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Language of the texts' }), 'cs');
  expect(await screen.findByText('Obchod stojí.')).toBeInTheDocument();
});
