/** How a run has ended, in one form for both worlds, and the two side by side. */
import type { Run } from '../../../scenario/run';
import { guardViews, objectiveViews } from '../../../session/objective-views';

export interface Verdicts {
  readonly phase: string;
  readonly verdict: string;
  readonly seconds: number;
  readonly requests: number;
  readonly failed: number;
  readonly objectives: readonly { readonly id: string; readonly state: string; readonly measured: string }[];
}
export function verdictsOf<I>(run: Run<I>): Verdicts {
  const total = run.progress.totals.get('') ?? { total: 0, failed: 0 };
  return {
    phase: run.progress.phase,
    verdict: run.progress.verdict,
    seconds: (run.progress.finishedAt ?? run.now) / 1e6,
    requests: total.total,
    failed: total.failed,
    objectives: [...objectiveViews(run), ...guardViews(run)].map(({ id, state, measured }) => ({
      id,
      state,
      measured,
    })),
  };
}
export function isSame(real: Verdicts, simulated: Verdicts): boolean {
  return (
    real.phase === simulated.phase &&
    real.verdict === simulated.verdict &&
    real.objectives.every(
      ({ id, state }) => simulated.objectives.find((one) => one.id === id)?.state === state,
    )
  );
}
const WIDTH = 38;
export function sideBySide(real: Verdicts, simulated: Verdicts): string {
  const row = (name: string, a: string, b: string, mark: string): string =>
    `${name.padEnd(22)} ${a.padEnd(WIDTH)} ${b.padEnd(WIDTH)} ${mark}`.trimEnd();
  const told = (one: Verdicts['objectives'][number] | undefined): string =>
    one === undefined ? '–' : `${one.state.padEnd(10)}${one.measured}`;
  const rows = real.objectives.map((one) => {
    const other = simulated.objectives.find(({ id }) => id === one.id);
    return row(one.id, told(one), told(other), one.state === other?.state ? 'agree' : 'DIFFER');
  });
  const count = ({ requests, failed }: Verdicts): string => `${requests}, ${failed} failed`;
  return [
    row('', 'real daemons', 'simulator', ''),
    ...rows,
    row('verdict', real.phase, simulated.phase, real.phase === simulated.phase ? 'agree' : 'DIFFER'),
    row('after', `${real.seconds.toFixed(0)} s`, `${simulated.seconds.toFixed(0)} s`, ''),
    row('requests', count(real), count(simulated), ''),
    ...(real.verdict === simulated.verdict
      ? [`both: ${real.verdict}`]
      : [`real daemons: ${real.verdict}`, `simulator: ${simulated.verdict}`]),
  ].join('\n');
}
