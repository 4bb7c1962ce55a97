/** `--retry`: after which ends curl tries again, and what it says then (tool_operate.c of 7.88.1). */
import type { CurlCall } from './call';
import type { TransferFacts } from './write-out';

/** Seconds. */
export const MOST_BETWEEN_TRIES = 600;
const COULD_NOT_RESOLVE = 6;
const COULD_NOT_CONNECT = 7;
const TIMED_OUT = 28;
const TRANSIENT_STATUS = new Set([408, 429, 500, 502, 503, 504]);

/** What follows "Problem" in the warning; undefined: the end is final. */
export function retryReason(call: CurlCall, ended: TransferFacts): string | undefined {
  const { exitCode, response } = ended;
  if (exitCode === TIMED_OUT || exitCode === COULD_NOT_RESOLVE) return ': timeout';
  if (exitCode === COULD_NOT_CONNECT && call.retryOn === 'refused too') return ': connection refused';
  if (response !== undefined && TRANSIENT_STATUS.has(response.status)) return ': HTTP error';
  return exitCode !== 0 && call.retryOn === 'everything' ? '(retrying all errors)' : undefined;
}
