/** What the configuration checker asks of the host it runs on. */

import type { IPv4 } from '../../../std/ipv4';
import type { ConfigurationFiles } from './line-source';

export type InterfaceFacts = {
  readonly name: string;
  readonly isLoopback: boolean;
  readonly isUp: boolean;
  readonly mtu: number;
  /** in the order of the interface; the first is the primary one */
  readonly addresses: readonly IPv4[];
};

/** What stat(2) says of a script or a directory on its way. */
export interface ScriptStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly inode: number;
}

export interface Environment {
  readonly files: ConfigurationFiles;
  /** the host's name up to the first dot */
  readonly hostName: string;
  /** $PATH */
  readonly searchPath: string;
  /** processors */
  readonly cores: number;
  readonly interfaces: readonly InterfaceFacts[];
  user(name: string): { readonly uid: number; readonly gid: number } | undefined;
  group(name: string): number | undefined;
  stat(path: string): ScriptStat | undefined;
  lstat(path: string): ScriptStat | undefined;
  /** all symlinks resolved, as that user; else the error text */
  realpath(
    path: string,
    as: { readonly uid: number; readonly gid: number },
  ): { readonly path: string } | { readonly error: string };
  /** creates or overwrites (track_file init_file) */
  write(path: string, text: string): boolean;
  random(lowest: number, highest: number): number;
}
