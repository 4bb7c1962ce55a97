import { MapPortal } from './map-portal';
import { type ComponentType, type KeyboardEvent, type MouseEvent, memo, useMemo } from 'react';
import { LAYER } from './flow-elements';
import type { WireView } from './wire-views';

export interface WireLayerProps {
  wires: readonly WireView[];
  /** Draws one wire, as SVG. */
  Draw: ComponentType<{ wire: WireView }>;
  /** A click; where wires can take the focus, Enter or Space too. The same function with every render. */
  onChoose(wire: WireView): void;
  /** The same function with every render. Where there is one, wires can take the focus. */
  onMenu?(event: MouseEvent, wire: WireView): void;
}

/**
 * All wires in one picture, between zones and hosts. They are not React Flow's edges: those are a picture each, and a
 * browser that has to sort hundreds of pictures into layers does little else in a frame.
 */
export function WireLayer({ wires, ...rest }: WireLayerProps) {
  const extent = useMemo(() => extentOf(wires), [wires]);
  return (
    <MapPortal>
      <svg
        className="pointer-events-none absolute left-0 top-0 size-px overflow-visible"
        style={{ zIndex: LAYER.wire }}
      >
        {/* Holds the picture's extent. A wire that grows by half a pixel would change it, and the browser would sort all again. */}
        <rect {...extent} fill="transparent" />
        {wires.map((wire) => (
          <OneWire key={wire.id} wire={wire} {...rest} />
        ))}
      </svg>
    </MapPortal>
  );
}

/** Room for the cards at a wire's ends: what lies within the extent needs no layer of its own. */
const MARGIN = 400;

function extentOf(wires: readonly WireView[]): { x: number; y: number; width: number; height: number } {
  const points = wires.flatMap(({ curve: { from, bend1, bend2, to } }) => [from, bend1, bend2, to]);
  const [left, right] = rangeOf(points.map(({ x }) => x));
  const [top, bottom] = rangeOf(points.map(({ y }) => y));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
function rangeOf(values: readonly number[]): [number, number] {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return values.length === 0 ? [0, 0] : [least - MARGIN, most + MARGIN];
}

const OneWire = memo(function OneWire({
  wire,
  Draw,
  onChoose,
  onMenu,
}: Omit<WireLayerProps, 'wires'> & { wire: WireView }) {
  const common = {
    'data-wire': wire.id,
    'aria-label': wire.name,
    // A drag that begins on a wire does not move the map.
    className: 'nopan cursor-pointer [pointer-events:visibleStroke]',
    onClick: () => onChoose(wire),
  };
  // Without the focus there is nothing to do here by keyboard that the list of requests does not offer.
  if (onMenu === undefined)
    return (
      <g role="img" {...common}>
        <Draw wire={wire} />
      </g>
    );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onChoose(wire);
  };
  return (
    <g
      role="button"
      tabIndex={0}
      aria-pressed={wire.selected}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => onMenu(event, wire)}
      {...common}
    >
      <Draw wire={wire} />
    </g>
  );
});
