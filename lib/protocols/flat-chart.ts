/**
 * Steps of a chart whose states stand side by side: no nested states, no
 * entry or exit actions. Both of ours are like that, and walking their tables
 * directly is some twenty times faster than XState's general algorithm, which
 * copies its snapshot for each action. The chart stays what it is: these are
 * the transitions that XState has formatted, with their own guards and
 * assignments; a test plays random events through both.
 *
 * The order is XState's (SCXML): the state's transitions before the root's, the
 * first whose guard holds; after each step the eventless ones, then what was raised.
 */
import { assert } from '../std/assert';
import type { ChartEvent } from './adapter';

/** What a step asks for; timers are told from effects by the adapter. */
export interface Asked {
  readonly type: string;
  readonly params: unknown;
  readonly exec: unknown;
}
/** A chart at rest. */
export interface Flat {
  value: string;
  context: object;
}
/** Takes one event: changes what it is given, and adds what it asks for. */
export type FlatStep = (at: Flat, event: ChartEvent, asked: Asked[]) => void;

type Scope = { context: object; event: ChartEvent };
type Call = (scope: unknown, params?: unknown) => unknown;
/** As XState formats them: functions of its own carry a type and what they were made from. */
interface RawAction {
  readonly type: string;
  readonly params?: unknown;
  readonly assignment?: unknown;
  readonly event?: unknown;
  readonly id?: string;
  readonly delay?: unknown;
  readonly sendId?: unknown;
  readonly collect?: Call;
}
interface RawTransition {
  readonly guard?: unknown;
  readonly target?: readonly { readonly key: string }[] | undefined;
  readonly actions: readonly (string | RawAction)[];
}
interface RawNode {
  readonly type: string;
  readonly states: Readonly<Record<string, RawNode>>;
  readonly transitions: ReadonlyMap<string, readonly RawTransition[]>;
  readonly always?: readonly RawTransition[] | undefined;
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  readonly invoke: readonly unknown[];
}
interface RawMachine {
  readonly id: string;
  readonly root: RawNode;
  readonly implementations: {
    readonly actions: Readonly<Record<string, unknown>>;
    readonly guards: Readonly<Record<string, unknown>>;
    readonly delays: Readonly<Record<string, unknown>>;
  };
}

interface Transition {
  readonly guard: ((scope: Scope) => unknown) | undefined;
  readonly target: string | undefined;
  readonly actions: readonly RawAction[];
  /** Names of effects among the actions, and what stands behind them. */
  readonly effects: readonly unknown[];
}
interface State {
  readonly on: ReadonlyMap<string, readonly Transition[]>;
  readonly always: readonly Transition[];
}

const NO_TRANSITIONS: readonly Transition[] = [];
const BUILT_IN = ['xstate.assign', 'xstate.raise', 'xstate.cancel', 'xstate.enqueueActions'];

/** The table of a chart; undefined when it uses more than such a table can say. */
export function flatStepOf(machine: unknown): FlatStep | undefined {
  const { root, implementations, id } = machine as RawMachine;
  const nodes = Object.entries(root.states);
  const isPlain = (node: RawNode): boolean =>
    node.entry.length + node.exit.length + node.invoke.length === 0 &&
    [...node.transitions.keys()].every((type) => !type.includes('*') && type !== '') &&
    [...node.transitions.values(), node.always ?? []].flat().every(isPlainTransition);
  const isPlainTransition = ({ target, guard, actions }: RawTransition): boolean =>
    (target?.length ?? 0) <= 1 &&
    (guard === undefined || guardOf(guard) !== undefined) &&
    actions.every((action) => isKnown(action));
  const guardOf = (guard: unknown): Call | undefined => {
    const found = typeof guard === 'string' ? implementations.guards[guard] : guard;
    return typeof found === 'function' && !('check' in found) ? (found as Call) : undefined;
  };
  const isKnown = (action: string | RawAction): boolean => {
    if (typeof action === 'function') return BUILT_IN.includes((action as RawAction).type);
    const found = implementations.actions[typeof action === 'string' ? action : action.type];
    return found === undefined || (typeof found === 'function' && !('resolve' in found));
  };
  if (!isPlain(root) || !nodes.every(([, node]) => node.type === 'atomic' && isPlain(node))) return undefined;

  const transitionOf = (raw: RawTransition): Transition => ({
    guard: raw.guard === undefined ? undefined : guardOf(raw.guard),
    target: raw.target?.[0]?.key,
    actions: raw.actions.map((action) => (typeof action === 'string' ? { type: action } : action)),
    effects: raw.actions.map((action) =>
      typeof action === 'function'
        ? undefined
        : implementations.actions[typeof action === 'string' ? action : action.type],
    ),
  });
  const stateOf = (node: RawNode): State => ({
    on: new Map([...node.transitions].map(([type, list]) => [type, list.map(transitionOf)])),
    always: (node.always ?? []).map(transitionOf),
  });
  const states = new Map(nodes.map(([name, node]) => [name, stateOf(node)]));
  const top = stateOf(root);
  const player = new Player(id, states, top, implementations.delays);
  return (at, event, asked) => player.step(at, event, asked);
}

