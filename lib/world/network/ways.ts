/**
 * Where connections' segments go: the trails of those that talk, kept at hand. No part of the state.
 */
import type { Core } from './core';
import { TCP } from './packet';
import type { Stack } from './stack';
import type { Connection, End } from './state';
import type { Side } from '../network.contract';
import {
  type Codes,
  followTrail,
  forgetCodes,
  isForConnection,
  noCodes,
  noPlaces,
  notePlaces,
  passAlong,
  type Places,
  type Trail,
} from './trail';

/** Connections whose trails are at hand: those that talk now. With many more the processor's caches would not hold them. */
const WAYS = 256;
/** Hops that a segment of a connection may take. */
export const TTL = 64;

/**
 * A connection that talks: its trails, and where the tables on the way had it last. It is known by its id alone:
 * ways are old in the eyes of the garbage collector, and would keep what they lead to for too long.
 */
type Way = {
  id: number;
  ofClient: Trail | undefined;
  ofServer: Trail | undefined;
  readonly clientCodes: Codes;
  readonly serverCodes: Codes;
  readonly places: Places;
};

export class Ways {
  /** By the low bits of the connections' ids. */
  readonly #ways: (Way | undefined)[] = new Array<undefined>(WAYS).fill(undefined);

  constructor(private readonly core: Core) {}

  /** The connection's own trail when it has one, else any that fits. */
  follow(
    connection: Connection,
    side: Side,
    end: End,
    stack: Stack,
    flags: number,
    length: number,
    count: number,
  ): Trail | undefined {
    const { epoch, now } = this.core;
    const way = this.#of(connection);
    const isClient = side === 'client';
    const own = isClient ? way.ofClient : way.ofServer;
    const codes = isClient ? way.clientCodes : way.serverCodes;
    const { ip, port, peerIp, peerPort } = end;
    if (
      own !== undefined &&
      own.epoch === epoch &&
      passAlong(own, TCP, ip | 0, peerIp | 0, port, peerPort, flags, length, count, now, codes)
    )
      return own;
    const trail = followTrail(
      stack,
      epoch,
      now,
      TCP,
      ip | 0,
      peerIp | 0,
      port,
      peerPort,
      flags,
      length,
      count,
      TTL,
      end.uid,
      false,
      way.places,
      isClient ? 0 : 1,
      codes,
    );
    if (trail === undefined || !isForConnection(trail)) return trail;
    if (isClient) way.ofClient = trail;
    else way.ofServer = trail;
    return trail;
  }
  /** The same for the two segments that open a connection: they may be traced. */
  followFirst(
    connection: Connection,
    side: Side,
    end: End,
    stack: Stack,
    flags: number,
    length: number,
  ): Trail | undefined {
    const { epoch, now } = this.core;
    const way = this.#of(connection);
    const isFirst = side === 'client';
    const trail = followTrail(
      stack,
      epoch,
      now,
      TCP,
      end.ip | 0,
      end.peerIp | 0,
      end.port,
      end.peerPort,
      flags,
      length,
      1,
      TTL,
      end.uid,
      connection.trace !== 0,
      isFirst ? undefined : way.places,
      1,
      isFirst ? undefined : way.serverCodes,
    );
    if (isFirst && trail !== undefined) notePlaces(way.places, trail);
    return trail;
  }
  #of(connection: Connection): Way {
    const known = this.#ways[connection.id & (WAYS - 1)];
    return known?.id === connection.id ? known : this.enter(connection);
  }
  /** Takes the place of the connection that had it before. */
  enter(connection: Connection): Way {
    const { id } = connection;
    const former = this.#ways[id & (WAYS - 1)];
    if (former !== undefined) {
      former.id = id;
      former.ofClient = former.ofServer = undefined;
      former.places.count = 0;
      forgetCodes(former.clientCodes);
      forgetCodes(former.serverCodes);
      return former;
    }
    const made: Way = {
      id,
      ofClient: undefined,
      ofServer: undefined,
      clientCodes: noCodes(),
      serverCodes: noCodes(),
      places: noPlaces(),
    };
    this.#ways[id & (WAYS - 1)] = made;
    return made;
  }

  /** Nobody has a socket of it any more. */
  leave(id: number): void {
    const way = this.#ways[id & (WAYS - 1)];
    if (way?.id === id) way.id = -1;
  }
  /** Another state was loaded. */
  forget(): void {
    this.#ways.fill(undefined);
  }
}
