import type { EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import type { WireEdge } from '@/components/canvas/flow-elements';
import { Wire } from '@/components/canvas/wire-edge';
import { useRun } from '@/components/workbench/run-context';
import { durationText } from '@/lib/views/times';
import { pathText, pointOn } from '@/lib/views/wires';

/** A link that can be chosen; with the latency lens it tells how long a leg takes. */
export const BuildWire = memo(function BuildWire(props: EdgeProps<WireEdge>) {
  const latency = useRun((state) => state.links[props.id]?.micros);
  if (props.data === undefined) return null;
  const { curve } = props.data;
  const middle = pointOn(curve, 0.5);
  return (
    <>
      {props.selected === true && (
        <path d={pathText(curve)} fill="none" stroke="var(--selected)" strokeOpacity={0.45} strokeWidth={7} />
      )}
      <Wire {...props} />
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
});
