/** One frame over one segment: how long it takes, and whether the cable lost it. */
import type { Micros } from '../../std/instant';
import type { InterfaceState } from '../world.contract';
import type { Core } from './core';

/** Going down one's own stack and up again. */
export const LOOPBACK_MICROS = 10;
export const LOST = -1;
const MILLION = 1_000_000;
// Places in an interface's counters.
export const RX_PACKETS = 0;
export const RX_BYTES = 1;
export const TX_PACKETS = 2;
export const TX_BYTES = 3;
export const RX_DROPPED = 4;

/** Whether the card can send and receive. */
export function isRunning(device: InterfaceState): boolean {
  return device.up && device.carrier;
}

/** Latency from card to card, or LOST. `frames` of one message share the fate of the first that is lost. */
export function cross(
  core: Core,
  from: InterfaceState,
  to: InterfaceState,
  latency: Micros,
  frames: number,
): Micros {
  if (from.cut?.includes(to.mac) === true) return LOST;
  if (from.impairment === undefined && to.impairment === undefined) return latency;
  const leaving = suffer(core, from, 'out', frames);
  if (leaving === LOST) return LOST;
  const arriving = suffer(core, to, 'in', frames);
  return arriving === LOST ? LOST : latency + leaving + arriving;
}

function suffer(core: Core, device: InterfaceState, direction: 'in' | 'out', frames: number): Micros {
  const { impairment } = device;
  if (impairment === undefined || (impairment.direction !== 'both' && impairment.direction !== direction))
    return 0;
  const random = core.kernel.random(`wire:${device.mac}`);
  if (impairment.lossPpm > 0) {
    for (let i = 0; i < frames; i++) if (random.integer(0, MILLION - 1) < impairment.lossPpm) return LOST;
  }
  const jitter = impairment.jitterMicros > 0 ? random.integer(0, impairment.jitterMicros) : 0;
  return impairment.latencyMicros + jitter;
}

export function countOut({ counters }: InterfaceState, packets: number, bytes: number): void {
  counters[TX_PACKETS] = (counters[TX_PACKETS] ?? 0) + packets;
  counters[TX_BYTES] = (counters[TX_BYTES] ?? 0) + bytes;
}
export function countIn({ counters }: InterfaceState, packets: number, bytes: number): void {
  counters[RX_PACKETS] = (counters[RX_PACKETS] ?? 0) + packets;
  counters[RX_BYTES] = (counters[RX_BYTES] ?? 0) + bytes;
}
export function countDropped({ counters }: InterfaceState, packets: number): void {
  counters[RX_DROPPED] = (counters[RX_DROPPED] ?? 0) + packets;
}