class Player {
  constructor(
    private readonly id: string,
    private readonly states: ReadonlyMap<string, State>,
    private readonly top: State,
    private readonly delays: Readonly<Record<string, unknown>>,
  ) {}

  step(at: Flat, first: ChartEvent, asked: Asked[]): void {
    const raised: ChartEvent[] = [];
    let event = first;
    this.#take(at, event, this.#chosen(at, event), asked, raised);
    for (let looks = true; ; ) {
      const { value, context } = at;
      const eventless = looks ? this.#eventless(at, event) : undefined;
      if (eventless !== undefined) {
        this.#take(at, event, eventless, asked, raised);
        looks = at.value !== value || at.context !== context;
        continue;
      }
      const next = raised.shift();
      if (next === undefined) return;
      event = next;
      this.#take(at, event, this.#chosen(at, event), asked, raised);
      looks = true;
    }
  }
  #state(at: Flat): State {
    const state = this.states.get(at.value);
    assert(state !== undefined, `chart ${this.id} has no state ${at.value}`);
    return state;
  }
  #chosen(at: Flat, event: ChartEvent): Transition | undefined {
    return (
      firstOf(this.#state(at).on.get(event.type) ?? NO_TRANSITIONS, at, event) ??
      firstOf(this.top.on.get(event.type) ?? NO_TRANSITIONS, at, event)
    );
  }
  #eventless(at: Flat, event: ChartEvent): Transition | undefined {
    return firstOf(this.#state(at).always, at, event) ?? firstOf(this.top.always, at, event);
  }

  #take(
    at: Flat,
    event: ChartEvent,
    transition: Transition | undefined,
    asked: Asked[],
    raised: ChartEvent[],
  ): void {
    if (transition === undefined) return;
    const { actions, effects } = transition;
    for (let i = 0; i < actions.length; i++)
      this.#act(at, event, actions[i] as RawAction, effects[i], asked, raised);
    if (transition.target !== undefined) at.value = transition.target;
  }

  #act(
    at: Flat,
    event: ChartEvent,
    action: RawAction,
    exec: unknown,
    asked: Asked[],
    raised: ChartEvent[],
  ): void {
    const scope: Scope = { context: at.context, event };
    switch (action.type) {
      case 'xstate.assign':
        at.context = assigned(action.assignment, scope);
        return;
      case 'xstate.raise': {
        const { delay } = action;
        const lasts = valueOf(typeof delay === 'string' ? this.delays[delay] : delay, scope);
        const raisedEvent = valueOf(action.event, scope) as ChartEvent;
        if (typeof lasts !== 'number') raised.push(raisedEvent);
        asked.push({
          type: 'xstate.raise',
          params: { event: raisedEvent, id: action.id, delay: lasts },
          exec: undefined,
        });
        return;
      }
      case 'xstate.cancel':
        asked.push({
          type: 'xstate.cancel',
          params: { sendId: valueOf(action.sendId, scope) },
          exec: undefined,
        });
        return;
      case 'xstate.enqueueActions':
        for (const queued of collected(action, scope)) this.#act(at, event, queued, undefined, asked, raised);
        return;
      default:
        asked.push({ type: action.type, params: valueOf(action.params, scope), exec });
    }
  }
}

function firstOf(transitions: readonly Transition[], at: Flat, event: ChartEvent): Transition | undefined {
  for (let i = 0; i < transitions.length; i++) {
    const transition = transitions[i] as Transition;
    if (transition.guard === undefined || transition.guard({ context: at.context, event })) return transition;
  }
  return undefined;
}
function valueOf(given: unknown, scope: Scope): unknown {
  return typeof given === 'function' ? (given as Call)(scope) : given;
}
function assigned(assignment: unknown, scope: Scope): object {
  if (typeof assignment === 'function')
    return { ...scope.context, ...((assignment as Call)(scope) as object) };
  const made: Record<string, unknown> = { ...scope.context };
  for (const key in assignment as object)
    made[key] = valueOf((assignment as Record<string, unknown>)[key], scope);
  return made;
}
/** What `enqueueActions` put together; only what our charts use. */
function collected(action: RawAction, { context, event }: Scope): RawAction[] {
  const queued: RawAction[] = [];
  const enqueue = Object.assign(
    (named: string | RawAction) => queued.push(typeof named === 'string' ? { type: named } : named),
    {
      assign: (assignment: unknown) => queued.push({ type: 'xstate.assign', assignment }),
      raise: (raisedEvent: unknown, options?: { id?: string; delay?: unknown }) =>
        queued.push({ type: 'xstate.raise', event: raisedEvent, ...options }),
      cancel: (sendId: unknown) => queued.push({ type: 'xstate.cancel', sendId }),
    },
  );
  action.collect?.({ context, event, enqueue });
  return queued;
}
