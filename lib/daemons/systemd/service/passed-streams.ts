/** Streams that a client passed to the manager for a service it starts (`systemd-run --pipe`). */
import type { Stream } from '../../../world/process.contract';
import type { Host } from '../../../world/world.contract';

const passed = new WeakMap<Host, Map<string, ReadonlyMap<number, Stream>>>();

/** @param streams by descriptor; undefined takes them back. */
export function passStreams(
  host: Host,
  unit: string,
  streams: ReadonlyMap<number, Stream> | undefined,
): void {
  const units = passed.get(host) ?? new Map<string, ReadonlyMap<number, Stream>>();
  passed.set(host, units);
  if (streams === undefined) units.delete(unit);
  else units.set(unit, streams);
}
export function streamsPassed(host: Host, unit: string): ReadonlyMap<number, Stream> | undefined {
  return passed.get(host)?.get(unit);
}
