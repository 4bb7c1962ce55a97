/** A solution wins; without any one of its steps it does not. */
import { Player } from '../../session/play';
import type { ScenarioStep } from '../../scenario/schema';
import { type Micros, SECOND } from '../../std/instant';
import { type Stage, stepText } from './stage';

export function proveSolution(stage: Stage, id: string, options: { leaveOut: boolean }): void {
  const solution = stage.scenario.solutions.find((entry) => entry.id === id);
  if (solution === undefined) return;
  const { steps } = solution;
  const begins: Micros[] = [];
  let hasWon = false;
  stage.claim(id, () => {
    const player = stage.player();
    for (const step of steps) {
      begins.push(stage.run.now);
      if (!isOver(stage)) player.step(step);
    }
    const result = stage.mustWin(player.finish());
    hasWon = result.wrong === undefined;
    return result;
  });
  if (!options.leaveOut || !hasWon) return;
  // From the last to the first: what was played before a step stays usable.
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index];
    if (step === undefined || step.optional || !acts(step)) continue;
    stage.claim(`${id} without step ${index + 1}`, () => {
      const player = without(stage, steps, index, begins[index] ?? 0);
      const outcome = player.finish();
      return outcome.won
        ? {
            wrong: `should lose, but wins; is this needed, or \`optional: true\`? ${stepText(step)}`,
            said: '',
          }
        : { wrong: undefined, said: `loses: ${outcome.verdict}` };
    });
  }
}
function acts(step: ScenarioStep): boolean {
  return (step.run ?? step.type ?? step.save ?? step.key) !== undefined;
}
function isOver({ run }: Stage): boolean {
  return run.progress.phase === 'won' || run.progress.phase === 'lost';
}
/** Goes back to where a step began and plays what follows it. */
function without(stage: Stage, steps: readonly ScenarioStep[], left: number, at: Micros): Player {
  const { run } = stage;
  const { timeline } = run;
  if (at < SECOND / 100) timeline.replay([], run.origin);
  else {
    run.seek(at - 1);
    if (timeline.hasFuture) timeline.fork();
    timeline.forgetBranches();
  }
  const player = new Player(run);
  for (const step of steps.slice(left + 1)) if (!isOver(stage)) player.step(step);
  return player;
}
