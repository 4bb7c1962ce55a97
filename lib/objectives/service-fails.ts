/** The service does not answer well: what a fault should have broken, or what must never be. */
import type { Micros } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import { FROM, type ObjectiveDefinition, secondsText, WAITING } from './definition';

interface State {
  badSince: Micros | undefined;
  failures: number;
  last: string;
}

export const serviceFails: ObjectiveDefinition<State> = {
  kind: 'service-fails',
  title: 'Service fails',
  description: 'Requests of a traffic source fail, without a good answer in between, for so long.',
  parameters: [
    FROM,
    {
      name: 'for',
      type: 'duration',
      required: false,
      description: 'How long without a good answer; one failure is enough unless given.',
    },
    { name: 'status', type: 'number', required: false, description: 'Only answers with this status count.' },
    {
      name: 'error',
      type: 'choice',
      required: false,
      description: 'Only this kind of failure counts.',
      choices: ['refused', 'timeout', 'unreachable', 'reset', 'empty', 'resolve', 'protocol', 'tls'],
    },
  ],
  start: () => ({ badSince: undefined, failures: 0, last: '' }),
  request(state, request, values) {
    if (request.from !== textOf(values, 'from')) return;
    const status = numberOf(values, 'status', request.status);
    const error = textOf(values, 'error') || request.error;
    const isMeant = request.status === status && request.error === error;
    if (isMeant && (!request.ok || values['status'] !== undefined)) {
      state.badSince ??= request.at - request.micros;
      state.failures += 1;
      state.last = request.error || `status ${request.status}`;
    } else if (request.ok) {
      state.badSince = undefined;
      state.failures = 0;
    }
  },
  sample(state, values, seen) {
    if (state.badSince === undefined) return WAITING;
    const wanted = numberOf(values, 'for', 0);
    const bad = seen.now - state.badSince;
    return {
      state: bad >= wanted ? 'met' : 'measuring',
      progress: Math.min(1, bad / Math.max(1, wanted)),
      measured: `${state.last}, ${secondsText(bad)} without a good answer`,
    };
  },
};
