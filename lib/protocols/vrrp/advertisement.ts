/**
 * A VRRP advertisement as it travels: the fields of RFC 3768 §5.1 and
 * RFC 9568 §5.1. Plain data, the payload of a raw IP packet of protocol 112.
 * Not modelled: the checksum (links of this simulation do not flip bits) and
 * the AH header's digest (the password travels in its place).
 */

import type { IPv4 } from '../../std/ipv4';
import { type Micros, SECOND } from '../../std/instant';
import { CENTISECOND, type VrrpVersion } from './timers';

/** IP protocol number, group and TTL (RFC 9568 §5.1.1). */
export const VRRP_PROTOCOL = 112;
export const VRRP_GROUP: IPv4 = 0xe0000012;
export const VRRP_TTL = 255;

/** 0 none, 1 simple text password, 2 IP authentication header (RFC 2338 §5.3.6; version 3 has none). */
export type AuthType = 0 | 1 | 2;

export type Advertisement = {
  readonly kind: 'vrrp';
  readonly version: VrrpVersion;
  readonly vrid: number;
  readonly priority: number;
  readonly authType: AuthType;
  /** at most 8 characters */
  readonly authData: string;
  /** on the wire: version 2 whole seconds, version 3 hundredths of a second */
  readonly interval: number;
  readonly addresses: readonly IPv4[];
};

/** The sender's interval in microseconds. */
export function intervalOf(advertisement: Advertisement): Micros {
  return advertisement.interval * (advertisement.version === 2 ? SECOND : CENTISECOND);
}

/** The interval field for an interval. */
export function wireInterval(version: VrrpVersion, interval: Micros): number {
  return version === 2 ? Math.floor(interval / SECOND) : Math.floor(interval / CENTISECOND) & 0xfff;
}

/** Octets of IP payload: header, addresses, in version 2 eight octets of authentication data. */
export function payloadBytes(advertisement: Advertisement): number {
  const authentication = advertisement.version === 2 ? 8 : 0;
  const header = advertisement.authType === 2 ? 24 : 0;
  return 8 + 4 * advertisement.addresses.length + authentication + header;
}

/** The one line that tcpdump prints of it, after the addresses. */
export function describeAdvertisement(advertisement: Advertisement): string {
  const { version, vrid, priority, authType, interval } = advertisement;
  const every = version === 2 ? `${interval}s` : `${interval}cs`;
  const auth =
    version === 3 ? '' : `authtype ${authType === 0 ? 'none' : authType === 1 ? 'simple' : 'ah'}, `;
  return `VRRPv${version}, Advertisement, vrid ${vrid}, prio ${priority}, ${auth}intvl ${every}, length ${payloadBytes(advertisement)}`;
}
