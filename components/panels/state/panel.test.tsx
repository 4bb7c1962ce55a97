import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { detailOf } from '@/tests/fixtures/ui/fake-files';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { StatePanel } from './panel';
import { chartSentence, layoutChart } from './view';

test('the chart is a picture with a sentence, and its facts are a list', () => {
  renderInRun(<StatePanel host="lb2" />);
  expect(
    screen.getByRole('img', {
      name: /VRRP VI_1: in MASTER, of INIT, BACKUP, MASTER, FAULT\. From here it can go to BACKUP or FAULT\./,
    }),
  ).toBeInTheDocument();
  expect(screen.getByText('at 14:01:03, 2 min 23 s ago')).toBeInTheDocument();
  expect(screen.getByText('5 within 10 s: refused')).toBeInTheDocument();
});

test('one box is current, arrows out of it are live', () => {
  const [chart] = detailOf('x').charts ?? [];
  if (chart === undefined) throw new Error('no chart');
  const { boxes, arrows } = layoutChart(chart);
  expect(boxes.filter(({ current }) => current).map(({ name }) => name)).toEqual(['MASTER']);
  expect(arrows.filter(({ live }) => live).map(({ key }) => key)).toEqual(['MASTER BACKUP', 'MASTER FAULT']);
  expect(chartSentence({ ...chart, transitions: [] })).not.toContain('From here');
});

test('a chart wider than the panel goes on in the next row; nothing is drawn outside', () => {
  const states = ['inactive', 'activating', 'active', 'deactivating', 'failed'];
  const { boxes, width, height } = layoutChart({
    states,
    current: 'failed',
    transitions: [
      { from: 'activating', to: 'failed' },
      { from: 'failed', to: 'nowhere' },
    ],
  });
  expect(new Set(boxes.map(({ row }) => row)).size).toBe(2);
  expect(width).toBeLessThanOrEqual(324);
  for (const box of boxes) expect(box.y + 24).toBeLessThanOrEqual(height);
});
