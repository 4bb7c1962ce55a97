'use client';

import { useOnViewportChange, useStore } from '@xyflow/react';
import { useEffect } from 'react';
import { FAR, useIsCrowd } from './crowd';
import { GaugeOverlay } from './gauge-overlay';

/** What a map of many hosts does differently: gauges on one canvas, and from afar no words. */
export function CrowdView({ frame }: { frame: { readonly current: HTMLElement | null } }) {
  const isCrowd = useIsCrowd();
  const isFar = useStore((state) => state.transform[2] < FAR) && isCrowd;
  useEffect(() => {
    frame.current?.toggleAttribute('data-crowd', isCrowd);
    frame.current?.toggleAttribute('data-far', isFar);
  }, [frame, isCrowd, isFar]);
  useOnViewportChange({
    onStart: () => frame.current?.toggleAttribute('data-moving', isCrowd),
    onEnd: () => frame.current?.toggleAttribute('data-moving', false),
  });
  return isCrowd ? <GaugeOverlay /> : null;
}
