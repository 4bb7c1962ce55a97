/**
 * The request path as one writes it by hand for speed: one function, an indexed
 * 4-ary heap inline, a branch for each kind of event, no journal, no guard
 * against stale handles.
 */

import { RandomStream } from '../../../lib/std/random';
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

const ARRIVE = 0;
const PASS = 1;
const EXPIRE = 2;
const EVENTS = PLACES * 4;

export function runBare(requests: number, seed: number): PipelineFigures {
  const arrivals = new RandomStream(seed, 'arrivals');
  const services = new RandomStream(seed, 'services');
  const hostOf = new Int32Array(PLACES);
  const durationOf = new Float64Array(PLACES);
  const wholeTimer = new Int32Array(PLACES);
  const partTimer = new Int32Array(PLACES);
  const freePlaces = Int32Array.from({ length: PLACES }, (_, i) => PLACES - 1 - i);
  const busy = new Int32Array(HOSTS);
  const lines = new Int32Array(HOSTS * PLACES);
  const heads = new Int32Array(HOSTS);
  const tails = new Int32Array(HOSTS);
  let freePlaceCount = PLACES;

  const times = new Float64Array(EVENTS);
  const events = new Int32Array(EVENTS);
  const positions = new Int32Array(EVENTS);
  const orders = new Float64Array(EVENTS);
  const kinds = new Int32Array(EVENTS);
  const requestsOf = new Int32Array(EVENTS);
  const freeEvents = Int32Array.from({ length: EVENTS }, (_, i) => EVENTS - 1 - i);
  let freeEventCount = EVENTS;
  let size = 0;
  let order = 0;

  let arrived = 0;
  let finished = 0;
  let timeouts = 0;
  let longestLine = 0;
  let now = 0;
  let finishedAt = 0;

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

  const push = (at: number, kind: number, request: number): number => {
    const event = freeEvents[--freeEventCount] ?? 0;
    orders[event] = order++;
    kinds[event] = kind;
    requestsOf[event] = request;
    siftUp(size++, at, event);
    return event;
  };

  const cancel = (event: number): void => {
    const position = positions[event] ?? 0;
    freeEvents[freeEventCount++] = event;
    size--;
    if (position === size) return;
    const at = times[size] ?? 0;
    const moved = events[size] ?? 0;
    siftUp(position, at, moved);
    if (positions[moved] === position) siftDown(position, at, moved);
  };

  const serve = (host: number, request: number): void => {
    busy[host] = (busy[host] ?? 0) + 1;
    push(now + (durationOf[request] ?? 0), PASS, request);
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
      if (part > 0 && part <= PART_TIMEOUTS.length) {
        const timer = partTimer[request] ?? 0;
        if (timer >= 0) cancel(timer);
      }
      if (part < PART_TIMEOUTS.length) {
        partTimer[request] = push(now + (PART_TIMEOUTS[part] ?? 0), EXPIRE, request);
      }
    }
    if (host < HOSTS) {
      hostOf[request] = host;
      durationOf[request] = services.exponential(SERVICE_MEAN);
      if ((busy[host] ?? 0) < WORKERS) serve(host, request);
      else enqueue(host, request);
      return;
    }
    const whole = wholeTimer[request] ?? 0;
    if (whole >= 0) cancel(whole);
    freePlaces[freePlaceCount++] = request;
    finished++;
    finishedAt = now;
  };

  push(0, ARRIVE, 0);
  while (size > 0) {
    now = times[0] ?? 0;
    const event = events[0] ?? 0;
    freeEvents[freeEventCount++] = event;
    size--;
    if (size > 0) siftDown(0, times[size] ?? 0, events[size] ?? 0);
    const request = requestsOf[event] ?? 0;
    switch (kinds[event]) {
      case ARRIVE: {
        if (++arrived < requests) push(now + arrivals.exponential(ARRIVAL_MEAN), ARRIVE, 0);
        const place = freePlaces[--freePlaceCount] ?? 0;
        wholeTimer[place] = push(now + WHOLE_TIMEOUT, EXPIRE, place);
        reach(place, 0);
        break;
      }
      case PASS: {
        const host = hostOf[request] ?? 0;
        leave(host);
        reach(request, host + 1);
        break;
      }
      default:
        timeouts++;
        if (partTimer[request] === event) partTimer[request] = -1;
        else wholeTimer[request] = -1;
    }
  }
  return { finished, timeouts, longestLine, now: finishedAt };
}
