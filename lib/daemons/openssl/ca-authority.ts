/** An authority as `openssl ca` knows it. */
import { type Certificate, opensslError, type PrivateKey } from '../../protocols/x509/index';
import type { Config } from './config-file';
import type { Options } from './options';
import type { Session, Step } from './session';

/** An authority as its options and its section of the configuration describe it. */
export interface Authority {
  readonly options: Options;
  readonly config: Config;
  readonly section: string;
  readonly key: PrivateKey;
  /** undefined with -selfsign: each request is signed with its own key. */
  readonly certificate: Certificate | undefined;
}

/** A setting that must be there. */
export function* required(session: Session, config: Config, section: string, name: string): Step<string> {
  const value = config.get(section, name);
  if (value !== undefined) return value;
  return yield* session.fail(`variable lookup failed for ${section}::${name}\n`, [
    opensslError('configNoValue', `group=${section} name=${name}`),
  ]);
}
