/**
 * Compressed files: gzip as RFC 1952 has it.
 * Departs: bzip2 and xz files carry their own marks, but deflate inside; only
 * these tools read them.
 */
import { bytesFromText, textFromBytes } from '../bytes';
import { deflate } from './deflate';
import { Corrupt, inflate } from './inflate';

export type Format = 'gzip' | 'bzip2' | 'xz';

const MAGIC: Readonly<Record<Format, readonly number[]>> = {
  gzip: [0x1f, 0x8b, 8],
  bzip2: [0x42, 0x5a, 0x68, 0x39],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
};
const NAME_FLAG = 8;

/** The compressed file as text of its bytes. */
export function compress(
  format: Format,
  text: string,
  about: { name?: string; mtime?: number } = {},
): string {
  const input = bytesFromText(text);
  const body = deflate(input);
  const tail = [...littleEndian(crc32(input)), ...littleEndian(input.length)];
  const name = about.name === undefined ? [] : [...bytesFromText(about.name), 0];
  const seconds = littleEndian(Math.floor((about.mtime ?? 0) / 1_000_000));
  const head =
    format === 'gzip'
      ? [...MAGIC.gzip, name.length > 0 ? NAME_FLAG : 0, ...seconds, 0, 3, ...name]
      : MAGIC[format];
  const all = new Uint8Array(head.length + body.length + tail.length);
  all.set(head);
  all.set(body, head.length);
  all.set(tail, head.length + body.length);
  return textFromBytes(all);
}

export function isFormat(format: Format, text: string): boolean {
  const bytes = bytesFromText(text.slice(0, 8));
  return MAGIC[format].every((byte, index) => bytes[index] === byte);
}

/** Bytes around the compressed data, which gzip leaves out of its ratio. */
export function frameLength(format: Format, text: string): number {
  if (format !== 'gzip') return 0;
  const bytes = bytesFromText(text);
  const name = ((bytes[3] ?? 0) & NAME_FLAG) === 0 ? 0 : bytes.indexOf(0, FIXED_HEAD) + 1 - FIXED_HEAD;
  return FIXED_HEAD + name + TAIL;
}
const FIXED_HEAD = 10;
const TAIL = 8;

/** Which format the file says it is. */
export function formatOf(text: string): Format | undefined {
  return (['gzip', 'bzip2', 'xz'] as const).find((format) => isFormat(format, text));
}

export interface Unpacked {
  readonly text: string;
  /** Sizes for gzip -l. */
  readonly packed: number;
  readonly size: number;
}

/** Several compressed files one after the other are one; what is wrong is told in the tool's words. */
export function decompress(format: Format, text: string): Unpacked | { readonly problem: string } {
  if (text === '') return { problem: 'unexpected end of file' };
  if (!isFormat(format, text)) return { problem: 'not in gzip format' };
  const bytes = bytesFromText(text);
  const parts: Uint8Array[] = [];
  let at = 0;
  try {
    while (at < bytes.length && MAGIC[format].every((byte, index) => bytes[at + index] === byte)) {
      at = format === 'gzip' ? gzipBody(bytes, at) : at + MAGIC[format].length;
      const { bytes: part, end } = inflate(bytes, at);
      if (crc32(part) !== readLittleEndian(bytes, end))
        return { problem: 'invalid compressed data--crc error' };
      parts.push(part);
      at = end + 8;
    }
  } catch (problem) {
    if (!(problem instanceof Corrupt)) throw problem;
    return {
      problem: problem.message.startsWith('unexpected')
        ? problem.message
        : 'invalid compressed data--format violated',
    };
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return { text: textFromBytes(all), packed: bytes.length, size };
}

function gzipBody(bytes: Uint8Array, start: number): number {
  const flags = bytes[start + 3] ?? 0;
  let at = start + 10;
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    while (at < bytes.length && bytes[at] !== 0) at++;
    at++;
  }
  return (flags & 2) === 0 ? at : at + 2;
}

function littleEndian(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}
function readLittleEndian(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  );
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : 0xedb88320 ^ (value >>> 1);
  return value;
});
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
