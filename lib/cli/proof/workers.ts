/** Jobs of a proof, done side by side in other processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { doJob, type Job, type JobResult } from './jobs';

/**
 * What is still to be done. Whoever asks gets more of the scenario that it has
 * been at, for which its code is compiled; then one that nobody has begun; in
 * the end it helps where most is left.
 */
export class JobQueue {
  readonly #left = new Map<string, Job[]>();
  readonly #begun = new Set<string>();

  constructor(jobs: readonly Job[]) {
    for (const job of jobs) this.#left.set(job.folder, [...(this.#left.get(job.folder) ?? []), job]);
  }
  /** @param last the scenario that the asker has been at */
  next(last: string | undefined): Job | undefined {
    const folder = this.#isLeft(last) ? last : (this.#fresh() ?? this.#fullest());
    if (folder === undefined) return undefined;
    this.#begun.add(folder);
    return this.#left.get(folder)?.shift();
  }
  #isLeft(folder: string | undefined): folder is string {
    return folder !== undefined && (this.#left.get(folder)?.length ?? 0) > 0;
  }
  #fresh(): string | undefined {
    return [...this.#left.keys()].find((folder) => !this.#begun.has(folder));
  }
  #fullest(): string | undefined {
    return [...this.#left.keys()]
      .filter((folder) => this.#isLeft(folder))
      .sort((a, b) => (this.#left.get(b)?.length ?? 0) - (this.#left.get(a)?.length ?? 0))[0];
  }
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
  const queue = new JobQueue(jobs);
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1] ?? '', ['prove', '--worker'], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        // Each request leaves short-lived objects: a larger nursery halves what collecting them costs. Code that is
        // compiled plainly at once saves a tenth of the first plays.
        execArgv: ['--max-semi-space-size=64', '--always-sparkplug'],
      });
      let open: Job | undefined;
      const next = (): void => {
        open = queue.next(open?.folder);
        if (open === undefined) child.disconnect();
        else child.send(open);
      };
      child.on('message', (message) => {
        if (message !== 'ready') done(message as JobResult);
        next();
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
    const claim = { seed: job.seed, name: 'the proof', wrong: `broke off: ${wrong}`, said: '', seconds: 0 };
    return { job, claims: [{ ...claim, kind: 'lab' }], seconds: 0 };
  }
}
