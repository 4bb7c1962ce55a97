'use client';

import { applyNodeChanges, type NodeChange, useStoreApi } from '@xyflow/react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useCoarsePointer } from '@/components/ui/use-coarse-pointer';
import { useHandles } from '@/components/workbench/run-context';
import type { Topology } from '@/lib/session/messages';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { select } from './commands';
import { type BuildNode, buildNodes, partOf } from './flow-nodes';
import { movesOf } from './moves';
import { useBuilder } from './sandbox-context';

/** After the last arrow key, the move is one step. */
const SETTLE_MS = 450;

/** The nodes as they stand while somebody drags them; what comes to rest is told to the world. */
export function useBuildNodes(topology: Topology, view: SandboxView, selected: readonly string[]) {
  const builder = useBuilder();
  const coarse = useCoarsePointer();
  const [nodes, setNodes] = useState<BuildNode[]>([]);
  const latest = useRef<BuildNode[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const parts = useRef({ topology, view });

  const show = useCallback((next: BuildNode[]) => {
    latest.current = next;
    setNodes(next);
  }, []);
  // Before the browser draws: a new card stands in the same picture as its name in the lists.
  useLayoutEffect(() => {
    parts.current = { topology, view };
    show(buildNodes(topology, view, latest.current, { selected: new Set(selected), coarse }));
  }, [topology, view, selected, coarse, show]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const settle = useCallback(async () => {
    const { topology: known, view: document } = parts.current;
    const moved = movesOf(latest.current, known);
    if (moved.hosts.length + moved.zones.length === 0) return;
    const done = await builder.act({ do: 'move', ...moved });
    if (done !== undefined) return;
    const chosen = new Set(builder.store.getState().selected);
    show(buildNodes(known, document, latest.current, { selected: chosen, coarse }));
  }, [builder, coarse, show]);

  const handles = useHandles();
  const canvas = useStoreApi();
  const follow = useCallback(
    (picked: readonly { id: string; selected: boolean }[]) => {
      const { selected: chosen } = builder.store.getState();
      // React Flow lets go of other nodes by itself, but does not know the wires.
      const isInstead = picked.some((node) => node.selected) && !canvas.getState().multiSelectionActive;
      const before = new Set(isInstead ? chosen.filter((id) => !id.startsWith('link:')) : chosen);
      for (const { id, selected: isOn } of picked) {
        if (isOn) before.add(partOf({ id }));
        else before.delete(partOf({ id }));
      }
      select({ builder, handles }, [...before]);
    },
    [builder, canvas, handles],
  );

  const change = useCallback(
    (changes: NodeChange<BuildNode>[]) => {
      const relevant = changes.filter(({ type }) => type !== 'select' && type !== 'remove');
      if (relevant.length > 0) show(applyNodeChanges(relevant, latest.current));
      const picked = changes.filter((entry) => entry.type === 'select');
      if (picked.length > 0) follow(picked);
      const isMove = changes.some((entry) => entry.type === 'position' && entry.dragging !== true);
      if (!isMove) return;
      clearTimeout(timer.current);
      const isDrop = changes.some((entry) => entry.type === 'position' && entry.dragging === false);
      timer.current = setTimeout(() => void settle(), isDrop ? 0 : SETTLE_MS);
    },
    [follow, settle, show],
  );
  const shown = useMemo(() => placedTopology(topology, nodes), [topology, nodes]);
  return { nodes, change, shown };
}

/** Wires follow the cards while they are dragged. */
function placedTopology(topology: Topology, nodes: readonly BuildNode[]): Topology {
  const places = new Map(nodes.map((node) => [node.id, node]));
  return {
    ...topology,
    hosts: topology.hosts.map((host) => {
      const node = places.get(host.id);
      const zone = places.get(`zone:${host.zone}`);
      if (node === undefined) return host;
      const x = node.position.x + (zone?.position.x ?? 0);
      const y = node.position.y + (zone?.position.y ?? 0);
      return x === host.x && y === host.y ? host : { ...host, x, y };
    }),
  };
}
