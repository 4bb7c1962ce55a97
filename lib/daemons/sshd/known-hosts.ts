/** known_hosts: whose key is expected, and what ssh says when another one comes. Texts recorded in truth/host/b09. */
import { FileError } from '../../world/files.contract';
import type { ProgramContext } from '../../world/process.contract';
import { parsePublicLine, shortType } from './keys';

export interface KnownKey {
  path: string;
  line: number;
  type: string;
  blob: string;
}
const GLOBAL = '/etc/ssh/ssh_known_hosts';

/** `sv`, or `[sv]:2222` for another port. */
export function hostField(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}
export function knownKeys(context: ProgramContext, paths: readonly string[], field: string): KnownKey[] {
  const found: KnownKey[] = [];
  for (const path of [...paths, GLOBAL]) {
    const text = context.fs.readFile(path, context.who);
    if (text instanceof FileError) continue;
    for (const [index, line] of text.split('\n').entries()) {
      const key = parsePublicLine(line);
      const names = (line.split(/\s/)[0] ?? '').split(',');
      if (key !== undefined && names.includes(field))
        found.push({ path, line: index + 1, type: key.type, blob: key.blob });
    }
  }
  return found;
}
/** Adds a key at the end of the first file; false when it cannot be written. */
export function rememberKey(
  context: ProgramContext,
  path: string,
  field: string,
  key: { type: string; blob: string },
): boolean {
  const directory = path.slice(0, path.lastIndexOf('/'));
  if (!context.fs.exists(directory)) context.fs.mkdir(directory, 0o700, context.who);
  const line = `${field} ${key.type} ${key.blob}\n`;
  return context.fs.writeFile(path, line, context.who, { append: true, mode: 0o600 }) === undefined;
}
export function changedText(known: KnownKey, field: string, key: { type: string }, print: string): string {
  const rule = '@'.repeat(59);
  return `${rule}\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n${rule}\nIT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\nSomeone could be eavesdropping on you right now (man-in-the-middle attack)!\nIt is also possible that a host key has just been changed.\nThe fingerprint for the ${shortType(key.type)} key sent by the remote host is\n${print}.\nPlease contact your system administrator.\nAdd correct host key in ${known.path} to get rid of this message.\nOffending ${shortType(known.type)} key in ${known.path}:${known.line}\n  remove with:\n  ssh-keygen -f "${known.path}" -R "${field}"\n`;
}
