/**
 * Key pairs as OpenSSH keeps them in files (PROTOCOL.key, RFC 4253 §6.6). There is no cryptography here: the
 * private file holds its public half as the real one does, and who has the file has the key.
 */
import { bytesFromText } from '../../std/bytes';
import { type Credentials, FileError, type FileSpec } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { fromBase64, sha256, toBase64 } from './sha256';

export interface PublicKey {
  /** `ssh-ed25519` */
  type: string;
  /** Base64. */
  blob: string;
  comment: string;
}
export interface KeyPair extends PublicKey {
  privateText: string;
}
export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';
const NAMES: Readonly<Record<KeyType, string>> = {
  ed25519: 'ssh-ed25519',
  ecdsa: 'ecdsa-sha2-nistp256',
  rsa: 'ssh-rsa',
};
const BITS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 256,
  'ecdsa-sha2-nistp256': 256,
  'ssh-rsa': 3072,
};
const MAGIC = 'openssh-key-v1\0';

function string(bytes: readonly number[]): number[] {
  const { length } = bytes;
  return [(length >>> 24) & 255, (length >>> 16) & 255, (length >>> 8) & 255, length & 255, ...bytes];
}
function text(value: string): number[] {
  return string([...bytesFromText(value)]);
}
/** As many bytes as wanted that follow from a seed. */
function derived(seed: string, count: number): number[] {
  const bytes: number[] = [];
  for (let part = 0; bytes.length < count; part++)
    bytes.push(...sha256([...bytesFromText(`${seed}/${part}`)]));
  return bytes.slice(0, count);
}

/** Pairs that were made already: a lab of two hundred hosts asks for each of them two hundred times. */
const MADE = new Map<string, Readonly<KeyPair>>();
const MOST_MADE = 4_000;

/** The pair that follows from a seed: the same seed gives the same key. */
export function makeKeyPair(seed: string, comment: string, type: KeyType = 'ed25519'): Readonly<KeyPair> {
  const key = `${type} ${seed} ${comment}`;
  const known = MADE.get(key);
  if (known !== undefined) return known;
  const made = Object.freeze(freshKeyPair(seed, comment, type));
  if (MADE.size >= MOST_MADE) MADE.clear();
  MADE.set(key, made);
  return made;
}
function freshKeyPair(seed: string, comment: string, type: KeyType): KeyPair {
  const name = NAMES[type];
  const body =
    type === 'ed25519'
      ? string(derived(seed, 32))
      : type === 'ecdsa'
        ? [...text('nistp256'), ...string([4, ...derived(seed, 64)])]
        : [...string([1, 0, 1]), ...string([0, ...derived(seed, 384)])];
  const blob = [...text(name), ...body];
  const secret = [
    ...text(name),
    ...body.slice(0, 36),
    ...string(derived(`${seed}/private`, 64)),
    ...text(comment),
  ];
  const check = derived(`${seed}/check`, 4);
  const inner = [...check, ...check, ...secret];
  for (let pad = 1; inner.length % 8 !== 0; pad++) inner.push(pad);
  const file = [
    ...bytesFromText(MAGIC),
    ...text('none'),
    ...text('none'),
    ...text(''),
    0,
    0,
    0,
    1,
    ...string(blob),
    ...string(inner),
  ];
  const lines = toBase64(file).match(/.{1,70}/g) ?? [];
  return {
    type: name,
    blob: toBase64(blob),
    comment,
    privateText: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
  };
}

export function publicLine(key: PublicKey): string {
  return `${key.type} ${key.blob}${key.comment === '' ? '' : ` ${key.comment}`}\n`;
}
/** `SHA256:…` as ssh-keygen -l prints it. */
export function fingerprint({ blob }: Pick<PublicKey, 'blob'>): string {
  return `SHA256:${toBase64(sha256(fromBase64(blob))).replace(/=+$/, '')}`;
}
export function bitsOf(type: string): number {
  return BITS[type] ?? 0;
}
/** `ED25519`, `RSA`, `ECDSA`: how messages name a type. */
export function shortType(type: string): string {
  return type === 'ssh-rsa' ? 'RSA' : type.startsWith('ecdsa') ? 'ECDSA' : 'ED25519';
}

