/** The service answers well from somewhere, without a break, for so long. */
import type { Micros } from '../std/instant';
import { numberOf, textOf, type ParameterValues } from '../world/parameters';
import { FROM, type ObjectiveDefinition, type ObservedRequest, secondsText, WAITING } from './definition';

interface State {
  goodSince: Micros | undefined;
  lastAt: Micros;
  met: boolean;
  failedBefore: boolean;
  /** The first answer that was seen, if nothing failed since. */
  unbrokenSince: Micros | undefined;
  /** The last answer was no good one. */
  failing: boolean;
}
/** Without a request for so long, nothing is known. */
const SILENCE: Micros = 5_000_000;
/** Whoever repairs it before it breaks must not wait for a failure that never comes. */
const PREVENTED: Micros = 180_000_000;

export const serviceAnswers: ObjectiveDefinition<State> = {
  kind: 'service-answers',
  title: 'Service answers',
  description: 'Every request of a traffic source is answered well, for so long.',
  parameters: [
    FROM,
    { name: 'for', type: 'duration', required: true, description: 'How long without a single failure.' },
    {
      name: 'once-broken',
      type: 'flag',
      required: false,
      description:
        'Starts to count only after the first failure. Nothing failed for 3 minutes: it was prevented, which is as good.',
    },
    {
      name: 'status',
      type: 'number',
      required: false,
      description: 'Only this status is good (else any below 500).',
    },
    { name: 'faster-than', type: 'duration', required: false, description: 'A slower answer is a failure.' },
  ],
  start: () => ({
    goodSince: undefined,
    lastAt: 0,
    met: false,
    failedBefore: false,
    unbrokenSince: undefined,
    failing: false,
  }),
  request(state, request, values) {
    if (request.from !== textOf(values, 'from')) return;
    state.lastAt = request.at;
    state.failing = !isGood(request, values);
    state.unbrokenSince ??= request.at;
    if (state.failing) {
      state.goodSince = undefined;
      state.failedBefore = true;
    } else if (state.goodSince === undefined && (state.failedBefore || values['once-broken'] !== true))
      state.goodSince = request.at - request.micros;
  },
  sample(state, values, seen) {
    const wanted = numberOf(values, 'for', 0);
    if (state.met) return { state: 'met', progress: 1, measured: `held ${secondsText(wanted)}` };
    const isHeard = seen.now - state.lastAt < SILENCE;
    if (state.goodSince === undefined) {
      if (state.failedBefore || state.unbrokenSince === undefined)
        return state.failing ? { ...WAITING, measured: 'requests fail' } : WAITING;
      state.met = isHeard && state.lastAt - state.unbrokenSince >= Math.max(PREVENTED, wanted);
      return state.met
        ? { state: 'met', progress: 1, measured: 'nothing failed' }
        : { ...WAITING, measured: 'nothing has failed yet' };
    }
    const held = state.lastAt - state.goodSince;
    if (held >= wanted && isHeard) {
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

/** Whether one answer is as good as the objective wants it. */
function isGood(request: ObservedRequest, values: ParameterValues): boolean {
  const status = numberOf(values, 'status', request.status);
  const fastest = numberOf(values, 'faster-than', request.micros + 1);
  // A status that was asked for is good whatever it is; else the client's own judgement counts.
  const isAnswered = values['status'] === undefined ? request.ok : request.error === '';
  return isAnswered && request.status === status && request.micros < fastest;
}
