'use client';

import { type NodeTypes, ReactFlow, ReactFlowProvider, useStoreApi } from '@xyflow/react';
import { type KeyboardEvent, type MouseEvent, useCallback, useMemo, useRef, useState } from 'react';
import { useHandles, useRun, useWorkbench } from '@/components/workbench/run-context';
import { traceLink } from '@/components/workbench/trace-link';
import { nearestHost } from '@/lib/views/wires';
import { AddressBadges } from './address-badges';
import { CanvasControls } from './canvas-controls';
import { CrowdView } from './crowd-view';
import { flowNodes } from './flow-elements';
import { HostCard } from './host-node';
import { Outline } from './outline';
import { PictureProvider } from './picture';
import { RequestDots } from './request-dots';
import { RequestOverlay } from './request-overlay';
import { TraceBadge } from './trace-badge';
import { useDots } from './use-dots';
import { useFitToPanel } from './use-fit-to-panel';
import { Wire } from './wire';
import { WireLayer } from './wire-layer';
import { type WireView, wireViews } from './wire-views';
import { ZoneRegion } from './zone-node';

const NODE_TYPES: NodeTypes = { zone: ZoneRegion, host: HostCard };
/** Below the map its controls have their own strip. */
const FIT = {
  padding: { top: '14px', left: '12px', right: '12px', bottom: '54px' },
  maxZoom: 1.2,
  minZoom: 0.05,
} as const;
const ARROWS: Readonly<Record<string, 'up' | 'down' | 'left' | 'right'>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};
/** A dot is small and moves: a click this near counts. */
const REACH = 11;

/** The map of the run, or its equivalent list. */
export function TopologyCanvas({ label = 'Map of the hosts' }: { label?: string }) {
  const outline = useWorkbench((state) => state.outline);
  return (
    <ReactFlowProvider>
      <section aria-label={label} data-tour="map" className="relative size-full overflow-hidden bg-ink-0">
        {outline ? (
          <OutlineView />
        ) : (
          <PictureProvider>
            <Map />
          </PictureProvider>
        )}
      </section>
    </ReactFlowProvider>
  );
}

function OutlineView() {
  return (
    <div className="absolute inset-0 overflow-auto px-4 pb-14 pt-3">
      <h2 className="sr-only">Hosts</h2>
      <Outline />
      <CanvasControls />
    </div>
  );
}

function Map() {
  const topology = useRun((state) => state.topology);
  const nodes = useMemo(() => flowNodes(topology), [topology]);
  const wires = useMemo(() => wireViews(topology), [topology]);
  const [dots] = useState(() => new RequestDots());
  const running = useDots();
  const handles = useHandles();
  const { workbench } = handles;
  const store = useStoreApi();
  const frame = useRef<HTMLDivElement>(null);
  const fitting = useFitToPanel(frame, FIT);

  const traceWire = useCallback(
    ({ link }: WireView) => void traceLink(handles, [link.from, link.to]),
    [handles],
  );
  const dotUnder = ({ clientX, clientY }: MouseEvent): number | undefined => {
    const box = frame.current?.getBoundingClientRect();
    const [left, top, zoom] = store.getState().transform;
    if (box === undefined) return undefined;
    return dots.nearest((clientX - box.left - left) / zoom, (clientY - box.top - top) / zoom, REACH / zoom);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = ARROWS[event.key];
    const from = event.target instanceof HTMLElement ? event.target.dataset['host'] : undefined;
    if (direction === undefined || from === undefined) return;
    event.preventDefault();
    const next = nearestHost(topology.hosts, from, direction);
    frame.current?.querySelector<HTMLElement>(`[data-host="${CSS.escape(next ?? from)}"]`)?.focus();
  };

  return (
    // The keys only move the focus between the hosts' own buttons.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events
    <div
      ref={frame}
      className="absolute inset-0"
      onKeyDown={onKeyDown}
      onMouseMove={(event) => {
        if (frame.current !== null && event.buttons === 0)
          frame.current.style.cursor = running && dotUnder(event) !== undefined ? 'pointer' : '';
      }}
      onClickCapture={(event) => {
        const request = running ? dotUnder(event) : undefined;
        if (request === undefined) return;
        event.stopPropagation();
        workbench.showTrace(request);
      }}
    >
      <ReactFlow
        nodes={nodes}
        nodeTypes={NODE_TYPES}
        fitView
        fitViewOptions={FIT}
        minZoom={0.05}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zIndexMode="manual"
        zoomOnDoubleClick={false}
        deleteKeyCode={null}
        onMoveStart={fitting.onMoveStart}
        onPaneClick={() => workbench.selectHost(undefined)}
        proOptions={{ hideAttribution: true }}
        className="topology"
      >
        <WireLayer wires={wires} Draw={Wire} onChoose={traceWire} />
        <AddressBadges hosts={topology.hosts} />
        <TraceBadge hosts={topology.hosts} />
      </ReactFlow>
      <CrowdView frame={frame} />
      {running && <RequestOverlay dots={dots} topology={topology} />}
      <CanvasControls onFit={fitting.onFit} />
    </div>
  );
}
