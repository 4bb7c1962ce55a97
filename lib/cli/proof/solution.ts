/** A solution wins; without any one of its steps it does not. */
import type { ScenarioStep } from '../../scenario/schema';
import { type Stage, stepText } from './stage';

export function proveSolution(stage: Stage, id: string, options: { leaveOut: boolean }): void {
  const solution = stage.scenario.solutions.find((entry) => entry.id === id);
  if (solution === undefined) return;
  const { steps } = solution;
  let hasWon = false;
  stage.claim(id, () => {
    const result = stage.mustWin(stage.plays.play(steps));
    hasWon = result.wrong === undefined;
    return result;
  });
  if (!options.leaveOut || !hasWon) return;
  for (const { index, step, rest } of leavingOut(steps))
    stage.claim(`${id} without step ${index + 1}`, () => {
      const outcome = stage.plays.play(rest);
      return outcome.won
        ? {
            wrong: `should lose, but wins; is this needed, or \`optional: true\`? ${stepText(step)}`,
            said: '',
          }
        : { wrong: undefined, said: `loses: ${outcome.verdict}` };
    });
}
/** The solution without each of the steps that should be needed, from the last to the first. */
export function leavingOut(
  steps: readonly ScenarioStep[],
): { index: number; step: ScenarioStep; rest: ScenarioStep[] }[] {
  return steps
    .map((step, index) => ({ index, step, rest: steps.filter((_, at) => at !== index) }))
    .filter(({ step }) => !step.optional && acts(step))
    .reverse();
}
function acts(step: ScenarioStep): boolean {
  return (step.run ?? step.type ?? step.save ?? step.key) !== undefined;
}
