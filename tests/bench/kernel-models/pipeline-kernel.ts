/** The request path on the kernel. */

import { Kernel } from '../../../lib/kernel/kernel';
import {
  ARRIVAL_MEAN,
  HOSTS,
  PART_TIMEOUTS,
  type PipelineFigures,
  PLACES,
  SERVICE_MEAN,
  WHOLE_TIMEOUT,
  WORKERS,
} from './pipeline';

export function runOnKernel(requests: number, seed: number): PipelineFigures {
  const kernel = new Kernel({ seed });
  const arrivals = kernel.random('arrivals');
  const services = kernel.random('services');
  const hostOf = new Int32Array(PLACES);
  const durationOf = new Float64Array(PLACES);
  const wholeTimer = new Float64Array(PLACES);
  const partTimer = new Float64Array(PLACES);
  const free = Int32Array.from({ length: PLACES }, (_, i) => PLACES - 1 - i);
  const busy = new Int32Array(HOSTS);
  const lines = new Int32Array(HOSTS * PLACES);
  const heads = new Int32Array(HOSTS);
  const tails = new Int32Array(HOSTS);
  let freeCount = PLACES;
  let arrived = 0;
  let finished = 0;
  let timeouts = 0;
  let longestLine = 0;
  let now = 0;

  const arrive = kernel.handler('arrive', () => {
    if (++arrived < requests) kernel.after(arrivals.exponential(ARRIVAL_MEAN), arrive, 0);
    const request = free[--freeCount] ?? 0;
    wholeTimer[request] = kernel.after(WHOLE_TIMEOUT, expire, request);
    reach(request, 0);
  });
  const pass = kernel.handler('pass', (request: number) => {
    const host = hostOf[request] ?? 0;
    leave(host);
    reach(request, host + 1);
  });
  const expire = kernel.handler('expire', () => {
    timeouts++;
  });

  const serve = (host: number, request: number): void => {
    busy[host] = (busy[host] ?? 0) + 1;
    kernel.after(durationOf[request] ?? 0, pass, request);
  };

  const enqueue = (host: number, request: number): void => {
    const tail = tails[host] ?? 0;
    lines[host * PLACES + (tail & (PLACES - 1))] = request;
    tails[host] = tail + 1;
    longestLine = Math.max(longestLine, tail + 1 - (heads[host] ?? 0));
  };

  const leave = (host: number): void => {
    busy[host] = (busy[host] ?? 0) - 1;
    const head = heads[host] ?? 0;
    if (head === tails[host]) return;
    heads[host] = head + 1;
    serve(host, lines[host * PLACES + (head & (PLACES - 1))] ?? 0);
  };

  const reach = (request: number, host: number): void => {
    if ((host & 1) === 0) {
      const part = host >> 1;
      if (part > 0 && part <= PART_TIMEOUTS.length) kernel.cancel(partTimer[request] ?? 0);
      if (part < PART_TIMEOUTS.length) {
        partTimer[request] = kernel.after(PART_TIMEOUTS[part] ?? 0, expire, request);
      }
    }
    if (host < HOSTS) {
      hostOf[request] = host;
      durationOf[request] = services.exponential(SERVICE_MEAN);
      if ((busy[host] ?? 0) < WORKERS) serve(host, request);
      else enqueue(host, request);
      return;
    }
    kernel.cancel(wholeTimer[request] ?? 0);
    free[freeCount++] = request;
    finished++;
    now = kernel.now;
  };

  kernel.schedule(0, arrive, 0);
  for (let at = kernel.nextAt(); at !== undefined; at = kernel.nextAt()) {
    kernel.runUntil(at + 60_000_000);
  }
  return { finished, timeouts, longestLine, now };
}
