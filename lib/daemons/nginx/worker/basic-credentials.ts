/** Credentials of the Basic scheme (RFC 7617 §2). */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** User and password of an Authorization header; undefined when it has none. */
export function decodeBasic(text: string): { user: string; password: string } | undefined {
  const found = /^Basic\s+([A-Za-z0-9+/]+)=*$/i.exec(text);
  if (found === null) return undefined;
  let bits = 0;
  let count = 0;
  let plain = '';
  for (const character of found[1] ?? '') {
    bits = (bits << 6) | ALPHABET.indexOf(character);
    count += 6;
    if (count >= 8) {
      count -= 8;
      plain += String.fromCharCode((bits >> count) & 255);
    }
  }
  const colon = plain.indexOf(':');
  return colon < 0 ? undefined : { user: plain.slice(0, colon), password: plain.slice(colon + 1) };
}
