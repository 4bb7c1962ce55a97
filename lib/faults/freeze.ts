/** The machine hangs or goes on: nothing runs and nothing answers meanwhile. */
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const freeze: FaultDefinition = {
  kind: 'freeze',
  title: 'Hang',
  description: 'The whole machine hangs, until `thaw: true`.',
  parameters: [HOST, { name: 'thaw', type: 'flag', required: false, description: 'It goes on again.' }],
  apply: (world, values) => world.freeze(world.host(textOf(values, 'host')), values['thaw'] !== true),
  undo: (world, values) => world.freeze(world.host(textOf(values, 'host')), values['thaw'] === true),
};
