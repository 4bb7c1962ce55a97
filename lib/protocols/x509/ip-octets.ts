/** IP addresses as certificates hold them: 4 or 16 octets. Source: RFC 5280 §4.2.1.6; x509v3's printing. */

/** `10.0.1.11`, or `20:1:DB8:0:0:0:0:1` as OpenSSL prints IPv6. */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return '<invalid>';
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2)
    groups.push((((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0)).toString(16).toUpperCase());
  return groups.join(':');
}

/** The octets of an address in its usual writing; undefined when `text` is none. */
export function ipOctets(text: string): Uint8Array | undefined {
  return text.includes(':') ? ipv6Octets(text) : ipv4Octets(text);
}

function ipv4Octets(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet < 256) ? Uint8Array.from(octets) : undefined;
}

function ipv6Octets(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map(groupsOf);
  const missing = 16 - head.length - tail.length;
  if (head.includes(-1) || tail.includes(-1)) return undefined;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}
/** The octets of some groups; -1 among them when one is wrong. */
function groupsOf(text: string): number[] {
  if (text === '') return [];
  const parts = text.split(':');
  return parts.flatMap((part, i) => {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      const group = Number.parseInt(part, 16);
      return [group >> 8, group & 255];
    }
    const ipv4 = i === parts.length - 1 ? ipv4Octets(part) : undefined;
    return ipv4 === undefined ? [-1] : [...ipv4];
  });
}
