/**
 * simjs 2.0.3, a discrete-event simulator to compare with. Its package exports
 * nothing: it hangs itself on `window`, which is lent to it while it loads.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The part of simjs that the comparison uses; the package has no types of its own. */
export interface SimjsRequest {
  done(callback: () => void, context?: object): this;
  cancel(): void;
}

export declare class SimjsEntity {
  time(): number;
  setTimer(duration: number): SimjsRequest;
  useFacility(facility: SimjsFacility, duration: number): SimjsRequest;
  start(): void;
}

export declare class SimjsFacility {
  static readonly FCFS: number;
  readonly queue: { size(): number };
  constructor(name: string, discipline: number, servers: number);
}

export declare class SimjsSim {
  addEntity(kind: typeof SimjsEntity): SimjsEntity;
  simulate(endTime: number): boolean;
}

interface Simjs {
  readonly Sim: typeof SimjsSim;
  readonly Entity: typeof SimjsEntity;
  readonly Facility: typeof SimjsFacility;
}

function load(): Simjs {
  const host = globalThis as { window?: { Sim?: Simjs } };
  const before = host.window;
  const lent: { Sim?: Simjs } = {};
  host.window = lent;
  createRequire(join(process.cwd(), 'package.json'))('simjs');
  if (before === undefined) delete host.window;
  else host.window = before;
  if (lent.Sim === undefined) throw new Error('simjs did not load');
  return lent.Sim;
}

export const { Sim, Entity, Facility } = load();
