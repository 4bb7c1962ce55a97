import type { EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { useRun } from '@/components/workbench/run-context';
import type { LinkStatus, LinkView } from '@/lib/session/messages';
import { rateText } from '@/lib/views/numbers';
import { pathText, pointOn } from '@/lib/views/wires';
import type { WireEdge } from './flow-elements';
import { useDots } from './use-dots';

const HIT_WIDTH = 16;

/** A link. Counters stand on it where no dots run. */
export const Wire = memo(function Wire({ id, data }: EdgeProps<WireEdge>) {
  const status = useRun((state) => state.links[id]);
  const dots = useDots();
  if (data === undefined) return null;
  const { link, curve } = data;
  const middle = pointOn(curve, 0.5);
  const path = pathText(curve);
  return (
    <>
      <path d={path} fill="none" className="transition-[stroke] duration-300" {...stroke(link, status)} />
      {/* What a pointer can hit. */}
      <path
        d={path}
        fill="none"
        stroke="transparent"
        strokeWidth={HIT_WIDTH}
        className="react-flow__edge-interaction cursor-pointer"
      />
      {link.kind === 'vrrp' && link.label !== undefined && (
        <Label x={middle.x + 8} y={middle.y + 4} colour="var(--holder)" text={link.label} />
      )}
      {!dots && link.kind === 'traffic' && status !== undefined && (status.rate > 0 || !status.up) && (
        <Label
          x={middle.x + 4}
          y={middle.y - 5}
          colour={status.failing > 0 ? 'var(--broken)' : 'var(--muted)'}
          text={counter(status)}
        />
      )}
    </>
  );
});

function Label({ x, y, colour, text }: { x: number; y: number; colour: string; text: string }) {
  return (
    <text
      x={x}
      y={y}
      fill={colour}
      className="pointer-events-none font-mono text-[10.5px]"
      paintOrder="stroke"
      stroke="var(--ink-0)"
      strokeWidth={3}
      strokeLinejoin="round"
    >
      {text}
    </text>
  );
}

export function counter({ up, rate, failing }: LinkStatus): string {
  if (!up) return 'down';
  return failing > 0 ? `${rateText(rate)}/s · ${rateText(failing)} failing` : `${rateText(rate)}/s`;
}

function stroke(link: LinkView, status: LinkStatus | undefined) {
  const down = status?.up === false;
  if (link.kind === 'vrrp')
    return {
      stroke: down ? 'var(--line-strong)' : 'var(--holder)',
      strokeWidth: 1.6,
      strokeDasharray: '2 5',
      strokeOpacity: down ? 0.6 : 1,
    };
  if (link.kind === 'management') return { stroke: 'var(--line)', strokeWidth: 1.2, strokeDasharray: '1 4' };
  if (down) return { stroke: 'var(--line-strong)', strokeWidth: 1.4, strokeDasharray: '4 5' };
  if (status !== undefined && status.failing > 0)
    return { stroke: 'var(--broken-strong)', strokeOpacity: 0.55, strokeWidth: 1.6 };
  return { stroke: 'var(--line-strong)', strokeWidth: 1.6 };
}
