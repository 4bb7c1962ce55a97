'use client';

import { useOnViewportChange, useStore } from '@xyflow/react';
import { useEffect } from 'react';
import { FAR, useIsCrowd } from './crowd';
import { GaugeOverlay } from './gauge-overlay';
import { usePictureStore } from './picture';

/** What a map of many hosts does differently: gauges on one canvas, and from afar no words. */
export function CrowdView({ frame }: { frame: { readonly current: HTMLElement | null } }) {
  const isCrowd = useIsCrowd();
  const isFar = useStore((state) => state.transform[2] < FAR) && isCrowd;
  useEffect(() => {
    frame.current?.toggleAttribute('data-crowd', isCrowd);
    frame.current?.toggleAttribute('data-far', isFar);
  }, [frame, isCrowd, isFar]);
  const picture = usePictureStore();
  useOnViewportChange({
    onStart: () => {
      if (isCrowd) picture?.hold();
      frame.current?.toggleAttribute('data-moving', isCrowd);
    },
    onEnd: () => {
      picture?.letGo();
      frame.current?.toggleAttribute('data-moving', false);
    },
  });
  useEffect(() => () => picture?.letGo(), [picture]);
  return isCrowd ? <GaugeOverlay /> : null;
}
