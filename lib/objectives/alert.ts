/** An alert of the pager fires, or is quiet. */
import { textOf } from '../world/parameters';
import type { ObjectiveDefinition } from './definition';

export const alert: ObjectiveDefinition<Record<string, never>> = {
  kind: 'alert',
  title: 'Alert',
  description: 'An alert of the pager fires now (or does not: `fires: false`).',
  parameters: [
    { name: 'alert', type: 'alert', required: true, description: 'Its id in `pager`.' },
    { name: 'fires', type: 'flag', required: false, description: 'true unless given.' },
  ],
  start: () => ({}),
  sample(_state, values, seen) {
    const fires = seen.alerts.has(textOf(values, 'alert'));
    const isMet = fires === (values['fires'] !== false);
    return {
      state: isMet ? 'met' : 'measuring',
      progress: isMet ? 1 : 0,
      measured: fires ? 'fires' : 'quiet',
    };
  },
};
