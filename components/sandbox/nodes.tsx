'use client';

import { Handle, type NodeProps, NodeResizer, Position } from '@xyflow/react';
import { Lock } from 'lucide-react';
import { memo } from 'react';
import { useHostNews } from '@/components/canvas/crowd';
import { HostFace, hostLook } from '@/components/canvas/host-node';
import { cn } from '@/components/ui/class-names';
import { ZONE_COLOUR } from '@/lib/views/tones';
import type { BuildHostNode, BuildZoneNode, EnvironmentNode } from './flow-nodes';
import { useBuilder, useSandboxUi } from './sandbox-context';

/** A machine: its card, and the dots that links are drawn from. Reads its own live numbers. */
export const BuildHost = memo(function BuildHost({
  data: { host, locked },
  selected,
}: NodeProps<BuildHostNode>) {
  const { status, crowd } = useHostNews(host.id);
  const off = status?.power === 'off';
  const reached = useSandboxUi(({ reach }) => reachTone(reach, host.id));
  return (
    <>
      <Dot type="target" position={Position.Left} />
      <Dot type="source" position={Position.Right} />
      <div
        data-host={host.id}
        className={cn(
          'block w-full rounded-[10px] border bg-ink-2 text-left font-mono transition-[border-color,opacity,box-shadow] duration-300',
          host.kind === 'router' ? 'px-0 py-2' : 'px-2.5 pb-[7px] pt-2',
          hostLook(host, status),
          off && 'border-dashed bg-ink-1 opacity-75',
          reached === 'open' && 'border-ok ring-2 ring-ok/60',
          reached === 'closed' && 'border-broken ring-2 ring-broken/50',
          selected && 'border-selected ring-[3px] ring-selected-soft',
        )}
        style={{ boxShadow: selected || off ? undefined : 'var(--shadow)' }}
      >
        <HostFace host={host} status={status} crowd={crowd} />
        {locked && <Lock size={10} aria-hidden="true" className="absolute right-1.5 top-1.5 text-faint" />}
        {reached !== undefined && (
          <span className="absolute -bottom-2 left-2 rounded bg-ink-1 px-1 text-2xs text-muted">
            {reached === 'open' ? 'reachable' : 'not reachable'}
          </span>
        )}
      </div>
    </>
  );
});

function reachTone(
  reach: { host: string; rows: readonly { to: string; result: string }[] } | undefined,
  id: string,
): 'open' | 'closed' | undefined {
  const rows = reach?.rows.filter(({ to }) => to === id) ?? [];
  if (rows.length === 0) return undefined;
  return rows.some(({ result }) => result === 'open') ? 'open' : 'closed';
}

function Dot({ type, position }: { type: 'source' | 'target'; position: Position }) {
  return (
    <Handle
      type={type}
      position={position}
      className="build-handle"
      style={{ top: 34 }}
      // With the keyboard one presses c instead.
      aria-hidden="true"
    />
  );
}

export const BuildZone = memo(function BuildZone({
  data: { zone, locked },
  selected,
}: NodeProps<BuildZoneNode>) {
  const tone = ZONE_COLOUR[zone.tone];
  const { act } = useBuilder();
  return (
    <>
      {selected && !locked && (
        <NodeResizer
          minWidth={120}
          minHeight={110}
          lineClassName="!border-selected"
          handleClassName="!bg-selected !border-0 !size-2"
          onResizeEnd={(_, { x, y, width, height }) =>
            void act({
              do: 'move',
              hosts: [],
              zones: [
                {
                  id: zone.id,
                  x: Math.round(x),
                  y: Math.round(y),
                  width: Math.round(width),
                  height: Math.round(height),
                },
              ],
              label: `Resized ${zone.label}`,
            })
          }
        />
      )}
      <div
        data-zone={zone.id}
        className={cn('size-full rounded-[14px] border', selected && 'ring-[3px] ring-selected-soft')}
        style={{
          borderColor: selected ? 'var(--selected)' : `color-mix(in srgb, ${tone} 36%, transparent)`,
          background: `color-mix(in srgb, ${tone} 6%, transparent)`,
        }}
      >
        <p className="flex flex-wrap items-center gap-x-2 px-2.5 pt-2 font-mono text-[10.5px] [letter-spacing:-0.01em]">
          <span
            className="font-semibold uppercase tracking-[0.06em]"
            style={{ color: `color-mix(in srgb, ${tone} 78%, var(--zone-mix))` }}
          >
            {zone.label}
          </span>
          <span className="text-faint">{zone.subnet}</span>
          {locked && <Lock size={10} aria-hidden="true" className="text-faint" />}
        </p>
      </div>
    </>
  );
});

export const BuildEnvironment = memo(function BuildEnvironment({
  data: { label },
  selected,
}: NodeProps<EnvironmentNode>) {
  return (
    <div
      className={cn(
        'size-full rounded-[18px] border border-dashed border-line-strong bg-ink-1/40',
        selected && 'border-selected ring-[3px] ring-selected-soft',
      )}
    >
      <p className="px-3 pt-1.5 font-mono text-[11px] font-semibold text-muted">{label}</p>
    </div>
  );
});
