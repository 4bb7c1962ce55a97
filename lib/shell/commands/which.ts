/** which(1) of debianutils and whereis(1) of util-linux. */
import { FileError } from '../../world/files.contract';
import type { Command, Tool } from './tool';

export const which: Command = {
  name: 'which',
  package: 'debianutils',
  paths: ['/usr/bin/which.debianutils', '/usr/bin/which'],
  synopsis: 'which [-a] args',
  summary: 'Locate a command.',
  run: function* (tool) {
    const bad = tool.args.find((argument) => /^-[^a-]/.test(argument));
    if (bad !== undefined) {
      const [path = tool.name] = tool.name.includes('/') ? [tool.name] : locations(tool, tool.name);
      tool.print(`Usage: ${path} [-a] args\n`);
      tool.note(`Illegal option ${bad.slice(0, 2)}\n`);
      return 2;
    }
    const flags = tool.args.filter((argument) => /^-a+$/.test(argument)).join('');
    const names = tool.args.filter((argument) => !/^-a+$/.test(argument));
    let code = names.length === 0 ? 1 : 0;
    for (const name of names) {
      const found = locations(tool, name);
      if (found.length === 0) code = 1;
      for (const path of flags.includes('a') ? found : found.slice(0, 1)) tool.line(path);
    }
    yield* tool.drain();
    return code;
  },
};

function locations(tool: Tool, name: string): string[] {
  const runs = (path: string): boolean => {
    const info = tool.stat(path);
    return (
      !(info instanceof FileError) &&
      info.kind === 'file' &&
      tool.context.fs.access(tool.resolve(path), 1, tool.context.who) === undefined
    );
  };
  if (name.includes('/')) return runs(name) ? [name] : [];
  const path = tool.context.env.get('PATH') ?? '';
  return path
    .split(':')
    .map((directory) => `${directory === '' ? '.' : directory}/${name}`)
    .filter(runs);
}

const BINARIES = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib',
  '/bin',
  '/sbin',
  '/etc',
  '/lib',
  '/usr/local/bin',
  '/usr/local/sbin',
];

export const whereis: Command = {
  name: 'whereis',
  package: 'util-linux',
  paths: ['/usr/bin/whereis'],
  synopsis: 'whereis [options] [-BMS <dir>... -f] <name>',
  summary: 'Locate the binary, source, and manual-page files for a command.',
  run: function* (tool) {
    const names = tool.args.filter((argument) => !argument.startsWith('-'));
    if (names.length === 0) return tool.misuse('not enough arguments');
    const only = tool.args.filter((argument) => /^-[bms]+$/.test(argument)).join('');
    for (const name of names) {
      const found = new Set<string>();
      if (only === '' || only.includes('b'))
        for (const directory of BINARIES) {
          const real = tool.context.fs.realpath(directory, tool.context.who);
          const path = `${real instanceof FileError ? directory : real}/${name}`;
          if (!(tool.stat(path) instanceof FileError)) found.add(path);
        }
      tool.line(`${name}:${[...found].map((path) => ` ${path}`).join('')}`);
    }
    yield* tool.drain();
    return 0;
  },
};
