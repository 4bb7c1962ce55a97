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
  proveLab(stage, parts);
  claims.push(...stage.claims.map((claim) => ({ ...claim, kind: 'lab' as const })));
  for (const { id } of scenario.solutions) {
    const done = stage.claims.length;
    proveSolution(stage, id, job);
    for (const claim of stage.claims.slice(done))
      claims.push({ ...claim, kind: claim.name === id ? 'solution' : 'left-out' });
  }
  return result();
}

/**
 * Further seeds take turns at what must lose: all of it on all of them would tell little more. Doing nothing is played
 * to its verdict until each choice of each variant was had, and in its turn.
 */
function partsOf(scenario: Scenario, { seed, isFull }: Job): Parameters<typeof proveLab>[1] {
  const turns = scenario['wrong-turns'].map((_, index) => index);
  const turn = seed % (turns.length + 1);
  const isNew = seed <= mostChoices(scenario.variants);
  return {
    general: isFull,
    untouched: isFull || isNew || turn === turns.length ? 'to the verdict' : 'until it is broken',
    turns: isFull ? turns : turns.slice(turn, turn + 1),
  };
}
function playsOf(scenario: Scenario, { leaveOut }: Job, turns: readonly number[]): ScenarioStep[][] {
  const chosen = scenario['wrong-turns'].filter((_, index) => turns.includes(index));
  return [...chosen, ...scenario.solutions].flatMap(({ steps }) => [
    steps,
    ...(leaveOut ? leavingOut(steps).map(({ rest }) => rest) : []),
  ]);
}
