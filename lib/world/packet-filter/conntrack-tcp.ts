/**
 * TCP states of connection tracking: the kernel's own table.
 * Sources: linux/net/netfilter/nf_conntrack_proto_tcp.c (table `tcp_conntracks`,
 * `tcp_timeouts`), Documentation/networking/nf_conntrack-sysctl.rst.
 */
import { ACK, FIN, RST, SYN } from '../network/packet';

export const NONE = 0;
export const SYN_SENT = 1;
export const SYN_RECV = 2;
export const ESTABLISHED = 3;
export const FIN_WAIT = 4;
export const CLOSE_WAIT = 5;
export const LAST_ACK = 6;
export const TIME_WAIT = 7;
export const CLOSE = 8;
export const SYN_SENT2 = 9;
/** The packet changes nothing, it is let through as what it is. */
export const IGNORE = 10;
/** The packet belongs to no state: `ct state invalid`. */
export const INVALID = 11;

export const TCP_STATE_NAMES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const;

const sSS = SYN_SENT;
const sSR = SYN_RECV;
const sES = ESTABLISHED;
const sFW = FIN_WAIT;
const sCW = CLOSE_WAIT;
const sLA = LAST_ACK;
const sTW = TIME_WAIT;
const sCL = CLOSE;
const sS2 = SYN_SENT2;
const sIG = IGNORE;
const sIV = INVALID;

/** [direction][kind of packet][state before] → state after. Columns: sNO sSS sSR sES sFW sCW sLA sTW sCL sS2. */
const TRANSITIONS: readonly (readonly (readonly number[])[])[] = [
  [
    /* syn */ [sSS, sSS, sIG, sIG, sIG, sIG, sIG, sSS, sSS, sS2],
    /* synack */ [sIV, sIV, sSR, sIV, sIV, sIV, sIV, sIV, sIV, sSR],
    /* fin */ [sIV, sIV, sFW, sFW, sLA, sLA, sLA, sTW, sCL, sIV],
    /* ack */ [sES, sIV, sES, sES, sCW, sCW, sTW, sTW, sCL, sIV],
    /* rst */ [sIV, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL],
    /* none */ [sIV, sIV, sIV, sIV, sIV, sIV, sIV, sIV, sIV, sIV],
  ],
  [
    /* syn */ [sIV, sS2, sIV, sIV, sIV, sIV, sIV, sSS, sIV, sS2],
    /* synack */ [sIV, sSR, sIG, sIG, sIG, sIG, sIG, sIG, sIG, sSR],
    /* fin */ [sIV, sIV, sFW, sFW, sLA, sLA, sLA, sTW, sCL, sIV],
    /* ack */ [sIV, sIG, sSR, sES, sCW, sCW, sTW, sTW, sCL, sIG],
    /* rst */ [sIV, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL, sCL],
    /* none */ [sIV, sIV, sIV, sIV, sIV, sIV, sIV, sIV, sIV, sIV],
  ],
];
const TABLE = Uint8Array.from(TRANSITIONS.flatMap((direction) => direction.flatMap((row) => row)));

/** Timeouts are counted in hundredths of a second, as the table does. */
export const SECOND_IN_HUNDREDTHS = 100;
const S = SECOND_IN_HUNDREDTHS;
/** How long an entry lives in a state (`tcp_timeouts`). */
export const TCP_TIMEOUTS = [0, 120, 60, 432_000, 120, 60, 30, 120, 10, 120].map((seconds) => seconds * S);
/** nf_conntrack_tcp_timeout_unacknowledged: established as it seems, but nobody answered yet. */
export const UNACKNOWLEDGED_TIMEOUT = 300 * S;
export const UDP_TIMEOUT = 30 * S;
export const UDP_STREAM_TIMEOUT = 120 * S;
export const ICMP_TIMEOUT = 30 * S;
export const GENERIC_TIMEOUT = 600 * S;

/** The state after a packet, IGNORE or INVALID (`get_conntrack_index` and the table). */
export function nextTcpState(direction: number, flags: number, state: number): number {
  const kind =
    (flags & RST) !== 0
      ? 4
      : (flags & SYN) !== 0
        ? (flags & ACK) !== 0
          ? 1
          : 0
        : (flags & FIN) !== 0
          ? 2
          : (flags & ACK) !== 0
            ? 3
            : 5;
  return TABLE[(direction * 6 + kind) * 10 + state] ?? INVALID;
}
