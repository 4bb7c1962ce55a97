/**
 * The one place where XState is run (`xstate` is imported by `machine.ts` files
 * and here, nowhere else).
 *
 * A chart is a pure function: (snapshot, event) → snapshot, timers to arm or
 * cancel, actions as data. Nothing is executed: no actor lives, no clock runs.
 * The snapshot is plain, so a checkpoint holds it; the kernel owns the timers,
 * because a persisted XState snapshot does not hold pending `after` timers.
 *
 * How a `machine.ts` is written for it:
 * - Delays are integer **microseconds**. `after: { masterDown: … }` with
 *   `delays: { masterDown: ({context}) => … }` works; so do `raise(event, {id,
 *   delay})` and `cancel(id)`. Arming an id again replaces the timer.
 * - Effects are declared `setup({ actions: { sendAdvert: effect(), log:
 *   effect<{ text: string }>() } })` and used as `'sendAdvert'` or `{ type:
 *   'log', params: … }`; they come back in `Step.actions`, in order. `assign`,
 *   `raise`, `cancel`, `enqueueActions`, guards and `always` work.
 * - `context` is plain data, and `assign` replaces instead of changing it.
 * - Refused, with a `BrokenPromise`: actions with code, `invoke`, `spawn`,
 *   `sendTo` (draws Math.random ids), history and final states of the root.
 *
 * Usage:
 *   const chart = chartOf(machine);
 *   let { next, timers, actions } = chart.start(input);
 *   ({ next, timers, actions } = chart.step(next, { type: 'advert' }));
 *   for (const timer of timers)
 *     timer.kind === 'arm' ? kernel.setTimer(owner, timer.id, now + timer.delay, handler, timer.event)
 *                          : kernel.clearTimer(owner, timer.id);
 *   // later: chart.step(next, theEventOfTheTimer)
 *
 * One step costs about 5 µs (`machine.transition` with one reused inert scope;
 * XState's own pure `transition()` makes an actor a call and costs 17 µs), and a
 * fraction of one where the states stand side by side (see flat-chart.ts).
 */

import {
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type ContextFrom,
  createActor,
  type EventFrom,
  type InputFrom,
} from 'xstate';
import type { Micros } from '../std/instant';
import { assert } from '../std/assert';
import type { Plain } from '../std/plain';
import { type Asked, flatStepOf } from './flat-chart';

/** Which state: `'backup'`, or nested `{ up: 'rising' }`. */
export type StateValue = string | { readonly [region: string]: StateValue };

/** All that is kept of a chart between two steps. */
export interface ChartSnapshot<Context> {
  readonly value: StateValue;
  readonly context: Context;
}

/** What the kernel has to do with a timer of the chart. */
export type TimerOrder =
  | { readonly kind: 'arm'; readonly id: string; readonly delay: Micros; readonly event: ChartEvent }
  | { readonly kind: 'cancel'; readonly id: string };

/** An event as data. */
export type ChartEvent = { readonly type: string; readonly [key: string]: Plain };

/** An effect as data. */
export interface ChartAction {
  readonly type: string;
  readonly params: Plain;
}

/** What one event led to. */
export interface Step<Context> {
  readonly next: ChartSnapshot<Context>;
  /** in order: an id may be cancelled and armed again in one step */
  readonly timers: readonly TimerOrder[];
  /** in order */
  readonly actions: readonly ChartAction[];
}

/** What panels draw: the states in the order of the file, and which leads to which. */
export interface ChartShape {
  readonly states: readonly string[];
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly on: string }[];
}

/** A machine that is stepped over plain snapshots. */
export interface Chart<Context, Event extends { type: string }, Input> {
  /** Entry into the initial state. */
  start(input: Input): Step<Context>;
  /** One event. An event that no transition takes changes nothing. */
  step(snapshot: ChartSnapshot<Context>, event: Event | ChartEvent): Step<Context>;
  readonly shape: ChartShape;
}

const NONE: readonly never[] = [];

/** The body of every effect: charts describe, they never do. */
const nothing = (): void => undefined;

/** Declares a named action that comes back as data, with the type of its params. */
export function effect<Params = undefined>(): (scope: unknown, params: Params) => void {
  return nothing;
}

/**
 * Makes a machine steppable. Call it once, at module level, per machine.
 * @param options.isGeneral goes XState's own way even where a table would do (the test compares both)
 */
