/** Conditions in time: held for so long, reached within so long, only after something, never. */
import { type Micros } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import { CONDITION, momentOf, type ObjectiveDefinition, secondsText, WAITING } from './definition';
import { childrenOf, sampleAll, startAll, tellAll } from './nested';

interface Held {
  of: unknown[];
  since: Micros | undefined;
}

export const holdsFor: ObjectiveDefinition<Held> = {
  kind: 'holds-for',
  title: 'Holds for',
  description: 'A condition holds for so long without a break, looked at every second.',
  parameters: [CONDITION, { name: 'for', type: 'duration', required: true, description: 'How long.' }],
  start: (values) => ({ of: startAll(childrenOf(values, 'of')), since: undefined }),
  request: (state, request, values, seen) => tellAll(childrenOf(values, 'of'), state.of, request, seen),
  sample(state, values, seen) {
    const [judgement] = sampleAll(childrenOf(values, 'of'), state.of, seen);
    if (judgement === undefined || judgement.state === 'failed') return judgement ?? WAITING;
    if (judgement.state !== 'met') {
      state.since = undefined;
      return { ...judgement, progress: 0 };
    }
    state.since ??= seen.now;
    const wanted = numberOf(values, 'for', 0);
    const held = seen.now - state.since;
    return held >= wanted
      ? { state: 'met', progress: 1, measured: `held ${secondsText(wanted)}` }
      : {
          state: 'measuring',
          progress: held / wanted,
          measured: `${secondsText(held)} of ${secondsText(wanted)}`,
        };
  },
};

interface Within {
  of: unknown[];
  startedAt: Micros | undefined;
  verdict: 'met' | 'failed' | undefined;
}
export const within: ObjectiveDefinition<Within> = {
  kind: 'within',
  title: 'Within',
  description: 'A condition holds at some time within so long after an event; failed when it does not.',
  parameters: [
    CONDITION,
    { name: 'time', type: 'duration', required: true, description: 'How long at most.' },
    {
      name: 'since',
      type: 'moment',
      required: false,
      description: 'Event or objective from which it counts; the beginning of the run unless given.',
    },
  ],
  start: (values) => ({ of: startAll(childrenOf(values, 'of')), startedAt: undefined, verdict: undefined }),
  request(state, request, values, seen) {
    if (state.startedAt !== undefined) tellAll(childrenOf(values, 'of'), state.of, request, seen);
  },
  sample(state, values, seen) {
    const since = textOf(values, 'since');
    state.startedAt ??= since === '' ? seen.now : momentOf(seen, since);
    if (state.startedAt === undefined) return WAITING;
    const time = numberOf(values, 'time', 0);
    const took = seen.now - state.startedAt;
    const [judgement] = sampleAll(childrenOf(values, 'of'), state.of, seen);
    if (state.verdict === undefined && judgement?.state === 'met' && took <= time) state.verdict = 'met';
    if (state.verdict === undefined && (took > time || judgement?.state === 'failed'))
      state.verdict = 'failed';
    return {
      state: state.verdict ?? 'measuring',
      progress: Math.min(1, took / Math.max(1, time)),
      measured: judgement?.measured ?? '',
    };
  },
};

interface After {
  of: unknown[];
}
export const after: ObjectiveDefinition<After> = {
  kind: 'after',
  title: 'After',
  description: 'A condition that counts only from an event or objective on.',
  parameters: [
    CONDITION,
    { name: 'moment', type: 'moment', required: true, description: 'Event or objective.' },
  ],
  start: (values) => ({ of: startAll(childrenOf(values, 'of')) }),
  request(state, request, values, seen) {
    if (momentOf(seen, textOf(values, 'moment')) !== undefined)
      tellAll(childrenOf(values, 'of'), state.of, request, seen);
  },
  sample(state, values, seen) {
    if (momentOf(seen, textOf(values, 'moment')) === undefined) return WAITING;
    return sampleAll(childrenOf(values, 'of'), state.of, seen)[0] ?? WAITING;
  },
};

interface Never {
  of: unknown[];
  since: Micros | undefined;
  failed: string | undefined;
}
export const never: ObjectiveDefinition<Never> = {
  kind: 'never',
  title: 'Never',
  description: 'For guards: failed as soon as the condition has held (for so long).',
  parameters: [
    CONDITION,
    {
      name: 'for',
      type: 'duration',
      required: false,
      description: 'How long it may hold; not at all unless given.',
    },
  ],
  start: (values) => ({ of: startAll(childrenOf(values, 'of')), since: undefined, failed: undefined }),
  request: (state, request, values, seen) => tellAll(childrenOf(values, 'of'), state.of, request, seen),
  sample(state, values, seen) {
    const [judgement] = sampleAll(childrenOf(values, 'of'), state.of, seen);
    if (judgement?.state === 'met') {
      state.since ??= seen.now;
      if (seen.now - state.since >= numberOf(values, 'for', 0)) state.failed ??= judgement.measured;
    } else state.since = undefined;
    return {
      state: state.failed === undefined ? 'met' : 'failed',
      progress: state.failed === undefined ? 1 : 0,
      measured: state.failed ?? judgement?.measured ?? '',
    };
  },
};
