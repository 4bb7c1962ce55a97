'use client';

import { useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { useClient } from '@/components/workbench/run-context';
import { FAR } from './crowd';
import { GAUGE_COLOUR } from './host-node';
import { gaugeTone } from './host-view';

/** Where the bars stand on a card, in the map's pixels: as the card itself has them when there are few hosts. */
const BAR = { left: 11, bottom: 11, height: 3, gap: 4 } as const;

/** The gauges of a crowd of hosts, painted on one canvas over the map. It takes no pointer. */
export function GaugeOverlay() {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const flow = useStoreApi();
  const client = useClient();

  useEffect(() => {
    const canvas = canvasRef.current;
    const context = canvas?.getContext('2d');
    if (canvas === null || context === null || context === undefined) return undefined;
    let request = 0;
    let isEmpty = false;
    const density = Math.min(2, window.devicePixelRatio || 1);
    let colours = readColours();

    const paint = () => {
      request = 0;
      const { transform, nodeLookup } = flow.getState();
      const [left, top, zoom] = transform;
      const { hosts } = client.store.getState();
      // A canvas that was touched is put on the screen again, however little is on it.
      if (zoom < FAR && isEmpty) return;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      isEmpty = zoom < FAR;
      // An empty canvas is laid over the map with every frame, too.
      canvas.style.visibility = isEmpty ? 'hidden' : '';
      if (isEmpty) return;
      context.setTransform(zoom * density, 0, 0, zoom * density, left * density, top * density);
      for (const { id, internals, measured } of nodeLookup.values()) {
        const status = hosts[id];
        if (status === undefined || status.power !== 'on') continue;
        const { x, y } = internals.positionAbsolute;
        const width = ((measured.width ?? 0) - 2 * BAR.left - 2 * BAR.gap) / 3;
        const bottom = y + (measured.height ?? 0) - BAR.bottom;
        if (width <= 10) continue;
        [status.cpu, status.memory, status.disk].forEach((share, index) => {
          const from = x + BAR.left + index * (width + BAR.gap);
          context.fillStyle = colours.ground;
          context.fillRect(from, bottom, width, BAR.height);
          context.fillStyle = colours[gaugeTone(share)];
          context.fillRect(from, bottom, width * Math.min(1, share), BAR.height);
        });
      }
    };
    const wake = () => {
      if (request === 0) request = requestAnimationFrame(paint);
    };

    const sizes = new ResizeObserver(() => {
      canvas.width = Math.round(canvas.clientWidth * density);
      canvas.height = Math.round(canvas.clientHeight * density);
      wake();
    });
    sizes.observe(canvas);
    const themes = new MutationObserver(() => {
      colours = readColours();
      wake();
    });
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const stops = [client.store.subscribe(wake), flow.subscribe(wake)];
    return () => {
      cancelAnimationFrame(request);
      for (const stop of stops) stop();
      sizes.disconnect();
      themes.disconnect();
    };
  }, [client, flow]);

  return (
    <canvas
      ref={canvasRef}
      aria-hidden="true"
      className="pointer-events-none absolute inset-0 z-[4] size-full"
    />
  );
}

function readColours(): Record<'ground' | 'ok' | 'risk' | 'broken', string> {
  const style = getComputedStyle(document.documentElement);
  const read = (token: string) => style.getPropertyValue(token.replace(/^var\(|\)$/g, '')).trim() || '#888';
  return {
    ground: read('--ink-3'),
    ok: read(GAUGE_COLOUR.ok),
    risk: read(GAUGE_COLOUR.risk),
    broken: read(GAUGE_COLOUR.broken),
  };
}
