/** cksum(1) (POSIX CRC) and sum(1) (BSD and System V) of GNU coreutils 9.1. Not modelled: cksum's sm3. */
import { bytesFromText } from '../../../std/bytes';
import { errnoText } from '../errno-text';
import { inputsOf } from '../operands';
import { quoteFileIfNeeded, quoteValue } from '../quoting';
import { digest, type DigestName } from './digests';
import type { Command, Step, Tool, ToolRun } from '../tool';

export const cksum: Command = {
  name: 'cksum',
  package: 'coreutils',
  paths: ['/usr/bin/cksum'],
  synopsis: 'cksum [OPTION]... [FILE]...',
  summary: 'Print or verify checksums.',
  run: (tool) => run(tool, 'a:'),
};
export const sum: Command = {
  name: 'sum',
  package: 'coreutils',
  paths: ['/usr/bin/sum'],
  synopsis: 'sum [OPTION]... [FILE]...',
  summary: 'Print or check BSD (16-bit) checksums.',
  run: (tool) => run(tool, 'rs'),
};

const crc = (bytes: Uint8Array): string => `${posixCrc(bytes)} ${bytes.length}`;
/** What cksum --algorithm knows: sums of their own form, or digests in BSD's, under a title. */
const ALGORITHMS: Readonly<Record<string, ((bytes: Uint8Array) => string) | readonly [DigestName, string]>> =
  {
    bsd,
    sysv: systemV,
    crc,
    md5: ['md5', 'MD5'],
    sha1: ['sha1', 'SHA1'],
    sha224: ['sha224', 'SHA224'],
    sha256: ['sha256', 'SHA256'],
    sha384: ['sha384', 'SHA384'],
    sha512: ['sha512', 'SHA512'],
    blake2b: ['blake2b', 'BLAKE2b'],
  };

function* run(tool: Tool, short: string): ToolRun {
  const { options, operands } = tool.options({
    short,
    long: short === 'a:' ? { 'algorithm:': 'a', untagged: 'untagged' } : { sysv: 's' },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const chosen = options.findLast(({ name }) => name === 'a')?.value;
  if (chosen === 'sm3') return tool.fail('not modelled: algorithm sm3');
  const known = [...Object.keys(ALGORITHMS), 'sm3'].map((name) => `  - ${quoteValue(name)}\n`).join('');
  const algorithm = ALGORITHMS[chosen ?? (tool.command.name === 'cksum' ? 'crc' : has('s') ? 'sysv' : 'bsd')];
  if (algorithm === undefined) {
    tool.complain(`invalid argument ${quoteValue(chosen ?? '')} for ${quoteValue('--algorithm')}`);
    tool.note(`Valid arguments are:\n${known}Try '${tool.name} --help' for more information.\n`);
    return 1;
  }
  if (typeof algorithm !== 'function') return yield* digests(tool, operands, algorithm, has('untagged'));
  const print = algorithm;
  let result = 0;
  for (const name of inputsOf(operands)) {
    const bytes = yield* bytesOf(tool, name);
    if (bytes === undefined) result = 1;
    else tool.line(`${print(bytes)}${operands.length === 0 ? '' : ` ${name}`}`);
  }
  return result;
}

function* digests(
  tool: Tool,
  operands: readonly string[],
  [name, title]: readonly [DigestName, string],
  isPlain: boolean,
): ToolRun {
  let result = 0;
  for (const file of inputsOf(operands)) {
    const bytes = yield* bytesOf(tool, file);
    if (bytes === undefined) result = 1;
    else
      tool.line(isPlain ? `${digest(name, bytes)}  ${file}` : `${title} (${file}) = ${digest(name, bytes)}`);
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
