/** Where a card stands that speaks of a part of the screen: beside it, never on it while there is room. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
export type Size = Pick<Box, 'width' | 'height'>;

/** Between the card and what it speaks of. */
const GAP = 10;
/** Between the card and the edge of the window. */
const MARGIN = 6;
/** Between what is spoken of and the ring around it. */
const FRAME = 4;

/** The box around all of them; undefined for none. What has no size does not count. */
export function unionOf(boxes: readonly Box[]): Box | undefined {
  const seen = boxes.filter(({ width, height }) => width > 0 && height > 0);
  if (seen.length === 0) return undefined;
  const left = Math.min(...seen.map((box) => box.left));
  const top = Math.min(...seen.map((box) => box.top));
  const right = Math.max(...seen.map((box) => box.left + box.width));
  const bottom = Math.max(...seen.map((box) => box.top + box.height));
  return { left, top, width: right - left, height: bottom - top };
}

/** With a little room around it, as far as the window goes. */
export function framed(box: Box, window: Size): Box {
  const left = Math.max(0, box.left - FRAME);
  const top = Math.max(0, box.top - FRAME);
  return {
    left,
    top,
    width: Math.min(window.width, box.left + box.width + FRAME) - left,
    height: Math.min(window.height, box.top + box.height + FRAME) - top,
  };
}

/**
 * The first side with room: right, left, below, above; of what is flat, as a bar is, first below and above.
 * Without any, the corner that covers the least.
 */
export function placeCard(target: Box | undefined, card: Size, window: Size): { left: number; top: number } {
  const most = {
    left: Math.max(MARGIN, window.width - card.width - MARGIN),
    top: Math.max(MARGIN, window.height - card.height - MARGIN),
  };
  if (target === undefined) return { left: most.left / 2, top: most.top / 2 };
  const within = (value: number, limit: number) => Math.max(MARGIN, Math.min(limit, value));
  const middle = {
    left: within(target.left + (target.width - card.width) / 2, most.left),
    top: within(target.top + (target.height - card.height) / 2, most.top),
  };
  const beside = [
    { left: target.left + target.width + GAP, top: middle.top },
    { left: target.left - card.width - GAP, top: middle.top },
  ];
  const over = [
    { left: middle.left, top: target.top + target.height + GAP },
    { left: middle.left, top: target.top - card.height - GAP },
  ];
  const sides = target.height < card.height / 2 ? [...over, ...beside] : [...beside, ...over];
  const fitting = sides.find(
    ({ left, top }) => left >= MARGIN && left <= most.left && top >= MARGIN && top <= most.top,
  );
  if (fitting !== undefined) return fitting;
  const corners = [most.top, MARGIN].flatMap((top) => [most.left, MARGIN].map((left) => ({ left, top })));
  return corners.reduce((best, corner) =>
    covered(target, { ...corner, ...card }) < covered(target, { ...best, ...card }) ? corner : best,
  );
}

/** Area that two boxes share. */
export function covered(one: Box, other: Box): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  return Math.max(0, width) * Math.max(0, height);
}
