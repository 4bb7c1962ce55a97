/** Paints dots with `fillRect` only: twenty thousand fit into a frame. Colour and shape both say the outcome. */
import type { Dot, RequestDots } from './request-dots';

/** Colours by outcome, as the columns of a batch number them. */
export type Palette = readonly string[];

const TOKENS = [
  '--faint',
  '--ok',
  '--risk',
  '--broken-strong',
  '--broken-strong',
  '--broken-strong',
] as const;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return TOKENS.map((token) => style.getPropertyValue(token).trim() || '#888');
}

/** Left, top and zoom of the map. */
export type Transform = readonly [number, number, number];

export function isSame([left, top, zoom]: Transform, other: Transform): boolean {
  return left === other[0] && top === other[1] && zoom === other[2];
}
/** How a picture of one place of the map lies over another place, as a CSS transform about its left upper corner. */
export function carriedTo(now: Transform, [left, top, zoom]: Transform): string {
  const scale = now[2] / zoom;
  return `translate(${now[0] - left * scale}px, ${now[1] - top * scale}px) scale(${scale})`;
}

/** Side of a cell in pixels: two dots of one outcome in the same cell look like one. */
const CELL = 2;

/** Which cells of a canvas hold a dot already, in the picture that is being painted. */
export class Cells {
  #taken = new Uint32Array(0);
  #columns = 0;
  #picture = 0;

  /** @param width of the canvas, in pixels, as `height` */
  begin(width: number, height: number): void {
    const columns = Math.ceil(width / CELL);
    const size = columns * Math.ceil(height / CELL);
    if (columns !== this.#columns || size !== this.#taken.length) {
      this.#columns = columns;
      this.#taken = new Uint32Array(size);
      this.#picture = 0;
    }
    this.#picture += 1;
  }

  /** Whether a dot of this outcome is the first at this place; outside the canvas none is. */
  take(x: number, y: number, outcome: number): boolean {
    const column = Math.floor(x / CELL);
    if (column < 0 || column >= this.#columns) return false;
    const cell = Math.floor(y / CELL) * this.#columns + column;
    const sign = this.#picture * OUTCOMES + outcome;
    const known = this.#taken[cell];
    if (known === undefined || known === sign) return false;
    this.#taken[cell] = sign;
    return true;
  }
}
const OUTCOMES = TOKENS.length;

export function paintDots(
  context: CanvasRenderingContext2D,
  dots: RequestDots,
  [left, top, zoom]: Transform,
  palette: Palette,
  cells: Cells,
): void {
  const { width, height } = context.canvas;
  const density = Math.min(2, globalThis.devicePixelRatio || 1);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  const scale = zoom * density;
  // One unit is a pixel of the map at its usual size; never smaller than two thirds, so that dots stay visible.
  const unit = density * Math.max(0.66, Math.min(1.4, zoom));
  let colour = '';
  cells.begin(width, height);
  dots.each((dot) => {
    const x = Math.round(dot.x * scale + left * density);
    const y = Math.round(dot.y * scale + top * density);
    if (dot.strength === 1 && !cells.take(x, y, dot.outcome)) return;
    const next = palette[dot.outcome] ?? '#888';
    if (next !== colour) {
      colour = next;
      context.fillStyle = next;
    }
    context.globalAlpha = dot.strength;
    shape(context, dot, x, y, unit);
  });
  context.globalAlpha = 1;
}

function shape(
  context: CanvasRenderingContext2D,
  { outcome }: Dot,
  x: number,
  y: number,
  unit: number,
): void {
  const bar = (dx: number, dy: number, width: number, height: number) =>
    context.fillRect(x + dx * unit, y + dy * unit, width * unit, height * unit);
  switch (outcome) {
    case 2: // slow: a long bar
      bar(-4.5, -1.5, 9, 3);
      return;
    case 3: // an error came back: a large square
      bar(-3.5, -3.5, 7, 7);
      return;
    case 4: // refused: a cross
      bar(-4.5, -1.25, 9, 2.5);
      bar(-1.25, -4.5, 2.5, 9);
      return;
    case 5: // no answer: an empty square
      bar(-4, -4, 8, 1.8);
      bar(-4, 2.2, 8, 1.8);
      bar(-4, -4, 1.8, 8);
      bar(2.2, -4, 1.8, 8);
      return;
    default: // a round dot, from three bars; a small one from one
      if (unit < 1) {
        bar(-2.5, -2.5, 5, 5);
        return;
      }
      bar(-3, -1.5, 6, 3);
      bar(-1.5, -3, 3, 6);
      bar(-2.4, -2.4, 4.8, 4.8);
  }
}
