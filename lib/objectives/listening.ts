/** A host has a listener on a port, for an address, at this moment. */
import { parseIPv4 } from '../std/ipv4';
import { numberOf, textOf } from '../world/parameters';
import type { ObjectiveDefinition } from './definition';

export const listening: ObjectiveDefinition<Record<string, never>> = {
  kind: 'listening',
  title: 'Listener',
  description: 'Something listens on a port of a host (on every address or on the one given).',
  parameters: [
    { name: 'host', type: 'host', required: true, description: 'Which machine.' },
    { name: 'port', type: 'number', required: true, description: 'TCP port.' },
    {
      name: 'address',
      type: 'address',
      required: false,
      description: 'An address that must be answered for.',
    },
  ],
  start: () => ({}),
  sample(_state, values, seen) {
    const host = seen.world.host(textOf(values, 'host'));
    const address = textOf(values, 'address');
    const ip = address === '' ? undefined : parseIPv4(address);
    const found =
      host.state.power === 'off'
        ? undefined
        : seen.world.network
            .listeners(host)
            .find(
              (entry) =>
                !entry.six &&
                entry.port === numberOf(values, 'port', 0) &&
                (ip === undefined || entry.ip === 0 || entry.ip === ip),
            );
    return found === undefined
      ? {
          state: 'waiting',
          progress: 0,
          measured: host.state.power === 'off' ? 'no power' : 'nothing listens',
        }
      : { state: 'met', progress: 1, measured: 'listens' };
  },
};
