/** cksum(1) (POSIX CRC) and sum(1) (BSD and System V) of GNU coreutils 9.1. Not modelled: cksum --algorithm. */
import { bytesFromText } from '../../../std/bytes';
import { errnoText } from '../errno-text';
import { inputsOf } from '../operands';
import { quoteFileIfNeeded } from '../quoting';
import type { Command, Step, Tool, ToolRun } from '../tool';

export const cksum: Command = {
  name: 'cksum',
  package: 'coreutils',
  paths: ['/usr/bin/cksum'],
  synopsis: 'cksum [OPTION]... [FILE]...',
  summary: 'Print or verify checksums.',
  run: (tool) => run(tool, '', (bytes) => `${posixCrc(bytes)} ${bytes.length}`),
};
export const sum: Command = {
  name: 'sum',
  package: 'coreutils',
  paths: ['/usr/bin/sum'],
  synopsis: 'sum [OPTION]... [FILE]...',
  summary: 'Print or check BSD (16-bit) checksums.',
  run: (tool) => run(tool, 'rs', undefined),
};

function* run(tool: Tool, short: string, show: ((bytes: Uint8Array) => string) | undefined): ToolRun {
  const { options, operands } = tool.options({ short, long: short === '' ? {} : { sysv: 's' } });
  const isSystemV = options.some(({ name }) => name === 's');
  const print = show ?? (isSystemV ? systemV : bsd);
  let result = 0;
  for (const name of inputsOf(operands)) {
    const bytes = yield* bytesOf(tool, name);
    if (bytes === undefined) result = 1;
    else tool.line(`${print(bytes)}${operands.length === 0 ? '' : ` ${name}`}`);
  }
  return result;
}

function* bytesOf(tool: Tool, name: string): Step<Uint8Array | undefined> {
  const read = yield* tool.readFile(name);
  if (typeof read !== 'string') return bytesFromText(read.text);
  // Read as if it were empty.
  if (read === 'EISDIR' && tool.command.name === 'cksum') return new Uint8Array();
  tool.complain(`${quoteFileIfNeeded(name)}: ${errnoText(read)}`);
  return undefined;
}

function posixCrc(bytes: Uint8Array): number {
  let crc = 0;
  const feed = (byte: number): void => {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  };
  for (const byte of bytes) feed(byte);
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) feed(length & 255);
  return ~crc >>> 0;
}

function bsd(bytes: Uint8Array): string {
  let total = 0;
  for (const byte of bytes) total = (((total >> 1) | ((total & 1) << 15)) + byte) & 0xffff;
  return `${String(total).padStart(5, '0')} ${String(Math.ceil(bytes.length / 1024)).padStart(5)}`;
}

function systemV(bytes: Uint8Array): string {
  let total = 0;
  for (const byte of bytes) total = (total + byte) >>> 0;
  const folded = (total & 0xffff) + (total >>> 16);
  return `${(folded & 0xffff) + (folded >>> 16)} ${Math.ceil(bytes.length / 512)}`;
}
