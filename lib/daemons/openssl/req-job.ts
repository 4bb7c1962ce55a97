/** `openssl req`: what its options and its configuration come to. */
import type { Digest } from '../../protocols/x509/index';
import type { Config } from './config-file';
import type { Options } from './options';

export interface Job {
  readonly options: Options;
  readonly config: Config;
  readonly section: string;
  readonly added: Config | undefined;
  readonly digest: Digest;
  readonly days: number;
  readonly serial: bigint | undefined;
  /** Makes a certificate, not a request. */
  readonly certifies: boolean;
  readonly isNew: boolean;
  readonly extensions: string | undefined;
  readonly requestExtensions: string | undefined;
  readonly passIn: string | undefined;
  readonly passOut: string | undefined;
  readonly utf8: boolean;
}
