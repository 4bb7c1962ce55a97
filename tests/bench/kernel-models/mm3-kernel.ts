/** The M/M/3 queue on the kernel. */

import { Kernel } from '../../../lib/kernel/kernel';
import { ARRIVAL_MEAN, type QueueFigures, SERVERS, SERVICE_MEAN } from './mm3';

export function runOnKernel(customers: number, seed: number): QueueFigures {
  const kernel = new Kernel({ seed });
  const arrivals = kernel.random('arrivals');
  const services = kernel.random('services');
  let arrived = 0;
  let busy = 0;
  let line = 0;
  let served = 0;
  let longestLine = 0;
  let now = 0;

  const arrive = kernel.handler('arrive', () => {
    if (++arrived < customers) kernel.after(arrivals.exponential(ARRIVAL_MEAN), arrive, 0);
    if (busy < SERVERS) {
      busy++;
      kernel.after(services.exponential(SERVICE_MEAN), leave, 0);
    } else if (++line > longestLine) longestLine = line;
  });
  const leave = kernel.handler('leave', () => {
    served++;
    now = kernel.now;
    if (line > 0) {
      line--;
      kernel.after(services.exponential(SERVICE_MEAN), leave, 0);
    } else busy--;
  });

  kernel.schedule(0, arrive, 0);
  for (let at = kernel.nextAt(); at !== undefined; at = kernel.nextAt()) {
    kernel.runUntil(at + 60_000_000);
  }
  return { served, longestLine, now };
}
