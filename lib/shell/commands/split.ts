/** split(1) of GNU coreutils. */
import { bytesFromText, textFromBytes } from '../../std/bytes';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { writeAll } from './children';
import { errnoText } from './errno-text';
import { type GivenOption, valueOf } from './getopt';
import { quoteFile, quoteFileIfNeeded, quoteValue } from './quoting';
import { parseSize } from './sizes';
import { type Command, Exit, type Step, type Tool, type ToolRun } from './tool';

export const split: Command = {
  name: 'split',
  package: 'coreutils',
  paths: ['/usr/bin/split'],
  synopsis: 'split [OPTION]... [FILE [PREFIX]]',
  summary:
    "Output pieces of FILE to PREFIXaa, PREFIXab, ...;\ndefault size is 1000 lines, and default PREFIX is 'x'.",
  run,
};

interface Settings {
  by: 'lines' | 'bytes' | 'line-bytes' | 'chunks';
  size: number;
  chunks: string;
  suffixLength: number;
  fixedLength: boolean;
  alphabet: string;
  start: number;
  additional: string;
  verbose: boolean;
  elideEmpty: boolean;
  separator: string;
  filter: string | undefined;
}

function* run(tool: Tool): ToolRun {
  const settings: Settings = {
    by: 'lines',
    size: 1000,
    chunks: '',
    suffixLength: 2,
    fixedLength: false,
    alphabet: 'abcdefghijklmnopqrstuvwxyz',
    start: 0,
    additional: '',
    verbose: false,
    elideEmpty: false,
    separator: '\n',
    filter: undefined,
  };
  const args = tool.args.map((argument) => argument.replace(/^-(\d+)$/, '-l$1'));
  const { options, operands } = tool.options(
    {
      short: 'a:b:C:del:n:t:ux',
      long: {
        'suffix-length:': 'a',
        'additional-suffix:': 'additional',
        'bytes:': 'b',
        'line-bytes:': 'C',
        'numeric-suffixes::': 'd',
        'hex-suffixes::': 'x',
        'elide-empty-files': 'e',
        'filter:': 'filter',
        'lines:': 'l',
        'number:': 'n',
        'separator:': 't',
        unbuffered: 'u',
        verbose: 'verbose',
      },
    },
    { args },
  );
  for (const option of options) setOption(tool, settings, option);
  const [input = '-', prefix = 'x', extra] = operands;
  if (extra !== undefined) tool.misuse(`extra operand ${quoteValue(extra)}`);
  const stream = input === '-' ? tool.context.stdin : tool.open(input);
  if (typeof stream === 'string')
    return tool.fail(`cannot open ${quoteFile(input)} for reading: ${errnoText(stream)}`);
  if (input !== '-' && tool.isDirectory(input))
    return tool.fail(`${quoteFileIfNeeded(input)}: ${errnoText('EISDIR')}`);
  const text = yield* tool.context.readAll(stream);
  if (settings.by === 'chunks' && /^\d+\/\d+$|^[lr]\/\d+\/\d+$/.test(settings.chunks)) {
    tool.print(chunk(text, settings));
    return 0;
  }
  yield* write(tool, settings, prefix, pieces(text, settings));
  return 0;
}

