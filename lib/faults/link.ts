/** A cable is pulled or put back. */
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const link: FaultDefinition = {
  kind: 'link',
  title: 'Cable',
  description: 'The cable of one interface is pulled, or put back. With `for` and `every` it flaps.',
  parameters: [
    HOST,
    { name: 'interface', type: 'interface', required: true, description: 'Which card.' },
    {
      name: 'state',
      type: 'choice',
      required: true,
      description: 'Pulled (down) or in place (up).',
      choices: ['down', 'up'],
    },
  ],
  apply: (world, values) =>
    world.network.setCarrier(
      world.host(textOf(values, 'host')),
      textOf(values, 'interface'),
      textOf(values, 'state') === 'up',
    ),
  undo: (world, values) =>
    world.network.setCarrier(
      world.host(textOf(values, 'host')),
      textOf(values, 'interface'),
      textOf(values, 'state') !== 'up',
    ),
};
