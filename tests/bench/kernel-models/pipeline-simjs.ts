/**
 * The request path on simjs as its manual teaches it: a facility for each host,
 * first come first served, and timers that are cancelled.
 */

import { RandomStream } from '../../../lib/std/random';
import {
  ARRIVAL_MEAN,
  HOSTS,
  PART_TIMEOUTS,
  type PipelineFigures,
  SERVICE_MEAN,
  WHOLE_TIMEOUT,
  WORKERS,
} from './pipeline';
import { Entity, Facility, Sim, type SimjsEntity, type SimjsFacility, type SimjsRequest } from './simjs';

export function runOnSimjs(requests: number, seed: number): PipelineFigures {
  const arrivals = new RandomStream(seed, 'arrivals');
  const services = new RandomStream(seed, 'services');
  let arrived = 0;
  let finished = 0;
  let timeouts = 0;
  let longestLine = 0;
  let now = 0;

  const hosts = Array.from({ length: HOSTS }, (_, i) => new Facility(`host ${i}`, Facility.FCFS, WORKERS));

  function expire(): void {
    timeouts++;
  }

  class Passage {
    readonly path: SimjsEntity;
    host = 0;
    readonly whole: SimjsRequest;
    part: SimjsRequest | undefined;

    constructor(path: SimjsEntity) {
      this.path = path;
      this.whole = path.setTimer(WHOLE_TIMEOUT).done(expire);
      this.reach(0);
    }

    pass(): void {
      this.reach(this.host + 1);
    }

    reach(host: number): void {
      if ((host & 1) === 0) {
        const part = host >> 1;
        if (part > 0 && part <= PART_TIMEOUTS.length) this.part?.cancel();
        if (part < PART_TIMEOUTS.length) {
          this.part = this.path.setTimer(PART_TIMEOUTS[part] ?? 0).done(expire);
        }
      }
      if (host < HOSTS) {
        this.host = host;
        const facility = hosts[host] as SimjsFacility;
        const duration = services.exponential(SERVICE_MEAN);
        this.path.useFacility(facility, duration).done(this.pass, this);
        longestLine = Math.max(longestLine, facility.queue.size());
        return;
      }
      this.whole.cancel();
      finished++;
      now = this.path.time();
    }
  }

  class Path extends Entity {
    override start(): void {
      this.setTimer(0).done(this.arrive);
    }

    arrive(): void {
      if (++arrived < requests) {
        this.setTimer(arrivals.exponential(ARRIVAL_MEAN)).done(this.arrive);
      }
      new Passage(this);
    }
  }

  const sim = new Sim();
  sim.addEntity(Path);
  sim.simulate(Number.MAX_SAFE_INTEGER);
  return { finished, timeouts, longestLine, now };
}
