/** A proof in parts that can be done side by side, and who does them. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { readFolder } from '../folders';
import { proveLab } from './lab';
import { proveSolution } from './solution';
import { type Claim, Stage } from './stage';

export interface Job {
  folder: string;
  seed: number;
  /** The lab, and what must lose. */
  lab: boolean;
  /** Ids of the solutions to play. */
  solutions: string[];
  /** Whether it is played without anybody doing anything. */
  untouched: boolean;
  /** Wrong turns to play. */
  turns: number[];
  /** Everything about the lab; else only that it is healthy, breaks and is lost. */
  general: boolean;
  leaveOut: boolean;
}
export interface JobResult {
  job: Job;
  claims: Claim[];
}

export function doJob(job: Job): JobResult {
  const begun = performance.now();
  const stage = Stage.open({ id: path.basename(job.folder), files: readFolder(job.folder) }, job.seed);
  if (Array.isArray(stage))
    return {
      job,
      claims: stage.map((wrong) => ({
        seed: job.seed,
        name: 'loads without warning',
        wrong,
        said: '',
        seconds: (performance.now() - begun) / 1000,
      })),
    };
  if (job.lab) proveLab(stage, job);
  for (const id of job.solutions) proveSolution(stage, id, job);
  return { job, claims: stage.claims };
}

/** Does jobs in other processes, so many at a time; here when there is only one. */
export async function doJobs(
  jobs: readonly Job[],
  workers: number,
  done: (result: JobResult) => void,
): Promise<void> {
  if (workers <= 1 || jobs.length <= 1) {
    for (const job of jobs) done(attempt(job));
    return;
  }
  const queue = [...jobs];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1] ?? '', ['prove', '--worker'], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        // Each request leaves short-lived objects: a larger nursery halves what collecting them costs.
        execArgv: ['--max-semi-space-size=64'],
      });
      let open: Job | undefined;
      const next = (): void => {
        open = queue.shift();
        if (open === undefined) child.disconnect();
        else child.send(open);
      };
      child.on('message', (message) => {
        if (message === 'ready') next();
        else {
          done(message as JobResult);
          next();
        }
      });
      child.on('exit', (code) => {
        if (open === undefined) resolve();
        else reject(new Error(`a worker ended with ${code ?? 'a signal'} in ${open.folder}`));
      });
      child.on('error', reject);
    });
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work));
}
/** The other side of `doJobs`: answers each job with its result. */
export function workForParent(parent: Pick<ChildProcess, 'on' | 'send'>): Promise<void> {
  return new Promise((resolve) => {
    parent.on('message', (message) => {
      parent.send?.(attempt(message as Job));
    });
    parent.on('disconnect', () => resolve());
    parent.send?.('ready');
  });
}
/** What breaks off is a finding too. */
function attempt(job: Job): JobResult {
  try {
    return doJob(job);
  } catch (problem) {
    const wrong = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
    return {
      job,
      claims: [
        {
          seed: job.seed,
          name: job.lab ? 'the lab' : job.solutions.join(', '),
          wrong: `broke off: ${wrong}`,
          said: '',
          seconds: 0,
        },
      ],
    };
  }
}
