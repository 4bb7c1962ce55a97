/**
 * Which versions of TLS a line allows, and what the daemon says of odd choices.
 * Source: 2.6.12 `ssl_sock.c` `ssl_sock_initial_ctx()`, `ssl_sock_prep_srv_ctx_and_inst()`; recorded.
 */

import { TLS_VERSIONS, type TlsVersion } from '../../../../protocols/tls/versions';
import type { ProtocolVersion, TlsOptions } from '../../config-tls';

/** Oldest first. */
export const VERSIONS: readonly ProtocolVersion[] = ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** Lower bound of a `bind` line that says none. */
const LEAST_ON_BIND: ProtocolVersion = 'TLSv1.2';

export function versionNamed(text: string): ProtocolVersion | undefined {
  return VERSIONS.find((version) => version === text);
}

/** What is odd about the choice, in the order in which it is said. */
export type VersionRemark =
  /** `no-tlsv…` beside a bound counts for nothing */
  | { readonly kind: 'ignored' }
  /** an upper bound below the usual lower one becomes the lower one */
  | { readonly kind: 'ambiguous'; readonly minimum: ProtocolVersion }
  | { readonly kind: 'hole'; readonly version: ProtocolVersion }
  | { readonly kind: 'none left' };

export interface VersionChoice {
  readonly versions: readonly TlsVersion[];
  readonly remarks: readonly VersionRemark[];
}

export function chooseVersions(options: TlsOptions, side: 'bind' | 'server'): VersionChoice {
  const remarks: VersionRemark[] = [];
  const isBounded = options.minimum !== undefined || options.maximum !== undefined;
  if (options.excluded.length > 0 && isBounded) remarks.push({ kind: 'ignored' });
  const excluded = isBounded ? [] : options.excluded;
  let { minimum } = options;
  const { maximum } = options;
  if (minimum === undefined && side === 'bind') {
    const isLow = maximum !== undefined && VERSIONS.indexOf(maximum) < VERSIONS.indexOf(LEAST_ON_BIND);
    minimum = isLow ? maximum : LEAST_ON_BIND;
    if (isLow) remarks.push({ kind: 'ambiguous', minimum: maximum });
  }
  const from = minimum === undefined ? 0 : VERSIONS.indexOf(minimum);
  const to = maximum === undefined ? VERSIONS.length - 1 : VERSIONS.indexOf(maximum);
  const allowed = VERSIONS.filter(
    (version, index) => version !== 'SSLv3' && index >= from && index <= to && !excluded.includes(version),
  );
  remarks.push(...holes(allowed));
  const [first] = allowed;
  const last = allowed.at(-1);
  if (first === undefined || last === undefined)
    return { versions: [], remarks: [...remarks, { kind: 'none left' }] };
  // A hole is only said: OpenSSL knows a lowest and a highest version.
  return { versions: between(first, last), remarks };
}

/** One remark for each gap, naming the version just below its upper end. */
function holes(allowed: readonly ProtocolVersion[]): VersionRemark[] {
  return allowed.flatMap((version, position) => {
    const index = VERSIONS.indexOf(version);
    const before = allowed[position - 1];
    const below = VERSIONS[index - 1];
    if (before === undefined || below === undefined || VERSIONS.indexOf(before) === index - 1) return [];
    return [{ kind: 'hole' as const, version: below }];
  });
}

function between(first: ProtocolVersion, last: ProtocolVersion): readonly TlsVersion[] {
  // OpenSSL's names differ from the daemon's in the oldest one only.
  return TLS_VERSIONS.slice(VERSIONS.indexOf(first) - 1, VERSIONS.indexOf(last));
}

/** The bounds of a crt-list's entry within those of its `bind` line's settings. */
export function boundedVersions(
  versions: readonly TlsVersion[],
  { minimum, maximum }: TlsOptions,
): readonly TlsVersion[] {
  if (minimum === undefined && maximum === undefined) return versions;
  const lowest = minimum === undefined ? TLS_VERSIONS.indexOf(versions[0] ?? 'TLSv1') : at(minimum);
  const highest = maximum === undefined ? TLS_VERSIONS.indexOf(versions.at(-1) ?? 'TLSv1.3') : at(maximum);
  return TLS_VERSIONS.slice(Math.max(0, lowest), highest + 1);
}
function at(version: ProtocolVersion): number {
  return VERSIONS.indexOf(version) - 1;
}
