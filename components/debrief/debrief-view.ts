/** The debrief in the reader's words and figures. */
import type { Debrief, Micros, TimelineMark } from '@/lib/session/messages';
import { countText, percentText, plural, targetText } from '@/lib/views/numbers';
import { clockAt, clockTenths, clockText, durationText, stopwatch } from '@/lib/views/times';
import type { Tone } from '@/lib/views/tones';

/** One known pair of the run's clocks. */
export interface Known {
  at: Micros;
  clock: number;
}

export interface Figure {
  value: string;
  label: string;
  tone: Tone;
}

export function figures({ times, availability, actions }: Debrief): Figure[] {
  const { total, target, lost, lostByLearner } = availability;
  const changes = actions.filter(({ kind }) => kind === 'command' || kind === 'save').length;
  return [
    timeFigure(times.detect, 'to detect', 'not detected'),
    timeFigure(times.acknowledge, 'to acknowledge', 'not acknowledged'),
    timeFigure(times.restore, 'to restore', 'not restored'),
    {
      value: percentText(total),
      label: target === undefined ? 'availability' : `availability, goal ${targetText(target)}`,
      tone: target === undefined ? 'neutral' : total >= target ? 'ok' : 'broken',
    },
    {
      value: countText(lost),
      label: `requests lost, ${countText(lostByLearner)} by you`,
      tone: lostByLearner > 0 ? 'risk' : 'neutral',
    },
    {
      value: countText(changes),
      label: changes === 1 ? 'command or save' : 'commands and saves',
      tone: 'neutral',
    },
  ];
}

function timeFigure(duration: Micros | undefined, label: string, otherwise: string): Figure {
  if (duration === undefined) return { value: '—', label: otherwise, tone: 'broken' };
  return {
    value: duration < 10_000_000 ? durationText(duration) : stopwatch(duration),
    label,
    tone: 'neutral',
  };
}

export function subtitle({ won, minutes, hintsUsed, score, seed, hash }: Debrief): string {
  const length = durationText(Math.round(minutes * 60) * 1_000_000).replace('.0 s', ' s');
  return [
    won ? `Solved in ${length}` : `Not solved, after ${length}`,
    plural(hintsUsed, 'hint'),
    `score ${score} of 100`,
    `seed ${seed}`,
    `run ${hash.slice(0, 4)}·${hash.slice(4, 8)}`,
  ].join(' · ');
}

/** Seconds, and the share of requests answered well in each; a gap where none was sent. */
export function availabilitySeries(points: Debrief['points']): {
  seconds: number[];
  shares: (number | null)[];
} {
  return {
    seconds: points.map(({ second }) => second),
    shares: points.map(({ ok, failed }) => (ok + failed === 0 ? null : ok / (ok + failed))),
  };
}

export interface MinuteRow {
  minute: string;
  requests: string;
  failed: string;
  share: string;
  p95: string;
  events: string;
}

/** The plot as a table: one row per minute. */
export function minuteRows({ points, marks }: Debrief, known: Known): MinuteRow[] {
  const minutes = new Map<number, { ok: number; failed: number; p95: number }>();
  for (const { second, ok, failed, p95Micros } of points) {
    const minute = Math.floor(second / 60);
    const row = minutes.get(minute) ?? { ok: 0, failed: 0, p95: 0 };
    minutes.set(minute, { ok: row.ok + ok, failed: row.failed + failed, p95: Math.max(row.p95, p95Micros) });
  }
  return [...minutes].map(([minute, { ok, failed, p95 }]) => ({
    minute: clockText(clockAt(minute * 60_000_000, known)),
    requests: countText(ok + failed),
    failed: countText(failed),
    share: ok + failed === 0 ? '—' : percentText(ok / (ok + failed), 1),
    p95: p95 === 0 ? '—' : durationText(p95),
    events: marks
      .filter(({ at }) => Math.floor(at / 60_000_000) === minute)
      .map(({ text }) => text)
      .join('; '),
  }));
}

/** Marks worth a line in the plot: what broke, what was met, what the learner was told. */
export function plotMarks(marks: readonly TimelineMark[]): TimelineMark[] {
  return marks
    .filter(
      ({ kind, tone }) =>
        kind === 'fault' ||
        kind === 'objective' ||
        kind === 'holder' ||
        // What somebody said is in the feed; pages and drills are turning points.
        (kind === 'feed' && tone !== 'neutral'),
    )
    .map((mark) => ({ ...mark, text: mark.text.replace(/^(Page|Drill): (\w+):.*/, '$1: $2') }));
}

export interface ActionRow {
  key: string;
  time: string;
  tone: Tone;
  text: string;
  typed: boolean;
  effect: string | undefined;
  effectTone: Tone;
}

export function actionRows(actions: Debrief['actions']): ActionRow[] {
  return actions.map(({ at, clock, host, kind, text, effect }, index) => {
    return {
      key: `${index} ${at}`,
      time: clockText(clock),
      tone: effect?.tone ?? 'learner',
      typed: kind === 'command' || kind === 'save',
      text: kind === 'command' ? `${host}$ ${text}` : kind === 'save' ? `saved ${text} on ${host}` : text,
      effect: effect?.text,
      effectTone: effect?.tone ?? 'neutral',
    };
  });
}

export interface ChainLink {
  seq: number;
  when: string;
  source: string;
  text: string;
  rule: string | undefined;
}

export function chainLinks(chain: Debrief['chains'][number], known: Known): ChainLink[] {
  return chain.links.map(({ seq, at, source, text, rule }) => ({
    seq,
    when: clockTenths(clockAt(at, known)),
    source,
    text,
    rule,
  }));
}

export interface OutageRow {
  key: number;
  span: string;
  length: string;
  failed: string;
  cause: string;
  byLearner: boolean;
}

export function outageRows(outages: Debrief['outages'], known: Known): OutageRow[] {
  return outages.map(({ from, to, failed, cause, byLearner }) => ({
    key: from,
    span: clockText(clockAt(from, known)),
    length: durationText(to - from),
    failed: plural(failed, 'request'),
    cause,
    byLearner,
  }));
}
