/** DNS messages as datagrams carry them here (RFC 1035 §4), and their sizes. */
import type { DnsRecord } from '../network.contract';

export type DnsCode = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
export type DnsQuestion = {
  kind: 'dns-query';
  id: number;
  name: string;
  type: string;
  /** An OPT record goes with it (RFC 6891), and one comes back. */
  edns?: boolean;
};
export type DnsAnswer = {
  kind: 'dns-response';
  id: number;
  name: string;
  type: string;
  code: DnsCode;
  authoritative: boolean;
  answers: DnsRecord[];
  /** Addresses of names in the answers. */
  additional?: DnsRecord[];
  edns?: boolean;
  /** Extended error (RFC 8914). */
  extendedError?: number;
};

export const DNS_PORT = 53;

export function asQuestion(payload: unknown): DnsQuestion | undefined {
  return isKind(payload, 'dns-query') ? (payload as DnsQuestion) : undefined;
}
export function asAnswer(payload: unknown): DnsAnswer | undefined {
  return isKind(payload, 'dns-response') ? (payload as DnsAnswer) : undefined;
}
function isKind(payload: unknown, kind: string): boolean {
  return typeof payload === 'object' && payload !== null && 'kind' in payload && payload.kind === kind;
}

/** Bytes of an OPT record, and of the cookie that dig puts into it (RFC 7873). */
const OPT = 11;
const COOKIE = 12;

export function questionBytes(name: string, edns: boolean | undefined): number {
  return headBytes(name) + (edns === true ? OPT + COOKIE : 0);
}
/** Header and question. */
function headBytes(name: string): number {
  return 12 + name.length + 2 + 4;
}
/** Each answer repeats its name as a pointer. */
export function answerBytes(name: string, records: readonly DnsRecord[], edns: boolean | undefined): number {
  return records.reduce(
    (sum, record) => sum + 12 + dataBytes(record),
    headBytes(name) + (edns === true ? OPT : 0),
  );
}
function dataBytes({ type, data }: DnsRecord): number {
  if (type === 'A') return 4;
  if (type === 'AAAA') return 16;
  if (type === 'TXT') return data.replace(/^"|"$/g, '').length + 1;
  // Numbers of two octets each stand before the name.
  const numbers = type === 'MX' ? 1 : type === 'SRV' ? 3 : 0;
  const name = data.split(' ').slice(numbers).join(' ').replace(/\.$/, '');
  return name.length + 2 + 2 * numbers;
}