function setOption(tool: Tool, settings: Settings, option: GivenOption): void {
  const value = valueOf(option);
  const size = (what: string): number => {
    const parsed = parseSize(value);
    if (typeof parsed === 'string' || parsed === 0)
      return tool.fail(
        `invalid number of ${what}: ${quoteValue(value)}${parsed === 0 ? ': Numerical result out of range' : ''}`,
      );
    return parsed;
  };
  switch (option.name) {
    case 'l':
      Object.assign(settings, { by: 'lines', size: size('lines') });
      break;
    case 'b':
      Object.assign(settings, { by: 'bytes', size: size('bytes') });
      break;
    case 'C':
      Object.assign(settings, { by: 'line-bytes', size: size('bytes') });
      break;
    case 'n':
      Object.assign(settings, { by: 'chunks', chunks: value });
      if (!/^(?:[lr]\/)?[1-9]\d*(?:\/\d+)?$/.test(value))
        tool.fail(`invalid number of chunks: ${quoteValue(value)}`);
      checkChunk(tool, value);
      break;
    case 'a':
      if (!/^\d+$/.test(value)) tool.fail(`invalid suffix length: ${quoteValue(value)}`);
      if (Number(value) > 0) Object.assign(settings, { suffixLength: Number(value), fixedLength: true });
      break;
    case 'd':
      Object.assign(settings, { alphabet: '0123456789', start: Number(option.value ?? '0') });
      break;
    case 'x':
      Object.assign(settings, {
        alphabet: '0123456789abcdef',
        start: Number.parseInt(option.value ?? '0', 16),
      });
      break;
    case 'e':
      settings.elideEmpty = true;
      break;
    case 't':
      settings.separator = value === '\\0' ? '\0' : value;
      break;
    case 'additional':
      settings.additional = value;
      break;
    case 'verbose':
      settings.verbose = true;
      break;
    case 'filter':
      settings.filter = value;
      break;
    default:
      break;
  }
}

