/** The lab as the canvas draws it. Places come from the scenario, addresses from the hosts' cards. */
import type { Scenario } from '../scenario/schema';
import type { World } from '../world/world.contract';
import type { Topology } from './messages';

const ZONE_WIDTH = 170;
const ZONE_HEIGHT = 560;

export function topologyOf({ lab }: Scenario, world: World): Topology {
  return {
    zones: Object.entries(lab.zones).map(([id, { label, subnet, tone, at }]) => ({
      id,
      label: label ?? id,
      subnet,
      tone,
      x: at.x,
      y: at.y,
      width: at.width ?? ZONE_WIDTH,
      height: at.height ?? ZONE_HEIGHT,
    })),
    hosts: Object.entries(lab.hosts).map(([id, host]) => {
      const cards = Object.entries(host.interfaces);
      const zone = lab.zones[host.zone];
      const state = world.findHost(id)?.state;
      return {
        id,
        zone: host.zone,
        kind: host.kind,
        label: id,
        address: cards[0]?.[1].address.split('/')[0] ?? '',
        x: host.at.x + (zone?.at.x ?? 0),
        y: host.at.y + (zone?.at.y ?? 0),
        description: host.description,
        interfaces: cards.map(([name, card]) => ({
          name,
          address: card.address,
          segment: card.zone,
          mac: state?.interfaces.get(name)?.mac ?? '',
        })),
      };
    }),
    links: lab.links.map(({ from, to, kind, label }) => ({
      id: `${from}-${to}`,
      from,
      to,
      kind,
      ...(label === undefined ? {} : { label }),
    })),
  };
}
