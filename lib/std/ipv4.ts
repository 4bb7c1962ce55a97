/**
 * IPv4 addresses as unsigned 32-bit numbers (10.0.1.2 is 0x0a000102), subnets,
 * and Ethernet addresses as lower-case text (`52:54:00:12:34:56`).
 */

/** An address as an unsigned 32-bit number. */
export type IPv4 = number;

/** A subnet. */
export interface Subnet {
  /** the address with all host bits zero */
  readonly network: IPv4;
  /** 0 to 32 */
  readonly prefix: number;
}

/** `10.0.1.2/24`: an address together with the subnet it stands in. */
export interface Cidr extends Subnet {
  /** the address as written, host bits included */
  readonly address: IPv4;
}

const ZERO = 48;
const NINE = 57;
const DOT = 46;

/** A dotted quad as `inet_pton(3)` reads it: four decimal parts, no leading zeros; else undefined. */
export function parseIPv4(text: string): IPv4 | undefined {
  let address = 0;
  let dots = 0;
  let byte = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? DOT : text.charCodeAt(i);
    if (code === DOT) {
      if (byte < 0) return undefined;
      address = address * 256 + byte;
      byte = -1;
      dots++;
      continue;
    }
    // No digit, or a second one after a leading zero.
    if (code < ZERO || code > NINE || byte === 0) return undefined;
    byte = Math.max(byte, 0) * 10 + code - ZERO;
    if (byte > 255) return undefined;
  }
  return dots === 4 ? address : undefined;
}

/** An address as `inet_aton(3)` and so getaddrinfo read it: fewer than four numbers, the last fills what is left; octal and hexadecimal ones. */
export function parseClassicIPv4(text: string): IPv4 | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  let value = 0;
  for (const [index, part] of parts.entries()) {
    if (!/^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(part)) return undefined;
    const number = /^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part);
    const isLast = index === parts.length - 1;
    const room = isLast ? 2 ** (8 * (4 - index)) : 256;
    if (number >= room) return undefined;
    value += isLast ? number : number * 2 ** (8 * (3 - index));
  }
  return value;
}

/** The dotted quad of an address. */
export function formatIPv4(address: IPv4): string {
  return `${(address >>> 24) & 255}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** `10.0.1.0/24`; without a prefix it is a single address, `/32`. Undefined when it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = parseIPv4(slash < 0 ? text : text.slice(0, slash));
  const prefixText = slash < 0 ? '32' : text.slice(slash + 1);
  if (address === undefined || !/^(?:0|[1-9]\d?)$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  if (prefix > 32) return undefined;
  return { address, network: networkOf(address, prefix), prefix };
}

/** `10.0.1.0/24` of a subnet. */
export function formatCidr(subnet: Subnet): string {
  return `${formatIPv4(subnet.network)}/${subnet.prefix}`;
}

/** The netmask of a prefix length: 24 gives 255.255.255.0. */
export function maskOf(prefix: number): IPv4 {
  return prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
}

/** `address` with its host bits zero. */
export function networkOf(address: IPv4, prefix: number): IPv4 {
  return (address & maskOf(prefix)) >>> 0;
}

/** Whether `address` belongs to `subnet`. */
export function inSubnet(address: IPv4, subnet: Subnet): boolean {
  return networkOf(address, subnet.prefix) === subnet.network;
}

/** The subnet's last address. */
export function broadcastOf(subnet: Subnet): IPv4 {
  return (subnet.network | ~maskOf(subnet.prefix)) >>> 0;
}

/** 224.0.0.0/4. */
export function isMulticast(address: IPv4): boolean {
  return address >>> 28 === 0xe;
}

/** 127.0.0.0/8. */
export function isLoopback(address: IPv4): boolean {
  return address >>> 24 === 127;
}

/** An Ethernet address in its canonical writing (lower case, colons), or undefined. */
export function parseMac(text: string): string | undefined {
  if (!/^[0-9a-fA-F]{2}(?:([:-])[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2}){4}$/.test(text)) {
    return undefined;
  }
  return text.toLowerCase().replaceAll('-', ':');
}

/** The canonical writing of an Ethernet address given as a number below 2^48. */
export function formatMac(value: number): string {
  const digits = value.toString(16).padStart(12, '0');
  return (digits.match(/../g) ?? []).join(':');
}
