/** The request path on simjs, by its timers, which are its quickest means. */

import { RandomStream } from '../../../lib/std/random';
import {
  ARRIVAL_MEAN,
  HOSTS,
  PART_TIMEOUTS,
  type PipelineFigures,
  SERVICE_MEAN,
  WHOLE_TIMEOUT,
} from './pipeline';
import { Entity, Sim, type SimjsEntity, type SimjsRequest } from './simjs';

export function runOnSimjs(requests: number, seed: number): PipelineFigures {
  const arrivals = new RandomStream(seed, 'arrivals');
  const services = new RandomStream(seed, 'services');
  let arrived = 0;
  let finished = 0;
  let timeouts = 0;
  let now = 0;

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
        this.path.setTimer(services.exponential(SERVICE_MEAN)).done(this.pass, this);
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
  return { finished, timeouts, now };
}
