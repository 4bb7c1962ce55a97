/**
 * vi, vim, nano and their like. Text is edited in the page's editor: the program
 * asks for it (`editor.open` in the journal), waits until the file is saved
 * there, and ends. In the terminal `:q`, Ctrl-C or Ctrl-X end it without.
 */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import type { PackageName } from './packages';
import type { Command, Tool, ToolRun } from './tool';

const make = (
  name: string,
  settings: { readonly package: PackageName; readonly paths: readonly string[]; readonly readOnly?: boolean },
): Command => ({
  name,
  package: settings.package,
  paths: settings.paths,
  synopsis: `${name} [options] [file ..]`,
  summary:
    name === 'nano' ? "Nano's ANOther editor, inspired by Pico." : 'Vi IMproved, a programmer’s text editor.',
  run: (tool) => edit(tool, settings.readOnly === true),
});

export const vim = make('vim', {
  package: 'vim',
  paths: ['/usr/bin/vim', '/usr/bin/vi', '/usr/bin/editor', '/usr/bin/ex', '/usr/bin/vimdiff'],
});
export const view = make('view', { package: 'vim', paths: ['/usr/bin/view'], readOnly: true });
export const nano = make('nano', { package: 'nano', paths: ['/usr/bin/nano', '/usr/bin/pico'] });

function* edit(tool: Tool, readOnly: boolean): ToolRun {
  const isNano = tool.command.name === 'nano';
  const words = tool.args.filter((argument) => !/^[-+]./.test(argument));
  if (tool.args.includes('--version')) tool.version();
  if (tool.args.includes('--help')) tool.help();
  const { context } = tool;
  if (context.stdout.tty === undefined || context.stdin.tty === undefined) {
    if (isNano)
      return tool.fail(
        'Standard input is not a terminal'.replace(
          'input',
          context.stdin.tty === undefined ? 'input' : 'output',
        ),
      );
    if (context.stdout.tty === undefined) tool.note('Vim: Warning: Output is not to a terminal\n');
    if (context.stdin.tty === undefined)
      tool.note(
        'Vim: Warning: Input is not from a terminal\nVim: Error reading input, exiting...\nVim: Finished.\n',
      );
    return 1;
  }
  for (const name of words.length === 0 ? [''] : words) {
    if (name === '') {
      tool.line(
        `${tool.shortName}: not modelled: a file without a name; give it one: ${tool.shortName} FILE`,
      );
      continue;
    }
    const code = yield* editOne(tool, name, readOnly || tool.args.includes('-R'));
    if (code !== 0) return code;
  }
  return 0;
}

function* editOne(tool: Tool, name: string, readOnly: boolean): ToolRun {
  const { context } = tool;
  const path = tool.resolve(name);
  const info = tool.stat(name);
  if (!(info instanceof FileError) && info.kind === 'directory') {
    tool.line(tool.command.name === 'nano' ? `[ "${name}" is a directory ]` : `"${name}" is a directory`);
    return tool.command.name === 'nano' ? 1 : 0;
  }
  const refused = info instanceof FileError ? info.errno : context.fs.access(path, 4, context.who)?.errno;
  if (refused !== undefined && refused !== 'ENOENT') {
    tool.line(
      tool.command.name === 'nano'
        ? `[ Error reading ${name}: ${errnoText(refused)} ]`
        : `"${name}" [${errnoText(refused)}]`,
    );
    return 1;
  }
  const real = context.fs.realpath(path, context.who, { allowMissing: true });
  const target = real instanceof FileError ? path : real;
  context.world.record(context.host.name, 'editor.open', {
    host: context.host.name,
    path: target,
    pid: context.pid,
    tty: context.stdout.tty ?? '',
    readOnly,
  });
  tool.line(statusLine(tool, name, info instanceof FileError ? undefined : target, readOnly));
  const leave = tool.command.name === 'nano' ? 'press Ctrl-C' : 'type :q';
  tool.line(`The file is open in the editor beside the terminal: save it there, or ${leave} here to leave.`);
  yield* tool.flush();
  context.signal('INT', 'handle');
  const key = `editor:${context.host.name}:${target}`;
  for (;;) {
    const typed = context.stdin.read();
    if (typed !== undefined) {
      if (typed === '' || /^\s*:?(q|wq|x|q!|wq!|exit|quit)\s*$|^ZZ|^ZQ|\u0018/.test(typed)) break;
      tool.line(`${leave.replace(/^./, (letter) => letter.toUpperCase())} to leave.`);
      yield* tool.flush();
      continue;
    }
    const wake = yield { keys: [key, `editor:${context.pid}`], streams: [context.stdin] };
    if (wake.reason === 'key' || wake.reason === 'signal') break;
  }
  context.signal('INT', 'default');
  return 0;
}

function statusLine(tool: Tool, name: string, path: string | undefined, readOnly: boolean): string {
  const mark =
    readOnly || (path !== undefined && tool.context.fs.access(path, 2, tool.context.who) !== undefined)
      ? ' [readonly]'
      : '';
  if (path === undefined) return `"${name}" [New]`;
  const text = tool.context.fs.readFile(path, tool.context.who);
  const content = text instanceof FileError ? '' : text;
  const lines = content.split('\n').length - (content.endsWith('\n') || content === '' ? 1 : 0);
  return `"${name}"${mark} ${lines}L, ${content.length}B`;
}
