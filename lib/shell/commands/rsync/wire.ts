/**
 * What a copy weighs on the wire, as rsync's summary tells it. The messages are those of protocol 31: entries of the
 * list as `send_file_entry` writes them, indexes and flags of what changes, data and its checksum. Where a buffer is
 * written out early depends on the moment; there a header of four bytes more or less is possible, as it is in rsync.
 */
import { byteLength } from '../../../std/bytes';
import { blockLength } from './delta';
import type { Entry, FileList } from './file-list';
import type { Change } from './itemize';
import type { RsyncSettings } from './options';
import type { Identity } from './tree';

const HEADER = 4;
const INDEX_AND_FLAGS = 3;
const SUM_HEAD = 16;
const FILE_SUM = 16;
const CHUNK = 32_768;

export class WireCount {
  /** From the sender's host to the receiver's. */
  toReceiver = 0;
  toSender = 0;
  #items = 0;

  constructor(
    private readonly settings: RsyncSettings,
    private readonly sender: Identity,
    private readonly isIncremental: boolean,
  ) {}

  /** The file list; counted once. */
  list(list: FileList): void {
    const encoder = new EntryEncoder(this.settings, this.sender, this.isIncremental);
    const extra = list.parts.length - 1;
    let bytes = HEADER;
    for (const { parent, entries } of list.parts) {
      if (parent !== undefined) bytes += 2;
      for (const entry of entries) bytes += encoder.bytesOf(entry);
      bytes += 2;
    }
    if (this.isIncremental) {
      bytes += 2 + (extra > 0 ? HEADER * 2 : 0);
      // Each part is done with on its own.
      this.toSender += extra;
      this.toReceiver += extra;
    } else if (!this.settings.numericIds) bytes += this.#accountBytes(list);
    this.toReceiver += bytes;
    // The ends of the two phases and the farewell.
    this.toReceiver += HEADER * 2 + 3;
    this.toSender += HEADER * 2 + 4;
  }

  /** Names of the accounts, which follow a list that is sent as a whole. */
  #accountBytes(list: FileList): number {
    const { owner, group } = this.settings;
    const infos = list.parts.flatMap(({ entries }) => entries.map(({ info }) => info));
    const bytesOf = (ids: readonly number[], names: ReadonlyMap<number, string>): number =>
      [...new Set(ids)].reduce(
        (sum, id) => sum + (id === 0 ? 0 : varint(id) + 1 + byteLength(names.get(id) ?? '')),
        1 + 1 + byteLength(names.get(0) ?? ''),
      );
    return (
      (owner
        ? bytesOf(
            infos.map(({ uid }) => uid),
            new Map(this.sender.users),
          )
        : 0) +
      (group
        ? bytesOf(
            infos.map(({ gid }) => gid),
            new Map(this.sender.groups),
          )
        : 0)
    );
  }

  /** What comes next goes out on its own. */
  batch(): void {
    this.#items = 0;
  }

  item(change: Change): void {
    const name = change.linkedTo === undefined ? 0 : byteLength(change.linkedTo) + 1;
    this.toSender += INDEX_AND_FLAGS + name;
    this.toReceiver += INDEX_AND_FLAGS + name;
    if (this.#items++ === 0) {
      this.toReceiver += HEADER;
      this.toSender += HEADER;
    }
  }

  /** A file's data; `basis` is the size of the older file that was compared. */
  data(size: number, literal: number, basis: number | undefined): void {
    const block = blockLength(basis ?? 0);
    const blocks = basis === undefined ? 0 : Math.ceil(basis / block);
    this.toSender += SUM_HEAD + blocks * (4 + 2);
    const matched = size - literal;
    this.toReceiver +=
      SUM_HEAD + literal + 4 * Math.ceil(literal / CHUNK) + 4 * Math.ceil(matched / block) + 4 + FILE_SUM;
    this.toReceiver += HEADER * Math.floor(literal / CHUNK);
  }

  /** What the receiving side has to say to the one who called it. */
  message(text: string): void {
    this.toSender += byteLength(text) + HEADER;
  }
}

