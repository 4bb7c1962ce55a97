/** less(1): a pager on a terminal, cat(1) elsewhere. */
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import type { Command, Tool, ToolRun } from '../tool';
import { Document } from './document';
import { readOptions } from './options';
import { Pager } from './pager';

export const less: Command = {
  name: 'less',
  package: 'less',
  paths: ['/usr/bin/less', '/usr/bin/pager'],
  synopsis: 'less [OPTION]... [FILE]...',
  summary: 'Show FILE page by page.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { context } = tool;
  if (tool.args.includes('--version') || tool.args.includes('-V')) tool.version();
  if (tool.args.includes('--help') || tool.args.includes('-?')) tool.help();
  const { options, files, unknown } = readOptions(tool.args, context.env.get('LESS') ?? '');
  if (unknown !== undefined) {
    tool.note(`There is no ${unknown} option ("less --help" for help)\n`);
    return 1;
  }
  const fromPipe = context.stdin.tty === undefined;
  if (files.length === 0 && !fromPipe) {
    tool.note('Missing filename ("less --help" for help)\n');
    return 1;
  }
  if (context.stdout.tty === undefined) return yield* copy(tool, files);
  let code = 0;
  for (const file of files.length === 0 ? ['-'] : files) {
    const document = file === '-' ? new Document(undefined, context.stdin) : open(tool, file);
    if (document === undefined) code = 1;
    else code = Math.max(code, yield* new Pager(tool, document, { ...options }).run());
    yield* tool.flush();
  }
  return code;
}

function open(tool: Tool, file: string): Document | undefined {
  const info = tool.stat(file);
  const failed =
    info instanceof FileError
      ? info.errno
      : tool.context.fs.access(tool.resolve(file), 4, tool.context.who)?.errno;
  if (failed !== undefined) tool.note(`${file}: ${errnoText(failed)}\n`);
  else if (!(info instanceof FileError) && info.kind === 'directory') tool.note(`${file} is a directory\n`);
  else {
    const text = tool.context.fs.readFile(tool.resolve(file), tool.context.who);
    return new Document(file, text instanceof FileError ? '' : text);
  }
  return undefined;
}

/** Where there is no terminal, all is printed at once. */
function* copy(tool: Tool, files: readonly string[]): ToolRun {
  if (files.length === 0) {
    tool.print(yield* tool.context.readAll());
    return 0;
  }
  let result = 0;
  for (const file of files) {
    const read = yield* tool.readFile(file);
    if (typeof read !== 'string') tool.print(read.text);
    else {
      tool.note(read === 'EISDIR' ? `${file} is a directory\n` : `${file}: ${errnoText(read)}\n`);
      result = 1;
    }
  }
  return result;
}
