/**
 * sed(1) 4.9: options and files.
 * Not modelled: --debug's annotated program, --follow-symlinks' difference.
 */
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import { valueOf } from '../getopt';
import { type Command, Exit, type Step, type Tool, type ToolRun } from '../tool';
import { Execution } from './execute';
import { SedInput } from './input';
import { OutputFiles, SedOutput } from './output';
import { ScriptParser, type ScriptPiece } from './parser';
import { ScriptError, type SedCommand } from './script';
import { SED_USAGE } from './usage';

export const sed: Command = {
  name: 'sed',
  package: 'sed',
  paths: ['/usr/bin/sed'],
  synopsis: 'sed [OPTION]... {script-only-if-no-other-script} [input-file]...',
  summary: 'Edit a stream of lines.',
  run,
};

interface Settings {
  quiet: boolean;
  extended: boolean;
  separate: boolean;
  posix: boolean;
  sandbox: boolean;
  terminator: string;
  lineLength: number;
  inPlace: string | undefined;
  readonly pieces: ScriptPiece[];
}

const LONG = {
  debug: 'debug',
  'in-place::': 'i',
  binary: 'b',
  'regexp-extended': 'E',
  'expression:': 'e',
  'file:': 'f',
  'line-length:': 'l',
  'null-data': 'z',
  'zero-terminated': 'z',
  quiet: 'n',
  posix: 'posix',
  silent: 'n',
  sandbox: 'sandbox',
  separate: 's',
  unbuffered: 'u',
  'follow-symlinks': 'follow-symlinks',
};

function* run(tool: Tool): ToolRun {
  const { settings, files } = yield* readSettings(tool);
  try {
    const parser = new ScriptParser(settings);
    for (const piece of settings.pieces) parser.add(piece);
    parser.finish();
    if (parser.isQuiet) settings.quiet = true;
    return yield* execute(tool, settings, parser.commands, files);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    // A regular expression that is missing is found out while running, at no place of the script.
    const message = error.message.startsWith('no previous')
      ? `-e expression #1, char 0: ${error.message}`
      : error.message;
    return tool.fail(message, error.code);
  }
}

function* readSettings(tool: Tool): Step<{ settings: Settings; files: string[] }> {
  const settings: Settings = {
    quiet: false,
    extended: false,
    separate: false,
    posix: tool.context.env.has('POSIXLY_CORRECT'),
    sandbox: false,
    terminator: '\n',
    lineLength: 70,
    inPlace: undefined,
    pieces: [],
  };
  const { options, operands } = readOptions(tool);
  for (const option of options) {
    const value = valueOf(option);
    switch (option.name) {
      case 'n':
        settings.quiet = true;
        break;
      case 'E':
      case 'r':
        settings.extended = true;
        break;
      case 's':
        settings.separate = true;
        break;
      case 'i':
        settings.inPlace = value;
        settings.separate = true;
        break;
      case 'z':
        settings.terminator = '\0';
        break;
      case 'u':
        tool.lineBuffered();
        break;
      case 'l':
        if (!/^\d+$/.test(value)) tool.fail(`invalid line length: ${value}`);
        settings.lineLength = Number(value);
        break;
      case 'e':
        settings.pieces.push({ text: value, file: undefined });
        break;
      case 'f':
        settings.pieces.push(yield* scriptFile(tool, value));
        break;
      case 'debug':
        return tool.fail('not modelled: --debug');
      case 'posix':
        settings.posix = true;
        break;
      case 'sandbox':
        settings.sandbox = true;
        break;
      case 'help':
        tool.print(SED_USAGE);
        throw new Exit(0);
      case 'version':
        tool.version();
    }
  }
  if (settings.pieces.length === 0) {
    const script = operands.shift();
    if (script === undefined) usage(tool);
    else settings.pieces.push({ text: script, file: undefined });
  }
  return { settings, files: operands };
}

function readOptions(tool: Tool): ReturnType<Tool['options']> {
  return tool.options(
    { short: 'bsnrzuEe:f:l:i::V:', long: LONG },
    { onMistake: () => tool.note(SED_USAGE), keepsHelp: true },
  );
}

