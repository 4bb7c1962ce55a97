/** dd(1) of GNU coreutils. */
import { bytesFromText, textFromBytes } from '../../std/bytes';
import type { Stream } from '../../world/process.contract';
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { quoteFile, quoteValue } from './quoting';
import { humanSize, parseSize } from './sizes';
import type { Command, Step, Tool, ToolRun } from './tool';

export const dd: Command = {
  name: 'dd',
  package: 'coreutils',
  paths: ['/usr/bin/dd'],
  synopsis: 'dd [OPERAND]...\ndd OPTION',
  summary: 'Copy a file, converting and formatting according to the operands.',
  run,
};

interface Settings {
  input: string | undefined;
  output: string | undefined;
  inputBlock: number;
  outputBlock: number;
  count: number;
  countInBytes: boolean;
  skip: number;
  seek: number;
  conversions: string[];
  inputFlags: string[];
  outputFlags: string[];
  status: string;
}
interface Records {
  fullIn: number;
  partIn: number;
  fullOut: number;
  partOut: number;
  bytes: number;
}
/** A simulated disk writes about so much in a microsecond. */
const BYTES_PER_MICRO = 500;
const CONVERSIONS =
  /^(ascii|ebcdic|ibm|block|unblock|lcase|ucase|sparse|swab|sync|excl|nocreat|notrunc|noerror|fdatasync|fsync)$/;

function* run(tool: Tool): ToolRun {
  const { operands } = tool.options({ short: '' });
  const settings = readOperands(tool, operands);
  const { conversions } = settings;
  const reader = settings.input === undefined ? tool.context.stdin : tool.open(settings.input);
  if (typeof reader === 'string')
    return tool.fail(`failed to open ${quoteFile(settings.input ?? '')}: ${errnoText(reader)}`);
  const keeps =
    conversions.includes('notrunc') || settings.seek > 0 || settings.outputFlags.includes('append');
  const isMissing = settings.output !== undefined && tool.stat(settings.output) instanceof FileError;
  const writer =
    settings.output === undefined
      ? tool.context.stdout
      : isMissing && conversions.includes('nocreat')
        ? 'ENOENT'
        : tool.create(settings.output, {
            keep: keeps,
            append: settings.outputFlags.includes('append'),
            exclusive: conversions.includes('excl'),
          });
  if (typeof writer === 'string')
    return tool.fail(`failed to open ${quoteFile(settings.output ?? '')}: ${errnoText(writer)}`);
  const began = tool.context.kernel.now;
  const isDirectory = settings.input !== undefined && tool.isDirectory(settings.input);
  if (isDirectory) tool.complain(`error reading ${quoteFile(settings.input ?? '')}: Is a directory`);
  const records: Records = { fullIn: 0, partIn: 0, fullOut: 0, partOut: 0, bytes: 0 };
  tool.context.signal('USR1', 'handle');
  tool.context.signal('INT', 'handle');
  const code = isDirectory ? 1 : yield* copy(tool, settings, { reader, writer, records });
  yield* tool.flush();
  if (settings.status !== 'none')
    tool.note(report(records, settings.status, tool.context.kernel.now - began));
  yield* tool.drain();
  return code;
}

