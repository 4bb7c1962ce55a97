/**
 * Sockets in TIME-WAIT, in the order of closing. They hold nothing but their
 * addresses, for 60 seconds (TCP_TIMEWAIT_LEN).
 */
import { MINUTE, type Micros } from '../../std/instant';

/** A ring: `first` is the oldest, `count` are held. `end` is when each is over. */
export type TimeWait = {
  first: number;
  count: number;
  /** Of each socket its address, the peer's, and both ports. */
  rows: Uint32Array;
  end: Float64Array;
};
type Socket = { ip: number; port: number; peerIp: number; peerPort: number };

const FIRST_CAPACITY = 16;
const ROW = 3;
const IP = 0;
const PEER_IP = 1;
/** The own port in the upper half. */
const PORTS = 2;

export function emptyTimeWait(): TimeWait {
  return { first: 0, count: 0, rows: new Uint32Array(0), end: new Float64Array(0) };
}

export function rememberTimeWait(ring: TimeWait, socket: Socket, now: Micros): void {
  while (ring.count > 0 && (ring.end[ring.first] ?? 0) <= now) {
    ring.first = (ring.first + 1) & (ring.end.length - 1);
    ring.count--;
  }
  if (ring.count === ring.end.length) grow(ring);
  const at = (ring.first + ring.count++) & (ring.end.length - 1);
  ring.rows[at * ROW + IP] = socket.ip;
  ring.rows[at * ROW + PEER_IP] = socket.peerIp;
  ring.rows[at * ROW + PORTS] = portsOf(socket.port, socket.peerPort);
  ring.end[at] = now + MINUTE;
}
function portsOf(port: number, peerPort: number): number {
  return ((port << 16) | peerPort) >>> 0;
}

export function timeWaits(ring: TimeWait, now: Micros): Socket[] {
  const sockets: Socket[] = [];
  for (let i = 0; i < ring.count; i++) {
    const at = (ring.first + i) & (ring.end.length - 1);
    const ports = ring.rows[at * ROW + PORTS] ?? 0;
    if ((ring.end[at] ?? 0) > now)
      sockets.push({
        ip: ring.rows[at * ROW + IP] ?? 0,
        port: ports >>> 16,
        peerIp: ring.rows[at * ROW + PEER_IP] ?? 0,
        peerPort: ports & 0xffff,
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
  const { rows } = ring;
  const ports = portsOf(port, peerPort);
  const mask = ring.end.length - 1;
  for (let i = ring.count - 1; i >= 0; i--) {
    const at = (ring.first + i) & mask;
    if (
      rows[at * ROW + PORTS] === ports &&
      rows[at * ROW + IP] === ip &&
      rows[at * ROW + PEER_IP] === peerIp &&
      (ring.end[at] ?? 0) > now
    )
      return true;
  }
  return false;
}

/** Twice the room, the oldest at the start again. */
function grow(ring: TimeWait): void {
  const { first, count } = ring;
  const before = ring.end.length;
  const capacity = Math.max(FIRST_CAPACITY, before * 2);
  const rows = new Uint32Array(capacity * ROW);
  const end = new Float64Array(capacity);
  for (let i = 0; i < count; i++) {
    const at = (first + i) % before;
    rows.set(ring.rows.subarray(at * ROW, at * ROW + ROW), i * ROW);
    end[i] = ring.end[at] ?? 0;
  }
  ring.rows = rows;
  ring.end = end;
  ring.first = 0;
}
