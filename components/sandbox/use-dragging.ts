'use client';

import { type PointerEvent, useRef, useState } from 'react';
import { useBuilder } from './sandbox-context';

/** One gesture for mouse, pen and touch. */
export function useDragging(title: string, drop: (x: number, y: number) => Promise<void>) {
  const start = useRef<{ x: number; y: number }>(undefined);
  const justDropped = useRef(false);
  const [ghost, setGhost] = useState<{ x: number; y: number }>();
  const builder = useBuilder();
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLButtonElement>) => {
      if (event.button !== 0) return;
      start.current = { x: event.clientX, y: event.clientY };
      justDropped.current = false;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLButtonElement>) => {
      const from = start.current;
      if (from === undefined) return;
      if (ghost === undefined && Math.hypot(event.clientX - from.x, event.clientY - from.y) < 6) return;
      setGhost({ x: event.clientX, y: event.clientY });
    },
    onPointerUp: (event: PointerEvent<HTMLButtonElement>) => {
      start.current = undefined;
      if (ghost === undefined) return;
      setGhost(undefined);
      justDropped.current = true;
      void drop(event.clientX, event.clientY);
    },
    onPointerCancel: () => {
      start.current = undefined;
      setGhost(undefined);
      builder.say(`${title} was not placed.`);
    },
  };
  /** Whether the click that follows belongs to a drag; asked once. */
  const wasDrop = () => {
    const was = justDropped.current;
    justDropped.current = false;
    return was;
  };
  return { handlers, ghost, wasDrop };
}
