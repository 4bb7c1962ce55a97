'use client';

import { buttonClass } from '@/components/ui/button';
import type { RunSummary } from '@/lib/client/saved-runs';
import { percentText } from '@/lib/views/numbers';
import { PlayLink } from './play-link';
import { isOpen, type ScenarioCard, sparklinePath } from './catalogue-view';

export function Hero({
  scenarios,
  runs,
}: {
  scenarios: readonly ScenarioCard[];
  runs: readonly RunSummary[];
}) {
  const known = new Set(scenarios.map(({ id }) => id));
  const open = runs.find((run) => isOpen(run) && known.has(run.scenario));
  const first = scenarios[0];
  const start = first === undefined ? undefined : { href: `/play/${first.id}`, title: first.title };
  return (
    <section
      aria-label="Start"
      className="grid items-center gap-x-12 gap-y-8 border-b border-line px-5 pb-9 pt-11 md:px-10 xl:grid-cols-[1fr_560px]"
    >
      <div>
        <h1 className="mb-3.5 text-[38px] font-semibold leading-[1.14] tracking-[-0.02em]">
          Break production.
          <br />
          Learn to bring it back.
        </h1>
        <p className="mb-5 max-w-[560px] text-base leading-relaxed text-prose">
          Real configuration files, real failure modes, no real customers. Every daemon here behaves as the
          one on your server was recorded to behave.
        </p>
        <div className="flex flex-wrap gap-2.5">
          {open !== undefined && (
            <PlayLink
              href={`/play/${open.scenario}?run=${encodeURIComponent(open.id)}`}
              className={buttonClass({ look: 'primary', size: 'large' })}
            >
              Continue: {open.title}
            </PlayLink>
          )}
          {start !== undefined && (
            <PlayLink
              href={start.href}
              className={buttonClass({ look: open === undefined ? 'primary' : 'plain', size: 'large' })}
            >
              {open === undefined ? `Start: ${start.title}` : 'Start a new run'}
            </PlayLink>
          )}
        </div>
      </div>
      <LastRun run={runs.find(({ sparkline }) => sparkline.length > 4)} />
    </section>
  );
}

const BOX = { width: 520, height: 96 } as const;

/** An outage as it usually looks, for those who have not had one yet. */
const EXAMPLE = [
  1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0.05, 0.2, 0.18, 0.16, 1, 1, 1, 1, 1, 1, 1, 1, 0.4, 0.42, 1, 1, 1, 1, 1, 1, 1,
];

const EXAMPLE_EVENTS = [
  { place: 0.215, text: 'lb1 lost power', tone: 'broken' as const },
  { place: 0.46, text: 'service is back', tone: 'ok' as const },
  { place: 0.72, text: 'failover drill', tone: 'broken' as const },
];

/** Words beside their line, on the side where there is room. */
function Mark({ x, text, colour, low }: { x: number; text: string; colour: string; low: boolean }) {
  const right = x < BOX.width * 0.6;
  return (
    <g>
      <path d={`M${x} -8V${BOX.height + 8}`} stroke={colour} strokeDasharray="3 4" />
      <text
        x={right ? x + 6 : x - 6}
        y={low ? BOX.height + 16 : -3}
        textAnchor={right ? 'start' : 'end'}
        fill={colour}
        className="font-mono text-[11px]"
      >
        {text.length > 30 ? `${text.slice(0, 29)}…` : text}
      </text>
    </g>
  );
}

function LastRun({ run }: { run: RunSummary | undefined }) {
  const shares = run?.sparkline ?? EXAMPLE;
  const worst = Math.min(...shares);
  return (
    <figure className="rounded-[14px] border border-line bg-ink-1 px-[18px] py-4 max-xl:hidden">
      <figcaption className="flex justify-between gap-3 font-mono text-xs text-muted">
        <span className="truncate">
          {run === undefined
            ? 'availability · an example of an outage'
            : `availability · last run · ${run.title}`}
        </span>
        {run?.availability !== undefined && <span>{percentText(run.availability)}</span>}
      </figcaption>
      <svg
        viewBox={`0 -14 ${BOX.width} ${BOX.height + 36}`}
        role="img"
        aria-label={`Share of requests answered well over the run; at worst ${percentText(worst, 0)}`}
        className="mt-3 w-full"
        fill="none"
      >
        {[0, 0.5, 1].map((share) => (
          <path key={share} d={`M0 ${share * BOX.height}H${BOX.width}`} stroke="var(--line)" />
        ))}
        <path d={sparklinePath(shares, BOX)} stroke="var(--ok)" strokeWidth="2" strokeLinejoin="round" />
        {(run?.events ?? (run === undefined ? EXAMPLE_EVENTS : [])).map(({ place, text, tone }, index) => (
          <Mark
            key={`${place} ${text}`}
            x={place * BOX.width}
            text={text}
            colour={tone === 'ok' ? 'var(--ok)' : 'var(--broken)'}
            low={index % 2 === 1}
          />
        ))}
      </svg>
    </figure>
  );
}
