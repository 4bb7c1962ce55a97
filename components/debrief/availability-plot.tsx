'use client';

import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { Debrief, TimelineMark } from '@/lib/session/messages';
import { percentText } from '@/lib/views/numbers';
import { clockAt, clockText } from '@/lib/views/times';
import { TONE_TEXT } from '@/lib/views/tones';
import { availabilitySeries, type Known, plotMarks } from './debrief-view';
import { labelRows } from './plot-labels';

const HEIGHT = 150;
/** Room left of the plot for the axis. */
const AXIS = 46;

/** Share of good answers second by second, with what happened. The table beside it says the same. */
export function AvailabilityPlot({ debrief, known }: { debrief: Debrief; known: Known }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [under, setUnder] = useState<string>();
  const marks = plotMarks(debrief.marks);
  const last = Math.max(1, debrief.points.at(-1)?.second ?? 1);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const { seconds, shares } = availabilitySeries(debrief.points);
    const describe = (index: number | null | undefined) => {
      const point = index === null || index === undefined ? undefined : debrief.points[index];
      if (point === undefined) return setUnder(undefined);
      const { second, ok, failed } = point;
      return setUnder(`${clockText(clockAt(second * 1_000_000, known))} · ${ok} ok · ${failed} failed`);
    };
    const plot = new uPlot(
      optionsFor({ width: element.clientWidth, marks: plotMarks(debrief.marks), known, describe }),
      [seconds, shares],
      element,
    );
    const sizes = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height: HEIGHT });
      setWidth(element.clientWidth);
    });
    sizes.observe(element);
    const themes = new MutationObserver(() => plot.redraw(false));
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      plot.destroy();
    };
  }, [debrief, known]);

  return (
    <div>
      <p className="h-4 text-right font-mono text-2xs text-muted">{under}</p>
      <div ref={frame} aria-hidden="true" style={{ height: HEIGHT }} />
      <Labels marks={marks} last={last} width={width} />
    </div>
  );
}

function Labels({ marks, last, width }: { marks: readonly TimelineMark[]; last: number; width: number }) {
  if (width === 0) return null;
  const { labels, rows } = labelRows(marks, { last, left: AXIS, width });
  return (
    <div aria-hidden="true" className="relative font-mono text-[11px]" style={{ height: rows * 16 }}>
      {labels.map(({ seq, text, tone, left, row, width: most }) => (
        <span
          key={seq}
          className={`absolute truncate ${TONE_TEXT[tone]}`}
          style={{ left, top: row * 16, maxWidth: most }}
        >
          {text}
        </span>
      ))}
    </div>
  );
}

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const MARK_TOKEN: Readonly<Record<TimelineMark['tone'], string>> = {
  ok: '--ok',
  risk: '--risk',
  broken: '--broken-strong',
  active: '--holder',
  learner: '--selected',
  neutral: '--faint',
};

interface PlotOptions {
  width: number;
  marks: readonly TimelineMark[];
  known: Known;
  describe(index: number | null | undefined): void;
}

function optionsFor({ width, marks, known, describe }: PlotOptions): uPlot.Options {
  const grid = { stroke: () => token('--line'), width: 1 };
  const axis = {
    stroke: () => token('--faint'),
    font: '11px "IBM Plex Mono", monospace',
    grid,
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 0, 0, 0],
    cursor: { y: false, points: { show: false } },
    scales: { x: { time: false }, y: { range: [0, 1.02] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 110,
        incrs: [10, 15, 30, 60, 120, 300, 600, 900, 1800],
        // Seconds are told only where a tick does not stand at a whole minute.
        values: (_, ticks) =>
          ticks.map((second) =>
            clockText(clockAt(second * 1_000_000, known)).slice(
              0,
              ticks.every((tick) => tick % 60 === 0) ? 5 : 8,
            ),
          ),
      },
      {
        ...axis,
        size: AXIS,
        splits: () => [0, 0.5, 1],
        values: (_, ticks) => ticks.map((share) => percentText(share, 0)),
      },
    ],
    series: [
      {},
      {
        stroke: () => token('--ok'),
        width: 2,
        fill: () => `color-mix(in srgb, ${token('--ok')} 9%, transparent)`,
        points: { show: false },
        ...(uPlot.paths.stepped === undefined ? {} : { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, marks)],
      setCursor: [(plot) => describe(plot.cursor.idx)],
    },
  };
}

function drawMarks(plot: uPlot, marks: readonly TimelineMark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.setLineDash([4, 5]);
  ctx.lineWidth = devicePixelRatio;
  for (const { at, tone } of marks) {
    const x = Math.round(plot.valToPos(at / 1_000_000, 'x', true));
    ctx.strokeStyle = token(MARK_TOKEN[tone]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
