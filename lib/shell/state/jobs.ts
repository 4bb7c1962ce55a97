/** The jobs of a shell: pipelines in the background, or stopped. Plain data. */

export interface Job {
  id: number;
  /** Leader first. */
  pids: number[];
  pgid: number;
  text: string;
  state: 'running' | 'stopped' | 'done';
  /** Exit code, 128+signal for signals. */
  status: number;
  /** Signal that ended it. */
  signal: string | undefined;
  /** The user has been told. */
  notified: boolean;
  cwd: string;
  /** No SIGHUP for it when the shell ends. */
  disowned?: boolean;
  /** `wait` has given its status. */
  waited?: boolean;
}

export class Jobs {
  list: Job[] = [];
  /** A subshell shows its parent's jobs until it has its own. */
  parent: Jobs | undefined;
  /** Statuses of background processes that ended, for `wait PID`. */
  finished = new Map<number, number>();
  /** Ids from least to most recently current: the last is `%+`, the one before `%-`. */
  order: number[] = [];

  add(job: Omit<Job, 'id'>): Job {
    this.parent = undefined;
    const id = this.list.reduce((highest, { id: other }) => Math.max(highest, other), 0) + 1;
    const added: Job = { id, ...job };
    this.list.push(added);
    this.makeCurrent(id);
    return added;
  }

  /** What `jobs` shows. */
  shown(): Jobs {
    return this.list.length === 0 && this.parent !== undefined ? this.parent : this;
  }

  makeCurrent(id: number): void {
    this.order = [...this.order.filter((other) => other !== id), id];
  }

  remove(id: number): void {
    this.list = this.list.filter((job) => job.id !== id);
    this.order = this.order.filter((other) => other !== id);
  }

  byPid(pid: number): Job | undefined {
    return this.list.find((job) => job.pids.includes(pid));
  }

  /** `%+`: the last stopped job, else the last started. */
  current(): Job | undefined {
    const ordered = this.order
      .map((id) => this.list.find((job) => job.id === id))
      .filter((job) => job !== undefined);
    return ordered.findLast((job) => job.state === 'stopped') ?? ordered.at(-1);
  }

  previous(): Job | undefined {
    const current = this.current();
    const ordered = this.order
      .map((id) => this.list.find((job) => job.id === id))
      .filter((job) => job !== undefined && job !== current);
    return ordered.findLast((job) => job?.state === 'stopped') ?? ordered.at(-1);
  }

  mark(job: Job): '+' | '-' | ' ' {
    if (job === this.current()) return '+';
    return job === this.previous() ? '-' : ' ';
  }

  /** `%1`, `%+`, `%-`, `%name`, `%?text`; 'ambiguous' when two match. */
  find(spec: string): Job | 'ambiguous' | undefined {
    const text = spec.startsWith('%') ? spec.slice(1) : spec;
    if (text === '' || text === '+' || text === '%') return this.current();
    if (text === '-') return this.previous();
    if (/^\d+$/.test(text)) return this.list.find((job) => job.id === Number(text));
    const matching = this.list.filter((job) =>
      text.startsWith('?') ? job.text.includes(text.slice(1)) : job.text.startsWith(text),
    );
    return matching.length > 1 ? 'ambiguous' : matching[0];
  }
}
