/** cat(1) of GNU coreutils. */
import { bytesFromText } from '../../std/bytes';
import { errnoText } from './errno-text';
import { quoteFileIfNeeded } from './quoting';
import { inputsOf, openOperand } from './operands';
import type { Command, Tool, ToolRun } from './tool';

interface Settings {
  numberAll: boolean;
  numberNonBlank: boolean;
  squeeze: boolean;
  ends: boolean;
  tabs: boolean;
  nonPrinting: boolean;
}

export const cat: Command = {
  name: 'cat',
  package: 'coreutils',
  paths: ['/usr/bin/cat'],
  synopsis: 'cat [OPTION]... [FILE]...',
  summary: 'Concatenate FILE(s) to standard output.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'benstuvAET',
    long: {
      'show-all': 'A',
      'number-nonblank': 'b',
      'show-ends': 'E',
      number: 'n',
      'squeeze-blank': 's',
      'show-tabs': 'T',
      'show-nonprinting': 'v',
    },
  });
  const has = (letters: string): boolean => options.some((option) => letters.includes(option.name));
  const settings: Settings = {
    numberAll: has('n'),
    numberNonBlank: has('b'),
    squeeze: has('s'),
    ends: has('AEe'),
    tabs: has('ATt'),
    nonPrinting: has('Avet'),
  };
  if (!tool.context.fds.has(1)) {
    tool.complain(`standard output: ${errnoText('EBADF')}`);
    return 1;
  }
  const printer = Object.values(settings).some(Boolean) ? new Decorator(tool, settings) : undefined;
  let code = 0;
  let lacksInput = false;
  for (const name of inputsOf(operands)) {
    const stream = openOperand(tool, name);
    if (stream === undefined) {
      lacksInput ||= name === '-';
      code = 1;
      continue;
    }
    if (isOwnOutput(tool, stream)) {
      tool.complain(`${quoteFileIfNeeded(name)}: input file is output file`);
      code = 1;
      continue;
    }
    for (;;) {
      const text = stream.read(65_536);
      if (text === undefined) {
        yield* tool.flush();
        yield { streams: [stream] };
      } else if (text === '') break;
      else {
        if (printer === undefined) tool.print(text);
        else printer.add(text);
        yield* tool.flush();
      }
    }
    tool.close(stream);
  }
  if (lacksInput) tool.complain(`closing standard input: ${errnoText('EBADF')}`);
  return code;
}

/** A non-empty file that is also the output would grow for ever. */
function isOwnOutput(tool: Tool, stream: { ino?: number; kind: string }): boolean {
  const { ino, kind } = tool.context.stdout;
  return kind === 'file' && ino !== undefined && stream.ino === ino && tool.context.fs.readInode(ino) !== '';
}

/** Numbers lines and shows what cannot be seen. */
class Decorator {
  #number = 0;
  #atLineStart = true;
  #blankLines = 0;

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
  ) {}

  add(text: string): void {
    const { tabs, nonPrinting } = this.settings;
    for (const part of text.split(/(?<=\n)/)) {
      if (!this.#beginLine(part)) continue;
      const body = part.endsWith('\n') ? part.slice(0, -1) : part;
      this.#atLineStart = part.endsWith('\n');
      this.tool.print(nonPrinting || tabs ? shown(body, { tabs, nonPrinting }) : this.#plain(body));
      if (this.#atLineStart) this.tool.print(this.settings.ends ? '$\n' : '\n');
    }
  }

  /** With -E a carriage return before the end of a line shows. */
  #plain(body: string): string {
    return this.settings.ends && this.#atLineStart && body.endsWith('\r') ? `${body.slice(0, -1)}^M` : body;
  }

  /** False when the line is swallowed as one blank line too many. */
  #beginLine(part: string): boolean {
    if (!this.#atLineStart) return true;
    const isBlank = part === '\n';
    this.#blankLines = isBlank ? this.#blankLines + 1 : 0;
    if (this.settings.squeeze && this.#blankLines > 1) return false;
    const { numberAll, numberNonBlank } = this.settings;
    if (numberNonBlank ? !isBlank : numberAll) this.tool.print(`${String(++this.#number).padStart(6)}\t`);
    return true;
  }
}

/** `^X` and `M-x` notation, byte by byte. */
function shown(text: string, options: { tabs: boolean; nonPrinting: boolean }): string {
  if (!options.nonPrinting) return text.replaceAll('\t', '^I');
  let out = '';
  for (const byte of bytesFromText(text)) out += byte === 9 && !options.tabs ? '\t' : byteShown(byte);
  return out;
}

function byteShown(byte: number): string {
  if (byte >= 128) return `M-${byteShown(byte - 128)}`;
  if (byte < 32) return `^${String.fromCharCode(byte + 64)}`;
  return byte === 127 ? '^?' : String.fromCharCode(byte);
}
