import type { LinkStatus } from '@/lib/session/messages';
import { rateText } from '@/lib/views/numbers';
import { pathText, pointOn } from '@/lib/views/wires';
import { usePicture } from './picture';
import { useDots } from './use-dots';
import { lookOf, strokeOf } from './wire-look';
import type { WireView } from './wire-views';

const HIT_WIDTH = 16;

/** A link, as wide as much flows over it. Counters stand on it where no dots run. */
export function Wire({ wire: { id, link, curve } }: { wire: WireView }) {
  // A rate moves ten times a second; the wire is drawn again when it looks different.
  const look = usePicture((state) => lookOf(link, state.links[id]));
  const isUp = usePicture((state) => state.links[id]?.up !== false);
  const dots = useDots();
  const middle = pointOn(curve, 0.5);
  const path = pathText(curve);
  return (
    <>
      <path d={path} fill="none" className={WIRE} {...strokeOf(look)} />
      {/* What a pointer can hit. */}
      <path d={path} fill="none" stroke="transparent" strokeWidth={HIT_WIDTH} data-hit />
      {link.kind === 'vrrp' && link.label !== undefined && isUp && (
        <Label x={middle.x + 8} y={middle.y + 4} colour="var(--holder)" text={link.label} />
      )}
      {!dots && link.kind === 'traffic' && <Counter id={id} {...middle} />}
    </>
  );
}
/** Its width moves with every tick, by steps too small to see: gliding would have the map painted with every frame. */
const WIRE = 'transition-[stroke] duration-300';

function Counter({ id, x, y }: { id: string; x: number; y: number }) {
  const status = usePicture((state) => state.links[id]);
  if (status === undefined || (status.rate === 0 && status.up)) return null;
  const [all, failing] = counter(status).split(' · ');
  const colour = status.failing > 0 ? 'var(--broken)' : 'var(--muted)';
  // One above the other: short wires have no room for both.
  return (
    <>
      <Label x={x} y={y - 7} colour={colour} text={all ?? ''} centred />
      {failing !== undefined && <Label x={x} y={y + 15} colour={colour} text={failing} centred />}
    </>
  );
}

interface LabelProps {
  x: number;
  y: number;
  colour: string;
  text: string;
  centred?: boolean;
}

function Label({ x, y, colour, text, centred = false }: LabelProps) {
  return (
    <text
      x={x}
      textAnchor={centred ? 'middle' : 'start'}
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
