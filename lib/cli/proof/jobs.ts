/** A proof in parts that can be done side by side: one for each scenario and seed. */
import path from 'node:path';
import type { Scenario, ScenarioStep } from '../../scenario/schema';
import { mostChoices } from '../../scenario/variants';
import { readFolder } from '../folders';
import { proveLab } from './lab';
import { leavingOut, proveSolution } from './solution';
import { type Claim, secondsUsed, Stage } from './stage';

export interface Job {
  folder: string;
  seed: number;
  /** Everything about the lab and all wrong turns; else what further seeds take turns at. */
  isFull: boolean;
  /** Each solution without each of its steps too. */
  leaveOut: boolean;
}
export type ClaimKind = 'solution' | 'left-out' | 'lab';
export interface JobResult {
  job: Job;
  claims: (Claim & { kind: ClaimKind })[];
  /** Of processor time, loading included. */
  seconds: number;
}

export function doJob(job: Job): JobResult {
  const begun = secondsUsed();
  const claims: JobResult['claims'] = [];
  const result = (): JobResult => ({ job, claims, seconds: secondsUsed() - begun });
  const stage = Stage.open({ id: path.basename(job.folder), files: readFolder(job.folder) }, job.seed);
  if (Array.isArray(stage)) {
    for (const wrong of stage)
      claims.push({
        seed: job.seed,
        name: 'loads without warning',
        wrong,
        said: '',
        seconds: 0,
        kind: 'lab',
      });
    return result();
  }
  const { scenario } = stage;
  const parts = partsOf(scenario, job);
  stage.plays.expect(playsOf(scenario, job, parts.turns));
  const keep = (kindOf: (name: string) => ClaimKind, prove: () => void): void => {
    const done = stage.claims.length;
    prove();
    for (const claim of stage.claims.slice(done)) claims.push({ ...claim, kind: kindOf(claim.name) });
  };
  keep(
    () => 'lab',
    () => proveLab(stage, parts),
  );
  for (const { id } of scenario.solutions)
    keep(
      (name) => (name === id ? 'solution' : 'left-out'),
      () => proveSolution(stage, id, job),
    );
  return result();
}

/** Further seeds tell whether it can be solved; what must not help is tried until each choice of each variant was had. */
function partsOf(scenario: Scenario, { seed, isFull }: Job): Parameters<typeof proveLab>[1] {
  const isNew = isFull || seed <= mostChoices(scenario.variants);
  return {
    general: isFull,
    untouched: isNew ? 'to the verdict' : 'until it is broken',
    turns: isNew ? scenario['wrong-turns'].map((_, index) => index) : [],
  };
}
function playsOf(scenario: Scenario, { leaveOut }: Job, turns: readonly number[]): ScenarioStep[][] {
  const chosen = scenario['wrong-turns'].filter((_, index) => turns.includes(index));
  return [...chosen, ...scenario.solutions].flatMap(({ steps }) => [
    steps,
    ...(leaveOut ? leavingOut(steps).map(({ rest }) => rest) : []),
  ]);
}
