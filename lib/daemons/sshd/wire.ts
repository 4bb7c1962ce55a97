/** What the two sides of an ssh connection say to each other (RFC 4252–4254, as far as it is told apart here). Sizes are those of typical packets. */
import { byteLength } from '../../std/bytes';
import type { Message, Side } from '../../world/network.contract';
import type { World } from '../../world/world.contract';

export type ClientPacket =
  | { t: 'kex' }
  | { t: 'newkeys' }
  | { t: 'auth'; user: string; method: 'none' }
  | { t: 'auth'; user: string; method: 'password'; password: string }
  | { t: 'auth'; user: string; method: 'publickey'; key: { type: string; blob: string } }
  | {
      t: 'open';
      pty: { term: string; columns: number; rows: number } | undefined;
      command: string | undefined;
      subsystem: 'sftp' | undefined;
      env: [string, string][];
    }
  | { t: 'data'; text: string }
  | { t: 'eof' }
  | { t: 'window'; columns: number; rows: number }
  | { t: 'signal'; name: string }
  | { t: 'alive' }
  | { t: 'file'; request: FileRequest }
  | { t: 'disconnect' };
export type ServerPacket =
  | { t: 'kex'; hostKey: { type: string; blob: string } }
  | { t: 'failure'; methods: string[] }
  | { t: 'success'; hostKeys: { type: string; blob: string }[] }
  | { t: 'banner'; text: string }
  | { t: 'opened'; terminal: string | undefined }
  | { t: 'data'; text: string }
  | { t: 'stderr'; text: string }
  | { t: 'file'; answer: FileAnswer }
  | { t: 'alive' }
  | { t: 'exit'; code: number | undefined; signal: string | undefined };
export type FileRequest =
  | { do: 'stat'; path: string }
  | { do: 'read'; path: string }
  | { do: 'list'; path: string }
  | { do: 'make-directory'; path: string }
  | { do: 'remove' | 'remove-directory' | 'details'; path: string }
  | { do: 'rename'; path: string; to: string }
  | { do: 'symlink' | 'link'; path: string; target: string }
  | { do: 'chmod'; path: string; mode: number }
  | { do: 'write'; path: string; text: string; mode: number; mtime?: number };
/** A line of a long listing. */
export interface FileDetails {
  name: string;
  /** `-rw-r--r--` */
  mode: string;
  user: string;
  group: string;
  /** bytes */
  size: number;
  /** Microseconds since 1970. */
  mtime: number;
}
export type FileAnswer =
  | {
      ok: true;
      kind?: 'file' | 'directory';
      text?: string;
      mode?: number;
      mtime?: number;
      names?: string[];
      path?: string;
      details?: FileDetails[];
    }
  | { ok: false; errno: string };

export const VERSION = 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10';
const SIZES: Readonly<Record<string, number>> = {
  kex: 1_128,
  newkeys: 60,
  auth: 148,
  opened: 108,
  open: 300,
};

export function send(
  world: World,
  connection: number,
  side: Side,
  packet: ClientPacket | ServerPacket,
): void {
  const text = 'text' in packet ? packet.text : '';
  const bytes = SIZES[packet.t] ?? 36 + byteLength(text);
  world.network.send(connection, side, { kind: 'bytes', text: '', bytes, data: packet });
}
export function sendVersion(world: World, connection: number, side: Side): void {
  const text = `${VERSION}\r\n`;
  world.network.send(connection, side, { kind: 'bytes', text, bytes: text.length });
}
export function packetOf<P extends ClientPacket | ServerPacket>(message: Message): P | undefined {
  if (message.kind !== 'bytes' || message.data === undefined) return undefined;
  // Only the other side of this file makes such data.
  return message.data as P;
}
