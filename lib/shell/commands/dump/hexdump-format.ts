/** The formats of hexdump -e. Source: hexdump(1) "FORMATS", util-linux 2.38 `hexdump-parse.c`, `hexdump-display.c`. */
import { textFromBytes } from '../../../std/bytes';
import { ESCAPES as CONTROL_ESCAPES } from './escapes';

/** A piece of a unit: text around one conversion, or text alone. */
interface Piece {
  readonly before: string;
  readonly conversion: Conversion | undefined;
  readonly after: string;
}
interface Conversion {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  /** `d`, `x`, `_c`, `_ax` … */
  readonly name: string;
  readonly bytes: number;
}
interface Unit {
  readonly pieces: readonly Piece[];
  readonly count: number;
  readonly isCounted: boolean;
  readonly bytes: number;
}
/** One `-e`. */
export interface HexFormat {
  readonly units: readonly Unit[];
  readonly bytes: number;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
};
const CONVERSION = /%([-+ #0]*)(\d*)(?:\.(\d*))?(_[aA][dox]|_[cpu]|_.?.?|.|$)/s;
/** Bytes of a conversion when none are given; undefined: no conversion. */
function usualBytes(name: string, precision: number | undefined): number | undefined {
  if (name.startsWith('_a') || name.startsWith('_A')) return 0;
  if (/^(?:_[cpu]|c)$/.test(name)) return 1;
  if (/^[diouxX]$/.test(name)) return 4;
  if (/^[eEfgG]$/.test(name)) return 8;
  return name === 's' ? precision : undefined;
}

/** Reads a format, or gives the message that refuses it. */
export function readHexFormat(text: string): HexFormat | string {
  const units: Unit[] = [];
  const bad = `bad format {${text}}`;
  for (let rest = text.trimStart(); rest !== ''; rest = rest.trimStart()) {
    const head = /^(?:(\d+)?\/?(\d+)?\s*)"([^"]*)"/.exec(rest);
    if (head === null || (/^\d/.test(rest) && !/^\d+\s*\/|^\d+\s*"/.test(rest))) return bad;
    rest = rest.slice(head[0].length);
    const unit = readUnit(head[3] ?? '', head[1], head[2]);
    if (typeof unit === 'string') return unit;
    units.push(unit);
  }
  return { units, bytes: sizeOf(units) };
}

function sizeOf(units: readonly Unit[]): number {
  return units.reduce((sum, unit) => sum + unit.bytes * unit.count, 0);
}

function readUnit(format: string, count: string | undefined, bytes: string | undefined): Unit | string {
  const pieces: Piece[] = [];
  const text = format.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
  let rest = text;
  for (;;) {
    const at = rest.indexOf('%');
    if (at < 0) break;
    if (rest[at + 1] === '%') return 'bad conversion character %%';
    const found = CONVERSION.exec(rest.slice(at));
    if (found === null) break;
    const [whole, flags = '', width = '', precision, name = ''] = found;
    const exact = precision === undefined ? undefined : Number(precision);
    const usual = usualBytes(name, exact);
    const given = bytes === undefined ? undefined : Number(bytes);
    if (name === 's' && exact === undefined && given === undefined)
      return '%s requires a precision or a byte count';
    if (usual === undefined && name !== 's') return `bad conversion character %${name}`;
    const size = name.startsWith('_a') || name.startsWith('_A') ? 0 : (given ?? usual ?? 0);
    if (/^[diouxX]$/.test(name) && ![1, 2, 4, 8].includes(size))
      return `bad byte count for conversion character ${name}`;
    const next = rest.indexOf('%', at + whole.length);
    const end = next < 0 ? rest.length : next;
    pieces.push({
      before: rest.slice(0, at),
      conversion: { flags, width: Number(width), precision: exact, name, bytes: size },
      after: rest.slice(at + whole.length, end),
    });
    rest = rest.slice(end);
  }
  if (rest !== '') pieces.push({ before: rest, conversion: undefined, after: '' });
  const converting = pieces.filter(({ conversion }) => (conversion?.bytes ?? 0) > 0);
  if (bytes !== undefined && converting.length > 1) return 'byte count with multiple conversion characters';
  return {
    pieces,
    count: count === undefined ? 1 : Number(count),
    isCounted: count !== undefined,
    bytes: converting.reduce((sum, { conversion }) => sum + (conversion?.bytes ?? 0), 0),
  };
}

/** Formats that take less than a block repeat their last unit to fill it. */
export function filled(formats: readonly HexFormat[]): HexFormat[] {
  const block = Math.max(0, ...formats.map(({ bytes }) => bytes));
  return formats.map(({ units }) => {
    const last = units.findLastIndex(({ bytes }) => bytes > 0);
    const unit = units[last];
    const missing = block - sizeOf(units);
    if (unit === undefined || unit.isCounted || missing < unit.bytes) return { units, bytes: sizeOf(units) };
    const more = units.with(last, { ...unit, count: unit.count + Math.floor(missing / unit.bytes) });
    return { units: more, bytes: sizeOf(more) };
  });
}

/** One block as one format shows it. @param block its bytes; fewer than the format takes at the end of the input */
export function formatBlock(format: HexFormat, block: Uint8Array, address: number): string {
  let out = '';
  let at = 0;
  for (const unit of format.units) {
    for (let turn = 0; turn < unit.count; turn++) {
      const isLast = unit.count > 1 && turn === unit.count - 1;
      unit.pieces.forEach(({ before, conversion, after }, i) => {
        // A repeated unit does not end in a blank.
        const tail = isLast && i === unit.pieces.length - 1 && /\s$/.test(after) ? after.slice(0, -1) : after;
        out += before + (conversion === undefined ? '' : converted(conversion, block, at, address)) + tail;
        at += conversion?.bytes ?? 0;
      });
    }
  }
  return out;
}

function converted(conversion: Conversion, block: Uint8Array, at: number, address: number): string {
  const { name, bytes } = conversion;
  if (name.startsWith('_A')) return '';
  if (name.startsWith('_a'))
    return padded(numberText(BigInt(address + at), name[2] ?? 'x'), conversion, true);
  if (at >= block.length) return ''.padStart(conversion.width);
  const part = Uint8Array.from({ length: bytes }, (_, i) => block[at + i] ?? 0);
  const [byte = 0] = part;
  switch (name) {
    case 'c':
      return padded(textFromBytes(part), conversion, false);
    case 's':
      return padded(textFromBytes(part).split('\0')[0] ?? '', conversion, false);
    case '_c':
      return padded(
        CONTROL_ESCAPES[byte] ?? printable(byte) ?? byte.toString(8).padStart(3, '0'),
        conversion,
        false,
      );
    case '_p':
      return padded(printable(byte) ?? '.', conversion, false);
    case '_u':
      return padded(
        CONTROLS[byte] ?? printable(byte) ?? byte.toString(16).padStart(2, '0'),
        conversion,
        false,
      );
    default:
      return numeric(conversion, part);
  }
}

function numeric(conversion: Conversion, part: Uint8Array): string {
  const { name, bytes, flags } = conversion;
  if (/^[eEfgG]$/.test(name)) {
    const view = new DataView(part.buffer);
    const value = bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    const digits = conversion.precision ?? 6;
    return padded(name === 'f' ? value.toFixed(digits) : exponent(value, digits), conversion, true);
  }
  let value = 0n;
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(part[i] ?? 0);
  if (name === 'd' || name === 'i') {
    const signed = BigInt.asIntN(bytes * 8, value);
    return padded((signed >= 0n && flags.includes('+') ? '+' : '') + String(signed), conversion, true);
  }
  const text = numberText(value, name).padStart(conversion.precision ?? 0, '0');
  const prefix =
    !flags.includes('#') || value === 0n ? '' : name === 'o' ? '0' : /x/i.test(name) ? `0${name}` : '';
  return padded(prefix + text, conversion, true);
}

function exponent(value: number, digits: number): string {
  return value.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2');
}

function numberText(value: bigint, kind: string): string {
  if (kind === 'o') return value.toString(8);
  if (kind === 'x') return value.toString(16);
  return kind === 'X' ? value.toString(16).toUpperCase() : value.toString();
}

function padded(text: string, { flags, width }: Conversion, isNumber: boolean): string {
  if (flags.includes('-')) return text.padEnd(width);
  return text.padStart(width, isNumber && flags.includes('0') ? '0' : ' ');
}

function printable(byte: number): string | undefined {
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : undefined;
}

const CONTROLS: Readonly<Record<number, string>> = Object.fromEntries([
  ...'nul soh stx etx eot enq ack bel bs ht lf vt ff cr so si dle dcl dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us'
    .split(' ')
    .map((name, code) => [code, name] as const),
  [127, 'del'] as const,
]);
