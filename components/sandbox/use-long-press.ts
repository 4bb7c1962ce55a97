'use client';

import { type TouchEvent, useEffect, useRef } from 'react';

const HOLD_MS = 550;
const STILL = 10;

/**
 * A finger that stays where it is asks for the menu, as the right button does. Browsers differ in what they
 * send then; and as the canvas keeps touches to itself, this listens before it.
 */
export function useLongPress(open: (x: number, y: number) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const start = useRef({ x: 0, y: 0 });
  const opened = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const stop = () => clearTimeout(timer.current);
  return {
    onTouchStartCapture: (event: TouchEvent) => {
      stop();
      opened.current = false;
      const finger = event.touches[0];
      if (finger === undefined || event.touches.length > 1) return;
      const { clientX: x, clientY: y } = finger;
      start.current = { x, y };
      timer.current = setTimeout(() => {
        opened.current = true;
        open(x, y);
      }, HOLD_MS);
    },
    onTouchMoveCapture: (event: TouchEvent) => {
      const finger = event.touches[0];
      if (finger === undefined) return;
      const { x, y } = start.current;
      if (Math.hypot(finger.clientX - x, finger.clientY - y) > STILL) stop();
    },
    onTouchEndCapture: (event: TouchEvent) => {
      stop();
      // Else the finger that leaves would be a click on what lies under it.
      if (opened.current && event.cancelable) event.preventDefault();
    },
    onTouchCancelCapture: stop,
  };
}
