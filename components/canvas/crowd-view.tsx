'use client';

import { useOnViewportChange, useStore } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { FAR, useIsCrowd } from './crowd';
import { GaugeOverlay } from './gauge-overlay';
import { usePictureStore } from './picture';

/** A wheel turns step by step: what moves so shortly again was never at rest. */
const REST_MS = 200;

/** What a map of many hosts does differently: gauges on one canvas, and from afar no words. */
export function CrowdView({ frame }: { frame: { readonly current: HTMLElement | null } }) {
  const isCrowd = useIsCrowd();
  const isFar = useStore((state) => state.transform[2] < FAR) && isCrowd;
  useEffect(() => {
    frame.current?.toggleAttribute('data-crowd', isCrowd);
    frame.current?.toggleAttribute('data-far', isFar);
  }, [frame, isCrowd, isFar]);
  const picture = usePictureStore();
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  useOnViewportChange({
    onStart: () => {
      clearTimeout(rest.current);
      if (isCrowd) picture?.hold();
      frame.current?.toggleAttribute('data-moving', isCrowd);
    },
    onEnd: () => {
      clearTimeout(rest.current);
      rest.current = setTimeout(() => {
        picture?.letGo();
        frame.current?.toggleAttribute('data-moving', false);
      }, REST_MS);
    },
  });
  useEffect(
    () => () => {
      clearTimeout(rest.current);
      picture?.letGo();
    },
    [picture],
  );
  return isCrowd ? (
    <>
      <GaugeOverlay />
      <p
        aria-hidden="true"
        className="held-note pointer-events-none absolute bottom-2.5 left-1/2 z-10 -translate-x-1/2 rounded-lg border border-line bg-ink-1 px-2.5 py-1 text-[11px] text-muted shadow-md"
      >
        The numbers wait until the map is at rest
      </p>
    </>
  ) : null;
}
