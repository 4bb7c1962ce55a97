import { expect, test } from 'vitest';
import { carriedTo, Cells, type Transform } from './paint-dots';

test('dots of one outcome in one place are painted once, in each picture', () => {
  const cells = new Cells();
  cells.begin(100, 50);
  expect([cells.take(10, 20, 1), cells.take(11, 21, 1), cells.take(12, 20, 1)]).toEqual([true, false, true]);
  expect(cells.take(10, 20, 3)).toBe(true);
  cells.begin(100, 50);
  expect([cells.take(10, 20, 3), cells.take(10, 20, 3)]).toEqual([true, false]);
  cells.begin(80, 50);
  expect(cells.take(10, 20, 3)).toBe(true);
});

test('what lies outside the canvas is not painted, and takes no other’s place', () => {
  const cells = new Cells();
  cells.begin(100, 50);
  for (const [x, y] of [
    [-1, 20],
    [100, 20],
    [10, -1],
    [10, 50],
  ] as const)
    expect(cells.take(x, y, 1)).toBe(false);
  expect([cells.take(0, 0, 1), cells.take(99, 49, 1), cells.take(98, 20, 1), cells.take(0, 22, 1)]).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test('a picture that is carried along lies where it would have been painted', () => {
  const painted: Transform = [40, -25, 0.5];
  const now: Transform = [70, 10, 0.75];
  const [, x, y, scale] = /^translate\((.+)px, (.+)px\) scale\((.+)\)$/.exec(carriedTo(now, painted)) ?? [];
  for (const dot of [
    [0, 0],
    [300, 120],
  ] as const) {
    const on = (place: Transform, index: 0 | 1) => dot[index] * place[2] + place[index];
    expect([on(painted, 0) * Number(scale) + Number(x), on(painted, 1) * Number(scale) + Number(y)]).toEqual([
      on(now, 0),
      on(now, 1),
    ]);
  }
  expect(carriedTo(painted, painted)).toBe('translate(0px, 0px) scale(1)');
});
