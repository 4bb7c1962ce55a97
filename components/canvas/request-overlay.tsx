'use client';

import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { useClient } from '@/components/workbench/run-context';
import type { Topology } from '@/lib/session/messages';
import { wayFinder } from '@/lib/views/wires';
import type { RequestDots } from './request-dots';
import { carriedTo, Cells, isSame, paintDots, readPalette, type Transform } from './paint-dots';

/** Frames come about ten times a second. */
const FRAME_MS = 100;
/** So many dots are painted in every other frame while the map is moved; between, their picture moves along. */
const MANY = 500;

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
    /** Where the map was in the frame before, and where when the dots were painted. */
    let before: Transform = flow.getState().transform;
    let painted = before;

    const frame = (now: number) => {
      const { transform } = flow.getState();
      const isMoved = !isSame(transform, before);
      const isCarried = !isSame(before, painted);
      before = transform;
      if (isMoved && !isCarried && dots.size > MANY) canvas.style.transform = carriedTo(transform, painted);
      else paint(now, transform);
      if (dots.size > 0) request = requestAnimationFrame(frame);
      else stop();
    };
    const paint = (now: number, transform: Transform) => {
      const { playing, lookingBack } = client.store.getState().time;
      const elapsed = last === 0 ? 16 : Math.min(100, now - last);
      last = now;
      // What was under way is not of the moment that one looks back at.
      if (lookingBack) dots.clear();
      else if (playing) dots.advance(elapsed);
      paintDots(context, dots, transform, palette, cells);
      painted = transform;
      canvas.style.transform = '';
    };
    const stop = () => {
      cancelAnimationFrame(request);
      request = 0;
      last = 0;
    };
    const wake = () => {
      if (request === 0) request = requestAnimationFrame(frame);
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
      className="pointer-events-none absolute inset-0 z-[5] size-full origin-top-left will-change-transform"
    />
  );
}
