/** From a sandbox's file to a run. A source with `sandbox.json` is one. */
import { enableUnit } from '../../daemons/systemd/index';
import { buildWorld } from '../../scenario/build';
import { Run } from '../../scenario/run';
import { createNetwork } from '../../world/network/network';
import { applyInput } from '../inputs';
import type { RunInput, ScenarioSource } from '../messages';
import { BASE_PACKAGES, makeRegistry } from '../plug-ins';
import { scenarioOf, settleMicros } from './compile';
import type { FaultEntry } from './document';
import { readDocument } from './door';
import { beginPlans, registerSandbox } from './live';

export const FILE = 'sandbox.json';

export type MadeSandbox = { ok: true; run: Run<RunInput> } | { ok: false; message: string };

export function isSandbox({ files }: ScenarioSource): boolean {
  return files[FILE] !== undefined;
}

export function makeSandbox(
  source: ScenarioSource,
  options: { seed: number; traces?: boolean },
): MadeSandbox {
  const read = readDocument(source.files[FILE] ?? '');
  if (!read.ok) return read;
  const { document } = read;
  const registry = makeRegistry();
  const compiled = scenarioOf(document, (name) => registry.packageFiles(name) !== undefined);
  // The run's own: it follows the document.
  const scenario = { ...compiled, lab: { ...compiled.lab, names: { ...compiled.lab.names } } };
  let strike: (fault: FaultEntry) => void = () => undefined;
  const run: Run<RunInput> = new Run<RunInput>({
    scenario,
    files: {},
    seed: options.seed,
    makeWorld: (kernel) => {
      const world = buildWorld(scenario, {
        kernel,
        registry,
        network: createNetwork,
        basePackages: BASE_PACKAGES,
        enableUnit,
        files: {},
      });
      world.tracing = options.traces ?? true;
      registerSandbox(world, document, (fault) => strike(fault));
      beginPlans(world, settleMicros(scenario));
      return world;
    },
    applyInput,
  });
  strike = (fault) => run.strike({ ...fault, kind: String(fault['kind']) });
  return { ok: true, run };
}
