/** Another machine has the same address: somebody copied a configuration. */
import { parseIPv4 } from '../std/ipv4';
import { HOST, textOf } from '../world/parameters';
import type { FaultDefinition } from './definition';

export const addressConflict: FaultDefinition = {
  kind: 'address-conflict',
  title: 'Address taken twice',
  description: 'A machine is given an address that belongs to another one, and announces it.',
  parameters: [
    { ...HOST, description: 'The machine that gets the address too.' },
    { name: 'interface', type: 'interface', required: true, description: 'On which card.' },
    { name: 'address', type: 'address', required: true, description: 'The address.' },
  ],
  apply(world, values) {
    const host = world.host(textOf(values, 'host'));
    if (host.state.power === 'off') return;
    const ip = parseIPv4(textOf(values, 'address')) ?? 0;
    world.network.addAddress(host, textOf(values, 'interface'), { ip, prefix: 32 });
    world.network.gratuitousArp(host, textOf(values, 'interface'), ip);
  },
  undo(world, values) {
    const host = world.host(textOf(values, 'host'));
    world.network.removeAddress(host, textOf(values, 'interface'), parseIPv4(textOf(values, 'address')) ?? 0);
  },
};
