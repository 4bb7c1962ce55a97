/** `faultline record --lab SCENARIO`: the same lab, faults, steps and objectives, on real daemons and in the simulator. */
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { enableUnit } from '../../../daemons/systemd/index';
import type { Kernel } from '../../../kernel/kernel';
import { buildWorld } from '../../../scenario/build';
import { type LoadedScenario, loadScenario } from '../../../scenario/load';
import { Run } from '../../../scenario/run';
import type { Scenario } from '../../../scenario/schema';
import { applyInput } from '../../../session/inputs';
import type { RunInput } from '../../../session/messages';
import { Player } from '../../../session/play';
import { BASE_PACKAGES, makeRegistry } from '../../../session/plug-ins';
import { createNetwork } from '../../../world/network/network';
import type { SimulatedWorld } from '../../../world/world';
import type { Arguments } from '../../arguments';
import { readFolder, scenarioFolders } from '../../folders';
import { complaintAbout, requirementsOf } from '../requirements';
import { LabPlayer } from './lab-player';
import { notPlayed } from './shadow';
import { shortened } from './shorten';
import { isSame, sideBySide, verdictsOf } from './verdicts';

export async function recordLab(read: Arguments): Promise<number> {
  const seed = Number(read.values.get('seed') ?? '1');
  const folder = scenarioFolders(read.values.get('lab') ?? '')[0];
  if (folder === undefined) throw new Error(`${read.values.get('lab') ?? ''}: there is no scenario here`);
  const loaded = loadScenario(readFolder(folder), seed);
  const { scenario: given } = loaded;
  if (given === undefined) throw new Error(problemsOf(folder, loaded));
  const name = read.values.get('solution');
  const plays = [...given.solutions, ...given['wrong-turns']];
  const steps = plays.find(({ id }) => id === name)?.steps ?? [];
  if (name !== undefined && !plays.some(({ id }) => id === name))
    throw new Error(`there is no solution "${name}"; known: ${plays.map(({ id }) => id).join(', ')}`);
  const scenario = read.flags.has('fast') ? shortened(given, steps) : given;
  const missing = missingFor(scenario);
  if (missing !== undefined) throw new Error(missing);

  const makeRun = (prepare: (world: SimulatedWorld) => void): Run<RunInput> =>
    new Run<RunInput>({
      scenario,
      files: loaded.files,
      seed,
      makeWorld: (kernel) => prepared(worldOf(scenario, loaded, kernel), prepare),
      applyInput,
    });
  const file = read.values.get('log');
  if (file !== undefined) writeFileSync(file, '');
  const player = new LabPlayer({
    scenario,
    files: loaded.files,
    makeRun,
    log: (text) => (file === undefined ? undefined : appendFileSync(file, `${text}\n`)),
  });
  process.stderr.write(`${scenario.id}: ${name ?? 'doing nothing'}, on real daemons and in real time …\n`);
  await player.play(steps);
  const simulated = new Player(makeRun(() => undefined));
  simulated.play(steps);
  for (const text of new Set(player.trouble)) process.stderr.write(`real daemons: ${text}\n`);
  for (const text of simulated.trouble) process.stderr.write(`simulator: ${text}\n`);
  const [real, other] = [verdictsOf(player.run), verdictsOf(simulated.run)];
  process.stdout.write(`${scenario.id}: ${name ?? 'doing nothing'}\n${sideBySide(real, other)}\n`);
  return isSame(real, other) ? 0 : 1;
}
function problemsOf(folder: string, { problems }: LoadedScenario): string {
  return problems
    .map(({ file, line, column, message }) => `${path.join(folder, file)}:${line}:${column}: ${message}`)
    .join('\n');
}
function missingFor(scenario: Scenario): string | undefined {
  const unknown = notPlayed(scenario);
  if (unknown.length > 0)
    return `${scenario.id} cannot be played on real daemons yet; not played: ${[...new Set(unknown)].join(', ')}`;
  const packages = Object.values(scenario.lab.hosts).flatMap((host) => host.packages);
  return complaintAbout(requirementsOf(packages, packages.includes('nftables') ? ['nft'] : []));
}
function worldOf(scenario: Scenario, { files }: LoadedScenario, kernel: Kernel): SimulatedWorld {
  const world = buildWorld(scenario, {
    kernel,
    registry: makeRegistry(),
    network: createNetwork,
    basePackages: BASE_PACKAGES,
    enableUnit,
    files,
  });
  world.tracing = false;
  return world;
}
function prepared(world: SimulatedWorld, prepare: (world: SimulatedWorld) => void): SimulatedWorld {
  prepare(world);
  return world;
}
