/** What the loader cannot know: whether the packages, units and files of a lab can be put on its machines. */
import { enableUnit } from '../daemons/systemd/index';
import { Kernel } from '../kernel/kernel';
import { buildWorld } from '../scenario/build';
import type { LoadedScenario, ScenarioProblem } from '../scenario/load';
import { nearestWord } from '../text/nearest';
import { createNetwork } from '../world/network/network';
import { BASE_PACKAGES, makeRegistry } from './plug-ins';

/** Builds the machines of a scenario, without switching them on, and tells what did not work. */
export function installationProblems(loaded: LoadedScenario): ScenarioProblem[] {
  const { scenario } = loaded;
  if (scenario === undefined) return [];
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
  if (problems.length > 0) return problems;
  try {
    buildWorld(scenario, {
      kernel: new Kernel({ seed: 1 }),
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
    problems.push(loaded.problemAt(['lab', 'hosts'], error instanceof Error ? error.message : String(error)));
  }
  return problems;
}
