/** The machine's clock is wrong by so much. */
import { HOST, numberOf, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const clockSkew: FaultDefinition = {
  kind: 'clock-skew',
  title: 'Wrong clock',
  description: "The machine's clock is ahead by so much (negative: behind).",
  parameters: [HOST, { name: 'ahead', type: 'number', required: true, description: 'Seconds ahead.' }],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    host.state.clockSkew = Math.round(numberOf(values, 'ahead', 0) * 1_000_000);
    world.record(host.name, 'clock.skewed', { seconds: numberOf(values, 'ahead', 0) });
  },
  undo(world, values) {
    world.host(textOf(values, 'host')).state.clockSkew = 0;
  },
};
