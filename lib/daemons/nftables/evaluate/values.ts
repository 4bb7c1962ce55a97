/**
 * Values by their type: how words become numbers, and numbers words again.
 * Source: nft(8) "DATA TYPES"; the words of complaints are those of 1.0.6.
 */
import { civilFromMicros, daysFromDate } from '../../../std/civil';
import { formatIPv4, parseClassicIPv4, parseIPv4 } from '../../../std/ipv4';
import { HOUR, SECOND } from '../../../std/instant';
import { type DataType, SERVICES, TYPES } from '../directives';
import type { Expression, Place, Problem } from '../parse/tree';
import { durationOf, durationText } from '../parse/time';
import { expandIPv6, parseIPv6 } from './ipv6';

/** Thrown where a command makes no sense; caught per command. */
export class EvaluationTrouble {
  constructor(readonly problem: Problem) {}
}
export function refuse(place: Place | undefined, message: string, also?: Place): EvaluationTrouble {
  return new EvaluationTrouble({ place, message, ...(also === undefined ? {} : { also }) });
}

/** What evaluation asks of the host. */
export interface Surroundings {
  interfaceIndex(name: string): number | undefined;
  interfaceName(index: number): string | undefined;
  user(name: string): number | undefined;
  group(name: string): number | undefined;
  userName?(uid: number): string | undefined;
  groupName?(gid: number): string | undefined;
  /** An address for a name, the resolver's complaint, or undefined while nobody has asked it yet. */
  address(name: string): { ip: number } | { problem: string } | undefined;
}
/** A name that must be looked up before evaluation can go on. */
export class NameNeeded {
  constructor(readonly name: string) {}
}

export type Value = number | string;
export interface Range {
  lo: Value;
  hi: Value;
}

/** Longest interface name, with its end. */
const IFNAMSIZ = 16;

/** What stands in listings: names or numbers (`nft -n`, `-p`, `-S`, `-u`). */
export interface Style {
  readonly constants: 'names' | 'numbers';
  readonly protocols: 'names' | 'numbers';
  readonly services: 'names' | 'numbers';
  readonly owners: 'names' | 'numbers';
}
const PLAIN: Style = { constants: 'names', protocols: 'names', services: 'numbers', owners: 'numbers' };

export class Values {
  constructor(
    readonly surroundings: Surroundings,
    readonly style: Style = PLAIN,
  ) {}

