import { usePicture } from '@/components/canvas/picture';
import { Wire } from '@/components/canvas/wire';
import type { WireView } from '@/components/canvas/wire-views';
import { durationText } from '@/lib/views/times';
import { pathText, pointOn } from '@/lib/views/wires';

/** A link that can be chosen; with the latency lens it tells how long a leg takes. */
export function BuildWire({ wire }: { wire: WireView }) {
  const latency = usePicture((state) => state.links[wire.id]?.micros);
  const { curve } = wire;
  const middle = pointOn(curve, 0.5);
  return (
    <>
      {wire.selected && (
        <path d={pathText(curve)} fill="none" stroke="var(--selected)" strokeOpacity={0.45} strokeWidth={7} />
      )}
      <Wire wire={wire} />
      {latency !== undefined && (
        <text
          x={middle.x}
          y={middle.y - 7}
          textAnchor="middle"
          fill="var(--text)"
          stroke="var(--ink-0)"
          strokeWidth={3}
          paintOrder="stroke"
          className="pointer-events-none font-mono text-[10.5px]"
        >
          {durationText(latency)}
        </text>
      )}
    </>
  );
}
