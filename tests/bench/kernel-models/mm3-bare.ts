/**
 * The M/M/3 queue as one writes it by hand for speed: one function, an indexed
 * 4-ary heap inline, a branch for each kind of event, no journal, no guards.
 */

import { RandomStream } from '../../../lib/std/random';
import { ARRIVAL_MEAN, type QueueFigures, SERVERS, SERVICE_MEAN } from './mm3';

const ARRIVE = 0;
const LEAVE = 1;
const EVENTS = 64;

export function runBare(customers: number, seed: number): QueueFigures {
  const arrivals = new RandomStream(seed, 'arrivals');
  const services = new RandomStream(seed, 'services');

  const times = new Float64Array(EVENTS);
  const events = new Int32Array(EVENTS);
  const positions = new Int32Array(EVENTS);
  const orders = new Float64Array(EVENTS);
  const kinds = new Int32Array(EVENTS);
  const freeEvents = Int32Array.from({ length: EVENTS }, (_, i) => EVENTS - 1 - i);
  let freeEventCount = EVENTS;
  let size = 0;
  let order = 0;

  let arrived = 0;
  let busy = 0;
  let line = 0;
  let served = 0;
  let longestLine = 0;
  let now = 0;

  const siftUp = (start: number, at: number, event: number): void => {
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      const parentAt = times[parent] ?? 0;
      const other = events[parent] ?? 0;
      if (parentAt < at || (parentAt === at && (orders[other] ?? 0) < (orders[event] ?? 0))) break;
      times[position] = parentAt;
      events[position] = other;
      positions[other] = position;
      position = parent;
    }
    times[position] = at;
    events[position] = event;
    positions[event] = position;
  };

  const siftDown = (start: number, at: number, event: number): void => {
    let position = start;
    for (;;) {
      let child = position * 4 + 1;
      if (child >= size) break;
      const end = child + 4 < size ? child + 4 : size;
      let least = child;
      let leastAt = times[child] ?? 0;
      while (++child < end) {
        const childAt = times[child] ?? 0;
        if (
          childAt < leastAt ||
          (childAt === leastAt && (orders[events[child] ?? 0] ?? 0) < (orders[events[least] ?? 0] ?? 0))
        ) {
          least = child;
          leastAt = childAt;
        }
      }
      const other = events[least] ?? 0;
      if (at < leastAt || (at === leastAt && (orders[event] ?? 0) < (orders[other] ?? 0))) break;
      times[position] = leastAt;
      events[position] = other;
      positions[other] = position;
      position = least;
    }
    times[position] = at;
    events[position] = event;
    positions[event] = position;
  };

  const push = (at: number, kind: number): void => {
    const event = freeEvents[--freeEventCount] ?? 0;
    orders[event] = order++;
    kinds[event] = kind;
    siftUp(size++, at, event);
  };

  push(0, ARRIVE);
  while (size > 0) {
    now = times[0] ?? 0;
    const event = events[0] ?? 0;
    freeEvents[freeEventCount++] = event;
    size--;
    if (size > 0) siftDown(0, times[size] ?? 0, events[size] ?? 0);
    if (kinds[event] === ARRIVE) {
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
