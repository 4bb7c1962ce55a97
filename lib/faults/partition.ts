/** The network between machines is cut while every card still has its carrier: a switch or an uplink has failed. */
import { textOf, textsOf, type ParameterValues } from '../world/parameters';
import type { InterfaceState, World } from '../world/world.contract';
import type { FaultDefinition } from './definition';

export const partition: FaultDefinition = {
  kind: 'partition',
  title: 'Partition',
  description:
    'Frames no longer pass between two groups of machines of a zone, or between a zone and everything outside it.',
  parameters: [
    { name: 'zone', type: 'zone', required: true, description: 'Whose switch it is.' },
    {
      name: 'group',
      type: 'hosts',
      required: false,
      description: 'Machines on one side; unless given, all of the zone but its routers.',
    },
  ],
  apply: (world, values) => cut(world, values, true),
  undo: (world, values) => cut(world, values, false),
};
interface Card {
  host: string;
  device: InterfaceState;
  isRouter: boolean;
}
function cut(world: World, values: ParameterValues, isCut: boolean): void {
  const zone = textOf(values, 'zone');
  const group = textsOf(values, 'group');
  const cards = world.hosts().flatMap((host): Card[] => {
    const wired = [...host.state.interfaces.values()].filter(({ segment }) => segment !== undefined);
    return wired
      .filter(({ segment }) => segment === zone)
      .map((device) => ({ host: host.name, device, isRouter: wired.length > 1 }));
  });
  const isHere = (card: Card): boolean => (group.length > 0 ? group.includes(card.host) : !card.isRouter);
  for (const card of cards) {
    const others = cards.filter((other) => isHere(other) !== isHere(card)).map(({ device }) => device.mac);
    const known = new Set(card.device.cut);
    for (const mac of others) {
      if (isCut) known.add(mac);
      else known.delete(mac);
    }
    world.network.cut(world.host(card.host), card.device.name, [...known]);
  }
  world.record('scenario', isCut ? 'network.partition' : 'network.whole', { zone, group: group.join(' ') });
}
