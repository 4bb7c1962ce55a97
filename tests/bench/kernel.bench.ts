/** The kernel on two models, against a bare loop written for each and against simjs. */
import type { Bench } from './bench';
import { runBare as bareQueue } from './kernel-models/mm3-bare';
import { runOnKernel as kernelQueue } from './kernel-models/mm3-kernel';
import { runOnSimjs as simjsQueue } from './kernel-models/mm3-simjs';
import { runBare as barePipeline } from './kernel-models/pipeline-bare';
import { runOnKernel as kernelPipeline } from './kernel-models/pipeline-kernel';
import { runOnSimjs as simjsPipeline } from './kernel-models/pipeline-simjs';

const SEED = 7;

/** Seconds that `run` takes for so many items, after a warm-up. */
function seconds(run: (count: number, seed: number) => unknown, count: number): number {
  run(Math.ceil(count / 10), SEED);
  const begun = performance.now();
  run(count, SEED);
  return (performance.now() - begun) / 1000;
}
/** How many times as fast `one` is as `other`, both measured now. */
function ratio(
  one: { run: (count: number, seed: number) => unknown; count: number },
  other: { run: (count: number, seed: number) => unknown; count: number },
): number {
  return seconds(other.run, other.count) / other.count / (seconds(one.run, one.count) / one.count);
}

export const benches: readonly Bench[] = [
  {
    name: 'kernel-queue-against-bare',
    unit: '×',
    atLeast: 0.8,
    run: () => ratio({ run: kernelQueue, count: 1_000_000 }, { run: bareQueue, count: 1_000_000 }),
  },
  {
    name: 'kernel-pipeline-against-bare',
    unit: '×',
    atLeast: 0.8,
    run: () => ratio({ run: kernelPipeline, count: 60_000 }, { run: barePipeline, count: 60_000 }),
  },
  {
    name: 'kernel-queue-against-simjs',
    unit: '×',
    atLeast: 6,
    run: () => ratio({ run: kernelQueue, count: 1_000_000 }, { run: simjsQueue, count: 100_000 }),
  },
  {
    name: 'kernel-pipeline-against-simjs',
    unit: '×',
    atLeast: 15,
    run: () => ratio({ run: kernelPipeline, count: 60_000 }, { run: simjsPipeline, count: 3_000 }),
  },
];
