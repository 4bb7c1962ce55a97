/** The topology as React Flow's nodes. Built when the topology changes, never per tick: live numbers are read by id. */
import type { Node } from '@xyflow/react';
import type { HostView, Topology, ZoneView } from '@/lib/session/messages';
import { heightOf, widthOf } from '@/lib/views/wires';

export type ZoneNode = Node<{ zone: ZoneView }, 'zone'>;
export type HostNode = Node<{ host: HostView; zone: string | undefined }, 'host'>;
export type FlowNode = ZoneNode | HostNode;

/** Environments lie under zones, zones under wires, wires under hosts. Holds with `zIndexMode="manual"` only: React Flow else lifts what is chosen. */
export const LAYER = { environment: -1, zone: 0, wire: 1, host: 2 } as const;

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
