/**
 * Where wires run on the canvas: pure geometry from the topology, shared by the
 * drawn links and by the dots that follow them.
 */
import type { HostView, LinkView } from '../session/messages';

/** Size of a host's card; a router is the narrow one on the border between zones. */
export const CARD = { width: 138, height: 82 } as const;
export const ROUTER = { width: 38, height: 86 } as const;
/** Wires reach a card at its name's height, so that its length does not move them. */
const ANCHOR = 34;

export interface Point {
  x: number;
  y: number;
}
/** A cubic Bézier curve. */
export interface Curve {
  from: Point;
  bend1: Point;
  bend2: Point;
  to: Point;
}

export function widthOf({ kind }: Pick<HostView, 'kind'>): number {
  return kind === 'router' ? ROUTER.width : CARD.width;
}
export function heightOf({ kind }: Pick<HostView, 'kind'>): number {
  return kind === 'router' ? ROUTER.height : CARD.height;
}

type Place = Pick<HostView, 'kind' | 'x' | 'y'>;

export function curveBetween(from: Place, to: Place): Curve {
  const fromRight = from.x + widthOf(from);
  const toRight = to.x + widthOf(to);
  if (to.x >= fromRight) return sideways({ x: fromRight, y: anchorOf(from) }, { x: to.x, y: anchorOf(to) });
  if (from.x >= toRight) return sideways({ x: from.x, y: anchorOf(from) }, { x: toRight, y: anchorOf(to) });
  return upright(from, to);
}

function anchorOf(place: Place): number {
  return place.y + (place.kind === 'router' ? ROUTER.height / 2 : ANCHOR);
}

function sideways(from: Point, to: Point): Curve {
  const reach = Math.max(12, Math.abs(to.x - from.x) * 0.5) * Math.sign(to.x - from.x || 1);
  return { from, bend1: { x: from.x + reach, y: from.y }, bend2: { x: to.x - reach, y: to.y }, to };
}

/** Cards above each other: from the bottom of the upper to the top of the lower. */
function upright(from: Place, to: Place): Curve {
  const down = to.y >= from.y;
  const middle = (place: Place) => place.x + widthOf(place) / 2;
  const start = { x: middle(from), y: down ? from.y + heightOf(from) : from.y };
  const end = { x: middle(to), y: down ? to.y : to.y + heightOf(to) };
  const reach = (end.y - start.y) / 3;
  return {
    from: start,
    bend1: { x: start.x, y: start.y + reach },
    bend2: { x: end.x, y: end.y - reach },
    to: end,
  };
}

export function pathText({ from, bend1, bend2, to }: Curve): string {
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  return `M${at(from)} C${at(bend1)} ${at(bend2)} ${at(to)}`;
}

const round = (value: number) => Math.round(value * 10) / 10;

export function pointOn({ from, bend1, bend2, to }: Curve, t: number): Point {
  const u = 1 - t;
  const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return {
    x: a * from.x + b * bend1.x + c * bend2.x + d * to.x,
    y: a * from.y + b * bend1.y + c * bend2.y + d * to.y,
  };
}

/** Points along a way of several curves, evenly in each: what a dot walks on. `x0, y0, x1, y1, …` */
export function sample(curves: readonly Curve[], perCurve: number): Float32Array {
  const points = new Float32Array(curves.length * (perCurve + 1) * 2);
  curves.forEach((curve, index) => {
    for (let step = 0; step <= perCurve; step += 1) {
      const { x, y } = pointOn(curve, step / perCurve);
      points.set([x, y], (index * (perCurve + 1) + step) * 2);
    }
  });
  return points;
}

export interface Way {
  curves: Curve[];
}

/**
 * The way from one host to another along links; where no chain of links joins
 * them, one curve through the air. Remembered, as the topology seldom changes.
 */
export function wayFinder(
  hosts: readonly HostView[],
  links: readonly LinkView[],
): (from: string, to: string) => Way | undefined {
  const places = new Map(hosts.map((host) => [host.id, host]));
  const neighbours = neighboursOf(links);
  const known = new Map<string, Way | undefined>();
  return (from, to) => {
    const key = `${from} ${to}`;
    if (!known.has(key)) known.set(key, wayOf(route(neighbours, from, to) ?? [from, to], places));
    return known.get(key);
  };
}

function wayOf(stops: readonly string[], places: ReadonlyMap<string, HostView>): Way | undefined {
  const curves: Curve[] = [];
  for (let index = 1; index < stops.length; index += 1) {
    const from = places.get(stops[index - 1] ?? '');
    const to = places.get(stops[index] ?? '');
    if (from === undefined || to === undefined) return undefined;
    curves.push(curveBetween(from, to));
  }
  return curves.length === 0 ? undefined : { curves };
}

function neighboursOf(links: readonly LinkView[]): Map<string, string[]> {
  const neighbours = new Map<string, string[]>();
  for (const { kind, from, to } of links) {
    if (kind === 'vrrp') continue;
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  return neighbours;
}

/** Breadth first: the fewest links. */
function route(
  neighbours: ReadonlyMap<string, readonly string[]>,
  from: string,
  to: string,
): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  const queue = [from];
  for (const stop of queue) {
    if (stop === to) break;
    for (const next of neighbours.get(stop) ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, stop);
      queue.push(next);
    }
  }
  if (!cameFrom.has(to)) return undefined;
  const stops: string[] = [];
  for (let stop: string | undefined = to; stop !== undefined; stop = cameFrom.get(stop)) stops.unshift(stop);
  return stops;
}

/** The nearest host in a direction, for the arrow keys. */
export function nearestHost(
  hosts: readonly HostView[],
  from: string,
  direction: 'up' | 'down' | 'left' | 'right',
): string | undefined {
  const here = hosts.find((host) => host.id === from);
  if (here === undefined) return hosts[0]?.id;
  const start = centre(here);
  let best: { id: string; cost: number } | undefined;
  for (const host of hosts) {
    const { x, y } = centre(host);
    const along = { up: start.y - y, down: y - start.y, left: start.x - x, right: x - start.x }[direction];
    if (host.id === from || along <= 4) continue;
    const across = direction === 'up' || direction === 'down' ? Math.abs(x - start.x) : Math.abs(y - start.y);
    const cost = along + across * 2;
    if (best === undefined || cost < best.cost) best = { id: host.id, cost };
  }
  return best?.id;
}

function centre(host: HostView): Point {
  return { x: host.x + widthOf(host) / 2, y: host.y + heightOf(host) / 2 };
}
