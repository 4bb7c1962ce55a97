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
/**
 * Both while they are moved. `busy` compares the processor time of the main threads, which no cap hides. Ours is the
 * whole play screen with 2,000 moving requests, and the stand-in for the worker runs on the same thread; theirs is the map alone.
 */
async function beside(): Promise<{ ours: Frames; theirs: Frames }> {
  return {
    ours: await frames(crowd(500, 2_000), true),
    theirs: await frames('screen=stress&hosts=500', true),
  };
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
      const { ours, theirs } = await beside();
      // Whole frames: at the screen's cap a tenth of a frame is chance, and the next figure tells them apart.
      return Math.round(ours.rate) / Math.round(theirs.rate);
    },
  },
  {
    name: 'canvas-500-busy-against-react-flow',
    unit: '×',
    atLeast: 1,
    runs: 1,
    run: async () => {
      const { ours, theirs } = await beside();
      return theirs.busy / ours.busy;
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
