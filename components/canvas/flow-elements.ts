/** The topology as React Flow's nodes and edges. Built when the topology changes, never per tick: live numbers are read by id. */
import type { Edge, Node } from '@xyflow/react';
import type { HostView, LinkView, Topology, ZoneView } from '@/lib/session/messages';
import { type Curve, curveBetween, heightOf, pathText, widthOf } from '@/lib/views/wires';

export type ZoneNode = Node<{ zone: ZoneView }, 'zone'>;
export type HostNode = Node<{ host: HostView; zone: string | undefined }, 'host'>;
export type FlowNode = ZoneNode | HostNode;
export type WireEdge = Edge<{ link: LinkView; curve: Curve }, 'wire'>;

/** Zones lie under wires, wires under hosts. Holds with `zIndexMode="manual"` only: React Flow else lifts a wire over the hosts it joins. */
const LAYER = { zone: 0, wire: 1, host: 2 } as const;

export function flowNodes({ zones, hosts }: Topology): FlowNode[] {
  const zoneNodes = zones.map(
    (zone): ZoneNode => ({
      id: `zone:${zone.id}`,
      type: 'zone',
      position: { x: zone.x, y: zone.y },
      width: zone.width,
      height: zone.height,
      zIndex: LAYER.zone,
      data: { zone },
      selectable: false,
    }),
  );
  return [...zoneNodes, ...hosts.map((host) => hostNode(host, zones))];
}

function hostNode(host: HostView, zones: readonly ZoneView[]): HostNode {
  const zone = zones.find(({ id }) => id === host.zone);
  const child = zone !== undefined && host.kind !== 'router';
  return {
    id: host.id,
    type: 'host',
    position: child ? { x: host.x - zone.x, y: host.y - zone.y } : { x: host.x, y: host.y },
    ...(child ? { parentId: `zone:${zone.id}` } : {}),
    width: widthOf(host),
    initialHeight: heightOf(host),
    zIndex: LAYER.host,
    data: { host, zone: zone?.label },
  };
}

/** `selected`: on a canvas where wires can be chosen, ids of those that are. */
export function flowEdges({ hosts, links }: Topology, selected?: ReadonlySet<string>): WireEdge[] {
  const places = new Map(hosts.map((host) => [host.id, host]));
  return links.flatMap((link): WireEdge[] => {
    const from = places.get(link.from);
    const to = places.get(link.to);
    if (from === undefined || to === undefined) return [];
    return [
      {
        id: link.id,
        type: 'wire',
        source: link.from,
        target: link.to,
        zIndex: LAYER.wire,
        focusable: selected !== undefined,
        selectable: selected !== undefined,
        ...(selected === undefined ? {} : { selected: selected.has(link.id) }),
        data: { link, curve: curveBetween(from, to) },
      },
    ];
  });
}

/** The wires of a canvas that changes: one that would look the same stays the very object, and so does the list. */
export class Wires {
  #edges: WireEdge[] = [];
  of(topology: Topology, selected: ReadonlySet<string>): WireEdge[] {
    const known = new Map(this.#edges.map((edge) => [edge.id, edge]));
    const edges = flowEdges(topology, selected).map((edge) => {
      const before = known.get(edge.id);
      return before !== undefined && isSameWire(before, edge) ? before : edge;
    });
    const isSame =
      edges.length === this.#edges.length && edges.every((edge, index) => edge === this.#edges[index]);
    if (!isSame) this.#edges = edges;
    return this.#edges;
  }
}
function isSameWire(a: WireEdge, b: WireEdge): boolean {
  return (
    a.selected === b.selected &&
    a.data !== undefined &&
    b.data !== undefined &&
    a.data.link === b.data.link &&
    pathText(a.data.curve) === pathText(b.data.curve)
  );
}
