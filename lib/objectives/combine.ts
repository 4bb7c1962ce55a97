/** Conditions made of conditions: all, any, not. */
import { CONDITION, CONDITIONS, type Judgement, type ObjectiveDefinition } from './definition';
import { childrenOf, sampleAll, startAll, tellAll } from './nested';

type States = { of: unknown[] };

export const all: ObjectiveDefinition<States> = {
  kind: 'all',
  title: 'All of',
  description: 'All of these hold at the same time. Failed as soon as one of them is.',
  parameters: [CONDITIONS],
  start: (values) => ({ of: startAll(childrenOf(values, 'of')) }),
  request: (state, request, values, seen) => tellAll(childrenOf(values, 'of'), state.of, request, seen),
  sample(state, values, seen) {
    const judgements = sampleAll(childrenOf(values, 'of'), state.of, seen);
    const met = judgements.filter((judgement) => judgement.state === 'met').length;
    const failed = judgements.find((judgement) => judgement.state === 'failed');
    const open = failed ?? judgements.find((judgement) => judgement.state !== 'met');
    if (open === undefined) return { state: 'met', progress: 1, measured: `all ${judgements.length} hold` };
    return {
      state: failed === undefined ? 'measuring' : 'failed',
      progress: met / judgements.length,
      measured: `${met} of ${judgements.length}${open.measured === '' ? '' : `; ${open.measured}`}`,
    };
  },
};

export const any: ObjectiveDefinition<States> = {
  kind: 'any',
  title: 'Any of',
  description: 'At least one of these holds.',
  parameters: [CONDITIONS],
  start: (values) => ({ of: startAll(childrenOf(values, 'of')) }),
  request: (state, request, values, seen) => tellAll(childrenOf(values, 'of'), state.of, request, seen),
  sample(state, values, seen) {
    const judgements = sampleAll(childrenOf(values, 'of'), state.of, seen);
    const met = judgements.find((judgement) => judgement.state === 'met');
    if (met !== undefined) return met;
    const isLost = judgements.every((judgement) => judgement.state === 'failed');
    return {
      state: isLost ? 'failed' : 'measuring',
      progress: Math.max(0, ...judgements.map(({ progress }) => progress)),
      measured: judgements.find(({ measured }) => measured !== '')?.measured ?? '',
    };
  },
};

export const not: ObjectiveDefinition<States> = {
  kind: 'not',
  title: 'Not',
  description: 'This does not hold now.',
  parameters: [CONDITION],
  start: (values) => ({ of: startAll(childrenOf(values, 'of')) }),
  request: (state, request, values, seen) => tellAll(childrenOf(values, 'of'), state.of, request, seen),
  sample(state, values, seen): Judgement {
    const [judgement] = sampleAll(childrenOf(values, 'of'), state.of, seen);
    const measured = judgement?.measured ?? '';
    return judgement?.state === 'met'
      ? { state: 'measuring', progress: 0, measured }
      : { state: 'met', progress: 1, measured };
  },
};