/** `K/N`: a chunk that there is. */
function checkChunk(tool: Tool, chunks: string): void {
  const [which, count] = chunks.replace(/^[lr]\//, '').split('/');
  if (which !== undefined && count !== undefined && Number(which) > Number(count))
    tool.fail(`invalid chunk number: ${quoteValue(which)}: Numerical result out of range`);
}

function linesOf(text: string, separator: string): string[] {
  const lines = text.split(separator);
  const last = lines.pop() ?? '';
  const whole = lines.map((line) => line + separator);
  return last === '' ? whole : [...whole, last];
}

function pieces(text: string, settings: Settings): string[] {
  if (settings.by === 'chunks') return chunks(text, settings);
  if (settings.by === 'bytes') return byBytes(text, settings.size);
  const out: string[] = [];
  if (settings.by === 'lines') {
    const lines = linesOf(text, settings.separator);
    for (let i = 0; i < lines.length; i += settings.size)
      out.push(lines.slice(i, i + settings.size).join(''));
    return out;
  }
  let piece = '';
  for (const line of linesOf(text, settings.separator)) {
    if (piece !== '' && bytesFromText(piece + line).length > settings.size) {
      out.push(piece);
      piece = '';
    }
    piece += line;
    while (bytesFromText(piece).length > settings.size) {
      const [first = '', ...rest] = byBytes(piece, settings.size);
      out.push(first);
      piece = rest.join('');
    }
  }
  if (piece !== '') out.push(piece);
  return out;
}

function byBytes(text: string, size: number): string[] {
  const bytes = bytesFromText(text);
  const out: string[] = [];
  for (let i = 0; i < bytes.length; i += size) out.push(textFromBytes(bytes.subarray(i, i + size)));
  return out;
}

function chunks(text: string, settings: Settings): string[] {
  const [kind, count] =
    settings.chunks.includes('/') && /^[lr]/.test(settings.chunks)
      ? [settings.chunks[0], Number(settings.chunks.split('/')[1])]
      : ['', Number(settings.chunks.split('/').pop())];
  if (kind === 'r') {
    const out = new Array<string>(count).fill('');
    linesOf(text, settings.separator).forEach((line, index) => {
      out[index % count] = (out[index % count] ?? '') + line;
    });
    return out;
  }
  const bytes = bytesFromText(text);
  const size = Math.floor(bytes.length / count);
  const bound = (index: number): number => (index >= count ? bytes.length : index * size);
  if (kind === '')
    return Array.from({ length: count }, (_, index) =>
      textFromBytes(bytes.subarray(bound(index), bound(index + 1))),
    );
  const out = new Array<string>(count).fill('');
  let at = 0;
  for (const line of linesOf(text, settings.separator)) {
    const index = Math.min(count - 1, size === 0 ? count - 1 : Math.floor(at / size));
    out[index] = (out[index] ?? '') + line;
    at += bytesFromText(line).length;
  }
  return out;
}

/** `-n K/N`: one chunk to standard output. */
function chunk(text: string, settings: Settings): string {
  const parts = settings.chunks.split('/');
  const [which = '1', count = '1'] = parts.slice(-2);
  const kind = parts.length === 3 ? `${parts[0]}/` : '';
  return chunks(text, { ...settings, chunks: `${kind}${count}` })[Number(which) - 1] ?? '';
}

function* write(tool: Tool, settings: Settings, prefix: string, parts: readonly string[]): Step {
  let length = settings.suffixLength;
  const { alphabet } = settings;
  while (settings.by === 'chunks' && !settings.fixedLength && suffixes(alphabet, length) < parts.length)
    length++;
  let index = settings.start;
  let grown = '';
  for (const part of parts) {
    if (part === '' && settings.elideEmpty) continue;
    if (index >= suffixes(alphabet, length)) tool.fail('output file suffixes exhausted');
    // Suffixes grow before they run out: …yz is followed by zaaa.
    if (
      !settings.fixedLength &&
      settings.by !== 'chunks' &&
      index >= suffixes(alphabet, length) - suffixes(alphabet, length - 1)
    ) {
      grown += alphabet[alphabet.length - 1];
      length++;
      index = 0;
    }
    let suffix = '';
    for (let rest = index, i = 0; i < length; i++) {
      suffix = (alphabet[rest % alphabet.length] ?? '') + suffix;
      rest = Math.floor(rest / alphabet.length);
    }
    const name = `${prefix}${grown}${suffix}${settings.additional}`;
    if (settings.verbose)
      tool.line(
        settings.filter === undefined
          ? `creating file ${quoteFile(name)}`
          : `executing with FILE=${quoteFileIfNeeded(name)}`,
      );
    if (settings.filter !== undefined) {
      yield* pipeInto(tool, settings.filter, { name, part });
      index++;
      continue;
    }
    const stream = tool.create(name);
    if (typeof stream === 'string') return tool.fail(`${name}: ${errnoText(stream)}`);
    stream.write(part);
    tool.close(stream);
    index++;
  }
}

/** `--filter`: the shell's command reads the piece; FILE tells it the name. */
function* pipeInto(
  tool: Tool,
  command: string,
  { name, part }: { readonly name: string; readonly part: string },
): Step {
  const { reader, writer } = tool.context.host.streams.pipe();
  reader.retain();
  writer.retain();
  const shell = tool.context.env.get('SHELL') ?? '/bin/sh';
  const pid = tool.context.spawn({
    argv: [shell.slice(shell.lastIndexOf('/') + 1), '-c', command],
    path: shell,
    fds: tool.standardStreams().set(0, reader),
    env: new Map(tool.context.env).set('FILE', name),
  });
  reader.close();
  if (typeof pid !== 'number') return tool.fail(`failed to run command: "${shell} -c ${command}"`);
  yield* writeAll(writer, part);
  writer.close();
  const { code, signal } = yield* tool.context.wait(pid);
  const status = signal === undefined ? (code ?? 0) : 128 + SIGNAL_NUMBERS[signal];
  if (status === 0 || signal === 'PIPE') return;
  tool.complain(
    signal === undefined
      ? `with FILE=${quoteFileIfNeeded(name)}, exit ${status} from command: ${command}`
      : `with FILE=${quoteFileIfNeeded(name)}, signal ${signal} from command: ${command}`,
  );
  throw new Exit(status);
}

/** How many suffixes of a length there are. */
function suffixes(alphabet: string, length: number): number {
  let count = 1;
  for (let place = 0; place < length; place++) count *= alphabet.length;
  return count;
}
