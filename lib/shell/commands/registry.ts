/**
 * All commands of a Debian shell, and how they come onto a host: each is a
 * program and the files of its package. A new command is one file and one line
 * in `text-commands.ts` or `file-commands.ts`.
 */
import type { FileSpec } from '../../world/files.contract';
import type { Registry } from '../../world/world.contract';
import { FILE_COMMANDS } from './file-commands';
import { fillManual } from './manual';
import { RSYNC_FILES } from './rsync/package-files';
import { TEXT_COMMANDS } from './text-commands';
import { type Command, runCommand } from './tool';

export const COMMANDS: readonly Command[] = [...TEXT_COMMANDS, ...FILE_COMMANDS];

/** The packages that the commands come in, as Debian names them. */
export const COMMAND_PACKAGES: readonly string[] = [...new Set(COMMANDS.map((command) => command.package))];

export function registerCommands(registry: Registry): void {
  fillManual(COMMANDS);
  for (const command of COMMANDS) {
    registry.program(programName(command), (context) => runCommand(command, context));
    registry.package(command.package, filesOf(command));
  }
  registry.package('rsync', RSYNC_FILES);
}

function programName(command: Command): string {
  return `${command.package}/${command.name}`;
}

function filesOf(command: Command): Record<string, FileSpec> {
  const files: Record<string, FileSpec> = {};
  const [first = '', ...links] = command.paths;
  const setuid = command.setuid === true ? { mode: 0o4755 } : {};
  files[first] = { program: programName(command), ...setuid };
  for (const link of links) files[link] = { link: first };
  return files;
}