function* copy(
  tool: Tool,
  settings: Settings,
  ports: { reader: Stream; writer: Stream; records: Records },
): Step<number> {
  const { reader, writer, records } = ports;
  const { conversions, inputBlock, outputBlock } = settings;
  const name = settings.output ?? 'standard output';
  if (settings.seek > 0) {
    const at = settings.seek * outputBlock;
    writer.seek?.(at);
    if (writer.ino !== undefined && !conversions.includes('notrunc')) {
      const text = tool.context.fs.readInode(writer.ino);
      const bytes = bytesFromText(text);
      if (bytes.length > at) tool.context.fs.writeInode(writer.ino, textFromBytes(bytes.slice(0, at)));
    }
  }
  const source = new BlockReader(tool, reader);
  const isZeros =
    reader.path === '/dev/zero' &&
    conversions.every((name_) => /^(notrunc|fsync|fdatasync|sync|noerror)$/.test(name_));
  for (let left = settings.skip * inputBlock; left > 0; ) {
    const skipped = yield* source.next(Math.min(left, 65_536));
    if (skipped === undefined || skipped === 'interrupted') break;
    left -= skipped.length;
  }
  let left = settings.countInBytes ? settings.count : settings.count * inputBlock;
  let blocks = settings.countInBytes ? Number.POSITIVE_INFINITY : settings.count;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const sizeNow = (): number =>
    writer.ino === undefined ? 0 : (tool.context.host.state.inodes.get(writer.ino)?.bytes ?? 0);
  // What another program opened, and what is appended, goes on at the end.
  const goesOn =
    settings.seek === 0 && (settings.output === undefined || settings.outputFlags.includes('append'));
  let position = goesOn ? sizeNow() : settings.seek * outputBlock;
  const write = function* (block: Uint8Array): Step<number> {
    const before = sizeNow();
    const { ino } = writer;
    if (ino !== undefined && position === before && (isZeros || block.every((byte) => byte === 0))) {
      const failed = tool.context.fs.extend(ino, block.length);
      records.bytes += sizeNow() - before;
      if (failed !== undefined) {
        tool.complain(`error writing ${quoteFile(name)}: ${errnoText(failed.errno)}`);
        return 1;
      }
      position += block.length;
      writer.seek?.(position);
      if (block.length === outputBlock) records.fullOut++;
      else records.partOut++;
      return 0;
    }
    for (;;) {
      const result = writer.write(textFromBytes(block));
      if (result === undefined) {
        yield { streams: [writer] };
        continue;
      }
      if (result !== true) {
        records.bytes += Math.max(0, sizeNow() - before);
        if (result !== 'EPIPE') tool.complain(`error writing ${quoteFile(name)}: ${errnoText(result)}`);
        return 1;
      }
      break;
    }
    if (block.length === outputBlock) records.fullOut++;
    else records.partOut++;
    records.bytes += block.length;
    position += block.length;
    return 0;
  };
  while (blocks > 0 && left > 0) {
    const wanted = Math.min(inputBlock, left);
    const block = isZeros
      ? zeros(wanted)
      : yield* source.next(wanted, settings.inputFlags.includes('fullblock') || reader.kind !== 'pipe');
    if (block === undefined) break;
    if (block === 'interrupted') break;
    if (isZeros && (yield* interrupted(tool))) break;
    blocks--;
    left -= block.length;
    if (block.length === inputBlock) records.fullIn++;
    else records.partIn++;
    const converted = convert(block, conversions, inputBlock);
    if (inputBlock === outputBlock) {
      const failed = yield* write(converted);
      if (failed !== 0) return failed;
    } else {
      pending.push(converted);
      pendingBytes += converted.length;
      while (pendingBytes >= outputBlock) {
        const all = joined(pending, pendingBytes);
        const failed = yield* write(all.slice(0, outputBlock));
        if (failed !== 0) return failed;
        pending = [all.slice(outputBlock)];
        pendingBytes -= outputBlock;
      }
    }
    yield* tool.burn(Math.ceil(block.length / BYTES_PER_MICRO));
  }
  return pendingBytes > 0 ? yield* write(joined(pending, pendingBytes)) : 0;
}

/** Whether Ctrl-C came while the processor was used. */
function* interrupted(tool: Tool): Step<boolean> {
  if (tool.context.process.signals.get('INT') !== 'handle') return false;
  const wake = yield { until: tool.context.kernel.now };
  return wake.reason === 'signal' && wake.signal === 'INT';
}

let emptyBlock = new Uint8Array(0);
/** A block of zeros, made once. */
function zeros(size: number): Uint8Array {
  if (emptyBlock.length < size) emptyBlock = new Uint8Array(size);
  return emptyBlock.subarray(0, size);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function convert(block: Uint8Array, conversions: readonly string[], size: number): Uint8Array {
  let out = block;
  if (conversions.includes('ucase')) out = out.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
  if (conversions.includes('lcase')) out = out.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));
  if (conversions.includes('swab')) {
    const swapped = out.slice();
    for (let i = 0; i + 1 < out.length; i += 2) {
      swapped[i] = out[i + 1] ?? 0;
      swapped[i + 1] = out[i] ?? 0;
    }
    out = swapped;
  }
  if (conversions.includes('sync') && out.length < size) {
    const padded = new Uint8Array(size);
    padded.set(out);
    out = padded;
  }
  return out;
}

/** Reads by bytes from a stream of text. */
class BlockReader {
  #rest = new Uint8Array(0);

  constructor(
    private readonly tool: Tool,
    private readonly stream: Stream,
  ) {}

