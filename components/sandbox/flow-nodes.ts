/** The sandbox as React Flow's nodes. Built when the document changes, never per tick. */
import type { Node } from '@xyflow/react';
import { LAYER } from '@/components/canvas/flow-elements';
import type { HostView, Topology, ZoneView } from '@/lib/session/messages';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { KIND_WORD } from '@/lib/views/tones';
import { heightOf, widthOf } from '@/lib/views/wires';

export type EnvironmentNode = Node<{ id: string; label: string }, 'environment'>;
export type BuildZoneNode = Node<{ zone: ZoneView; locked: boolean }, 'zone'>;
export type BuildHostNode = Node<{ host: HostView; locked: boolean }, 'host'>;
export type BuildNode = EnvironmentNode | BuildZoneNode | BuildHostNode;

const MARGIN = 22;
const TITLE = 26;

/** The document's id of a node. */
export function partOf(node: { id: string }): string {
  return node.id.replace(/^(?:zone|environment):/, '');
}
export function nodeIdOf(part: string, view: SandboxView): string {
  if (view.hosts[part] !== undefined) return part;
  return view.zones[part] === undefined ? `environment:${part}` : `zone:${part}`;
}

export function buildNodes(
  topology: Topology,
  view: SandboxView,
  before: readonly BuildNode[],
  /** `coarse`: a finger pans the map over zones; a zone moves once it is chosen. */
  { selected, coarse }: { selected: ReadonlySet<string>; coarse: boolean },
): BuildNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const kept = (node: BuildNode): BuildNode => {
    const now = { ...node, selected: selected.has(partOf(node)) };
    const then = known.get(node.id);
    if (then === undefined) return now;
    if (isSame(then, now)) return then;
    return then.measured === undefined ? now : { ...now, measured: then.measured };
  };
  const zoned = new Set(topology.zones.map(({ id }) => id));
  const nodes = [
    ...environmentNodes(topology, view).map(kept),
    ...topology.zones.map((zone) => kept(zoneNode(zone, view, !coarse || selected.has(zone.id)))),
    ...topology.hosts
      .filter(({ zone }) => zoned.has(zone))
      .map((host) => kept(hostNode(host, topology, view))),
  ];
  return nodes.length === before.length && nodes.every((node, index) => node === before[index])
    ? (before as BuildNode[])
    : nodes;
}
/** A node that would look the same stays the very object: then neither React Flow nor React looks at it again. */
function isSame(then: BuildNode, now: BuildNode): boolean {
  return (Object.keys(now) as (keyof BuildNode)[]).every((key) =>
    key === 'position' || key === 'data' ? isShallowEqual(then[key], now[key]) : then[key] === now[key],
  );
}
function isShallowEqual(a: object, b: object): boolean {
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.get(key) === value);
}

function zoneNode(zone: ZoneView, view: SandboxView, isMovable: boolean): BuildZoneNode {
  const locked = view.zones[zone.id]?.locked === true;
  return {
    id: `zone:${zone.id}`,
    type: 'zone',
    position: { x: zone.x, y: zone.y },
    width: zone.width,
    height: zone.height,
    zIndex: LAYER.zone,
    draggable: isMovable && !locked,
    connectable: false,
    ariaLabel: `Zone ${zone.label}, ${zone.subnet}${locked ? ', locked' : ''}`,
    data: { zone, locked },
  };
}
function hostNode(host: HostView, { zones }: Topology, view: SandboxView): BuildHostNode {
  const zone = zones.find(({ id }) => id === host.zone);
  const locked = view.hosts[host.id]?.locked === true;
  return {
    id: host.id,
    type: 'host',
    parentId: `zone:${host.zone}`,
    position: { x: host.x - (zone?.x ?? 0), y: host.y - (zone?.y ?? 0) },
    width: widthOf(host),
    initialHeight: heightOf(host),
    zIndex: LAYER.host,
    draggable: !locked,
    ariaLabel: `${host.label}, ${KIND_WORD[host.kind]}, ${host.address}, in ${zone?.label ?? host.zone}${locked ? ', locked' : ''}`,
    data: { host, locked },
  };
}

interface Box {
  x: number;
  y: number;
  right: number;
  bottom: number;
}
/** An environment is as large as what is in it. */
function environmentNodes({ zones }: Topology, view: SandboxView): EnvironmentNode[] {
  const boxes = new Map<string, Box>();
  const boxOf = (id: string): Box | undefined => {
    const done = boxes.get(id);
    if (done !== undefined) return done;
    const inner = [
      ...zones
        .filter((zone) => view.zones[zone.id]?.environment === id)
        .map(({ x, y, width, height }) => ({ x, y, right: x + width, bottom: y + height })),
      ...Object.entries(view.environments)
        .filter(([, { parent }]) => parent === id)
        .flatMap(([child]) => boxOf(child) ?? []),
    ];
    if (inner.length === 0) return undefined;
    const box = {
      x: Math.min(...inner.map(({ x }) => x)) - MARGIN,
      y: Math.min(...inner.map(({ y }) => y)) - MARGIN - TITLE,
      right: Math.max(...inner.map(({ right }) => right)) + MARGIN,
      bottom: Math.max(...inner.map(({ bottom }) => bottom)) + MARGIN,
    };
    boxes.set(id, box);
    return box;
  };
  return Object.entries(view.environments).flatMap(([id, { label }]): EnvironmentNode[] => {
    const box = boxOf(id);
    if (box === undefined) return [];
    const { x, y, right, bottom } = box;
    return [
      {
        id: `environment:${id}`,
        type: 'environment',
        position: { x, y },
        width: right - x,
        height: bottom - y,
        zIndex: LAYER.environment - 30 + depthOf(view, id),
        draggable: false,
        connectable: false,
        ariaLabel: `Environment ${label}`,
        data: { id, label },
      },
    ];
  });
}
function depthOf(view: SandboxView, id: string): number {
  let depth = 0;
  for (let at = view.environments[id]?.parent; at !== undefined && depth < 20; depth++)
    at = view.environments[at]?.parent;
  return depth;
}