export function chartOf<M extends AnyStateMachine>(
  machine: M,
  options: { readonly isGeneral?: boolean } = {},
): Chart<ContextFrom<M>, EventFrom<M>, InputFrom<M>> {
  type Context = ContextFrom<M>;
  let collected: Asked[] = [];
  // Made once: session ids come from a global counter, and an actor costs 4 KB.
  let scope: AnyActorScope | undefined;
  const inertScope = (): AnyActorScope => {
    scope ??= makeScope(machine, (action) => collected.push(action));
    return scope;
  };
  // Resolving a state value walks the tree of states; context is put in beside.
  const resolved = new Map<string, AnyMachineSnapshot>();
  const restore = (snapshot: ChartSnapshot<Context>): AnyMachineSnapshot => {
    const key = typeof snapshot.value === 'string' ? snapshot.value : JSON.stringify(snapshot.value);
    let base = resolved.get(key);
    if (base === undefined) {
      base = machine.resolveState({ value: snapshot.value, context: snapshot.context }) as AnyMachineSnapshot;
      resolved.set(key, base);
    }
    return { ...base, context: snapshot.context };
  };
  const finish = (after: AnyMachineSnapshot): Step<Context> => {
    assert(after.status === 'active', `chart ${machine.id} is ${after.status}`);
    const raw = collected;
    collected = [];
    return {
      next: { value: after.value as StateValue, context: after.context as Context },
      ...sorted(machine.id, raw),
    };
  };
  const flat = options.isGeneral === true ? undefined : flatStepOf(machine);
  return {
    start(input) {
      return finish(machine.getInitialSnapshot(inertScope(), input) as AnyMachineSnapshot);
    },
    step(snapshot, event) {
      if (flat !== undefined && typeof snapshot.value === 'string') {
        const at = { value: snapshot.value, context: snapshot.context as object };
        const asked: Asked[] = [];
        flat(at, event, asked);
        return {
          next: { value: at.value, context: at.context as Context },
          ...sorted(machine.id, asked),
        };
      }
      return finish(machine.transition(restore(snapshot), event, inertScope()) as AnyMachineSnapshot);
    },
    shape: shapeOf(machine),
  };
}

/** An actor scope in which nothing happens: what would be executed is collected. */
function makeScope(machine: AnyStateMachine, collect: (action: Asked) => void): AnyActorScope {
  const self = createActor(machine);
  return {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    defer: () => undefined,
    logger: () => undefined,
    stopChild: () => undefined,
    emit: () => undefined,
    actionExecutor: collect,
  } as unknown as AnyActorScope;
}

/** Tells timers from effects; refuses what would need an actor. */
function sorted(
  id: string,
  raw: readonly Asked[],
): { timers: readonly TimerOrder[]; actions: readonly ChartAction[] } {
  if (raw.length === 0) return { timers: NONE, actions: NONE };
  const timers: TimerOrder[] = [];
  const actions: ChartAction[] = [];
  for (const action of raw) {
    switch (action.type) {
      case 'xstate.raise': {
        const {
          event,
          id: timer,
          delay,
        } = action.params as { event: ChartEvent; id: string; delay?: number };
        // Raised without delay: XState has already handled it within the step.
        if (delay === undefined) break;
        assert(Number.isSafeInteger(delay) && delay >= 0, `chart ${id}: delay ${delay} of ${timer}`);
        assert(timer !== undefined, `chart ${id}: a delayed raise needs an id`);
        timers.push({ kind: 'arm', id: timer, delay, event });
        break;
      }
      case 'xstate.cancel':
        timers.push({ kind: 'cancel', id: (action.params as { sendId: string }).sendId });
        break;
      default:
        assert(!action.type.startsWith('xstate.'), `chart ${id}: ${action.type} is not supported`);
        assert(
          action.exec === undefined || action.exec === nothing,
          `chart ${id}: action ${action.type} has code`,
        );
        actions.push({ type: action.type, params: action.params as Plain });
    }
  }
  return { timers, actions };
}

/** Top-level states in the order of the file; transitions within nested states count for their top state. */
function shapeOf(machine: AnyStateMachine): ChartShape {
  const states = Object.keys(machine.root.states);
  const transitions: { from: string; to: string; on: string }[] = [];
  const visit = (node: AnyStateMachine['root'], top: string): void => {
    for (const [on, candidates] of node.transitions) {
      for (const candidate of candidates) {
        for (const target of candidate.target ?? []) {
          const to = target.path[0];
          const seen = transitions.some((known) => known.from === top && known.to === to);
          if (to !== undefined && to !== top && !seen) transitions.push({ from: top, to, on });
        }
      }
    }
    for (const child of Object.values(node.states)) visit(child, top);
  };
  for (const name of states) {
    const node = machine.root.states[name];
    if (node !== undefined) visit(node, name);
  }
  return { states, transitions };
}
