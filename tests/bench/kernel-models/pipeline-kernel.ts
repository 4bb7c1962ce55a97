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
} from './pipeline';

export function runOnKernel(requests: number, seed: number): PipelineFigures {
  const kernel = new Kernel({ seed });
  const arrivals = kernel.random('arrivals');
  const services = kernel.random('services');
  const hostOf = new Int32Array(PLACES);
  const wholeTimer = new Float64Array(PLACES);
  const partTimer = new Float64Array(PLACES);
  const free = Int32Array.from({ length: PLACES }, (_, i) => PLACES - 1 - i);
  let freeCount = PLACES;
  let arrived = 0;
  let finished = 0;
  let timeouts = 0;
  let now = 0;

  const arrive = kernel.handler('arrive', () => {
    if (++arrived < requests) kernel.after(arrivals.exponential(ARRIVAL_MEAN), arrive, 0);
    const request = free[--freeCount] ?? 0;
    wholeTimer[request] = kernel.after(WHOLE_TIMEOUT, expire, request);
    reach(request, 0);
  });
  const pass = kernel.handler('pass', (request: number) => {
    reach(request, (hostOf[request] ?? 0) + 1);
  });
  const expire = kernel.handler('expire', () => {
    timeouts++;
  });

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
      kernel.after(services.exponential(SERVICE_MEAN), pass, request);
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
  return { finished, timeouts, now };
}
