/**
 * What keepalived 2.2.7 checks of a received advertisement, in its order and
 * with its words (`vrrp_check_packet` in vrrp.c). The first check that fails
 * decides: the packet is dropped **and no timer is touched**, which is why any
 * disagreement between two nodes ends with two masters.
 *
 * RFC 3768 §7.1 and RFC 9568 §7.1 say what must be verified; the order is
 * keepalived's. Silent: whether the number of addresses must match (both RFCs:
 * MAY). Vendor: keepalived drops such packets up to version 2.3.2.
 */

import { formatIPv4, type IPv4 } from '../../std/ipv4';
import { type Micros, SECOND } from '../../std/instant';
import { type Advertisement, type AuthType, VRRP_TTL } from './advertisement';
import type { VrrpVersion } from './timers';

/** What the receiver has configured. */
export interface Expectation {
  readonly name: string;
  readonly version: VrrpVersion;
  readonly vrid: number;
  readonly authType: AuthType;
  readonly authData: string;
  readonly interval: Micros;
  readonly addresses: readonly IPv4[];
  readonly isUnicast: boolean;
  /** keepalived.conf(5) "check_unicast_src" */
  readonly checksUnicastSource: boolean;
  readonly peers: readonly {
    readonly address: IPv4;
    readonly lowestTtl: number;
    readonly highestTtl: number;
  }[];
}

/** How the packet came. */
export interface Arrival {
  readonly source: IPv4;
  readonly isMulticast: boolean;
  readonly ttl: number;
}

/** Why a packet was dropped. */
export interface Rejection {
  /** keepalived's log line */
  readonly text: string;
  /** id in spec.md */
  readonly rule: string;
}

/**
 * @param checksAddresses false for a known master when `skip_check_adv_addr` is set
 * @returns undefined when the advertisement counts
 */
export function checkAdvertisement(
  mine: Expectation,
  received: Advertisement,
  arrival: Arrival,
  options: { readonly checksAddresses: boolean },
): Rejection | undefined {
  return (
    checkTtl(mine, arrival) ??
    checkVersion(mine, received) ??
    (mine.version === 2
      ? (checkAuthentication(mine, received) ?? checkInterval(mine, received))
      : undefined) ??
    (options.checksAddresses ? checkCount(mine, received) : undefined) ??
    checkCast(mine, arrival) ??
    (options.checksAddresses ? (checkAddresses(mine, received) ?? checkSource(mine, arrival)) : undefined)
  );
}

function reject(mine: Expectation, rule: string, text: string): Rejection {
  return { text: `(${mine.name}) ${text}`, rule };
}

function checkTtl(mine: Expectation, arrival: Arrival): Rejection | undefined {
  if (mine.isUnicast || arrival.ttl === VRRP_TTL) return undefined;
  return reject(mine, 'RFC9568-7.1-ttl', `invalid TTL/HL. Received ${arrival.ttl} and expect ${VRRP_TTL}`);
}

function checkVersion(mine: Expectation, received: Advertisement): Rejection | undefined {
  if (received.version === mine.version) return undefined;
  return reject(
    mine,
    'RFC9568-7.1-version',
    `wrong version. Received ${received.version} and expect ${mine.version}`,
  );
}

function checkAuthentication(mine: Expectation, received: Advertisement): Rejection | undefined {
  if (received.authType !== mine.authType) {
    if (received.authType === 2)
      return reject(mine, 'KA-auth-type', 'Received AH header but auth type not AH');
    if (mine.authType === 2) return reject(mine, 'KA-auth-type', 'No AH header but auth type is AH');
    return reject(mine, 'KA-auth-type', `received a ${received.authType} auth, expecting ${mine.authType}!`);
  }
  if (mine.authType === 0 || received.authData === mine.authData) return undefined;
  if (mine.authType === 1) return reject(mine, 'KA-auth-pass', 'received an invalid passwd!');
  return reject(
    mine,
    'KA-auth-pass',
    'IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !',
  );
}

function checkInterval(mine: Expectation, received: Advertisement): Rejection | undefined {
  if (received.interval * SECOND === mine.interval) return undefined;
  const own = Math.floor(mine.interval / SECOND);
  return reject(
    mine,
    'RFC3768-7.1-interval',
    `advertisement interval mismatch mine=${own} sec rcv'd=${received.interval} sec`,
  );
}

function checkCount(mine: Expectation, received: Advertisement): Rejection | undefined {
  const count = received.addresses.length;
  if (count === mine.addresses.length) return undefined;
  return reject(
    mine,
    'KA-address-count',
    `received an unexpected ip number count ${count}, expected ${mine.addresses.length}!`,
  );
}

function checkCast(mine: Expectation, arrival: Arrival): Rejection | undefined {
  if (arrival.isMulticast !== mine.isUnicast) return undefined;
  const [wanted, got] = mine.isUnicast ? ['un', 'mult'] : ['mult', 'un'];
  return reject(mine, 'KA-unicast', `Expected ${wanted}icast packet but received ${got}icast packet`);
}

function checkAddresses(mine: Expectation, received: Advertisement): Rejection | undefined {
  for (const address of mine.addresses) {
    if (received.addresses.includes(address)) continue;
    return reject(
      mine,
      'KA-address-list',
      `ip address associated with VRID ${mine.vrid} not present in MASTER advert: ${formatIPv4(address)}`,
    );
  }
  return undefined;
}

function checkSource(mine: Expectation, arrival: Arrival): Rejection | undefined {
  if (!mine.isUnicast || !mine.checksUnicastSource) return undefined;
  const peer = mine.peers.find(({ address }) => address === arrival.source);
  if (peer === undefined) {
    return reject(
      mine,
      'KA-unicast-source',
      `unicast source address ${formatIPv4(arrival.source)} not a unicast peer`,
    );
  }
  if (arrival.ttl >= peer.lowestTtl && arrival.ttl <= peer.highestTtl) return undefined;
  return reject(
    mine,
    'KA-unicast-ttl',
    `TTL/HL ${arrival.ttl} not in range ${peer.lowestTtl} - ${peer.highestTtl}`,
  );
}
