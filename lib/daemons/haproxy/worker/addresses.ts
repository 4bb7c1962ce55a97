/**
 * `set-src`, `set-dst`: other addresses than those of the connection.
 * Source: HAProxy 2.6 configuration manual §4.2 "http-request set-src"; src/tcp_act.c.
 */

import type { AddressAction } from '../config';
import { sampleValue } from '../evaluate/convert';
import { numberOf } from '../evaluate/fetch';
import type { Subject } from '../evaluate/subject';
import { parseIPv4 } from '../../../std/ipv4';

/** What is no address changes nothing. */
export function setAddress(subject: Subject, { type, expression }: AddressAction): void {
  const { session } = subject;
  const value = sampleValue(subject, expression);
  if (value === undefined) return;
  if (type === 'set-src-port') session.clientPort = numberOf(value) & 0xffff;
  else if (type === 'set-dst-port') session.localPort = numberOf(value) & 0xffff;
  else {
    const ip = typeof value === 'object' ? value.ip : parseIPv4(String(value).trim());
    if (ip === undefined) return;
    if (type === 'set-src') session.clientIp = ip;
    else session.localIp = ip;
  }
}
