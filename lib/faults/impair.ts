/** A bad line: loss, delay, one direction only. */
import { HOST, numberOf, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const impair: FaultDefinition = {
  kind: 'impair',
  title: 'Bad line',
  description: 'Packets on one cable are lost or late, in one direction (loss 1: a one-way link) or both.',
  parameters: [
    HOST,
    { name: 'interface', type: 'interface', required: true, description: 'Which card.' },
    { name: 'loss', type: 'share', required: false, description: 'Share of packets that are lost, 0 to 1.' },
    { name: 'latency', type: 'duration', required: false, description: 'How much later each packet comes.' },
    {
      name: 'direction',
      type: 'choice',
      required: false,
      description: 'Which way.',
      choices: ['in', 'out', 'both'],
    },
  ],
  apply(world, values) {
    const loss = Math.round(numberOf(values, 'loss', 0) * 1_000_000);
    const latency = numberOf(values, 'latency', 0);
    const direction = textOf(values, 'direction');
    const impairment = {
      lossPpm: loss,
      latencyMicros: latency,
      direction: direction === 'in' || direction === 'out' ? direction : 'both',
    } as const;
    world.network.impair(
      world.host(textOf(values, 'host')),
      textOf(values, 'interface'),
      loss === 0 && latency === 0 ? undefined : impairment,
    );
  },
  undo: (world, values) =>
    world.network.impair(world.host(textOf(values, 'host')), textOf(values, 'interface'), undefined),
};
