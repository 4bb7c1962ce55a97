/** Power goes and comes back at once: a cold start. */
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const powerCycle: FaultDefinition = {
  kind: 'power-cycle',
  title: 'Cold start',
  description: 'Power goes and comes back at once.',
  parameters: [HOST],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    world.powerOff(host);
    world.powerOn(host);
  },
};
