/**
 * What travels: one IP packet as plain data, and what it carries to the far end.
 * A message of several TCP segments travels as one packet with `count` > 1.
 */
import type { Plain } from '../../std/plain';
import type { Message, Side } from '../network.contract';

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const VRRP = 112;

/** TCP flags as in the header (RFC 9293 §3.1). */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** ICMP types (RFC 792). */
export const ECHO_REPLY = 0;
export const UNREACHABLE = 3;
export const ECHO_REQUEST = 8;
export const TIME_EXCEEDED = 11;

/** Codes of type 3 (RFC 1812 §5.2.7.1). */
export const NET_UNREACHABLE = 0;
export const HOST_UNREACHABLE = 1;
export const PROTOCOL_UNREACHABLE = 2;
export const PORT_UNREACHABLE = 3;
export const NET_PROHIBITED = 9;
export const HOST_PROHIBITED = 10;
export const ADMIN_PROHIBITED = 13;

/** Bytes of an IP header without options, of TCP with the timestamp option, of UDP and ICMP. */
export const IP_HEADER = 20;
export const TCP_HEADER = 32;
export const UDP_HEADER = 8;
/** Largest payload of one TCP segment at an MTU of 1500 with timestamps. */
export const SEGMENT_BYTES = 1448;

/** The five numbers that tell flows apart, as one side of a NAT saw them. */
export type Tuple = { protocol: number; src: number; dst: number; sport: number; dport: number };

/** What a packet carries, for whoever takes delivery. */
export type Carried =
  | {
      kind: 'segment';
      connection: number /** who sent it */;
      side: Side;
      seq: number;
      message: Message | undefined;
      sentAt: number;
    }
  | { kind: 'datagram'; socket: number; host: string; payload: Plain }
  | { kind: 'echo'; host: string; ping: number; reply: boolean; sentAt: number }
  | { kind: 'probe'; host: string; ping: number; sentAt: number }
  | { kind: 'raw'; payload: Plain }
  | { kind: 'error'; type: number; code: number; about: Tuple; inner: Carried }
  | { kind: 'reset'; connection: number; side: Side };

export type Packet = {
  protocol: number;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  ttl: number;
  /** Bytes of all its segments, IP headers included. */
  length: number;
  /** TCP flags; for ICMP type · 256 + code. */
  flags: number;
  mark: number;
  /** Type of service; 0 where nothing is said. */
  tos?: number;
  /** Handle of its traffic class (`meta priority`); 0 where nothing is said. */
  priority?: number;
  /** Number of segments it stands for. */
  count: number;
  /** Who sent it, for `meta skuid`; -1 when it was not sent by a process. */
  uid: number;
  /** seq of the journal entry that explains it; -1 none. */
  cause: number;
  /** Trace that follows it; 0 none. */
  trace: number;
  carries: Carried;
};