  /** The number (or name) that a single word stands for. */
  single(expression: Expression, type: DataType, bits = TYPES[type].bits): Value {
    if (expression.kind === 'binary' && expression.operator === '|')
      return this.#bits(this.single(expression.left, type, bits), this.single(expression.right, type, bits));
    if (expression.kind !== 'symbol' && expression.kind !== 'number')
      throw refuse(
        expression.kind === 'concat' ? expression.parts[0]?.place : expression.place,
        `Can't parse symbolic invalid expressions`,
      );
    const { text, place } = expression;
    switch (type) {
      case 'ipv4_addr':
        return this.#ipv4(text, place);
      case 'ipv6_addr': {
        const address = parseIPv6(text);
        if (address !== undefined) return address;
        if (parseIPv4(text) !== undefined)
          throw refuse(place, 'Could not resolve hostname: Address family for hostname not supported');
        throw refuse(place, 'Could not resolve hostname: Name or service not known');
      }
      case 'inet_service':
        return this.#service(text, place);
      case 'inet_proto': {
        if (/^(?:\d+|0x[0-9a-f]+)$/i.test(text)) {
          if (Number(text) > 255) throw refuse(place, 'Protocol out of range');
          return Number(text);
        }
        const number = TYPES.inet_proto.names?.[text];
        if (number === undefined) throw refuse(place, 'Could not resolve protocol name');
        return number;
      }
      case 'ifname':
        if (text === '') throw refuse(place, 'Empty string is not allowed');
        if (text.length >= IFNAMSIZ) throw refuse(place, `String exceeds maximum length of ${IFNAMSIZ}`);
        return text;
      case 'iface_index': {
        const index = this.surroundings.interfaceIndex(text);
        if (index !== undefined) return index;
        if (/^\d+$/.test(text)) return Number(text);
        throw refuse(place, 'Interface does not exist');
      }
      case 'ether_addr': {
        const parts = text.split(':');
        if (parts.length !== 6) throw refuse(place, 'Invalid LL address');
        return parts.map((part) => part.padStart(2, '0').toLowerCase()).join(':');
      }
      case 'uid':
      case 'gid': {
        const id = type === 'uid' ? this.surroundings.user(text) : this.surroundings.group(text);
        if (/^\d+$/.test(text)) return Number(text);
        if (id === undefined)
          throw refuse(place, type === 'uid' ? 'User does not exist' : 'Group does not exist');
        return id;
      }
      case 'duration': {
        const micros = durationOf(text);
        if (micros !== undefined) return Math.floor(micros / SECOND);
        if (!/^\d+$/.test(text)) throw refuse(place, 'wrong time format');
        return Number(text);
      }
      case 'string':
        if (text.length > IFNAMSIZ) throw refuse(place, `String exceeds maximum length of ${IFNAMSIZ}`);
        return text;
      case 'classid':
        // What is no handle is taken for none.
        return classNumber(text) ?? (/^(?:\d|0x)/i.test(text) ? this.#named(text, place, type, bits) : 0);
      case 'ct_label':
        return this.#label(text, place);
      case 'hour':
        return this.#hour(text, place);
      case 'time':
        return this.#time(text, place);
      default:
        return this.#named(text, place, type, bits);
    }
  }

  #bits(a: Value, b: Value): Value {
    return typeof a === 'number' && typeof b === 'number' ? (a | b) >>> 0 : a;
  }
  #ipv4(text: string, place: Place): number {
    const literal = parseIPv4(text);
    if (literal !== undefined) return literal;
    const classic = parseClassicIPv4(text);
    if (classic !== undefined) return classic;
    if (parseIPv6(text) !== undefined)
      throw refuse(place, 'Could not resolve hostname: Address family for hostname not supported');
    if (/^[\d.]+$/.test(text)) throw refuse(place, 'Could not resolve hostname: Name or service not known');
    const answer = this.surroundings.address(text);
    if (answer === undefined) throw new NameNeeded(text);
    if ('problem' in answer) throw refuse(place, `Could not resolve hostname: ${answer.problem}`);
    return answer.ip;
  }
  #service(text: string, place: Place): number {
    if (/^(?:\d+|0x[0-9a-f]+)$/i.test(text)) {
      if (Number(text) > 65_535) throw refuse(place, 'Service out of range');
      return Number(text);
    }
    const port = SERVICES[text];
    if (port === undefined)
      throw refuse(place, 'Could not resolve service: Servname not supported for ai_socktype');
    return port;
  }
  #hour(text: string, place: Place): number {
    const found = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
    if (found !== null && Number(found[1]) > 23) throw refuse(place, 'wrong time format');
    if (found !== null) return Number(found[1]) * 3_600 + Number(found[2]) * 60 + Number(found[3] ?? 0);
    if (/^\d+$/.test(text)) return Number(text);
    throw refuse(place, /^\d/.test(text) ? `Can't parse hour format` : 'wrong time format');
  }
  #time(text: string, place: Place): number {
    const found = /^(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
    if (found !== null && Number(found[2]) > 12) throw refuse(place, 'Cannot parse date');
    if (found !== null) {
      const [, year, month, day, hour = 0, minute = 0, second = 0] = found.map(Number);
      return (
        daysFromDate(Number(year), Number(month), Number(day)) * 86_400 +
        (Number.isNaN(hour) ? 0 : hour) * 3_600 +
        (Number.isNaN(minute) ? 0 : minute) * 60 +
        (Number.isNaN(second) ? 0 : second)
      );
    }
    if (/^\d+$/.test(text)) return Number(text);
    throw refuse(place, `Can't parse date format`);
  }
  #label(text: string, place: Place): number {
    if (!/^\d+$/.test(text))
      throw refuse(place, `/etc/connlabel.conf: could not parse conntrack label "${text}"`);
    const number = Number(text);
    if (number >= TYPES.ct_label.bits)
      throw refuse(place, `${text}: bit ${text} out of range (${TYPES.ct_label.bits} max)`);
    return number;
  }
  #named(text: string, place: Place, type: DataType, bits: number): number {
    const info = TYPES[type];
    const known = info.names?.[text];
    if (known !== undefined) return known;
    if (!/^(?:\d+|0x[0-9a-f]+)$/i.test(text)) throw refuse(place, `Could not parse ${info.title}`);
    const value = Number(text);
    const most = type === 'day' ? 6 : 2 ** bits - 1;
    if (value > most) throw refuse(place, `Value ${value} exceeds valid range 0-${most}`);
    return value;
  }

  /** A value, prefix, range or list of bits as lo..hi. */
  range(expression: Expression, type: DataType, bits = TYPES[type].bits): Range {
    switch (expression.kind) {
      case 'prefix': {
        const lo = this.single(expression.base, type, bits);
        const width = Math.max(bits, TYPES[type].bits === 128 ? 128 : 0);
        if (expression.length > width)
          throw refuse(
            expression.place,
            `Prefix length ${expression.length} is invalid for type of ${width} bits width`,
          );
        if (typeof lo === 'string')
          return { lo: `${lo}/${expression.length}`, hi: `${lo}/${expression.length}` };
        const size = 2 ** (width - expression.length);
        const start = Math.floor(lo / size) * size;
        return { lo: start, hi: start + size - 1 };
      }
      case 'range': {
        const lo = this.single(expression.from, type, bits);
        const hi = this.single(expression.to, type, bits);
        if (isBackwards(lo, hi) && type !== 'hour')
          throw refuse(expression.place, 'Range has zero or negative size');
        if (typeof lo === 'string') return { lo: `${lo}-${String(hi)}`, hi: `${lo}-${String(hi)}` };
        return { lo, hi };
      }
      case 'list': {
        if (TYPES[type].bitmask !== true) {
          const first = expression.items[0];
          throw refuse(
            first?.kind === 'prefix'
              ? { ...first.place, start: first.place.end - String(first.length).length }
              : first?.place,
            `Basetype of type ${TYPES[type].title} is not bitmask`,
          );
        }
        let value = 0;
        for (const item of expression.items) {
          const bit = this.single(item, type, bits);
          if (typeof bit === 'number') value = (value | bit) >>> 0;
        }
        return { lo: value, hi: value };
      }
      case 'symbol':
        if (expression.asterisk || (type === 'ifname' && expression.text.endsWith('*'))) {
          if (type === 'ifname' && expression.text === '*')
            throw refuse(expression.place, 'All-wildcard strings are not supported');
          if (type !== 'ifname') throw refuse(expression.place, `Could not parse ${TYPES[type].title}`);
          return { lo: expression.text, hi: expression.text };
        }
        break;
      default:
    }
    const value = this.single(expression, type, bits);
    return { lo: value, hi: value };
  }

  // ---------------------------------------------------------------- printing
  text(value: Value, type: DataType): string {
    if (typeof value === 'string') return type === 'ifname' || type === 'string' ? `"${value}"` : value;
    switch (type) {
      case 'ipv4_addr':
        return formatIPv4(value);
      case 'mark':
        return `0x${hex(value, 8)}`;
      case 'iface_index': {
        const name = this.surroundings.interfaceName(value);
        return name === undefined ? String(value) : `"${name}"`;
      }
      case 'hour':
        return `"${hourText(value)}"`;
      case 'time':
        return `"${timeText(value)}"`;
      case 'duration':
        return durationText(value * SECOND);
      case 'classid':
        return classText(value);
      case 'raw':
      case 'bitmask':
        return `0x${value.toString(16)}`;
      case 'ct_label':
      case 'inet_service': {
        const name = this.style.services === 'names' ? serviceNamed(value) : undefined;
        return name === undefined ? String(value) : `"${name}"`;
      }
      case 'uid':
      case 'gid': {
        const name = this.style.owners === 'names' ? this.#ownerNamed(value, type) : undefined;
        return name === undefined ? String(value) : `"${name}"`;
      }
      case 'integer':
        return String(value);
      default:
    }
    const info = TYPES[type];
    const isNumeric = this.style.constants === 'numbers';
    if (info.bitmask === true) return isNumeric ? bitNumbers(value) : bitsText(value, type);
    if (this.style.protocols === 'numbers' && type === 'inet_proto') return String(value);
    const name = isNumeric && type !== 'verdict' ? undefined : nameOf(type, value);
    if (name === undefined)
      return type === 'dscp' || type === 'ether_type'
        ? `0x${hex(value, type === 'dscp' ? 2 : 4)}`
        : String(value);
    return type === 'day' || type === 'devgroup' ? `"${name}"` : name;
  }

  #ownerNamed(value: number, type: 'uid' | 'gid'): string | undefined {
    const { userName, groupName } = this.surroundings;
    return type === 'uid' ? userName?.(value) : groupName?.(value);
  }

  rangeText({ lo, hi }: Range, type: DataType): string {
    if (lo === hi || typeof lo === 'string' || typeof hi === 'string') return this.text(lo, type);
    const size = hi - lo + 1;
    if (TYPES[type].prefixes === true && isPowerOfTwo(size) && lo % size === 0)
      return `${this.text(lo, type)}/${TYPES[type].bits - exponentOf(size)}`;
    return this.spanText({ lo, hi }, type);
  }
  /** `lo-hi`; names have no order, so numbers stand there. */
  spanText({ lo, hi }: Range, type: DataType): string {
    if (typeof lo === 'string') return this.text(lo, type);
    if (TYPES[type].names !== undefined && type !== 'day' && type !== 'devgroup') return `${lo}-${hi}`;
    if (type === 'duration') return `${lo}s-${hi}s`;
    return `${this.text(lo, type)}-${this.text(hi, type)}`;
  }
}

