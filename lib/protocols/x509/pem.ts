/** PEM, the text form of keys and certificates. Source: RFC 7468; what is refused and how follows OpenSSL's pem_lib.c. */
import { decodeBase64, encodeBase64 } from '../../std/base64';
import { type OpensslError, opensslError } from './openssl-error';

export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, … */
  readonly label: string;
  /** The headers of RFC 1421 (`Proc-Type`, `DEK-Info`) of an encrypted traditional key. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
  /** Of the BEGIN and the END line, counted from 1. */
  readonly line: number;
  readonly endLine: number;
}
export interface PemFault {
  readonly error: OpensslError;
  /** The line that cannot be read; the BEGIN line when the END line is missing. */
  readonly line: number;
}
export interface Pem {
  /** The blocks before the first one that cannot be read. */
  readonly blocks: readonly PemBlock[];
  readonly fault?: PemFault;
}

const BEGIN = /^-----BEGIN (.+)-----$/;

/** Reads the blocks of a text. Text around them is skipped, as OpenSSL does. */
export function readPem(text: string): Pem {
  const lines = text.split('\n').map((line) => line.replace(/[\x00-\x20]+$/, ''));
  const blocks: PemBlock[] = [];
  for (let i = 0; i < lines.length; i++) {
    const label = BEGIN.exec(lines[i] ?? '')?.[1];
    if (label === undefined) continue;
    const block = readBlock(lines, i, label);
    if ('error' in block) return { blocks, fault: block };
    blocks.push(block);
    i = block.endLine - 1;
  }
  return { blocks };
}

function readBlock(lines: readonly string[], start: number, label: string): PemBlock | PemFault {
  const end = lines.findIndex((line, i) => i > start && line.startsWith('-----END '));
  if (end < 0 || lines[end] !== `-----END ${label}-----`)
    return { error: opensslError('pemBadEndLine'), line: end < 0 ? start + 1 : end + 1 };
  const { headers, bodyAt } = readHeaders(lines, start + 1, end);
  const wrong = lines.findIndex((line, i) => i >= bodyAt && i < end && !/^[A-Za-z0-9+/]*={0,2}$/.test(line));
  const body = lines.slice(bodyAt, end).join('');
  const bytes = /^[A-Za-z0-9+/]*={0,2}$/.test(body) && body.length % 4 === 0 ? decodeBase64(body) : undefined;
  if (bytes === undefined)
    return { error: opensslError('pemBadBase64'), line: (wrong < 0 ? end - 1 : wrong) + 1 };
  return { label, headers, bytes, line: start + 1, endLine: end + 1 };
}

/** Headers stand before an empty line. */
function readHeaders(
  lines: readonly string[],
  from: number,
  end: number,
): { headers: ReadonlyMap<string, string>; bodyAt: number } {
  const headers = new Map<string, string>();
  if (!(lines[from] ?? '').includes(':')) return { headers, bodyAt: from };
  const empty = lines.findIndex((line, i) => i >= from && i < end && line === '');
  if (empty < 0) return { headers, bodyAt: from };
  for (const line of lines.slice(from, empty)) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { headers, bodyAt: empty + 1 };
}

/** A block as OpenSSL writes it: 64 characters a line. */
export function writePem(label: string, bytes: Uint8Array, headers: readonly string[] = []): string {
  const body = encodeBase64(bytes).match(/.{1,64}/g) ?? [];
  const head = headers.length === 0 ? [] : [...headers, ''];
  return [`-----BEGIN ${label}-----`, ...head, ...body, `-----END ${label}-----`, ''].join('\n');
}
