'use client';

import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { useClient } from '@/components/workbench/run-context';
import type { Topology } from '@/lib/session/messages';
import { wayFinder } from '@/lib/views/wires';
import type { RequestDots } from './request-dots';
import { Cells, paintDots, readPalette } from './paint-dots';

/** Frames come about ten times a second. */
const FRAME_MS = 100;

/** One transparent canvas over the map on which all dots are painted. It takes no pointer: `TopologyCanvas` asks `dots` what lies under a click. */
export function RequestOverlay({ dots, topology }: { dots: RequestDots; topology: Topology }) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const flow = useStoreApi();
  const client = useClient();

  useEffect(() => dots.lay(wayFinder(topology.hosts, topology.links)), [dots, topology]);

  useEffect(() => {
    const canvas = canvasRef.current;
    const context = canvas?.getContext('2d');
    if (canvas === null || context === null || context === undefined) return undefined;
    let request = 0;
    let last = 0;
    let palette = readPalette();
    const cells = new Cells();

    const paint = (now: number) => {
      const { playing, lookingBack } = client.store.getState().time;
      const elapsed = last === 0 ? 16 : Math.min(100, now - last);
      last = now;
      if (playing && !lookingBack) dots.advance(elapsed);
      paintDots(context, dots, flow.getState().transform, palette, cells);
      if (dots.size > 0) request = requestAnimationFrame(paint);
      else stop();
    };
    const stop = () => {
      cancelAnimationFrame(request);
      request = 0;
      last = 0;
    };
    const wake = () => {
      if (request === 0) request = requestAnimationFrame(paint);
    };

    const sizes = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = canvas;
      const density = Math.min(2, window.devicePixelRatio || 1);
      canvas.width = Math.round(clientWidth * density);
      canvas.height = Math.round(clientHeight * density);
      wake();
    });
    sizes.observe(canvas);
    const themes = new MutationObserver(() => {
      palette = readPalette();
    });
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const unfollow = client.requests.follow((batch, moment) => {
      if (moment.lookingBack) dots.clear();
      else if (document.visibilityState === 'visible') dots.add(batch, FRAME_MS);
      wake();
    });
    return () => {
      stop();
      unfollow();
      sizes.disconnect();
      themes.disconnect();
    };
  }, [client, dots, flow]);

  return (
    <canvas
      ref={canvasRef}
      aria-hidden="true"
      className="pointer-events-none absolute inset-0 z-[5] size-full"
    />
  );
}
