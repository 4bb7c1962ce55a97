/**
 * A sandbox in the fragment of an address, which no server sees: version,
 * then the document's JSON, deflated, in base64url. What comes back is checked
 * as hostile input: lengths first, then while it is inflated, then the shape.
 */
import type { SandboxDocument } from '../session/sandbox/document';
import { MOST_CHARACTERS } from '../session/sandbox/document';
import { type ReadDocument, readDocument } from '../session/sandbox/door';

const VERSION = '1';
/** Longer addresses are cut by some programs that pass them on. */
export const MOST_LINK = 60_000;

export async function encodeSandbox(document: SandboxDocument): Promise<string | undefined> {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const packed = await through(bytes, new CompressionStream('deflate-raw'), Number.POSITIVE_INFINITY);
  if (packed === undefined) return undefined;
  const text = `${VERSION}.${toBase64(packed)}`;
  return text.length > MOST_LINK ? undefined : text;
}

export async function decodeSandbox(text: string): Promise<ReadDocument> {
  const damaged: ReadDocument = { ok: false, message: 'This link is damaged: a part of it is missing.' };
  const [version, packed = ''] = text.split('.');
  if (version !== VERSION)
    return {
      ok: false,
      message: `This link has format version “${(version ?? '').slice(0, 8)}”; this Faultline reads version ${VERSION}.`,
    };
  if (text.length > MOST_LINK) return { ok: false, message: 'This link is too long to be a sandbox.' };
  const bytes = fromBase64(packed);
  if (bytes === undefined) return damaged;
  try {
    const json = await through(bytes, new DecompressionStream('deflate-raw'), MOST_CHARACTERS);
    if (json === undefined)
      return { ok: false, message: 'This link unpacks to more than a sandbox can hold.' };
    return readDocument(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return damaged;
  }
}

/** All that comes out, or undefined as soon as it is more than `most` bytes. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > most) {
      await reader.cancel();
      return undefined;
    }
    parts.push(part.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
