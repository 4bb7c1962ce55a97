/** From a scenario's files to a run: world, plug-ins and inputs put together. */
import { type LoadedScenario, loadScenario } from '../scenario/load';
import { Run } from '../scenario/run';
import { applyInput } from './inputs';
import { installationProblems, installLab, NotInstallable } from './installation';
import type { RunInput, ScenarioSource } from './messages';

export type MadeRun =
  | { ok: true; run: Run<RunInput>; loaded: LoadedScenario }
  | { ok: false; loaded: LoadedScenario };

/** Loads the scenario and, when it has no errors, sets its world going up to where the learner begins. */
export function makeRun(
  source: ScenarioSource,
  options: { seed: number; traces?: boolean; watchBreaks?: boolean; checkpointEvery?: number },
): MadeRun {
  const loaded = loadScenario(source.files, options.seed);
  const { scenario } = loaded;
  if (scenario === undefined || loaded.problems.some(({ severity }) => severity === 'error')) {
    loaded.problems.push(...installationProblems(loaded));
    return { ok: false, loaded };
  }
  try {
    const run = new Run<RunInput>({
      scenario,
      files: loaded.files,
      translations: loaded.translations,
      seed: options.seed,
      ...(options.watchBreaks === true ? { watchBreaks: true } : {}),
      ...(options.checkpointEvery === undefined ? {} : { checkpointEvery: options.checkpointEvery }),
      makeWorld: (kernel) => {
        const world = installLab(loaded, scenario, kernel);
        world.tracing = options.traces ?? true;
        return world;
      },
      applyInput,
    });
    return { ok: true, run, loaded };
  } catch (problem) {
    if (!(problem instanceof NotInstallable)) throw problem;
    loaded.problems.push(...problem.problems);
    return { ok: false, loaded };
  }
}
