'use client';

import { useId } from 'react';
import { Empty } from '@/components/ui/empty';
import { useRun } from '@/components/workbench/run-context';
import type { HostDetail } from '@/lib/session/messages';
import { clockAt, clockText, durationText } from '@/lib/views/times';
import { BOX_HEIGHT, chartSentence, layoutChart, sortCharts } from './view';

type Chart = NonNullable<HostDetail['charts']>[number];

/** Live state charts: what each protocol instance and unit on this host is in, and where it can go. */
export function StatePanel({ host }: { host: string }) {
  const charts = useRun((state) => (state.detail?.id === host ? state.detail.charts : undefined));
  const services = useRun((state) => state.hosts[host]?.services);
  if (charts === undefined) return <Empty>Reading the states…</Empty>;
  if (charts.length === 0) return <Empty>Nothing on this host keeps a state to draw.</Empty>;
  const { first, others } = sortCharts(charts, services ?? []);
  return (
    // A scrolling region has to be reachable by keyboard.
    <div
      className="h-full divide-y divide-line overflow-auto"
      tabIndex={0}
      role="group"
      aria-label="State charts"
    >
      {first.map((chart) => (
        <StateChart key={`${chart.chart} ${chart.id}`} chart={chart} />
      ))}
      {others.length > 0 && <Others charts={others} />}
    </div>
  );
}

/** Units of the system that are well: one line each, drawn when asked for. */
function Others({ charts }: { charts: readonly Chart[] }) {
  return (
    <section aria-label="Other units" className="px-3.5 py-3">
      <h3 className="eyebrow mb-1">Other units</h3>
      {charts.map((chart) => (
        <details key={`${chart.chart} ${chart.id}`} className="font-mono text-[11.5px]">
          <summary className="py-0.5 text-prose hover:text-text">
            {chart.id} <span className="text-muted">{chart.current}</span>
          </summary>
          <div className="-mx-3.5">
            <StateChart chart={chart} />
          </div>
        </details>
      ))}
    </section>
  );
}

export function StateChart({ chart }: { chart: Chart }) {
  const since = useRun(({ time }) => clockText(clockAt(chart.since, time)));
  // Whole seconds are enough for “for how long”.
  const age = useRun(({ time }) => Math.floor((time.at - chart.since) / 1_000_000));
  return (
    <section aria-label={`${chart.chart} ${chart.id}`} className="px-3.5 py-3">
      <h3 className="eyebrow mb-2">
        {chart.chart} <b className="normal-case tracking-normal text-text">{chart.id}</b>
      </h3>
      <Drawing chart={chart} />
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 font-mono text-[11.5px]">
        <dt className="text-faint">entered {chart.current}</dt>
        <dd className="text-prose">
          at {since}, {age < 1 ? 'just now' : `${durationText(age * 1_000_000).replace('.0 s', ' s')} ago`}
        </dd>
        {chart.facts.map(({ name, value }) => (
          <div key={name} className="contents">
            <dt className="text-faint">{name}</dt>
            <dd className="min-w-0 break-words text-prose">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Drawing({ chart }: { chart: Chart }) {
  const { width, height, boxes, arrows } = layoutChart(chart);
  const marker = useId();
  return (
    <svg
      role="img"
      aria-label={chartSentence(chart)}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      className="h-auto max-w-full overflow-visible font-mono text-[11px]"
    >
      <defs>
        {(['quiet', 'live'] as const).map((kind) => (
          <marker
            key={kind}
            id={`${marker}${kind}`}
            viewBox="0 0 6 6"
            refX="4.5"
            refY="3"
            markerWidth="6"
            markerHeight="6"
            orient="auto"
          >
            <path d="M0 .5 5.2 3 0 5.5Z" fill={kind === 'live' ? 'var(--holder)' : 'var(--line-strong)'} />
          </marker>
        ))}
      </defs>
      {arrows.map(({ key, path, live }) => (
        <path
          key={key}
          d={path}
          fill="none"
          strokeWidth="1.2"
          stroke={live ? 'var(--holder)' : 'var(--line-strong)'}
          markerEnd={`url(#${marker}${live ? 'live' : 'quiet'})`}
        />
      ))}
      {boxes.map(({ name, x, y, width: boxWidth, current }) => (
        <g key={name}>
          <rect
            x={x}
            y={y}
            width={boxWidth}
            height={BOX_HEIGHT}
            rx="7"
            className="transition-[fill,stroke] duration-300"
            fill={current ? 'var(--holder-soft)' : 'var(--ink-1)'}
            stroke={current ? 'var(--holder)' : 'var(--line-strong)'}
            strokeWidth={current ? 1.5 : 1}
          />
          <text
            x={x + boxWidth / 2}
            y={y + BOX_HEIGHT / 2 + 3.8}
            textAnchor="middle"
            fill={current ? 'var(--text)' : 'var(--muted)'}
            fontWeight={current ? 600 : 400}
          >
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}