  *next(size: number, isFull = true): Step<Uint8Array | 'interrupted' | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (length < size) {
      if (this.#rest.length === 0) {
        if (length > 0 && !isFull) break;
        const text = this.stream.read(size - length);
        if (text === undefined) {
          const wake = yield { streams: [this.stream] };
          if (wake.reason === 'signal' && wake.signal === 'INT') return 'interrupted';
          continue;
        }
        if (text === '') break;
        this.#rest = new Uint8Array(bytesFromText(text));
      }
      const taken = this.#rest.slice(0, size - length);
      this.#rest = this.#rest.slice(taken.length);
      parts.push(taken);
      length += taken.length;
    }
    yield* this.tool.drain();
    return length === 0 ? undefined : joined(parts, length);
  }
}

function report(records: Records, status: string, micros: number): string {
  const head = `${records.fullIn}+${records.partIn} records in\n${records.fullOut}+${records.partOut} records out\n`;
  if (status === 'noxfer') return head;
  const { bytes } = records;
  const seconds = Math.max(micros, 1) / 1_000_000;
  const si = spaced(humanSize(bytes, { base: 1000, rounding: 'nearest' }));
  const binary = spaced(humanSize(bytes, { base: 1024, rounding: 'nearest' })).replace(/([KMGT])$/, '$1i');
  const sizes = bytes < 1000 ? '' : bytes < 1024 ? ` (${si}B)` : ` (${si}B, ${binary}B)`;
  const rate =
    bytes === 0
      ? '0.0 k'
      : spaced(humanSize(Math.round(bytes / seconds), { base: 1000, rounding: 'nearest' }));
  return `${head}${bytes} byte${bytes === 1 ? '' : 's'}${sizes} copied, ${Number(seconds.toPrecision(6))} s, ${rate}B/s\n`;
}
function spaced(text: string): string {
  const match = /^([\d.]+)([a-zA-Z]?)$/.exec(text);
  return match === null ? text : `${match[1] ?? ''} ${match[2] ?? ''}`;
}

function readOperands(tool: Tool, operands: readonly string[]): Settings {
  const settings: Settings = {
    input: undefined,
    output: undefined,
    inputBlock: 512,
    outputBlock: 512,
    count: Number.POSITIVE_INFINITY,
    countInBytes: false,
    skip: 0,
    seek: 0,
    conversions: [],
    inputFlags: [],
    outputFlags: [],
    status: '',
  };
  for (const operand of operands) {
    const cut = operand.indexOf('=');
    const key = cut < 0 ? '' : operand.slice(0, cut);
    const value = operand.slice(cut + 1);
    switch (key) {
      case 'if':
        settings.input = value;
        break;
      case 'of':
        settings.output = value;
        break;
      case 'bs':
        settings.inputBlock = settings.outputBlock = number(tool, value, 1);
        break;
      case 'ibs':
        settings.inputBlock = number(tool, value, 1);
        break;
      case 'obs':
        settings.outputBlock = number(tool, value, 1);
        break;
      case 'cbs':
        break;
      case 'count':
        settings.countInBytes =
          settings.inputFlags.includes('count_bytes') || (/B$/.test(value) && !/[kKMGT]i?B$/.test(value));
        settings.count = number(tool, value.replace(/(?<=\d)B$/, ''), 0);
        break;
      case 'skip':
      case 'iseek':
        settings.skip = number(tool, value, 0);
        break;
      case 'seek':
      case 'oseek':
        settings.seek = number(tool, value, 0);
        break;
      case 'conv':
        for (const name of value.split(',')) {
          if (!CONVERSIONS.test(name)) tool.misuse(`invalid conversion: ${quoteValue(name)}`);
          settings.conversions.push(name);
        }
        break;
      case 'iflag':
        settings.inputFlags.push(...value.split(','));
        if (settings.inputFlags.includes('count_bytes')) settings.countInBytes = true;
        break;
      case 'oflag':
        settings.outputFlags.push(...value.split(','));
        break;
      case 'status':
        if (!/^(none|noxfer|progress)$/.test(value))
          tool.misuse(`invalid status level: ${quoteValue(value)}`);
        settings.status = value;
        break;
      default:
        tool.misuse(`unrecognized operand ${quoteValue(operand)}`);
    }
  }
  return settings;
}

function number(tool: Tool, text: string, least: number): number {
  const parts = text.split('x').map((part) => parseSize(part));
  let product = 1;
  for (const part of parts) {
    if (typeof part !== 'number') return tool.fail(`invalid number: ${quoteValue(text)}`);
    product *= part;
  }
  if (product < least) return tool.fail(`invalid number: ${quoteValue(text)}`);
  return product;
}
