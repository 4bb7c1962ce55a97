'use client';

import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useBuilder } from './sandbox-context';

/** A pointer that moved less has not begun to drag. */
const LEAST = 6;
/** A finger that moved so far across the list's direction drags; along it, it scrolls. */
const ACROSS = 10;
/** A finger that stays so long drags, too, whichever way it goes then. */
const HOLD_MS = 350;

/**
 * One gesture for mouse, pen and finger. `scrolls`: the direction in which the list goes on, which belongs to
 * the finger that scrolls it.
 */
export function useDragging({
  title,
  scrolls,
  drop,
}: {
  title: string;
  scrolls: 'x' | 'y';
  drop(x: number, y: number): void;
}) {
  const start = useRef<{ x: number; y: number }>(undefined);
  const hold = useRef<ReturnType<typeof setTimeout>>(undefined);
  const justDropped = useRef(false);
  const element = useRef<HTMLButtonElement>(null);
  const [ghost, setGhost] = useState<{ x: number; y: number }>();
  const builder = useBuilder();
  const isDragging = ghost !== undefined;

  // Once it drags, the browser must not scroll.
  useEffect(() => {
    const button = element.current;
    if (button === null || !isDragging) return undefined;
    const keep = (event: TouchEvent) => event.cancelable && event.preventDefault();
    button.addEventListener('touchmove', keep, { passive: false });
    return () => button.removeEventListener('touchmove', keep);
  }, [isDragging]);
  useEffect(() => () => clearTimeout(hold.current), []);

  const end = () => {
    clearTimeout(hold.current);
    start.current = undefined;
    setGhost(undefined);
  };
  const handlers = {
    ref: element,
    style: { touchAction: scrolls === 'y' ? 'pan-y' : 'pan-x' },
    onPointerDown: (event: PointerEvent<HTMLButtonElement>) => {
      if (event.button !== 0) return;
      const from = { x: event.clientX, y: event.clientY };
      start.current = from;
      justDropped.current = false;
      if (event.pointerType === 'touch') hold.current = setTimeout(() => setGhost(from), HOLD_MS);
      else event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLButtonElement>) => {
      const from = start.current;
      if (from === undefined) return;
      const [x, y] = [event.clientX - from.x, event.clientY - from.y];
      if (
        !isDragging &&
        !(event.pointerType === 'touch' ? isAcross(x, y, scrolls) : Math.hypot(x, y) >= LEAST)
      ) {
        if (Math.hypot(x, y) > ACROSS) clearTimeout(hold.current);
        return;
      }
      clearTimeout(hold.current);
      setGhost({ x: event.clientX, y: event.clientY });
    },
    onPointerUp: (event: PointerEvent<HTMLButtonElement>) => {
      end();
      if (!isDragging) return;
      justDropped.current = true;
      drop(event.clientX, event.clientY);
    },
    onPointerCancel: () => {
      end();
      if (isDragging) builder.say(`${title} was not placed.`);
    },
    // A finger that stays asks for a menu elsewhere; here it drags.
    onContextMenu: (event: MouseEvent) => event.preventDefault(),
  };
  /** Whether the click that follows belongs to a drag; asked once. */
  const wasDrop = () => {
    const was = justDropped.current;
    justDropped.current = false;
    return was;
  };
  return { handlers, ghost, wasDrop };
}

function isAcross(x: number, y: number, scrolls: 'x' | 'y'): boolean {
  const [along, across] = scrolls === 'y' ? [Math.abs(y), Math.abs(x)] : [Math.abs(x), Math.abs(y)];
  return across > ACROSS && across > along;
}
