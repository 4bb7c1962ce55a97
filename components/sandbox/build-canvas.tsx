'use client';

import '@xyflow/react/dist/base.css';
import '@/components/canvas/topology-canvas.css';
import './build-canvas.css';
import {
  applyNodeChanges,
  ConnectionMode,
  type EdgeTypes,
  type NodeChange,
  type NodeTypes,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStoreApi,
} from '@xyflow/react';
import { type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { AddressBadges } from '@/components/canvas/address-badges';
import { CanvasControls } from '@/components/canvas/canvas-controls';
import { CrowdView } from '@/components/canvas/crowd-view';
import { flowEdges } from '@/components/canvas/flow-elements';
import { RequestDots } from '@/components/canvas/request-dots';
import { RequestOverlay } from '@/components/canvas/request-overlay';
import { TraceBadge } from '@/components/canvas/trace-badge';
import { useDots } from '@/components/canvas/use-dots';
import { useCoarsePointer } from '@/components/ui/use-coarse-pointer';
import { useFitToPanel } from '@/components/canvas/use-fit-to-panel';
import { useHandles, useRun } from '@/components/workbench/run-context';
import { traceLink } from '@/components/workbench/trace-link';
import type { Topology } from '@/lib/session/messages';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { BuildWire } from './build-wire';
import { choose, select } from './commands';
import { type BuildNode, buildNodes, partOf } from './flow-nodes';
import { movesOf } from './moves';
import { BuildEnvironment, BuildHost, BuildZone } from './nodes';
import { partUnder } from './part-under';
import { useBuilder, useSandboxUi } from './sandbox-context';
import { useLongPress } from './use-long-press';

const NODE_TYPES: NodeTypes = { environment: BuildEnvironment, zone: BuildZone, host: BuildHost };
const EDGE_TYPES: EdgeTypes = { wire: BuildWire };
const FIT = {
  padding: { top: '14px', left: '16px', right: '16px', bottom: '54px' },
  maxZoom: 1.15,
  minZoom: 0.1,
} as const;
const SNAP: [number, number] = [10, 10];
/** After the last arrow key, the move is one step. */
const SETTLE_MS = 450;
/** A dot is small and moves: a click this near counts. */
const REACH = 11;

/** The canvas that one builds on. */
export function BuildCanvas({ view }: { view: SandboxView }) {
  const builder = useBuilder();
  const handles = useHandles();
  const store = useStoreApi();
  const topology = useRun((state) => state.topology);
  const selected = useSandboxUi((ui) => ui.selected);
  const snap = useSandboxUi((ui) => ui.snap);
  const { nodes, change, shown } = useBuildNodes(topology, view, selected);
  const edges = useMemo(
    () =>
      flowEdges(shown).map((edge) => ({
        ...edge,
        focusable: true,
        selectable: true,
        selected: selected.includes(`link:${edge.id}`),
      })),
    [shown, selected],
  );
  const running = useDots();
  const [dots] = useState(() => new RequestDots());
  const frame = useRef<HTMLDivElement>(null);
  const fitting = useFitToPanel(frame, FIT);
  useFitting(frame, Object.keys(view.zones).length);

  const chooseAll = useCallback(
    (ids: readonly string[]) => select({ builder, handles }, ids),
    [builder, handles],
  );
  const openMenuAt = (part: string, x: number, y: number) => {
    const ids = selected.includes(part) ? [...selected] : [part];
    chooseAll(ids);
    builder.store.setState({ dialog: { kind: 'menu', ids, x, y } });
  };
  const openMenu = (event: MouseEvent | globalThis.MouseEvent, part: string) => {
    event.preventDefault();
    openMenuAt(part, event.clientX, event.clientY);
  };
  const longPress = useLongPress((x, y) => {
    const part = partUnder(x, y);
    if (part !== undefined) openMenuAt(part, x, y);
  });
  const traceUnder = (event: MouseEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (!running || box === undefined) return;
    const [left, top, zoom] = store.getState().transform;
    const x = (event.clientX - box.left - left) / zoom;
    const request = dots.nearest(x, (event.clientY - box.top - top) / zoom, REACH / zoom);
    if (request === undefined) return;
    event.stopPropagation();
    handles.workbench.showTrace(request);
  };

  return (
    // The canvas itself takes no key; a click on a moving dot opens its trace, which the list of requests does too.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events
    <div ref={frame} data-canvas className="absolute inset-0" onClickCapture={traceUnder} {...longPress}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={change}
        onConnect={({ source, target }) =>
          builder.store.setState({ dialog: { kind: 'connect', from: source, to: target } })
        }
        isValidConnection={({ source, target }) => source !== target}
        connectionMode={ConnectionMode.Loose}
        connectionRadius={36}
        onNodeClick={(event, node) => choose({ builder, handles }, partOf(node), event, selected)}
        onEdgeClick={(_, edge) => {
          chooseAll([`link:${edge.id}`]);
          void traceLink(handles, [edge.source, edge.target]);
        }}
        onPaneClick={() => !builder.store.getState().several && chooseAll([])}
        onMoveStart={fitting.onMoveStart}
        onSelectionEnd={() =>
          chooseAll(
            store
              .getState()
              .nodes.filter((node) => node.selected === true)
              .map(partOf),
          )
        }
        onNodeContextMenu={(event, node) => openMenu(event, partOf(node))}
        onEdgeContextMenu={(event, edge) => openMenu(event, `link:${edge.id}`)}
        onSelectionContextMenu={(event) => selected[0] !== undefined && openMenu(event, selected[0])}
        snapToGrid={snap}
        snapGrid={SNAP}
        minZoom={0.08}
        maxZoom={2.5}
        fitView
        fitViewOptions={FIT}
        nodesFocusable
        edgesFocusable
        selectNodesOnDrag={false}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={['Shift', 'Control', 'Meta']}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        zIndexMode="manual"
        proOptions={{ hideAttribution: true }}
        className="topology build"
      >
        <AddressBadges hosts={topology.hosts} />
        <TraceBadge hosts={topology.hosts} />
      </ReactFlow>
      <CrowdView frame={frame} />
      {running && <RequestOverlay dots={dots} topology={topology} />}
      <CanvasControls onFit={fitting.onFit} />
    </div>
  );
}

/** The first zones come into sight by themselves; later the reader decides. */
function useFitting(frame: { readonly current: HTMLElement | null }, zones: number): void {
  const flow = useReactFlow();
  const fitted = useRef(0);
  useEffect(() => {
    if (frame.current === null || zones === 0 || fitted.current >= 4) return;
    fitted.current = zones;
    const timer = setTimeout(() => void flow.fitView({ ...FIT, duration: 150 }), 60);
    return () => clearTimeout(timer);
  }, [flow, frame, zones]);
}

/** The nodes as they stand while somebody drags them; what comes to rest is told to the world. */
function useBuildNodes(topology: Topology, view: SandboxView, selected: readonly string[]) {
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
  useEffect(() => {
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
  const follow = useCallback(
    (picked: readonly { id: string; selected: boolean }[]) => {
      const before = new Set(builder.store.getState().selected);
      for (const { id, selected: isOn } of picked) {
        if (isOn) before.add(partOf({ id }));
        else before.delete(partOf({ id }));
      }
      select({ builder, handles }, [...before]);
    },
    [builder, handles],
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
