/** Exactly one running host has an address. */
import { textOf } from '../world/parameters';
import type { ObjectiveDefinition } from './definition';
import { holdersOf } from './single-holder';

export const holder: ObjectiveDefinition<Record<string, never>> = {
  kind: 'holder',
  title: 'Holder of an address',
  description: 'Exactly one running host has this address, or just the one given.',
  parameters: [
    { name: 'address', type: 'address', required: true, description: 'The address.' },
    { name: 'host', type: 'host', required: false, description: 'Which one must have it.' },
  ],
  start: () => ({}),
  sample(_state, values, seen) {
    const holders = holdersOf(seen.world, textOf(values, 'address'));
    const wanted = textOf(values, 'host') || holders[0];
    const isMet = holders.length === 1 && holders[0] === wanted;
    return {
      state: isMet ? 'met' : 'measuring',
      progress: isMet ? 1 : 0,
      measured: holders.length === 0 ? 'nobody' : holders.join(' and '),
    };
  },
};