/** One line of authorized_keys, known_hosts (without its host field) or a .pub file. */
export function parsePublicLine(line: string): PublicKey | undefined {
  const match = /(?:^|\s)(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp256)\s+([A-Za-z0-9+/]+=*)\s*(.*)$/.exec(
    line.trim(),
  );
  if (match === null || line.trim().startsWith('#')) return undefined;
  return { type: match[1] ?? '', blob: match[2] ?? '', comment: match[3] ?? '' };
}
/** The public half of a private key file; undefined when it is none. */
export function parsePrivate(content: string): PublicKey | undefined {
  const match = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*)-----END OPENSSH PRIVATE KEY-----/.exec(content);
  if (match === null) return undefined;
  const bytes = fromBase64(match[1] ?? '');
  if (!MAGIC.split('').every((letter, i) => bytes[i] === letter.charCodeAt(0))) return undefined;
  let at = MAGIC.length;
  const next = (): number[] => {
    const length =
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0);
    at += 4 + Math.max(0, length);
    return bytes.slice(at - Math.max(0, length), at);
  };
  next();
  next();
  next();
  at += 4;
  const blob = next();
  const length = blob[3] ?? 0;
  const type = String.fromCharCode(...blob.slice(4, 4 + length));
  if (BITS[type] === undefined) return undefined;
  // The comment is the last string of the second block, before its padding.
  const inner = next();
  const tail = String.fromCharCode(...inner.slice(-96));
  const comment = /\0\0\0[\x01-\x40]([\x20-\x7e]+)[\x01-\x08]*$/.exec(tail)?.[1] ?? '';
  return { type, blob: toBase64(blob), comment };
}

const HOST_TYPES: readonly KeyType[] = ['rsa', 'ecdsa', 'ed25519'];
/** What is said of a private key that others may read; empty for one that they may not, or that is somebody else's. */
export function unprotectedText(host: Host, path: string, who: Credentials): string {
  const info = host.fs.stat(path, who);
  if (info instanceof FileError || info.uid !== who.uid || (info.mode & 0o077) === 0) return '';
  const rule = '@'.repeat(59);
  const mode = (info.mode & 0o777).toString(8).padStart(4, '0');
  return `${rule}\n@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\n${rule}\nPermissions ${mode} for '${path}' are too open.\nIt is required that your private key files are NOT accessible by others.\nThis private key will be ignored.\n`;
}
/** What the package's installation writes to /etc/ssh; `seed` says which keys. */
export function hostKeyFiles(hostName: string, seed = hostName): Record<string, FileSpec> {
  const files: Record<string, FileSpec> = {};
  for (const type of HOST_TYPES) {
    const pair = makeKeyPair(`host:${seed}:${type}`, `root@${hostName}`, type);
    files[`/etc/ssh/ssh_host_${type}_key`] = { text: pair.privateText, mode: 0o600 };
    files[`/etc/ssh/ssh_host_${type}_key.pub`] = { text: publicLine(pair) };
  }
  return files;
}
/** Lines of known_hosts: the key of each of these hosts, under all its names. */
export function knownHostsText(hosts: readonly { names: readonly string[]; host: string }[]): string {
  let text = '';
  for (const { names, host } of hosts)
    text += `${names.join(',')} ${publicLine(makeKeyPair(`host:${host}:ed25519`, ''))}`;
  return text;
}
/** A user's key pair, allowed on the same account, and the text of known_hosts. */
export function userKeyFiles(
  user: { name: string; uid: number; gid: number; home: string },
  { lab, known = '' }: { lab: string; known?: string },
): Record<string, FileSpec> {
  const pair = makeKeyPair(`user:${lab}:${user.name}`, `${user.name}@${lab}`);
  const own = { uid: user.uid, gid: user.gid };
  const directory = `${user.home}/.ssh`;
  return {
    [directory]: { directory: true, mode: 0o700, ...own },
    [`${directory}/id_ed25519`]: { text: pair.privateText, mode: 0o600, ...own },
    [`${directory}/id_ed25519.pub`]: { text: publicLine(pair), ...own },
    [`${directory}/authorized_keys`]: { text: publicLine(pair), mode: 0o600, ...own },
    ...(known === '' ? {} : { [`${directory}/known_hosts`]: { text: known, mode: 0o600, ...own } }),
  };
}
