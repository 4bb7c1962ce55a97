/**
 * Sockets in TIME-WAIT: columns in the order of closing. They hold nothing but
 * their addresses, for 60 seconds (TCP_TIMEWAIT_LEN).
 */
import { MINUTE, type Micros } from '../../std/instant';

/** A ring: `first` is the oldest, `count` are held. `end` is when each is over. */
export type TimeWait = {
  first: number;
  count: number;
  ip: Uint32Array;
  peerIp: Uint32Array;
  port: Uint16Array;
  peerPort: Uint16Array;
  end: Float64Array;
};
type Socket = { ip: number; port: number; peerIp: number; peerPort: number };

const FIRST_CAPACITY = 16;

export function emptyTimeWait(): TimeWait {
  return {
    first: 0,
    count: 0,
    ip: new Uint32Array(0),
    peerIp: new Uint32Array(0),
    port: new Uint16Array(0),
    peerPort: new Uint16Array(0),
    end: new Float64Array(0),
  };
}

export function rememberTimeWait(ring: TimeWait, socket: Socket, now: Micros): void {
  while (ring.count > 0 && (ring.end[ring.first] ?? 0) <= now) {
    ring.first = (ring.first + 1) & (ring.end.length - 1);
    ring.count--;
  }
  if (ring.count === ring.end.length) grow(ring);
  const at = (ring.first + ring.count++) & (ring.end.length - 1);
  ring.ip[at] = socket.ip;
  ring.port[at] = socket.port;
  ring.peerIp[at] = socket.peerIp;
  ring.peerPort[at] = socket.peerPort;
  ring.end[at] = now + MINUTE;
}

export function timeWaits(ring: TimeWait, now: Micros): Socket[] {
  const sockets: Socket[] = [];
  for (let i = 0; i < ring.count; i++) {
    const at = (ring.first + i) & (ring.end.length - 1);
    if ((ring.end[at] ?? 0) > now)
      sockets.push({
        ip: ring.ip[at] ?? 0,
        port: ring.port[at] ?? 0,
        peerIp: ring.peerIp[at] ?? 0,
        peerPort: ring.peerPort[at] ?? 0,
      });
  }
  return sockets;
}

/** Whether such a socket rests: the newest are asked first, as mostly a peer's last segment asks. */
export function restsIn(
  ring: TimeWait,
  ip: number,
  port: number,
  peerIp: number,
  peerPort: number,
  now: Micros,
): boolean {
  const { port: ports, peerPort: peerPorts } = ring;
  const mask = ring.end.length - 1;
  for (let i = ring.count - 1; i >= 0; i--) {
    const at = (ring.first + i) & mask;
    if (
      ports[at] === port &&
      peerPorts[at] === peerPort &&
      ring.ip[at] === ip &&
      ring.peerIp[at] === peerIp &&
      (ring.end[at] ?? 0) > now
    )
      return true;
  }
  return false;
}

/** Twice the room, the oldest at the start again. */
function grow(ring: TimeWait): void {
  const capacity = Math.max(FIRST_CAPACITY, ring.end.length * 2);
  const { first } = ring;
  const turned = <T extends Uint32Array | Uint16Array | Float64Array>(old: T, made: T): T => {
    for (let i = 0; i < old.length; i++) made[i] = old[(first + i) % old.length] ?? 0;
    return made;
  };
  ring.ip = turned(ring.ip, new Uint32Array(capacity));
  ring.peerIp = turned(ring.peerIp, new Uint32Array(capacity));
  ring.port = turned(ring.port, new Uint16Array(capacity));
  ring.peerPort = turned(ring.peerPort, new Uint16Array(capacity));
  ring.end = turned(ring.end, new Float64Array(capacity));
  ring.first = 0;
}
