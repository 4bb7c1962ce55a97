/**
 * The map with many hosts and moving requests: frames per second in Chromium here, software rendering.
 * React Flow's own stress example (reactflow.dev/examples/nodes/stress) stands beside it with as many nodes.
 */
import type { Bench } from './bench';
import { type Frames, measureFrames, onFixture, panAndZoom } from './frames';

/** Requests a second that keep so many moving: each moves for 1.2 of 1.5 seconds. */
const rateFor = (moving: number): number => moving * 1.25;

const measured = new Map<string, Promise<Frames>>();
function frames(query: string, isMoved = false): Promise<Frames> {
  const key = `${query} ${isMoved}`;
  const known = measured.get(key);
  if (known !== undefined) return known;
  const made = onFixture((open) =>
    open(query, (page) => measureFrames(page, isMoved ? panAndZoom : undefined)),
  );
  measured.set(key, made);
  return made;
}
const crowd = (hosts: number, moving: number): string => `hosts=${hosts}&rate=${rateFor(moving)}`;

export const benches: readonly Bench[] = [
  {
    name: 'canvas-200-hosts',
    unit: 'frames/s',
    atLeast: 60,
    runs: 1,
    run: async () => Math.round((await frames(crowd(200, 1_000))).rate),
  },
  {
    name: 'canvas-500-hosts',
    unit: 'frames/s',
    atLeast: 45,
    runs: 1,
    run: async () => (await frames(crowd(500, 2_000))).rate,
  },
  {
    name: 'canvas-500-against-react-flow',
    unit: '×',
    atLeast: 1,
    runs: 1,
    run: async () => {
      const ours = await frames(crowd(500, 2_000), true);
      const theirs = await frames('screen=stress&hosts=500', true);
      return ours.rate / theirs.rate;
    },
  },
  {
    name: 'canvas-1000-hosts-pan-zoom',
    unit: 'frames/s',
    atLeast: 30,
    runs: 1,
    run: async () => (await frames(crowd(1_000, 500), true)).rate,
  },
];
