/**
 * The M/M/3 queue on simjs as its manual teaches it: a facility of three
 * servers, first come first served.
 */

import { RandomStream } from '../../../lib/std/random';
import { ARRIVAL_MEAN, type QueueFigures, SERVERS, SERVICE_MEAN } from './mm3';
import { Entity, Facility, Sim } from './simjs';

export function runOnSimjs(customers: number, seed: number): QueueFigures {
  const arrivals = new RandomStream(seed, 'arrivals');
  const services = new RandomStream(seed, 'services');
  const servers = new Facility('servers', Facility.FCFS, SERVERS);
  let arrived = 0;
  let served = 0;
  let longestLine = 0;
  let now = 0;

  class Door extends Entity {
    override start(): void {
      this.setTimer(0).done(this.arrive);
    }

    arrive(): void {
      if (++arrived < customers) {
        this.setTimer(arrivals.exponential(ARRIVAL_MEAN)).done(this.arrive);
      }
      this.useFacility(servers, services.exponential(SERVICE_MEAN)).done(this.leave);
      longestLine = Math.max(longestLine, servers.queue.size());
    }

    leave(): void {
      served++;
      now = this.time();
    }
  }

  const sim = new Sim();
  sim.addEntity(Door);
  sim.simulate(Number.MAX_SAFE_INTEGER);
  return { served, longestLine, now };
}
