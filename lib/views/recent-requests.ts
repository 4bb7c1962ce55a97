/** The last requests seen on the wires, one row per request, folded from the legs of the batches. */
import type { Micros, RequestBatch } from '../session/messages';

export interface RequestRow {
  id: number;
  startedAt: Micros;
  micros: Micros;
  /** Hosts in the order they were reached. */
  hosts: string[];
  outcome: number;
}

const MOST_ROWS = 400;

/** `rows` newest first. Failed ones stay longer: the oldest good rows go first. */
export function foldRequests(rows: readonly RequestRow[], batch: RequestBatch): readonly RequestRow[] {
  if (batch.id.length === 0) return rows;
  const changed = new Map<number, RequestRow>();
  const known = new Map(rows.map((row) => [row.id, row]));
  batch.id.forEach((id, index) => {
    const row = changed.get(id) ?? known.get(id);
    changed.set(id, withLeg(row, id, batch, index));
  });
  const kept = rows.filter((row) => !changed.has(row.id));
  return trim([...[...changed.values()].sort((a, b) => b.startedAt - a.startedAt), ...kept]);
}

function withLeg(row: RequestRow | undefined, id: number, batch: RequestBatch, index: number): RequestRow {
  const from = batch.hosts[batch.from[index] ?? -1] ?? '?';
  const to = batch.hosts[batch.to[index] ?? -1] ?? '?';
  const start = batch.start[index] ?? 0;
  const end = batch.end[index] ?? start;
  const outcome = batch.outcome[index] ?? 0;
  if (row === undefined) return { id, startedAt: start, micros: end - start, hosts: [from, to], outcome };
  const startedAt = Math.min(row.startedAt, start);
  return {
    id,
    startedAt,
    micros: Math.max(row.startedAt + row.micros, end) - startedAt,
    hosts: row.hosts.includes(to) ? row.hosts : [...row.hosts, to],
    outcome: Math.max(row.outcome, outcome),
  };
}

function trim(rows: RequestRow[]): RequestRow[] {
  if (rows.length <= MOST_ROWS) return rows;
  const failed = rows.filter(({ outcome }) => outcome >= 2).slice(0, MOST_ROWS / 2);
  const keep = new Set(failed);
  for (const row of rows) {
    if (keep.size >= MOST_ROWS) break;
    keep.add(row);
  }
  return rows.filter((row) => keep.has(row));
}