/** Exit code when sed cannot go on. */
const PANIC = 4;

function usage(tool: Tool): never {
  tool.note(SED_USAGE);
  throw new Exit(1);
}

function* scriptFile(tool: Tool, name: string): Step<ScriptPiece> {
  const read = yield* tool.readFile(name);
  if (typeof read === 'string') return tool.fail(`couldn't open file ${name}: ${errnoText(read)}`, PANIC);
  const text = read.text.endsWith('\n') ? read.text.slice(0, -1) : read.text;
  // The interpreter line of a script is a comment like any other.
  return { text, file: name };
}

function* execute(
  tool: Tool,
  settings: Settings,
  commands: readonly SedCommand[],
  operands: readonly string[],
): ToolRun {
  if (settings.inPlace !== undefined && operands.length === 0) return tool.fail('no input files', PANIC);
  const outputs = new OutputFiles(tool);
  for (const { action } of commands) {
    if (action.name === 'w' || action.name === 'W') outputs.open(action.text);
    else if (action.name === 's' && action.substitution.file !== undefined)
      outputs.open(action.substitution.file);
  }
  const edited = new EditedFile(tool, settings.inPlace);
  const input: SedInput = new SedInput(tool, {
    files: operands.length === 0 ? ['-'] : operands,
    terminator: settings.terminator,
    separate: settings.separate,
    inPlace: settings.inPlace !== undefined,
    opened: (name) => {
      if (settings.inPlace !== undefined) execution.output = edited.begin(name);
    },
    closed: () => {
      if (settings.inPlace !== undefined) edited.end();
    },
  });
  const execution = new Execution(tool, commands, input, outputs, settings);
  yield* execution.run();
  if (settings.inPlace === undefined) input.giveBack();
  input.finish();
  return execution.exitCode === 0 ? input.exitCode : execution.exitCode;
}

/** The file that -i writes anew. */
class EditedFile {
  #name = '';
  #text = '';

  constructor(
    private readonly tool: Tool,
    private readonly suffix: string | undefined,
  ) {}

  begin(name: string): SedOutput {
    this.#name = name;
    this.#text = '';
    return new SedOutput((text) => {
      this.#text += text;
    });
  }

  /** The new file takes the place, the owner and the mode of the old one. */
  end(): void {
    const { tool } = this;
    const { fs, who } = tool.context;
    const target = fs.realpath(tool.resolve(this.#name), who);
    if (target instanceof FileError) return;
    const info = fs.stat(target, who);
    if (info instanceof FileError) return;
    const directory = target.slice(0, target.lastIndexOf('/') + 1);
    const temporary = `${directory}sed${tool.context.kernel.random('sed').integer(100_000, 999_999)}`;
    const failed = fs.writeFile(temporary, this.#text, who, { mode: info.mode & 0o7777, exclusive: true });
    if (failed !== undefined)
      tool.fail(`couldn't open temporary file ${this.#relative(temporary)}: ${errnoText(failed.errno)}`, 4);
    fs.chmod(temporary, info.mode & 0o7777, who);
    fs.chown(temporary, info.uid, info.gid, who);
    if (this.suffix !== undefined && this.suffix !== '') fs.rename(target, this.#backupOf(target), who);
    fs.rename(temporary, target, who);
  }

  #relative(path: string): string {
    const prefix = this.#name.slice(0, this.#name.lastIndexOf('/') + 1);
    return `${prefix === '' ? './' : prefix}${path.slice(path.lastIndexOf('/') + 1)}`;
  }

  #backupOf(path: string): string {
    const suffix = this.suffix ?? '';
    const slash = path.lastIndexOf('/') + 1;
    const base = path.slice(slash);
    const name = suffix.includes('*') ? suffix.replaceAll('*', base) : `${base}${suffix}`;
    return name.includes('/') ? this.tool.resolve(name) : `${path.slice(0, slash)}${name}`;
  }
}
