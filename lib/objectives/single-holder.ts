/** Never two hosts with the same address for longer than an election takes. */
import { formatIPv4, parseIPv4 } from '../std/ipv4';
import type { Micros } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import type { World } from '../world/world.contract';
import { type ObjectiveDefinition, secondsText } from './definition';

interface State {
  twoSince: Micros | undefined;
  failed: string;
}

export const singleHolder: ObjectiveDefinition<State> = {
  kind: 'single-holder',
  title: 'One holder',
  description: 'An address is never on two running hosts for longer than so long.',
  parameters: [
    { name: 'address', type: 'address', required: true, description: 'The address.' },
    { name: 'settle', type: 'duration', required: true, description: 'How long an election may take.' },
  ],
  start: () => ({ twoSince: undefined, failed: '' }),
  sample(state, values, seen) {
    const holders = holdersOf(seen.world, textOf(values, 'address'));
    if (holders.length < 2) state.twoSince = undefined;
    else state.twoSince ??= seen.now;
    const both = state.twoSince === undefined ? 0 : seen.now - state.twoSince;
    if (both > numberOf(values, 'settle', 0) && state.failed === '')
      state.failed = `${holders.join(' and ')} for ${secondsText(both)}`;
    const now = holders.length === 0 ? 'nobody' : holders.join(', ');
    return {
      state: state.failed === '' ? 'met' : 'failed',
      progress: 1,
      measured: state.failed === '' ? `now ${now}` : state.failed,
    };
  },
};

/** Names of the running hosts that have this address on an interface. */
export function holdersOf(world: World, address: string): string[] {
  const ip = parseIPv4(address);
  const holders: string[] = [];
  for (const host of world.hosts()) {
    if (host.state.power === 'off') continue;
    for (const device of host.state.interfaces.values()) {
      if (device.addresses.some((entry) => entry.ip === ip)) {
        holders.push(host.name);
        break;
      }
    }
  }
  return ip === undefined ? [`${formatIPv4(0)}`] : holders;
}
