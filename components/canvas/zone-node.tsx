import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { ZONE_COLOUR } from '@/lib/views/tones';
import type { ZoneNode } from './flow-elements';

/** A tinted region with its name and its subnet. */
export const ZoneRegion = memo(function ZoneRegion({ data: { zone } }: NodeProps<ZoneNode>) {
  const tone = ZONE_COLOUR[zone.tone];
  return (
    <div
      className="size-full rounded-[14px] border"
      style={{
        borderColor: `color-mix(in srgb, ${tone} 36%, transparent)`,
        background: `color-mix(in srgb, ${tone} 6%, transparent)`,
      }}
    >
      <p className="flex flex-wrap gap-x-1.5 px-2 pt-2 font-mono text-[10.5px] [letter-spacing:-0.01em]">
        <span
          className="font-semibold uppercase tracking-[0.06em]"
          style={{ color: `color-mix(in srgb, ${tone} 78%, var(--zone-mix))` }}
        >
          {zone.label}
        </span>
        <span className="text-faint">{zone.subnet}</span>
      </p>
    </div>
  );
});
