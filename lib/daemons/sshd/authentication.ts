/** Who may come in: sshd's checks of users, keys and files. Log lines recorded in truth/host (b09, c13). */
import { FileError } from '../../world/files.contract';
import type { Host, UserRecord } from '../../world/world.contract';
import { fingerprint, parsePublicLine, shortType } from './keys';
import { globOf } from './patterns';
import type { ServerConfig } from './server-config';

const ROOT = { uid: 0, gid: 0, groups: [] };

/** Why a user who exists may not come in, in the log's words. */
export function notAllowed(
  host: Host,
  config: ServerConfig,
  user: UserRecord,
  from: string,
): string | undefined {
  const named = (list: readonly string[]): boolean =>
    list.some((pattern) => {
      const [name = '', where] = pattern.split('@');
      return globOf(name).test(user.name) && (where === undefined || globOf(where).test(from));
    });
  const groups = user.groups.map((gid) => host.group(gid)?.name ?? '');
  const grouped = (list: readonly string[]): boolean =>
    list.some((pattern) => groups.some((group) => globOf(pattern).test(group)));
  const because = (why: string): string => `User ${user.name} from ${from} not allowed because ${why}`;
  if (!host.fs.exists(user.shell)) return because(`shell ${user.shell} does not exist`);
  if (config.denyUsers.length > 0 && named(config.denyUsers)) return because('listed in DenyUsers');
  if (config.allowUsers.length > 0 && !named(config.allowUsers)) return because('not listed in AllowUsers');
  if (config.denyGroups.length > 0 && grouped(config.denyGroups))
    return because('a group is listed in DenyGroups');
  if (config.allowGroups.length > 0 && !grouped(config.allowGroups))
    return because("none of user's groups are listed in AllowGroups");
  return undefined;
}

/** Looks a key up in the user's files. `log`: what is wrong with them. */
export function findKey(
  host: Host,
  config: ServerConfig,
  user: UserRecord,
  key: { type: string; blob: string },
): { allowed: boolean; log?: string; command?: string } {
  for (const pattern of config.authorizedKeys) {
    const named = pattern.replaceAll('%h', user.home).replaceAll('%u', user.name).replaceAll('%%', '%');
    const path = named.startsWith('/') ? named : `${user.home}/${named}`;
    const text = host.fs.readFile(path, ROOT);
    if (text instanceof FileError) continue;
    const bad = config.strictModes ? unsafe(host, path, user) : undefined;
    if (bad !== undefined)
      return { allowed: false, log: `Authentication refused: bad ownership or modes for ${bad}` };
    for (const line of text.split('\n')) {
      const known = parsePublicLine(line);
      if (known === undefined || known.type !== key.type || known.blob !== key.blob) continue;
      const command = /command="((?:[^"\\]|\\.)*)"/.exec(line.slice(0, line.indexOf(known.type)))?.[1];
      return {
        allowed: true,
        ...(command === undefined ? {} : { command: command.replace(/\\(.)/g, '$1') }),
      };
    }
  }
  return { allowed: false };
}
/** StrictModes: the file, then its directories up to the home, belong to the user or root and nobody else may write. */
function unsafe(host: Host, path: string, user: UserRecord): string | undefined {
  const isBad = (at: string): boolean => {
    const info = host.fs.stat(at, ROOT);
    return (
      info instanceof FileError || (info.uid !== 0 && info.uid !== user.uid) || (info.mode & 0o022) !== 0
    );
  };
  if (isBad(path)) return `file ${path}`;
  for (let at = path.slice(0, path.lastIndexOf('/')); at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    if (isBad(at)) return `directory ${at}`;
    if (at === user.home) return undefined;
  }
  return undefined;
}
export function acceptedText(
  user: string,
  from: string,
  port: number,
  key: { type: string; blob: string } | undefined,
): string {
  if (key === undefined) return `Accepted password for ${user} from ${from} port ${port} ssh2`;
  return `Accepted publickey for ${user} from ${from} port ${port} ssh2: ${shortType(key.type)} ${fingerprint(key)}`;
}
