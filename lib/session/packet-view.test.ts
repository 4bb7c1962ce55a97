import { expect, test } from 'vitest';
import type { PacketHeader } from '../world/network.contract';
import { packetFields } from './packet-view';

const SYN: PacketHeader = {
  protocol: 6,
  sourceMac: '',
  targetMac: '',
  src: 0xcb00710a,
  dst: 0x0a000164,
  sport: 40_000,
  dport: 80,
  ttl: 64,
  flags: 2,
  length: 60,
};

test('each field before and after, addresses with their ports, flags by name', () => {
  const after = { ...SYN, ttl: 63, sourceMac: '52:54:00:00:00:01', targetMac: '52:54:00:00:00:02' };
  expect(packetFields({ before: SYN, after })).toEqual([
    { name: 'source', before: '203.0.113.10:40000', after: '203.0.113.10:40000' },
    { name: 'destination', before: '10.0.1.100:80', after: '10.0.1.100:80' },
    { name: 'TTL', before: '64', after: '63' },
    { name: 'source MAC', before: 'no frame yet', after: '52:54:00:00:00:01' },
    { name: 'destination MAC', before: 'no frame yet', after: '52:54:00:00:00:02' },
    { name: 'carries', before: 'TCP SYN, 60 bytes', after: 'TCP SYN, 60 bytes' },
  ]);
  const carries = (change: Partial<PacketHeader>) =>
    packetFields({ before: SYN, after: { ...SYN, ...change } }).at(-1)?.after;
  expect(carries({ flags: 18 })).toBe('TCP SYN ACK, 60 bytes');
  // Of ICMP the number is type and code, no flags.
  expect(carries({ protocol: 1, flags: 2048 })).toBe('ICMP, 60 bytes');
});
