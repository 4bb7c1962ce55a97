/** From a scenario's files to a run: world, plug-ins and inputs put together. */
import { enableUnit } from '../daemons/systemd/index';
import { buildWorld } from '../scenario/build';
import { type LoadedScenario, loadScenario } from '../scenario/load';
import { Run } from '../scenario/run';
import { createNetwork } from '../world/network/network';
import { applyInput } from './inputs';
import { installationProblems } from './installation';
import type { RunInput, ScenarioSource } from './messages';
import { BASE_PACKAGES, makeRegistry } from './plug-ins';

export type MadeRun =
  | { ok: true; run: Run<RunInput>; loaded: LoadedScenario }
  | { ok: false; loaded: LoadedScenario };

/** Loads the scenario and, when it has no errors, sets its world going up to where the learner begins. */
export function makeRun(
  source: ScenarioSource,
  options: { seed: number; traces?: boolean; watchBreaks?: boolean; checkpointEvery?: number },
): MadeRun {
  const loaded = loadScenario(source.files, options.seed);
  loaded.problems.push(...installationProblems(loaded));
  const { scenario } = loaded;
  if (scenario === undefined || loaded.problems.some(({ severity }) => severity === 'error'))
    return { ok: false, loaded };
  const run = new Run<RunInput>({
    scenario,
    files: loaded.files,
    translations: loaded.translations,
    seed: options.seed,
    ...(options.watchBreaks === true ? { watchBreaks: true } : {}),
    ...(options.checkpointEvery === undefined ? {} : { checkpointEvery: options.checkpointEvery }),
    makeWorld: (kernel) => {
      const world = buildWorld(scenario, {
        kernel,
        registry: makeRegistry(),
        network: createNetwork,
        basePackages: BASE_PACKAGES,
        enableUnit,
        files: loaded.files,
      });
      world.tracing = options.traces ?? true;
      return world;
    },
    applyInput,
  });
  return { ok: true, run, loaded };
}
