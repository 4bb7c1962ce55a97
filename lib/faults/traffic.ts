/** What the people outside do: more of them, others, slower ones. */
import { changeOutside, type Outside } from '../world/outside';
import { numberOf, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

const SOURCE = {
  name: 'source',
  type: 'source',
  required: true,
  description: 'Name of the traffic source.',
} as const;
const undo: NonNullable<FaultDefinition['undo']> = (world, values, before) => {
  changeOutside(world, textOf(values, 'source'), before as Partial<Outside>);
};

export const trafficSurge: FaultDefinition = {
  kind: 'traffic-surge',
  title: 'Surge',
  description: 'A source sends so many times its usual rate.',
  parameters: [
    SOURCE,
    { name: 'factor', type: 'number', required: true, description: '10 is ten times as much.' },
  ],
  apply(world, values) {
    const source = textOf(values, 'source');
    const factor = Math.max(0, numberOf(values, 'factor', 1));
    world.record('outside', 'traffic.changed', { source, factor });
    return changeOutside(world, source, { factor });
  },
  undo,
};
export const trafficSource: FaultDefinition = {
  kind: 'traffic-source',
  title: 'Traffic from one source',
  description: 'A source that is `paused` in the lab begins, or one that is there stops (`comes: false`).',
  parameters: [SOURCE, { name: 'comes', type: 'flag', required: false, description: 'true unless given.' }],
  apply(world, values) {
    const source = textOf(values, 'source');
    const comes = values['comes'] !== false;
    world.record('outside', 'traffic.changed', { source, comes });
    return changeOutside(world, source, { comes });
  },
  undo,
};
export const slowClients: FaultDefinition = {
  kind: 'slow-clients',
  title: 'Slow clients',
  description: 'The clients of a source connect and take so long to send their request.',
  parameters: [
    SOURCE,
    { name: 'send-after', type: 'duration', required: true, description: 'Between connecting and sending.' },
  ],
  apply(world, values) {
    const source = textOf(values, 'source');
    const sendAfter = numberOf(values, 'send-after', 0);
    world.record('outside', 'traffic.changed', { source, sendAfter });
    return changeOutside(world, source, { sendAfter });
  },
  undo,
};
