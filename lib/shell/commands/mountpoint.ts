/** mountpoint(1) of util-linux. */
import { FileError } from '../../world/files.contract';
import { errnoText } from './errno-text';
import type { Command, Tool, ToolRun } from './tool';

export const mountpoint: Command = {
  name: 'mountpoint',
  package: 'util-linux',
  paths: ['/usr/bin/mountpoint'],
  synopsis: 'mountpoint [-qd] /path/to/directory\nmountpoint -x /dev/device',
  summary: 'Check whether a directory or file is a mountpoint.',
  run,
};

/** What it ends with when the directory is none. */
const NO_MOUNTPOINT = 32;

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'qdxhV',
    long: { quiet: 'q', 'fs-devno': 'd', nofollow: 'nofollow' },
  });
  const isQuiet = options.some(({ name }) => name === 'q');
  const [path, extra] = operands;
  if (path === undefined || extra !== undefined) return tool.misuse('bad usage');
  const info = tool.stat(path);
  if (info instanceof FileError) {
    if (!isQuiet) tool.complain(`${path}: ${errnoText(info.errno)}`);
    return 1;
  }
  const { fs, who } = tool.context;
  const real = fs.realpath(tool.resolve(path), who);
  const isPoint = fs.mounts().some(({ point }) => point === real);
  if (!isQuiet) tool.line(`${path} is ${isPoint ? 'a' : 'not a'} mountpoint`);
  return isPoint ? 0 : NO_MOUNTPOINT;
}
