/** The reference scenario headless: how much faster than life it goes, and how long a look back takes. */
import { readFolder } from '../../lib/cli/folders';
import { makeRun } from '../../lib/session/make-run';
import { Player } from '../../lib/session/play';
import type { Bench } from './bench';

const FOLDER = `${process.env['FAULTLINE_ROOT'] ?? '.'}/scenarios/standby-that-would-not-stand-by`;
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const SEEKS = [27, 3, 16, 9, 21, 29, 1, 12].map((minutes) => minutes * MINUTE + 17 * SECOND);

function fresh(traces: boolean) {
  const made = makeRun(
    { id: 'standby', files: readFolder(FOLDER) },
    { seed: 1, traces, ...(traces ? {} : { checkpointEvery: 86_400 * SECOND }) },
  );
  if (!made.ok) throw new Error('the reference scenario does not load');
  return made.run;
}

let played: ReturnType<typeof fresh> | undefined;
/** Thirty minutes of a shift with commands, as a page would have recorded them. */
function shift(): ReturnType<typeof fresh> {
  if (played !== undefined) return played;
  const run = fresh(true);
  const player = new Player(run);
  for (const step of run.scenario.solutions[0]?.steps ?? []) player.step(step);
  if (run.now < 30 * MINUTE) run.advance(30 * MINUTE);
  played = run;
  return run;
}

let warm = 0;
/** How many times real time a whole play goes. */
function speedOfPlay(): number {
  const run = fresh(false);
  const player = new Player(run);
  const begun = performance.now();
  player.play(run.scenario.solutions[0]?.steps ?? []);
  return run.now / 1000 / (performance.now() - begun);
}

export const benches: readonly Bench[] = [
  {
    name: 'scenario-against-real-time',
    unit: '×',
    atLeast: 1000,
    run: () => {
      // The engine compiles what is hot while the first plays run, as it does in the first minutes of a shift.
      for (; warm < 2; warm += 1) speedOfPlay();
      return speedOfPlay();
    },
  },
  {
    name: 'seek-in-thirty-minutes',
    unit: 'ms',
    atMost: 200,
    runs: 3,
    run: () => {
      const run = shift();
      let slowest = 0;
      for (const at of SEEKS) {
        const begun = performance.now();
        run.seek(at);
        slowest = Math.max(slowest, performance.now() - begun);
      }
      run.seek(30 * MINUTE);
      return slowest;
    },
  },
];
