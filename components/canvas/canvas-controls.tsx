'use client';

import { useReactFlow } from '@xyflow/react';
import { CircleDot, List, Map as MapIcon, Maximize, Minus, Plus } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import { usePreferences } from '@/lib/client/preferences';

/** Zoom, fit, dots or counters, map or outline. */
export function CanvasControls({ onFit }: { onFit?: () => void }) {
  const outline = useWorkbench((state) => state.outline);
  const workbench = useWorkbenchStore();
  const flow = useReactFlow();
  const dots = usePreferences((state) => state.dots);
  const setDots = usePreferences((state) => state.setDots);
  return (
    <div
      role="toolbar"
      aria-label="Map"
      className="absolute bottom-2.5 left-2.5 z-10 flex gap-0.5 rounded-lg border border-line bg-ink-1/95 p-0.5 shadow-md"
    >
      {onFit !== undefined && (
        <>
          <Button
            look="quiet"
            size="icon"
            aria-label="Zoom out"
            title="Zoom out"
            onClick={() => void flow.zoomOut()}
          >
            <Minus size={13} />
          </Button>
          <Button
            look="quiet"
            size="icon"
            aria-label="Zoom in"
            title="Zoom in"
            onClick={() => void flow.zoomIn()}
          >
            <Plus size={13} />
          </Button>
          <Button
            look="quiet"
            size="icon"
            aria-label="Fit the whole map"
            title="Fit the whole map"
            onClick={onFit}
          >
            <Maximize size={12} />
          </Button>
          <Button
            look="quiet"
            size="icon"
            aria-label="Requests as moving dots"
            title={dots ? 'Show counters instead of dots' : 'Show requests as dots'}
            aria-pressed={dots}
            className="aria-pressed:text-text"
            onClick={() => setDots(!dots)}
          >
            <CircleDot size={13} />
          </Button>
        </>
      )}
      <Button
        look="quiet"
        size="icon"
        className="w-auto px-1.5"
        aria-pressed={outline}
        title="The same as a list"
        onClick={() => workbench.setState({ outline: !outline })}
      >
        {outline ? <MapIcon size={13} /> : <List size={13} />}
        {outline ? 'Map' : 'Outline'}
      </Button>
    </div>
  );
}