/** Bytes of an integer in rsync's variable form. */
function varint(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}
/** Bytes of a long in rsync's variable form, of which `least` are always written. */
function varlong(value: number, least: number): number {
  let count = least;
  while (count < 8 && value >= 2 ** (8 * count - 1 - (count - least))) count++;
  return count;
}

const FLAG = {
  SAME_MODE: 2,
  SAME_UID: 8,
  SAME_GID: 16,
  SAME_NAME: 32,
  LONG_NAME: 64,
  SAME_TIME: 128,
} as const;
const MORE = {
  NO_CONTENTS: 0x100,
  LINKED: 0x200,
  USER_NAME: 0x400,
  GROUP_NAME: 0x800,
  NANOSECONDS: 0x2000,
} as const;

/** Entries are told by how they differ from the one before. */
class EntryEncoder {
  #mode = -1;
  #uid = -1;
  #gid = -1;
  #seconds = -1;
  #name = '';
  readonly #users: ReadonlyMap<number, string>;
  readonly #groups: ReadonlyMap<number, string>;
  readonly #told = new Set<string>();

  constructor(
    private readonly settings: RsyncSettings,
    sender: Identity,
    private readonly isIncremental: boolean,
  ) {
    this.#users = new Map(sender.users);
    this.#groups = new Map(sender.groups);
  }

  bytesOf(entry: Entry): number {
    const { info, name } = entry;
    const { settings } = this;
    const kindAndMode = `${info.kind}${entry.mode}`;
    const mode = kindAndMode.length * 10_000 + entry.mode + info.kind.length * 1_000_000;
    const seconds = Math.floor(info.mtime / 1e6);
    const nanoseconds = (info.mtime % 1e6) * 1000;
    let flags = info.kind === 'directory' && !entry.hasContents ? MORE.NO_CONTENTS : 0;
    let bytes = 0;
    if (mode === this.#mode) flags |= FLAG.SAME_MODE;
    else bytes += 4;
    if (!settings.owner || info.uid === this.#uid) flags |= FLAG.SAME_UID;
    else bytes += varint(info.uid) + this.#nameBytes('user', info.uid, this.#users);
    if (!settings.group || info.gid === this.#gid) flags |= FLAG.SAME_GID;
    else bytes += varint(info.gid) + this.#nameBytes('group', info.gid, this.#groups);
    if (bytes > 8 && this.isIncremental) flags |= MORE.USER_NAME;
    if (seconds === this.#seconds) flags |= FLAG.SAME_TIME;
    else bytes += varlong(seconds, 4);
    if (nanoseconds !== 0) {
      flags |= MORE.NANOSECONDS;
      bytes += varint(nanoseconds);
    }
    if (settings.hardLinks && info.nlink > 1 && info.kind !== 'directory') {
      flags |= MORE.LINKED;
    }
    let same = 0;
    while (same < 255 && same < this.#name.length && this.#name[same] === name[same]) same++;
    if (same > 0) {
      flags |= FLAG.SAME_NAME;
      bytes++;
    }
    const rest = byteLength(name.slice(same));
    if (rest > 255) flags |= FLAG.LONG_NAME;
    bytes += varint(flags === 0 ? 4 : flags) + (rest > 255 ? varint(rest) : 1) + rest + varlong(info.size, 3);
    if (info.kind === 'symlink' && settings.links) bytes += varint(info.link.length) + byteLength(info.link);
    if (settings.checksum && info.kind === 'file') bytes += FILE_SUM;
    this.#mode = mode;
    if (settings.owner) this.#uid = info.uid;
    if (settings.group) this.#gid = info.gid;
    this.#seconds = seconds;
    this.#name = name;
    return bytes;
  }

  /** The first file of an account brings its name. */
  #nameBytes(kind: string, id: number, names: ReadonlyMap<number, string>): number {
    const key = `${kind}${id}`;
    const name = names.get(id);
    if (!this.isIncremental || this.settings.numericIds || name === undefined || this.#told.has(key))
      return 0;
    this.#told.add(key);
    return 1 + byteLength(name);
  }
}
