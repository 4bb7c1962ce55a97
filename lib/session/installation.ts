/** What the loader cannot know: whether the packages, units and files of a lab can be put on its machines. */
import { enableUnit } from '../daemons/systemd/index';
import { Kernel } from '../kernel/kernel';
import { buildWorld } from '../scenario/build';
import type { LoadedScenario, ScenarioProblem } from '../scenario/load';
import type { Scenario } from '../scenario/schema';
import { nearestWord } from '../text/nearest';
import { createNetwork } from '../world/network/network';
import type { SimulatedWorld } from '../world/world';
import { BASE_PACKAGES, makeRegistry } from './plug-ins';

/** Why the machines of a lab cannot be set up: the problems, each with its place. */
export class NotInstallable extends Error {
  constructor(readonly problems: readonly ScenarioProblem[]) {
    super(problems.map(({ message }) => message).join('; '));
  }
}

/**
 * Builds the machines of a scenario; every one is off.
 * @throws NotInstallable when a package, a unit or a file cannot be put on its machine
 */
export function installLab(loaded: LoadedScenario, scenario: Scenario, kernel: Kernel): SimulatedWorld {
  const registry = makeRegistry();
  const known = registry.packages();
  const problems: ScenarioProblem[] = [];
  for (const [name, { packages }] of Object.entries(scenario.lab.hosts))
    packages.forEach((wanted, index) => {
      if (known.includes(wanted)) return;
      const meant = nearestWord(wanted, known);
      problems.push(
        loaded.problemAt(
          ['lab', 'hosts', name, 'packages', index],
          `there is no package "${wanted}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
        ),
      );
    });
  if (problems.length > 0) throw new NotInstallable(problems);
  let world: SimulatedWorld;
  try {
    world = buildWorld(scenario, {
      kernel,
      registry,
      network: createNetwork,
      basePackages: BASE_PACKAGES,
      enableUnit(host, unit) {
        const error = enableUnit(host, unit);
        const index = scenario.lab.hosts[host.name]?.enable.indexOf(unit) ?? -1;
        if (error !== undefined && index >= 0)
          problems.push(loaded.problemAt(['lab', 'hosts', host.name, 'enable', index], error));
      },
      files: loaded.files,
    });
  } catch (error) {
    // A promise of the world that the files break: a folder where a file is wanted, for instance.
    const message = error instanceof Error ? error.message : String(error);
    throw new NotInstallable([...problems, loaded.problemAt(['lab', 'hosts'], message)]);
  }
  if (problems.length > 0) throw new NotInstallable(problems);
  return world;
}

/** What keeps the machines of a scenario from being set up; nothing is switched on. */
export function installationProblems(loaded: LoadedScenario): readonly ScenarioProblem[] {
  const { scenario } = loaded;
  if (scenario === undefined) return [];
  try {
    installLab(loaded, scenario, new Kernel({ seed: 1 }));
    return [];
  } catch (problem) {
    if (problem instanceof NotInstallable) return problem.problems;
    throw problem;
  }
}
