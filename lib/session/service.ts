/** How the service does, for the header: availability, budget, and one point for each second. */
import type { Run } from '../scenario/run';
import type { ServiceStatus } from './messages';
import type { Requests } from './requests';

const SECOND = 1_000_000;

/** Whose requests count: the service level objective's, else the first traffic source. */
export function sourceOf<I>(run: Run<I>): string | undefined {
  return run.scenario.slo?.from ?? Object.keys(run.scenario.lab.traffic)[0];
}

export function serviceStatus<I>(
  run: Run<I>,
  requests: Requests,
  sentPoints: number,
): ServiceStatus | undefined {
  const from = sourceOf(run);
  if (from === undefined) return undefined;
  const { slo } = run.scenario;
  const total = run.progress.totals.get(from) ?? { total: 0, failed: 0 };
  const recent = requests.recent(run.kernel.now, from);
  const rows = run.progress.seconds.get(from) ?? [];
  const points: [number, number, number][] = [];
  for (let second = sentPoints; second < rows.length; second++) {
    const row = rows[second];
    if (row !== undefined) points.push([second, row.ok, row.failed]);
  }
  const left = budgetRequests(run);
  const last = recent.last;
  return {
    availability: total.total === 0 ? 1 : 1 - total.failed / total.total,
    target: slo === undefined ? undefined : slo.availability / 100,
    p95Micros: recent.p95,
    ratePerSecond: recent.rate,
    total: total.total,
    failed: total.failed,
    budget: left === undefined ? undefined : 1 - total.failed / left,
    points,
    lastFailure:
      last === undefined || last.ok ? undefined : last.reason || last.error || `status ${last.status}`,
  };
}

/** How many requests may still fail: what the objective leaves over its window, less what was spent before. */
export function budgetRequests<I>(run: Run<I>): number | undefined {
  const guard = run.scenario.guards.find(({ kind }) => kind === 'error-budget');
  const requests = guard?.['requests'];
  return typeof requests === 'number' ? requests : undefined;
}

export function secondOf(at: number): number {
  return Math.floor(at / SECOND);
}