/** Whether a range ends before it begins. */
function isBackwards(lo: Value, hi: Value): boolean {
  if (typeof lo === 'number' && typeof hi === 'number') return lo > hi;
  const isAddress = (value: Value): value is string => typeof value === 'string' && /:.*:/.test(value);
  return isAddress(lo) && isAddress(hi) && expandIPv6(lo) > expandIPv6(hi);
}

/** Handles of traffic classes (tc(8)): `MAJOR:MINOR` in hexadecimal. */
function classNumber(text: string): number | undefined {
  if (text === 'none') return 0;
  if (text === 'root') return 0xffff_ffff;
  const found = /^([0-9a-fA-F]{0,4}):([0-9a-fA-F]{0,4})$/.exec(text);
  if (found === null) return undefined;
  return Number.parseInt(found[1] || '0', 16) * 0x1_0000 + Number.parseInt(found[2] || '0', 16);
}
function classText(value: number): string {
  if (value === 0) return 'none';
  if (value === 0xffff_ffff) return 'root';
  return `${Math.floor(value / 0x1_0000).toString(16)}:${(value % 0x1_0000).toString(16)}`;
}

let services: ReadonlyMap<number, string> | undefined;
/** Of two names for a port the first is printed. */
function serviceNamed(port: number): string | undefined {
  services ??= new Map(
    Object.entries(SERVICES)
      .toReversed()
      .map(([name, number]) => [number, name]),
  );
  return services.get(port);
}
const reversed = new Map<DataType, Map<number, string>>();
function nameOf(type: DataType, value: number): string | undefined {
  let names = reversed.get(type);
  if (names === undefined) {
    names = new Map();
    // Of two names for a number the first is printed.
    for (const [name, number] of Object.entries(TYPES[type].names ?? {}))
      if (!names.has(number)) names.set(number, name);
    reversed.set(type, names);
  }
  return names.get(value);
}
const bitsOf = new Map<DataType, readonly (readonly [name: string, bit: number])[]>();
/** Names of bits from the lowest bit up; the value as a number when a bit has no name. */
function bitNumbers(value: number): string {
  const bits: string[] = [];
  for (let bit = 1; bit <= value; bit *= 2) if ((value & bit) !== 0) bits.push(`0x${bit.toString(16)}`);
  return bits.length === 0 ? '0x0' : bits.join(',');
}
function bitsText(value: number, type: DataType): string {
  let bits = bitsOf.get(type);
  if (bits === undefined) {
    bits = Object.entries(TYPES[type].names ?? {}).toSorted(([, a], [, b]) => a - b);
    bitsOf.set(type, bits);
  }
  const parts: string[] = [];
  let rest = value;
  for (const [name, bit] of bits) {
    if ((rest & bit) === 0) continue;
    parts.push(name);
    rest &= ~bit;
  }
  if (rest !== 0 || parts.length === 0) return `0x${value.toString(16)}`;
  return parts.join(',');
}
function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}
function isPowerOfTwo(value: number): boolean {
  let size = 1;
  while (size < value) size *= 2;
  return size === value;
}
function exponentOf(size: number): number {
  let exponent = 0;
  for (let value = size; value > 1; value /= 2) exponent++;
  return exponent;
}
function two(value: number): string {
  return String(value).padStart(2, '0');
}
function hourText(seconds: number): string {
  const hour = Math.floor(seconds / (HOUR / SECOND));
  const minute = Math.floor((seconds % 3_600) / 60);
  const second = seconds % 60;
  return `${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`;
}
function timeText(seconds: number): string {
  const { year, month, day, hour, minute, second } = civilFromMicros(seconds * 1_000_000);
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}
