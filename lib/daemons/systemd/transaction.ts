/** A transaction: the jobs that one request needs, worked out before any of them is queued. Source: systemd 252 `transaction.c`. */
import type { Relation } from './graph';
import { isDown, isUp } from './active';
import type { Manager } from './manager';
import type { JobType } from './state';

export type JobMode = 'replace' | 'fail' | 'isolate' | 'replace-irreversibly' | 'ignore-dependencies';
/** Why a request is refused before anything happens: the text of the bus error and what systemctl exits with. */
export class Refusal {
  constructor(
    readonly kind:
      | 'not-found'
      | 'masked'
      | 'bad-setting'
      | 'not-applicable'
      | 'isolate'
      | 'destructive'
      | 'cyclic'
      | 'refused',
    readonly text: string,
  ) {}
}
export type Planned = { unit: string; type: JobType; matters: boolean };

const STOPS_ALONG: readonly Relation[] = [
  'RequiredBy',
  'BoundBy',
  'ConsistsOf',
  'RequisiteOf',
  'PropagatesStopTo',
];

export class Transaction {
  readonly planned = new Map<string, Planned>();
  readonly #seen = new Set<string>();
  /** Which jobs pulled a job in. */
  readonly #pullers = new Map<string, Set<string>>();
  constructor(
    private readonly manager: Manager,
    private readonly mode: JobMode,
  ) {}

