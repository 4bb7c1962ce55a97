/** What was dragged where: places, and zones that were left for others. */
import type { Topology } from '@/lib/session/messages';
import { CARD, heightOf, widthOf } from '@/lib/views/wires';
import type { BuildNode } from './flow-nodes';
import { partOf } from './flow-nodes';

export interface Moves {
  hosts: { id: string; x: number; y: number; zone?: string }[];
  zones: { id: string; x: number; y: number }[];
}

export function movesOf(nodes: readonly BuildNode[], topology: Topology): Moves {
  const moves: Moves = { hosts: [], zones: [] };
  const zones = new Map<string, { x: number; y: number; width: number; height: number }>();
  for (const node of nodes)
    if (node.type === 'zone') {
      const { zone } = node.data;
      const place = { x: Math.round(node.position.x), y: Math.round(node.position.y) };
      zones.set(zone.id, { ...place, width: zone.width, height: zone.height });
      if (place.x !== zone.x || place.y !== zone.y) moves.zones.push({ id: zone.id, ...place });
    }
  for (const node of nodes) {
    if (node.type !== 'host') continue;
    const { host } = node.data;
    const before = topology.zones.find(({ id }) => id === host.zone);
    const now = zones.get(host.zone);
    if (before === undefined || now === undefined) continue;
    const place = { x: Math.round(node.position.x), y: Math.round(node.position.y) };
    if (place.x === host.x - before.x && place.y === host.y - before.y) continue;
    const middle = { x: now.x + place.x + widthOf(host) / 2, y: now.y + place.y + heightOf(host) / 2 };
    const into = host.kind === 'router' ? undefined : under(zones, middle, host.zone);
    if (into === undefined || into === host.zone) moves.hosts.push({ id: partOf(node), ...place });
    else {
      const other = zones.get(into) ?? now;
      moves.hosts.push({
        id: host.id,
        zone: into,
        x: bounded(now.x + place.x - other.x, other.width - CARD.width - 8),
        y: bounded(now.y + place.y - other.y, other.height - CARD.height - 8),
      });
    }
  }
  return moves;
}
function bounded(value: number, most: number): number {
  return Math.round(Math.max(8, Math.min(value, Math.max(8, most))));
}
function under(
  zones: ReadonlyMap<string, { x: number; y: number; width: number; height: number }>,
  { x, y }: { x: number; y: number },
  own: string,
): string | undefined {
  const covers = ([, zone]: [string, { x: number; y: number; width: number; height: number }]) =>
    x >= zone.x && x <= zone.x + zone.width && y >= zone.y && y <= zone.y + zone.height;
  const found = [...zones].filter(covers).map(([id]) => id);
  return found.includes(own) ? own : found[0];
}
