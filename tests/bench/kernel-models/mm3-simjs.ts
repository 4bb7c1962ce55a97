/** The M/M/3 queue on simjs, by its timers, which are its quickest means. */

import { RandomStream } from '../../../lib/std/random';
import { ARRIVAL_MEAN, type QueueFigures, SERVERS, SERVICE_MEAN } from './mm3';
import { Entity, Sim } from './simjs';

export function runOnSimjs(customers: number, seed: number): QueueFigures {
  const arrivals = new RandomStream(seed, 'arrivals');
  const services = new RandomStream(seed, 'services');
  let arrived = 0;
  let busy = 0;
  let line = 0;
  let served = 0;
  let longestLine = 0;
  let now = 0;

  class Counter extends Entity {
    override start(): void {
      this.setTimer(0).done(this.arrive);
    }

    arrive(): void {
      if (++arrived < customers) {
        this.setTimer(arrivals.exponential(ARRIVAL_MEAN)).done(this.arrive);
      }
      if (busy < SERVERS) {
        busy++;
        this.setTimer(services.exponential(SERVICE_MEAN)).done(this.leave);
      } else if (++line > longestLine) longestLine = line;
    }

    leave(): void {
      served++;
      now = this.time();
      if (line > 0) {
        line--;
        this.setTimer(services.exponential(SERVICE_MEAN)).done(this.leave);
      } else busy--;
    }
  }

  const sim = new Sim();
  sim.addEntity(Counter);
  sim.simulate(Number.MAX_SAFE_INTEGER);
  return { served, longestLine, now };
}
