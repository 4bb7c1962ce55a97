/** A zip archive whose files are stored as they are (APPNOTE.TXT 4.3.6, method 0): small, and everything opens it. */

const TABLE = Array.from({ length: 256 }, (_, value) => {
  let rest = value;
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ 0xedb88320;
  return rest >>> 0;
});
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

interface Entry {
  name: Uint8Array;
  bytes: Uint8Array;
  crc: number;
  at: number;
  mode: number;
}
/** 1980-01-01: the same files give the same archive. */
const DATE = 0x0021;
const UTF8 = 0x0800;
const UNIX = 3;

export function zipOf(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const entries: Entry[] = [];
  let at = 0;
  const push = (part: Uint8Array) => {
    parts.push(part);
    at += part.length;
  };
  for (const [path, text] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = encoder.encode(text);
    const entry = {
      name: encoder.encode(path),
      bytes,
      crc: crc32(bytes),
      at,
      mode: text.startsWith('#!') ? 0o100755 : 0o100644,
    };
    entries.push(entry);
    push(numbers([0x04034b50, 4], ...common(entry), [entry.name.length, 2], [0, 2]));
    push(entry.name);
    push(bytes);
  }
  const directory = at;
  for (const entry of entries) {
    push(
      numbers(
        [0x02014b50, 4],
        [(UNIX << 8) | 20, 2],
        ...common(entry),
        [entry.name.length, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [(entry.mode << 16) >>> 0, 4],
        [entry.at, 4],
      ),
    );
    push(entry.name);
  }
  const size = at - directory;
  push(
    numbers(
      [0x06054b50, 4],
      [0, 2],
      [0, 2],
      [entries.length, 2],
      [entries.length, 2],
      [size, 4],
      [directory, 4],
      [0, 2],
    ),
  );
  const all = new Uint8Array(at);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
function common({ crc, bytes }: Entry): [number, number][] {
  return [
    [20, 2],
    [UTF8, 2],
    [0, 2],
    [0, 2],
    [DATE, 2],
    [crc, 4],
    [bytes.length, 4],
    [bytes.length, 4],
  ];
}
/** Little-endian numbers, each with its width in bytes. */
function numbers(...fields: [number, number][]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}
