/** Failed requests stay within what is left of the error budget. */
import { numberOf, textOf } from '../world/parameters';
import { FROM, type ObjectiveDefinition } from './definition';

export const errorBudget: ObjectiveDefinition<{ over: boolean }> = {
  kind: 'error-budget',
  title: 'Error budget',
  description: 'Over the whole run no more requests fail than are left in the budget.',
  parameters: [
    FROM,
    { name: 'requests', type: 'number', required: true, description: 'How many requests may still fail.' },
  ],
  start: () => ({ over: false }),
  sample(state, values, seen) {
    const budget = numberOf(values, 'requests', 0);
    const failed = seen.totals.get(textOf(values, 'from'))?.failed ?? 0;
    state.over ||= failed > budget;
    return {
      state: state.over ? 'failed' : 'met',
      progress: Math.max(0, 1 - failed / Math.max(1, budget)),
      measured: `${grouped(failed)} of ${grouped(budget)} failed requests`,
    };
  },
};

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
