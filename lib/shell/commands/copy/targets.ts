/** Where cp, mv, ln and install put things: `SOURCE DEST`, `SOURCE... DIRECTORY`, `-t DIRECTORY SOURCE...`. */
import { FileError } from '../../../world/files.contract';
import { errnoText } from '../errno-text';
import { quoteFile } from '../quoting';
import type { Tool } from '../tool';
import { join, lastPart } from './copier';

export interface Move {
  readonly source: string;
  readonly target: string;
}

export interface TargetOptions {
  readonly directory: string | undefined;
  readonly noDirectory: boolean;
  /** A link to a directory counts as a file (`ln -n`). */
  readonly noFollow?: boolean;
}

/** Pairs of what goes where; tells what is missing and ends. */
export function readTargets(tool: Tool, operands: readonly string[], options: TargetOptions): Move[] {
  const [first] = operands;
  if (first === undefined) return tool.misuse('missing file operand');
  if (options.directory !== undefined) {
    const info = tool.stat(options.directory);
    if (info instanceof FileError || info.kind !== 'directory')
      return tool.fail(
        `${tool.command.name === 'ln' ? 'failed to access' : 'target directory'} ${quoteFile(options.directory)}: ${errnoText(info instanceof FileError ? info.errno : 'ENOTDIR')}`,
      );
    return into(operands, options.directory);
  }
  const last = operands[operands.length - 1] ?? '';
  if (operands.length === 1) return tool.misuse(`missing destination file operand after ${quoteFile(first)}`);
  if (options.noDirectory) {
    if (operands.length > 2) return tool.misuse(`extra operand ${quoteFile(operands[2] ?? '')}`);
    return [{ source: first, target: last }];
  }
  const info = options.noFollow === true ? tool.lstat(last) : tool.stat(last);
  if (!(info instanceof FileError) && info.kind === 'directory') return into(operands.slice(0, -1), last);
  if (operands.length > 2)
    return tool.fail(
      `target ${quoteFile(last)}: ${errnoText(info instanceof FileError ? info.errno : 'ENOTDIR')}`,
    );
  return [{ source: first, target: last }];
}

function into(sources: readonly string[], directory: string): Move[] {
  return sources.map((source) => {
    const name = lastPart(source);
    return {
      source,
      target: name === '..' || name === '.' || name === '/' ? join(directory, '.') : join(directory, name),
    };
  });
}
