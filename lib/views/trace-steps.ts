/** Going through a traced request step by step. */
import type { TraceView } from '../session/messages';

/** The step that is shown: the chosen one, else the first that went wrong, else the first. */
export function shownStep(trace: Pick<TraceView, 'hops'>, chosen: number | undefined): number {
  const last = trace.hops.length - 1;
  if (chosen !== undefined) return Math.max(0, Math.min(chosen, last));
  return Math.max(
    0,
    trace.hops.findIndex(({ outcome }) => outcome === 'bad'),
  );
}

export interface FieldRow {
  name: string;
  before: string;
  after: string;
  changed: boolean;
}

/** A packet's fields, in their own order; which of them the step changed. */
export function fieldRows({ packet }: TraceView['hops'][number]): FieldRow[] {
  return (packet ?? []).map((field) => ({ ...field, changed: field.before !== field.after }));
}

/** `TTL 64 to 63, source MAC … to …`, for those who listen. */
export function changesText(rows: readonly FieldRow[]): string {
  const changed = rows.filter((row) => row.changed);
  if (rows.length === 0) return 'a program holds the request';
  if (changed.length === 0) return 'nothing of the packet changes';
  return changed.map(({ name, before, after }) => `${name} ${before} to ${after}`).join(', ');
}
