import { expect, test } from 'vitest';
import { countText, percentText, plural, rateText, sizeText, targetText } from './numbers';
import { foldRequests } from './recent-requests';
import { agoText, clockTenths, clockText, durationText, offsetText, stopwatch } from './times';

test('times', () => {
  const clock = Date.UTC(2026, 10, 23, 14, 3, 27) * 1000 + 450_000;
  expect(clockText(clock)).toBe('14:03:27');
  expect(clockTenths(clock)).toBe('14:03:27.4');
  expect(stopwatch(41_000_000)).toBe('0:41');
  expect(stopwatch(3_727_000_000)).toBe('1:02:07');
  expect([640, 1200, 92_000, 2_600_000, 110_000_000, 120_000_000, 7_260_000_000].map(durationText)).toEqual([
    '640 µs',
    '1.2 ms',
    '92 ms',
    '2.6 s',
    '1 min 50 s',
    '2 min',
    '2 h 1 min',
  ]);
  expect(offsetText(400)).toBe('+0.4 ms');
  expect(agoText('2026-11-24T10:00:00Z', Date.parse('2026-11-24T12:30:00Z'))).toBe('2 hours ago');
});

test('numbers never flatter', () => {
  expect(percentText(0.99999)).toBe('99.99 %');
  expect(percentText(0.9142)).toBe('91.42 %');
  expect(targetText(0.995)).toBe('99.5');
  expect(countText(1_234_567)).toBe('1,234,567');
  expect([0, 2.44, 40.2].map(rateText)).toEqual(['0', '2.4', '40']);
  expect(sizeText(2_640_112)).toBe('2.6 MB');
  expect(plural(1, 'hint')).toBe('1 hint');
});

test('legs of one request become one row, with the worst outcome', () => {
  const rows = foldRequests([], {
    hosts: ['a', 'fw', 'b'],
    id: [7, 7],
    from: [0, 1],
    to: [1, 2],
    start: [100, 500],
    end: [400, 3_000_500],
    outcome: [1, 4],
  });
  expect(rows).toEqual([{ id: 7, startedAt: 100, micros: 3_000_400, hosts: ['a', 'fw', 'b'], outcome: 4 }]);
  const later = foldRequests(rows, {
    hosts: ['a', 'fw'],
    id: [8],
    from: [0],
    to: [1],
    start: [900],
    end: [1000],
    outcome: [1],
  });
  expect(later.map(({ id }) => id)).toEqual([8, 7]);
});
