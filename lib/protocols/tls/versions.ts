/**
 * Versions of TLS (RFC 8446 §4.1.2, §4.2.1; RFC 5246; RFC 8996 says why the old ones are gone),
 * in the order of their age. SSL 3 and older are not modelled: Debian's OpenSSL is built without them.
 */

/** As nginx and OpenSSL write them. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** Oldest first. */
export const TLS_VERSIONS: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** All versions from `min` to `max`, both included; none when they are the wrong way round. */
export function versionsBetween(min: TlsVersion, max: TlsVersion): TlsVersion[] {
  return TLS_VERSIONS.slice(TLS_VERSIONS.indexOf(min), TLS_VERSIONS.indexOf(max) + 1);
}
