/** The host itself: its files, addresses, routes and settings. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { LabFile } from '../../conformance/case';
import type { DiskFile, SetUp } from '../protocol';
import { execute } from './execute';

const SETUP_SECONDS = 60;

export function putFile(target: string, file: LabFile): void {
  const text = typeof file === 'string' ? file : file.text;
  const mode = typeof file === 'string' ? 0o644 : Number.parseInt(file.mode ?? '644', 8);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  chmodSync(target, text.startsWith('#!') && !target.endsWith('/nftables.conf') ? mode | 0o755 : mode);
}
export function putOnDisk({ path: target, text, link, mode }: DiskFile): void {
  mkdirSync(path.dirname(target), { recursive: true });
  rmSync(target, { force: true });
  if (link !== undefined) symlinkSync(link, target);
  else writeFileSync(target, text ?? '', { mode: mode ?? 0o644 });
}

/** A host of a case. Says which commands failed. */
export async function setUp(given: SetUp): Promise<string[]> {
  emptyFolder('/etc/keepalived');
  rmSync('/etc/nginx/sites-enabled/default', { force: true });
  writeFileSync('/etc/nftables.conf', '');
  writeFileSync('/etc/hosts', given.hosts);
  rmSync('/etc/resolv.conf', { force: true });
  writeFileSync('/etc/resolv.conf', '# none\n');
  for (const [target, file] of Object.entries(given.files)) putFile(target, file);
  return runAll([
    'ip link set lo up',
    ...Object.entries(given.addresses).flatMap(([device, addresses]) => [
      ...addresses.map((address) => `ip addr add ${address} brd + dev ${device}`),
      `ip link set ${device} up`,
    ]),
    ...Object.entries(given.sysctl).map(([key, value]) => `sysctl -qw ${key}=${value}`),
    ...given.routes.map((route) => `ip route add ${route}`),
    ...(given.gateway === undefined ? [] : [`ip route add default via ${given.gateway}`]),
    ...given.commands,
  ]);
}
export async function runAll(commands: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const command of commands) {
    const { code, err } = await execute(command, SETUP_SECONDS);
    if (code !== 0) wrong.push(`${command}: ${code} ${err.trim()}`);
  }
  return wrong;
}
export function emptyFolder(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true, force: true });
}

/** Listening TCP sockets, as /proc/net/tcp has them. */
export function listeners(text = readFileSync('/proc/net/tcp', 'latin1')): { ip: string; port: number }[] {
  return text.split('\n').flatMap((row) => {
    const [, local = '', , state] = row.trim().split(/\s+/);
    const found = /^([0-9A-F]{8}):([0-9A-F]{4})$/.exec(local);
    if (state !== '0A' || found === null) return [];
    const bytes = (found[1] ?? '').match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
    return [{ ip: bytes.reverse().join('.'), port: Number.parseInt(found[2] ?? '', 16) }];
  });
}
