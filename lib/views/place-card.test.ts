import { expect, test } from 'vitest';
import { type Box, covered, framed, placeCard, unionOf } from './place-card';

const CARD = { width: 300, height: 250 };
/** Where the parts of the play screen are, three columns and two. */
const WIDE: Readonly<Record<string, Box>> = {
  incident: { left: 0, top: 46, width: 296, height: 600 },
  map: { left: 297, top: 46, width: 778, height: 580 },
  dock: { left: 297, top: 627, width: 778, height: 246 },
  host: { left: 1076, top: 46, width: 364, height: 827 },
  header: { left: 900, top: 6, width: 330, height: 28 },
  timeline: { left: 0, top: 873, width: 1440, height: 27 },
};
const NARROW: Readonly<Record<string, Box>> = {
  incident: { left: 692, top: 120, width: 332, height: 400 },
  map: { left: 0, top: 78, width: 691, height: 470 },
  dock: { left: 0, top: 549, width: 691, height: 192 },
  header: { left: 300, top: 6, width: 500, height: 60 },
  timeline: { left: 0, top: 741, width: 1024, height: 27 },
};

test.each([
  ...Object.entries(WIDE).map(([name, box]) => [name, box, { width: 1440, height: 900 }] as const),
  ...Object.entries(NARROW).map(([name, box]) => [name, box, { width: 1024, height: 768 }] as const),
])('the card is beside %s, inside the window', (_, target, window) => {
  const { left, top } = placeCard(target, CARD, window);
  expect(covered(target, { left, top, ...CARD })).toBe(0);
  expect(left).toBeGreaterThanOrEqual(0);
  expect(top).toBeGreaterThanOrEqual(0);
  expect(left + CARD.width).toBeLessThanOrEqual(window.width);
  expect(top + CARD.height).toBeLessThanOrEqual(window.height);
});

test('where all is covered, the corner that covers the least; without a part, the middle', () => {
  const window = { width: 400, height: 700 };
  const target = { left: 0, top: 90, width: 400, height: 560 };
  expect(placeCard(target, CARD, window)).toEqual({ left: 94, top: 6 });
  expect(placeCard(undefined, CARD, { width: 1000, height: 800 })).toEqual({ left: 347, top: 272 });
});

test('a card about a bar stands below or above it, where it covers no other part of the bar', () => {
  const window = { width: 1440, height: 900 };
  const { header, timeline } = WIDE;
  expect(placeCard(header, CARD, window).top).toBeGreaterThan(34);
  expect(placeCard(timeline, CARD, window).top).toBe(873 - 10 - CARD.height);
});

test('the ring has room around it, and ends where the window ends', () => {
  const window = { width: 100, height: 100 };
  expect(framed({ left: 2, top: 50, width: 20, height: 48 }, window)).toEqual({
    left: 0,
    top: 46,
    width: 26,
    height: 54,
  });
});

test('several boxes are one; what is not shown does not count', () => {
  const hidden = { left: 0, top: 0, width: 0, height: 0 };
  expect(unionOf([hidden])).toBeUndefined();
  expect(
    unionOf([hidden, { left: 5, top: 5, width: 5, height: 5 }, { left: 20, top: 0, width: 10, height: 6 }]),
  ).toEqual({ left: 5, top: 0, width: 25, height: 10 });
});
