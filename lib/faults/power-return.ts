/** Power comes back and the machine boots from what is on its disk. */
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const powerReturn: FaultDefinition = {
  kind: 'power-return',
  title: 'Power returns',
  description: 'The machine boots from what is on its disk.',
  parameters: [HOST],
  apply: (world, values) => world.powerOn(world.host(textOf(values, 'host'))),
};
