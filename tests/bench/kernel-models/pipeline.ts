/**
 * A request path: requests arrive at random and pass twelve hosts, each with
 * four workers and a line before them. On its way a request sets six timers, as
 * proxies do: one for the whole and five for two hosts each, cancelled when
 * that part is done. Hardly any timer ever comes due.
 */

export const HOSTS = 12;
export const WORKERS = 4;
export const ARRIVAL_MEAN = 500;
export const SERVICE_MEAN = 1000;
/** the client's, as in Debian's haproxy.cfg */
export const WHOLE_TIMEOUT = 50_000_000;
/** for two hosts each; the first one comes due now and then */
export const PART_TIMEOUTS: readonly number[] = [10_000, 5_000_000, 10_000_000, 30_000_000, 50_000_000];
/** Requests on their way at once; more than ever occur, and a power of two. */
export const PLACES = 1024;

/** What a run comes to; the same in every implementation. */
export interface PipelineFigures {
  readonly finished: number;
  readonly timeouts: number;
  readonly longestLine: number;
  readonly now: number;
}
