/** What `tar --diff` finds different between a member and the file of its name. Source: GNU tar 1.34 `compare.c`. */
import { FileError, type Stat } from '../../../world/files.contract';
import type { Tool } from '../tool';
import type { Member } from './archive';

/** What tar says of a file, or the trouble that kept it from looking. */
export function differences(tool: Tool, member: Member, path: string): string[] | FileError {
  const info = tool.lstat(path);
  if (info instanceof FileError) return info;
  const at = tool.resolve(path);
  if (member.kind === 'symlink') {
    const link = tool.context.fs.readlink(at, tool.context.who);
    return link === member.link ? [] : ['Symlink differs'];
  }
  if (member.kind === 'hard-link') return info.kind === 'file' ? [] : ['File type differs'];
  if (info.kind !== member.kind) return ['File type differs'];
  if (member.kind !== 'file') return info.mode === member.mode ? [] : ['Mode differs'];
  const found = differentAttributes(member, info);
  const content = tool.context.fs.readFile(at, tool.context.who);
  if (content instanceof FileError) return content;
  if (content.length !== member.text.length) found.push('Size differs');
  else if (content !== member.text) found.push('Contents differ');
  return found;
}

function differentAttributes(member: Member, info: Stat): string[] {
  return [
    ...(info.mode === member.mode ? [] : ['Mode differs']),
    ...(info.uid === member.uid ? [] : ['Uid differs']),
    ...(info.gid === member.gid ? [] : ['Gid differs']),
    ...(Math.floor(info.mtime / 1_000_000) === member.mtime ? [] : ['Mod time differs']),
  ];
}
