/** Faults in time: later, again and again, and undone after a while. */
import { findFault } from '../faults/registry';
import type { HandlerId, Kernel } from '../kernel/kernel';
import { holdersOf } from '../objectives/single-holder';
import { assert } from '../std/assert';
import { type Micros, parseDuration } from '../std/instant';
import type { ParameterValue, ParameterValues } from '../world/parameters';
import type { World } from '../world/world.contract';
import { type Entry, valuesOf } from './kinds';

interface Strike {
  fault: Entry;
  /** How often it is still to come, this time included. */
  left: number;
}
interface Undo {
  kind: string;
  values: ParameterValues;
  before: unknown;
}

export class FaultSchedule {
  readonly #strikeHandler: HandlerId;
  readonly #undoHandler: HandlerId;

  constructor(
    private readonly kernel: Kernel,
    private readonly world: World,
    /** False once the run has ended: then nothing more breaks. */
    isOpen: () => boolean,
  ) {
    this.#strikeHandler = kernel.handler<Strike>('run.fault', ({ fault, left }) => {
      if (isOpen()) this.#strike(fault, left);
    });
    this.#undoHandler = kernel.handler<Undo>('run.undo', ({ kind, values, before }) => {
      if (this.#isGone(values)) return;
      this.world.record('scenario', 'fault.undone', { kind, ...hostIn(values) });
      findFault(kind)?.undo?.(this.world, values, before);
    });
  }

  /** Lets a fault strike as its entry says: at once or later, once or again and again. */
  begin(fault: Entry): void {
    const left = fault['every'] === undefined ? 1 : Number(fault['times'] ?? Number.MAX_SAFE_INTEGER);
    const delay = durationOf(fault, 'after') ?? 0;
    if (delay === 0) this.#strike(fault, left);
    else this.kernel.after(delay, this.#strikeHandler, { fault, left });
  }
  /** Undoes what a fault of these parameters did; what was before it is not known any more. */
  mend(fault: Entry): void {
    const definition = findFault(fault.kind);
    if (definition === undefined) return;
    const values = valuesOf(definition.parameters, fault);
    if (!this.#isGone(values)) definition.undo?.(this.world, values, undefined);
  }
  /** The machine was carried away since. */
  #isGone({ host }: ParameterValues): boolean {
    return typeof host === 'string' && host !== '' && this.world.findHost(host) === undefined;
  }
  #strike(fault: Entry, left: number): void {
    const every = durationOf(fault, 'every');
    if (every !== undefined && every > 0 && left > 1)
      this.kernel.after(every, this.#strikeHandler, { fault, left: left - 1 });
    const definition = findFault(fault.kind);
    assert(definition !== undefined, `fault kind "${fault.kind}" was checked by the loader`);
    const values: Record<string, ParameterValue> = { ...valuesOf(definition.parameters, fault) };
    const { holder } = fault;
    if (typeof holder === 'string') {
      const found = holdersOf(this.world, holder)[0];
      if (found === undefined) {
        this.world.record('scenario', 'fault.nobody', { holder });
        return;
      }
      values['host'] = found;
    }
    if (this.#isGone(values)) {
      this.world.record('scenario', 'fault.nobody', { ...hostIn(values) });
      return;
    }
    const before: unknown = definition.apply(this.world, values);
    const lasts = durationOf(fault, 'for');
    if (lasts !== undefined)
      this.kernel.after(lasts, this.#undoHandler, { kind: fault.kind, values, before });
  }
}
function durationOf(fault: Entry, key: string): Micros | undefined {
  const value = fault[key];
  return typeof value === 'string' ? parseDuration(value) : undefined;
}
function hostIn(values: ParameterValues): { host?: string } {
  return typeof values['host'] === 'string' ? { host: values['host'] } : {};
}
