'use client';

import { type FitViewOptions, useReactFlow } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';

/** The map follows its panel's size until the reader moves it, and again after it was fitted by hand. */
export function useFitToPanel(
  frame: { readonly current: HTMLElement | null },
  options: FitViewOptions,
): { onMoveStart(event: unknown): void; onFit(): void } {
  const flow = useReactFlow();
  const moved = useRef(false);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const sizes = new ResizeObserver(() => {
      if (!moved.current) void flow.fitView(options);
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [flow, frame, options]);
  return {
    onMoveStart: useCallback((event: unknown) => {
      // Without an event it was moved by a program.
      if (event !== null) moved.current = true;
    }, []),
    onFit: useCallback(() => {
      moved.current = false;
      void flow.fitView({ ...options, duration: 200 });
    }, [flow, options]),
  };
}
