/**
 * The PROXY protocol: what a proxy says of the client's connection before anything else on its own.
 * Source: "The PROXY protocol, versions 1 & 2" (haproxy.org, 2020), §2.1 (a line of text) and §2.2 (binary). Bytes
 * are texts as `lib/std/bytes` has them.
 */
import { bytesFromText, textFromBytes } from '../../std/bytes';
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
  const start = Array.from(SIGNATURE, (character) => character.charCodeAt(0));
  if (ends === undefined) return textFromBytes(new Uint8Array([...start, 0x20, 0, 0, 0]));
  const { sourceIp, destinationIp, sourcePort, destinationPort } = ends;
  return textFromBytes(
    new Uint8Array([
      ...start,
      0x21,
      0x11,
      ...bigEndian(12, 2),
      ...bigEndian(sourceIp, 4),
      ...bigEndian(destinationIp, 4),
      ...bigEndian(sourcePort, 2),
      ...bigEndian(destinationPort, 2),
    ]),
  );
}
function bigEndian(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (value >>> ((count - 1 - i) * 8)) & 0xff);
}
function numberAt(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

/** A header at the start of a connection; `ends` undefined: it says nothing of a client. */
export type Read =
  | { readonly ends: Ends | undefined /** what stands behind it */; readonly rest: string }
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
  const rest = text.slice(end + 2);
  const [, family, source = '', destination = '', ...ports] = text.slice(0, end).split(' ');
  if (family === 'UNKNOWN' || family === 'TCP6') return { ends: undefined, rest };
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
  return { ends: { sourceIp, sourcePort, destinationIp, destinationPort }, rest };
}

function readBinary(text: string): Read {
  const bytes = bytesFromText(text);
  if (bytes.length < FIXED) return 'incomplete';
  const [command, family] = [numberAt(bytes, SIGNATURE.length, 1), numberAt(bytes, SIGNATURE.length + 1, 1)];
  const length = FIXED + numberAt(bytes, FIXED - 2, 2);
  if (command >>> 4 !== 2 || (command & 0xf) > 1) return 'bad header';
  if (bytes.length < length) return 'incomplete';
  const rest = textFromBytes(bytes.subarray(length));
  if ((command & 0xf) === 0 || family !== 0x11) return { ends: undefined, rest };
  if (length < FIXED + 12) return 'bad header';
  return {
    ends: {
      sourceIp: numberAt(bytes, FIXED, 4),
      destinationIp: numberAt(bytes, FIXED + 4, 4),
      sourcePort: numberAt(bytes, FIXED + 8, 2),
      destinationPort: numberAt(bytes, FIXED + 10, 2),
    },
    rest,
  };
}
