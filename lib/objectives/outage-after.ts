/**
 * How much service an event costs: the longest time without a good answer, while somebody waited for one, in the window
 * after it. Who is answered late because of a packet sent again waited too.
 */
import type { Micros } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import { FROM, momentOf, type ObjectiveDefinition, secondsText, WAITING } from './definition';

interface State {
  lastGood: Micros;
  worst: Micros;
  failures: number;
  verdict: 'met' | 'failed' | undefined;
}

export const outageAfter: ObjectiveDefinition<State> = {
  kind: 'outage-after',
  title: 'Outage after an event',
  description: 'In the window after an event, nobody waits longer than this without any good answer.',
  parameters: [
    FROM,
    { name: 'event', type: 'moment', required: true, description: 'Event of the timeline, or objective.' },
    { name: 'at-most', type: 'duration', required: true, description: 'Longest time without a good answer.' },
    {
      name: 'within',
      type: 'duration',
      required: true,
      description: 'How long after the event it is measured.',
    },
  ],
  start: () => ({ lastGood: 0, worst: 0, failures: 0, verdict: undefined }),
  request(state, request, values, seen) {
    if (request.from !== textOf(values, 'from') || state.verdict !== undefined) return;
    const since = momentOf(seen, textOf(values, 'event'));
    const begins = request.at - request.micros;
    if (since !== undefined && begins >= since && !request.ok) state.failures += 1;
    if (!request.ok) return;
    if (since !== undefined && request.at > since) {
      const gap = request.at - Math.max(state.lastGood, since);
      state.worst = Math.max(state.worst, state.failures > 0 ? gap : Math.min(gap, request.micros));
    }
    state.lastGood = Math.max(state.lastGood, request.at);
    if (since !== undefined && request.at > since) state.failures = 0;
  },
  sample(state, values, seen) {
    const since = momentOf(seen, textOf(values, 'event'));
    const limit = numberOf(values, 'at-most', 0);
    if (since === undefined) return WAITING;
    const open = state.failures > 0 ? seen.now - Math.max(state.lastGood, since) : 0;
    const gap = Math.max(state.worst, open);
    const measured = `gap ${secondsText(gap)} of ${secondsText(limit)}`;
    if (gap > limit) state.verdict ??= 'failed';
    const window = numberOf(values, 'within', 0);
    if (seen.now - since >= window) state.verdict ??= 'met';
    return {
      state: state.verdict ?? 'measuring',
      progress: Math.min(1, (seen.now - since) / window),
      measured,
    };
  },
};
