/**
 * The M/M/3 queue as one writes it by hand for speed: one function, a 4-ary heap
 * inline, a branch for each kind of event, no cancelling, no journal.
 */

import { RandomStream } from '../../../lib/std/random';
import { ARRIVAL_MEAN, type QueueFigures, SERVERS, SERVICE_MEAN } from './mm3';

const ARRIVE = 0;
const LEAVE = 1;

export function runBare(customers: number, seed: number): QueueFigures {
  const arrivals = new RandomStream(seed, 'arrivals');
  const services = new RandomStream(seed, 'services');
  const times = new Float64Array(64);
  const orders = new Float64Array(64);
  const kinds = new Int32Array(64);
  let size = 0;
  let order = 0;
  let arrived = 0;
  let busy = 0;
  let line = 0;
  let served = 0;
  let longestLine = 0;
  let now = 0;

  // Orders grow, so a new event never comes before one of the same time.
  const push = (at: number, kind: number): void => {
    let position = size++;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      const parentAt = times[parent] ?? 0;
      if (parentAt <= at) break;
      times[position] = parentAt;
      orders[position] = orders[parent] ?? 0;
      kinds[position] = kinds[parent] ?? 0;
      position = parent;
    }
    times[position] = at;
    orders[position] = order++;
    kinds[position] = kind;
  };

  push(0, ARRIVE);
  while (size > 0) {
    now = times[0] ?? 0;
    const kind = kinds[0] ?? 0;
    size--;
    const at = times[size] ?? 0;
    const itsOrder = orders[size] ?? 0;
    const itsKind = kinds[size] ?? 0;
    let position = 0;
    for (;;) {
      let child = position * 4 + 1;
      if (child >= size) break;
      const end = child + 4 < size ? child + 4 : size;
      let least = child;
      let leastAt = times[child] ?? 0;
      while (++child < end) {
        const childAt = times[child] ?? 0;
        if (childAt < leastAt || (childAt === leastAt && (orders[child] ?? 0) < (orders[least] ?? 0))) {
          least = child;
          leastAt = childAt;
        }
      }
      if (at < leastAt || (at === leastAt && itsOrder < (orders[least] ?? 0))) break;
      times[position] = leastAt;
      orders[position] = orders[least] ?? 0;
      kinds[position] = kinds[least] ?? 0;
      position = least;
    }
    times[position] = at;
    orders[position] = itsOrder;
    kinds[position] = itsKind;

    if (kind === ARRIVE) {
      if (++arrived < customers) push(now + arrivals.exponential(ARRIVAL_MEAN), ARRIVE);
      if (busy < SERVERS) {
        busy++;
        push(now + services.exponential(SERVICE_MEAN), LEAVE);
      } else if (++line > longestLine) longestLine = line;
    } else {
      served++;
      if (line > 0) {
        line--;
        push(now + services.exponential(SERVICE_MEAN), LEAVE);
      } else busy--;
    }
  }
  return { served, longestLine, now };
}