  /** Adds a job and, unless the mode says otherwise, what it pulls in. */
  add(type: JobType, name: string, matters: boolean, puller?: string): undefined | Refusal {
    const unit = this.manager.load(name);
    const id = unit.definition.name;
    const refused = type === 'stop' ? undefined : refusalFor(this.manager, name, type);
    if (refused !== undefined) return refused;
    const wanted = type === 'try-restart' ? (isDown(unit.active) ? 'nop' : 'restart') : type;
    if (wanted === 'nop') return undefined;
    const merged = this.#merge(id, wanted, matters);
    if (merged instanceof Refusal) return merged;
    if (puller !== undefined) this.#pullers.set(id, (this.#pullers.get(id) ?? new Set()).add(puller));
    const key = `${id}/${wanted}/${matters}`;
    if (this.#seen.has(key) || this.mode === 'ignore-dependencies') return undefined;
    this.#seen.add(key);
    return this.#pullIn(id, wanted, matters);
  }
  #merge(id: string, type: JobType, matters: boolean): undefined | Refusal {
    const present = this.planned.get(id);
    if (present === undefined || present.type === type) {
      this.planned.set(id, { unit: id, type, matters: matters || present?.matters === true });
      return undefined;
    }
    const pair = new Set([present.type, type]);
    if (!pair.has('stop')) {
      const stronger = pair.has('restart') ? 'restart' : pair.has('start') ? 'start' : type;
      this.planned.set(id, { unit: id, type: stronger, matters: matters || present.matters });
      return undefined;
    }
    if (pair.has('restart') && pair.has('stop') && !present.matters && !matters) return undefined;
    if (present.matters && matters)
      return new Refusal(
        'destructive',
        `Transaction contains conflicting jobs '${type}' and '${present.type}' for ${id}. Probably contradicting requirement dependencies configured.`,
      );
    if (matters) this.planned.set(id, { unit: id, type, matters });
    return undefined;
  }
  #pullIn(id: string, type: JobType, matters: boolean): undefined | Refusal {
    const graph = this.manager.graph();
    if (type === 'start' || type === 'restart') {
      for (const other of graph.any(id, ['Requires', 'BindsTo'])) {
        const problem = this.add('start', other, matters, id);
        if (problem !== undefined) return problem;
      }
      for (const other of graph.any(id, ['Wants', 'Upholds'])) this.add('start', other, false, id);
      for (const other of graph.get(id, 'Requisite')) this.add('verify-active', other, matters, id);
      for (const other of graph.get(id, 'Conflicts')) this.add('stop', other, matters, id);
      for (const other of graph.get(id, 'ConflictedBy')) this.add('stop', other, false, id);
    }
    if (type === 'stop' || type === 'restart')
      for (const other of graph.any(id, STOPS_ALONG))
        this.add(type === 'stop' ? 'stop' : 'try-restart', other, matters, id);
    if (type === 'reload')
      for (const other of graph.get(id, 'PropagatesReloadTo')) {
        const unit = this.manager.unit(other);
        if (unit !== undefined && isUp(unit.active)) this.add('reload', other, false, id);
      }
    return undefined;
  }
  /** Everything that is not part of it stops. */
  isolate(): void {
    for (const [name, unit] of this.manager.state.units) {
      if (this.planned.has(name) || unit.definition.ignoreOnIsolate) continue;
      if (isDown(unit.active) && unit.job === 0) continue;
      if ([...this.manager.graph().get(name, 'TriggeredBy')].some((other) => this.planned.has(other)))
        continue;
      this.planned.set(name, { unit: name, type: 'stop', matters: false });
    }
  }
  /** Jobs that would change nothing go, and so does one job of each ordering cycle. */
  settle(anchor: string): Planned[] | Refusal {
    for (const [name, job] of [...this.planned]) {
      const unit = this.manager.unit(name);
      if (unit === undefined) this.planned.delete(name);
      else if (name !== anchor && unit.job === 0 && isRedundant(job.type, unit.active))
        this.planned.delete(name);
    }
    if (this.mode !== 'isolate') this.#dropUnneeded(anchor);
    return this.#breakCycles(anchor) ?? [...this.planned.values()];
  }
  /** Nobody needs what only dropped jobs had pulled in. Source: systemd 252 `transaction_collect_garbage`. */
  #dropUnneeded(anchor: string): void {
    for (let before = -1; before !== this.planned.size; ) {
      before = this.planned.size;
      for (const name of [...this.planned.keys()]) {
        const pullers = [...(this.#pullers.get(name) ?? [])];
        if (name !== anchor && !pullers.some((puller) => this.planned.has(puller))) this.planned.delete(name);
      }
    }
  }
  #breakCycles(anchor: string): undefined | Refusal {
    for (let rounds = 0; rounds < 50; rounds++) {
      const cycle = this.#cycle();
      if (cycle === undefined) return undefined;
      const doomed = cycle.find((name) => this.planned.get(name)?.matters === false && name !== anchor);
      const first = cycle[0] ?? anchor;
      const kind = (name: string): string => this.planned.get(name)?.type ?? 'start';
      this.manager.log(
        'err',
        `${first}: Found ordering cycle on ${cycle[1] ?? first}/${kind(cycle[1] ?? first)}`,
        first,
      );
      for (const name of [...cycle.slice(2), first])
        this.manager.log('err', `${first}: Found dependency on ${name}/${kind(name)}`, first);
      if (doomed === undefined) {
        this.manager.log(
          'err',
          `${first}: Unable to break cycle starting with ${first}/${kind(first)}`,
          first,
        );
        return new Refusal('cyclic', 'Transaction order is cyclic. See system logs for details.');
      }
      this.manager.log(
        'err',
        `${first}: Job ${doomed}/${kind(doomed)} deleted to break ordering cycle starting with ${first}/${kind(first)}`,
        first,
      );
      this.planned.delete(doomed);
    }
    return undefined;
  }
  /** Some circle of jobs that wait for each other. */
  #cycle(): string[] | undefined {
    const graph = this.manager.graph();
    const done = new Set<string>();
    const path: string[] = [];
    const walk = (name: string): string[] | undefined => {
      const at = path.indexOf(name);
      if (at !== -1) return path.slice(at);
      if (done.has(name)) return undefined;
      path.push(name);
      const mine = this.planned.get(name)?.type ?? 'start';
      for (const other of graph.get(name, 'After')) {
        const theirs = this.planned.get(other)?.type;
        if (theirs === undefined || mine === 'stop' || mine === 'restart' || theirs === 'stop') continue;
        const found = walk(other);
        if (found !== undefined) return found;
      }
      path.pop();
      done.add(name);
      return undefined;
    };
    for (const name of this.planned.keys()) {
      const found = walk(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
function isRedundant(type: JobType, active: Parameters<typeof isUp>[0]): boolean {
  switch (type) {
    case 'start':
      return isUp(active);
    case 'stop':
      return isDown(active);
    case 'verify-active':
      return isUp(active);
    default:
      return false;
  }
}

/** Whether this job can be for this unit at all. */
export function refusalFor(manager: Manager, name: string, type: JobType): undefined | Refusal {
  const { definition } = manager.load(name);
  switch (definition.load) {
    case 'not-found':
      return new Refusal('not-found', `Unit ${name} not found.`);
    case 'masked':
      return new Refusal('masked', `Unit ${name} is masked.`);
    case 'bad-setting':
      return new Refusal('bad-setting', `Unit ${name} has a bad unit file setting.`);
    case 'loaded':
      break;
  }
  if (type === 'reload' && (definition.service?.exec.ExecReload.length ?? 0) === 0)
    return new Refusal('not-applicable', `Job type reload is not applicable for unit ${definition.name}.`);
  return undefined;
}
