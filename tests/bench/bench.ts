/**
 * What a file `tests/bench/<subject>.bench.ts` exports as `benches`: figures that the project
 * promises. `npm run bench` runs each file in a process of its own and takes the median.
 * Prefer ratios of two things measured in one run: they hold on another machine.
 */

type Bound = { readonly atLeast: number } | { readonly atMost: number };

export type Bench = {
  /** As in `npm run bench NAME`: words joined by hyphens. */
  readonly name: string;
  /** '×', 'ms', 'kB', 'frames/s', '%' … */
  readonly unit: string;
  /** How many measurements the median is taken over; 5 unless said. */
  readonly runs?: number;
  run(): number | Promise<number>;
} & Bound;
