/** Objectives, guards and tomorrow, as the page shows them. */
import type { Run } from '../scenario/run';
import type { ObjectiveView } from './messages';

export function objectiveViews<I>(run: Run<I>): ObjectiveView[] {
  const { scenario, progress } = run;
  const views = scenario.objectives.map((entry) => viewOf(run, entry));
  const { tomorrow } = scenario;
  if (tomorrow === undefined) return views;
  const { state, measured, startedAt, endsAt } = progress.tomorrow;
  const passed =
    startedAt === undefined || endsAt === undefined
      ? 0
      : Math.max(0, run.kernel.now - startedAt) / Math.max(1, endsAt - startedAt);
  return [
    ...views,
    {
      id: tomorrow.id,
      title: tomorrow.title,
      detail: tomorrow.detail,
      state,
      progress: state === 'met' ? 1 : Math.min(1, passed),
      measured,
      ...(state === 'failed' ? { why: tomorrow.why } : {}),
    },
  ];
}
export function guardViews<I>(run: Run<I>): ObjectiveView[] {
  return run.scenario.guards.map((entry) => viewOf(run, entry));
}

function viewOf<I>(run: Run<I>, entry: Run<I>['scenario']['objectives'][number]): ObjectiveView {
  const progress = run.progress.objectives.get(entry.id);
  const state = progress?.verdict ?? 'waiting';
  return {
    id: entry.id,
    title: entry.title,
    detail: entry.detail,
    state,
    progress: progress?.progress ?? 0,
    measured: progress?.measured ?? '',
    ...(state === 'failed' ? { why: entry.why } : {}),
  };
}
