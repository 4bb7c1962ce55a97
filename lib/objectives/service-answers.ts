/** The service answers well from somewhere, without a break, for so long. */
import type { Micros } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import { type ObjectiveDefinition, secondsText, WAITING } from './definition';

interface State {
  goodSince: Micros | undefined;
  lastAt: Micros;
  met: boolean;
  failedBefore: boolean;
}

export const serviceAnswers: ObjectiveDefinition<State> = {
  kind: 'service-answers',
  title: 'Service answers',
  description: 'Every request of a traffic source is answered well, for so long.',
  parameters: [
    { name: 'from', type: 'text', required: true, description: 'Name of the traffic source.' },
    { name: 'for', type: 'duration', required: true, description: 'How long without a single failure.' },
    { name: 'after', type: 'text', required: false, description: 'Only after this event of the timeline.' },
    {
      name: 'once-broken',
      type: 'flag',
      required: false,
      description: 'Starts to count only after the first failure.',
    },
  ],
  start: () => ({ goodSince: undefined, lastAt: 0, met: false, failedBefore: false }),
  request(state, request, values, seen) {
    if (request.from !== textOf(values, 'from') || !isOpen(values, seen.events, request.at)) return;
    state.lastAt = request.at;
    if (!request.ok) {
      state.goodSince = undefined;
      state.failedBefore = true;
    } else if (state.goodSince === undefined && (state.failedBefore || values['once-broken'] !== true))
      state.goodSince = request.at - request.micros;
  },
  sample(state, values, seen) {
    const wanted = numberOf(values, 'for', 0);
    if (state.met) return { state: 'met', progress: 1, measured: `held ${secondsText(wanted)}` };
    if (state.goodSince === undefined) return WAITING;
    const held = state.lastAt - state.goodSince;
    if (held >= wanted && seen.now - state.lastAt < 5_000_000) {
      state.met = true;
      return { state: 'met', progress: 1, measured: `held ${secondsText(wanted)}` };
    }
    return {
      state: 'measuring',
      progress: Math.min(1, held / wanted),
      measured: `${secondsText(held)} of ${secondsText(wanted)}`,
    };
  },
};
function isOpen(
  values: Parameters<ObjectiveDefinition['sample']>[1],
  events: ReadonlyMap<string, Micros>,
  at: Micros,
): boolean {
  const after = textOf(values, 'after');
  return after === '' || (events.get(after) ?? Number.POSITIVE_INFINITY) <= at;
}
