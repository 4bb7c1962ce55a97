/** The tar format as GNU tar writes it. Source: GNU tar manual "Basic Tar Format". */
import { byteLength, bytesFromText, textFromBytes } from '../../../std/bytes';

const BLOCK = 512;
/** What is read and written at once. */
export const RECORD = 20 * BLOCK;
const LONGEST_NAME = 100;

export interface Member {
  name: string;
  mode: number;
  uid: number;
  gid: number;
  user: string;
  group: string;
  /** Seconds. */
  mtime: number;
  kind: 'file' | 'directory' | 'symlink' | 'hard-link' | 'fifo';
  link: string;
  text: string;
  /** What the directory held, in an incremental archive. */
  dump?: string;
}
const LETTERS: Readonly<Record<Member['kind'], string>> = {
  file: '0',
  'hard-link': '1',
  symlink: '2',
  directory: '5',
  fifo: '6',
};

/** The whole archive, padded to a record. */
export function writeArchive(members: readonly Member[]): string {
  let out = '';
  let length = 0;
  const add = (text: string, bytes: number): void => {
    out += text;
    length += bytes;
  };
  for (const member of members) {
    for (const [letter, text] of [
      ['K', member.link],
      ['L', member.name],
    ] as const)
      if (byteLength(text) > LONGEST_NAME) {
        const bytes = byteLength(text) + 1;
        add(
          header(
            {
              ...member,
              name: '././@LongLink',
              link: '',
              mode: 0o644,
              mtime: 0,
              uid: 0,
              gid: 0,
              user: 'root',
              group: 'root',
            },
            letter,
            bytes,
          ),
          BLOCK,
        );
        add(`${text}\0${'\0'.repeat(padding(bytes))}`, bytes + padding(bytes));
      }
    const body = member.kind === 'file' ? member.text : (member.dump ?? '');
    const bytes = byteLength(body);
    add(header(member, member.dump === undefined ? LETTERS[member.kind] : 'D', bytes), BLOCK);
    if (bytes > 0) add(body + '\0'.repeat(padding(bytes)), bytes + padding(bytes));
  }
  const end = length + 2 * BLOCK;
  return out + '\0'.repeat(Math.ceil(end / RECORD) * RECORD - length);
}

function padding(bytes: number): number {
  return (BLOCK - (bytes % BLOCK)) % BLOCK;
}
function field(text: string, width: number): string {
  const bytes = bytesFromText(text).slice(0, width);
  return textFromBytes(bytes) + '\0'.repeat(width - bytes.length);
}
function octal(value: number, width: number): string {
  return `${value
    .toString(8)
    .padStart(width - 1, '0')
    .slice(-(width - 1))}\0`;
}

function header(member: Member, letter: string, size: number): string {
  const before =
    field(member.name, 100) +
    octal(member.mode & 0o7777, 8) +
    octal(member.uid, 8) +
    octal(member.gid, 8) +
    octal(size, 12) +
    octal(Math.max(0, member.mtime), 12);
  const after =
    letter + field(member.link, 100) + 'ustar  \0' + field(member.user, 32) + field(member.group, 32);
  let sum = 0;
  for (const byte of bytesFromText(`${before}        ${after}`)) sum += byte;
  const checksum = `${sum.toString(8).padStart(6, '0')}\0 `;
  return before + checksum + after + '\0'.repeat(BLOCK - 148 - 8 - 1 - 100 - 8 - 64);
}

/** Whether it begins with its end. */
export function isEmpty(text: string): boolean {
  return text.startsWith('\0'.repeat(2 * BLOCK));
}

/** The members, or undefined for what is no archive. */
export function readArchive(text: string): Member[] | undefined {
  const bytes = bytesFromText(text);
  const members: Member[] = [];
  let longName: string | undefined;
  let longLink: string | undefined;
  let at = 0;
  if (bytes.length === 0) return [];
  if (bytes.length < BLOCK) return undefined;
  while (at + BLOCK <= bytes.length) {
    const block = bytes.slice(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) break;
    if (!isHeader(block)) return members.length === 0 ? undefined : members;
    const size = number(block, 124, 12);
    const letter = String.fromCharCode(block[156] ?? 48);
    const body = bytes.slice(at + BLOCK, at + BLOCK + size);
    at += BLOCK + size + padding(size);
    if (letter === 'L' || letter === 'K') {
      const long = textFromBytes(body).replace(/\0+$/, '');
      if (letter === 'L') longName = long;
      else longLink = long;
      continue;
    }
    if (letter === 'x' || letter === 'g') continue;
    const prefix = string(block, 257, 6) === 'ustar' && block[263] !== 0x20 ? string(block, 345, 155) : '';
    const short = string(block, 0, 100);
    members.push({
      name: longName ?? (prefix === '' ? short : `${prefix}/${short}`),
      mode: number(block, 100, 8),
      uid: number(block, 108, 8),
      gid: number(block, 116, 8),
      mtime: number(block, 136, 12),
      kind:
        letter === '5' || letter === 'D'
          ? 'directory'
          : letter === '2'
            ? 'symlink'
            : letter === '1'
              ? 'hard-link'
              : letter === '6'
                ? 'fifo'
                : 'file',
      link: longLink ?? string(block, 157, 100),
      user: string(block, 265, 32),
      group: string(block, 297, 32),
      text: letter === 'D' ? '' : textFromBytes(body),
      ...(letter === 'D' ? { dump: textFromBytes(body) } : {}),
    });
    longName = undefined;
    longLink = undefined;
  }
  return members;
}

function string(block: Uint8Array, at: number, width: number): string {
  const part = block.slice(at, at + width);
  const end = part.indexOf(0);
  return textFromBytes(end < 0 ? part : part.slice(0, end));
}
function number(block: Uint8Array, at: number, width: number): number {
  return Number.parseInt(string(block, at, width).trim() || '0', 8) || 0;
}
function isHeader(block: Uint8Array): boolean {
  let sum = 0;
  block.forEach((byte, index) => (sum += index >= 148 && index < 156 ? 32 : byte));
  return sum === number(block, 148, 8);
}
