/** DNS messages as datagrams carry them here (RFC 1035 §4), and their sizes. */
import type { DnsRecord } from '../network.contract';

export type DnsCode = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
export type DnsQuestion = { kind: 'dns-query'; id: number; name: string; type: string };
export type DnsAnswer = {
  kind: 'dns-response';
  id: number;
  name: string;
  type: string;
  code: DnsCode;
  authoritative: boolean;
  answers: DnsRecord[];
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

/** Header, question, and the OPT record that resolvers add. */
export function questionBytes(name: string): number {
  return 12 + name.length + 2 + 4 + 11;
}
/** Each answer repeats its name as a pointer. */
export function answerBytes(name: string, answers: readonly DnsRecord[]): number {
  return answers.reduce((sum, record) => sum + 12 + dataBytes(record), questionBytes(name));
}
function dataBytes({ type, data }: DnsRecord): number {
  switch (type) {
    case 'A':
      return 4;
    case 'AAAA':
      return 16;
    case 'MX':
      return 4 + data.length;
    default:
      return data.length + 2;
  }
}
