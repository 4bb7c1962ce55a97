/**
 * The PROXY protocol: what a proxy says of the client's connection before anything else on its own.
 * Source: "The PROXY protocol, versions 1 & 2" (haproxy.org, 2020), §2.1 (a line of text) and §2.2 (binary). Binary
 * headers are texts of one character for each byte.
 */
import { formatIPv4, parseIPv4 } from '../../std/ipv4';

export interface Ends {
  readonly sourceIp: number;
  readonly sourcePort: number;
  readonly destinationIp: number;
  readonly destinationPort: number;
}

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const LONGEST_LINE = 107;
/** Of version 2: signature, version and command, family, length. */
const FIXED = SIGNATURE.length + 4;

/** Version 1. */
export function headerLine(ends: Ends): string {
  const { sourceIp, destinationIp, sourcePort, destinationPort } = ends;
  return `PROXY TCP4 ${formatIPv4(sourceIp)} ${formatIPv4(destinationIp)} ${sourcePort} ${destinationPort}\r\n`;
}
/** Version 2; without ends it speaks for the proxy itself (LOCAL). */
export function binaryHeader(ends: Ends | undefined): string {
  if (ends === undefined) return `${SIGNATURE}${bytes(0x20, 1)}${bytes(0, 1)}${bytes(0, 2)}`;
  const { sourceIp, destinationIp, sourcePort, destinationPort } = ends;
  return `${SIGNATURE}${bytes(0x21, 1)}${bytes(0x11, 1)}${bytes(12, 2)}${bytes(sourceIp, 4)}${bytes(destinationIp, 4)}${bytes(sourcePort, 2)}${bytes(destinationPort, 2)}`;
}
function bytes(value: number, count: number): string {
  let text = '';
  for (let shift = (count - 1) * 8; shift >= 0; shift -= 8)
    text += String.fromCharCode((value >>> shift) & 0xff);
  return text;
}
function numberAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + text.charCodeAt(at + i);
  return value;
}

/** A header at the start of a connection; `ends` undefined: it says nothing of a client. */
export type Read =
  | { readonly length: number; readonly ends: Ends | undefined }
  | 'incomplete'
  /** something else */
  | 'no header'
  /** a header with something wrong in it */
  | 'bad header';

export function readHeader(text: string): Read {
  if (startsLike(text, 'PROXY ')) return readLine(text);
  if (startsLike(text, SIGNATURE)) return readBinary(text);
  return 'no header';
}
function startsLike(text: string, start: string): boolean {
  return text.length < start.length ? start.startsWith(text) : text.startsWith(start);
}

function readLine(text: string): Read {
  const end = text.indexOf('\r\n');
  if (end < 0) return text.length > LONGEST_LINE ? 'bad header' : 'incomplete';
  const length = end + 2;
  const [, family, source = '', destination = '', ...ports] = text.slice(0, end).split(' ');
  if (family === 'UNKNOWN' || family === 'TCP6') return { length, ends: undefined };
  const [sourceIp, destinationIp] = [parseIPv4(source), parseIPv4(destination)];
  const [sourcePort, destinationPort] = ports.map((port) =>
    /^\d{1,5}$/.test(port) && Number(port) < 65_536 ? Number(port) : undefined,
  );
  if (
    family !== 'TCP4' ||
    ports.length !== 2 ||
    sourceIp === undefined ||
    destinationIp === undefined ||
    sourcePort === undefined ||
    destinationPort === undefined
  )
    return 'bad header';
  return { length, ends: { sourceIp, sourcePort, destinationIp, destinationPort } };
}

function readBinary(text: string): Read {
  if (text.length < FIXED) return 'incomplete';
  const [command, family] = [text.charCodeAt(SIGNATURE.length), text.charCodeAt(SIGNATURE.length + 1)];
  const length = FIXED + numberAt(text, FIXED - 2, 2);
  if (command >>> 4 !== 2 || (command & 0xf) > 1) return 'bad header';
  if (text.length < length) return 'incomplete';
  if ((command & 0xf) === 0 || family !== 0x11) return { length, ends: undefined };
  if (length < FIXED + 12) return 'bad header';
  return {
    length,
    ends: {
      sourceIp: numberAt(text, FIXED, 4),
      destinationIp: numberAt(text, FIXED + 4, 4),
      sourcePort: numberAt(text, FIXED + 8, 2),
      destinationPort: numberAt(text, FIXED + 10, 2),
    },
  };
}
