/** What the supervisor decides, as functions of what it knows: may it start, is it started again, and when. */
import type { ServiceUnit } from './unit';

/** How a process ended: by itself with a code, or by a signal. */
export type Ending = { readonly code: number } | { readonly signal: string };
export type Result = 'success' | 'exit-code' | 'signal' | 'timeout' | 'start-limit-hit' | 'resources';

/** Signals by which a daemon may end and have done well. systemd.service(5) "SuccessExitStatus=". */
const CLEAN_SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'];

export function resultOf(unit: ServiceUnit, ending: Ending): Result {
  if ('signal' in ending)
    return unit.type !== 'oneshot' && CLEAN_SIGNALS.includes(ending.signal) ? 'success' : 'signal';
  return ending.code === 0 || unit.successCodes.includes(ending.code) ? 'success' : 'exit-code';
}

/** Table 1 of systemd.service(5): "Exit causes and the effect of the Restart= settings". */
export function isStartedAgain({ restart }: Pick<ServiceUnit, 'restart'>, result: Result): boolean {
  switch (restart) {
    case 'no':
      return false;
    case 'always':
      return true;
    case 'on-success':
      return result === 'success';
    case 'on-failure':
      return result !== 'success';
    case 'on-abnormal':
      return result === 'signal' || result === 'timeout';
    case 'on-abort':
      return result === 'signal';
  }
}

/** How many starts there were since when. */
export interface Starts {
  readonly since: number | undefined;
  readonly count: number;
}
export const NO_STARTS: Starts = { since: undefined, count: 0 };

/** systemd's ratelimit: so many in an interval that begins with the first of them. undefined: refused. */
export function countStart(
  { startLimitMs, startLimitBurst }: Pick<ServiceUnit, 'startLimitMs' | 'startLimitBurst'>,
  starts: Starts,
  nowMs: number,
): Starts | undefined {
  if (startLimitMs === 0 || startLimitBurst === 0) return starts;
  if (starts.since === undefined || nowMs - starts.since > startLimitMs) return { since: nowMs, count: 1 };
  return starts.count < startLimitBurst ? { ...starts, count: starts.count + 1 } : undefined;
}

/** sd-event lets timers gather, so that the machine wakes less often. sd_event_add_time(3) "accuracy". */
const GRID_MS = 250;
const GRID_OFFSET_MS = 220;

/** When the timer of a restart really fires: at the next instant of the grid. */
export function restartAt(nowMs: number, restartMs: number): number {
  const due = nowMs + restartMs;
  return Math.ceil((due - GRID_OFFSET_MS) / GRID_MS) * GRID_MS + GRID_OFFSET_MS;
}

/** Units in the order of their After= and Before=; what is not here orders nothing. */
export function inOrder<U extends Pick<ServiceUnit, 'name' | 'after' | 'before'>>(units: readonly U[]): U[] {
  const sorted: U[] = [];
  const visit = (unit: U, way: readonly string[]): void => {
    if (sorted.includes(unit) || way.includes(unit.name)) return;
    for (const other of units)
      if (other !== unit && (unit.after.includes(other.name) || other.before.includes(unit.name)))
        visit(other, [...way, unit.name]);
    sorted.push(unit);
  };
  // nftables says it with a target that everything else waits for.
  const early = units.filter(({ before }) => before.includes('network-pre.target'));
  for (const unit of [...early, ...units]) visit(unit, []);
  return sorted;
}
