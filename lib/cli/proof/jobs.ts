/** A proof in parts that can be done side by side: one for each scenario and seed. */
import path from 'node:path';
import type { Scenario, ScenarioStep } from '../../scenario/schema';
import { drawVariants } from '../../scenario/variants';
import { readFolder } from '../folders';
import { type LabParts, proveLab } from './lab';
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
 * Further seeds take turns at what must lose: all of it on all of them would tell little more. With each
 * choice of each variant nobody does anything once.
 */
function partsOf({ variants, breaks, 'wrong-turns': wrong }: Scenario, { seed, isFull }: Job): LabParts {
  const turns = wrong.map((_, index) => index);
  const turn = seed % (turns.length + 1);
  const isLeftAlone = isFull || turn === turns.length || breaks.length === 0 || isNews(variants, seed);
  const hasVariants = Object.keys(variants).length > 0;
  return {
    general: isFull,
    untouched: isLeftAlone ? 'to-verdict' : hasVariants ? 'until-broken' : 'not',
    turns: isFull ? turns : turns.slice(turn, turn + 1),
  };
}
/** Whether a seed draws a choice that none before it has drawn. */
export function isNews(variants: Scenario['variants'], seed: number): boolean {
  const seen = new Set(
    Array.from({ length: seed - 1 }, (_, before) => choicesOf(variants, before + 1)).flat(),
  );
  return choicesOf(variants, seed).some((choice) => !seen.has(choice));
}
function choicesOf(variants: Scenario['variants'], seed: number): string[] {
  const drawn = drawVariants(variants, seed, { taken: new Set(), report: () => undefined });
  return [...drawn]
    .filter(([name]) => variants[name.split('.')[0] ?? '']?.choose !== undefined)
    .map(([name, value]) => `${name} ${value}`);
}
function playsOf(scenario: Scenario, { leaveOut }: Job, turns: readonly number[]): ScenarioStep[][] {
  const chosen = scenario['wrong-turns'].filter((_, index) => turns.includes(index));
  return [...chosen, ...scenario.solutions].flatMap(({ steps }) => [
    steps,
    ...(leaveOut ? leavingOut(steps).map(({ rest }) => rest) : []),
  ]);
}
