/** The machine loses power: nothing gets a last word. */
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const powerLoss: FaultDefinition = {
  kind: 'power-loss',
  title: 'Power loss',
  description: 'The machine is without power from now on. What was only in memory is gone.',
  parameters: [HOST],
  apply: (world, values) => world.powerOff(world.host(textOf(values, 'host'))),
  undo: (world, values) => world.powerOn(world.host(textOf(values, 'host'))),
};
