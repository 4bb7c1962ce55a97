'use client';

import {
  ConnectionMode,
  type NodeTypes,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStoreApi,
} from '@xyflow/react';
import { type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { AddressBadges } from '@/components/canvas/address-badges';
import { CanvasControls } from '@/components/canvas/canvas-controls';
import { CrowdView } from '@/components/canvas/crowd-view';
import { PictureProvider } from '@/components/canvas/picture';
import { RequestDots } from '@/components/canvas/request-dots';
import { RequestOverlay } from '@/components/canvas/request-overlay';
import { TraceBadge } from '@/components/canvas/trace-badge';
import { useDots } from '@/components/canvas/use-dots';
import { useFitToPanel } from '@/components/canvas/use-fit-to-panel';
import { WireLayer } from '@/components/canvas/wire-layer';
import { type WireView, Wires } from '@/components/canvas/wire-views';
import { useHandles, useRun } from '@/components/workbench/run-context';
import type { Topology } from '@/lib/session/messages';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { BuildWire } from './build-wire';
import { canvasActions, Drawn, isConnection } from './canvas-actions';
import { BuildEnvironment, BuildHost, BuildZone } from './nodes';
import { partUnder } from './part-under';
import { useBuilder, useSandboxUi } from './sandbox-context';
import { useBuildNodes } from './use-build-nodes';
import { useLongPress } from './use-long-press';

const NODE_TYPES: NodeTypes = { environment: BuildEnvironment, zone: BuildZone, host: BuildHost };
const FIT = {
  padding: { top: '14px', left: '16px', right: '16px', bottom: '54px' },
  maxZoom: 1.15,
  minZoom: 0.1,
} as const;
const SNAP: [number, number] = [10, 10];
const SEVERAL = ['Shift', 'Control', 'Meta'];
const PRO_OPTIONS = { hideAttribution: true };
/** A dot is small and moves: a click this near counts. */
const REACH = 11;

/** The canvas that one builds on. */
export function BuildCanvas({ view }: { view: SandboxView }) {
  return (
    <PictureProvider>
      <Canvas view={view} />
    </PictureProvider>
  );
}

function Canvas({ view }: { view: SandboxView }) {
  const builder = useBuilder();
  const handles = useHandles();
  const store = useStoreApi();
  const topology = useRun((state) => state.topology);
  const selected = useSandboxUi((ui) => ui.selected);
  const snap = useSandboxUi((ui) => ui.snap);
  const { nodes, change, shown } = useBuildNodes(topology, view, selected);
  const wires = useWires(shown, selected);
  const running = useDots();
  const [dots] = useState(() => new RequestDots());
  const frame = useRef<HTMLDivElement>(null);
  const fitting = useFitToPanel(frame, FIT);
  useFitting(frame, Object.keys(view.zones).length);

  const [drawn] = useState(() => new Drawn());
  useLayoutEffect(() => drawn.show(selected), [drawn, selected]);
  const { openMenuAt, chooseWire, openWireMenu, ...actions } = useMemo(
    () => canvasActions({ builder, handles }, store, drawn),
    [builder, handles, store, drawn],
  );
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
        nodeTypes={NODE_TYPES}
        onNodesChange={change}
        isValidConnection={isConnection}
        connectionMode={ConnectionMode.Loose}
        connectionRadius={36}
        {...actions}
        onMoveStart={fitting.onMoveStart}
        snapToGrid={snap}
        snapGrid={SNAP}
        minZoom={0.08}
        maxZoom={2.5}
        fitView
        fitViewOptions={FIT}
        nodesFocusable
        selectNodesOnDrag={false}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={SEVERAL}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        zIndexMode="manual"
        proOptions={PRO_OPTIONS}
        className="topology build"
      >
        <WireLayer wires={wires} Draw={BuildWire} onChoose={chooseWire} onMenu={openWireMenu} />
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

/** A wire that would look the same stays the same object. */
function useWires(topology: Topology, selected: readonly string[]): WireView[] {
  const [wires] = useState(() => new Wires());
  return useMemo(() => {
    const chosen = new Set(selected.flatMap((id) => (id.startsWith('link:') ? [id.slice(5)] : [])));
    return wires.of(topology, chosen);
  }, [wires, topology, selected]);
}
