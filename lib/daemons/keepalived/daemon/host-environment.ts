/** What the configuration's reader asks, answered by a simulated host; it remembers which files were read. */
import { strerror } from '../../../std/errno';
import { matchPattern } from './file-pattern';
import { ROOT } from '../../../world/files';
import { type Credentials, FileError } from '../../../world/files.contract';
import type { Host } from '../../../world/world.contract';
import type { Environment, ScriptStat } from '../configuration/environment';
import { interfaceWorks } from './interfaces';
import type { ReadFile } from './state';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface HostEnvironment {
  readonly environment: Environment;
  /** Files read so far, each once. */
  readonly files: ReadFile[];
}

export function hostEnvironment(
  host: Host,
  options: { readonly who: Credentials; readonly path: string | undefined },
): HostEnvironment {
  const files: ReadFile[] = [];
  const { fs } = host;
  const { who } = options;
  const environment: Environment = {
    files: {
      read: (path) => {
        const text = fs.readFile(path, who);
        if (text instanceof FileError) return undefined;
        if (!files.some((known) => known.path === path)) files.push({ path, text });
        return text;
      },
      glob: (pattern) => matchPattern(fs, pattern, who),
      isPlainFile: (path) => {
        const stat = fs.stat(path, who);
        return !(stat instanceof FileError) && stat.kind === 'file' && (stat.mode & 0o111) === 0;
      },
    },
    hostName: host.state.hostname.split('.')[0] ?? '',
    searchPath: options.path ?? DEFAULT_PATH,
    cores: host.state.cores,
    interfaces: [...host.state.interfaces.values()].map((device) => ({
      name: device.name,
      isLoopback: device.name === 'lo',
      isUp: interfaceWorks(host, device.name),
      mtu: device.mtu,
      addresses: device.addresses.map(({ ip }) => ip),
    })),
    user: (name) => {
      const user = host.user(name);
      return user === undefined ? undefined : { uid: user.uid, gid: user.gid };
    },
    group: (name) => host.group(name)?.gid,
    stat: (path) => statOf(fs.stat(path, ROOT)),
    lstat: (path) => statOf(fs.lstat(path, ROOT)),
    realpath: (path, as) => {
      const real = fs.realpath(path, { ...as, groups: [as.gid] });
      return typeof real === 'string' ? { path: real } : { error: strerror(real.errno) };
    },
    write: (path, text) => fs.writeFile(path, text, who) === undefined,
    random: (lowest, highest) => host.world.kernel.random(`keepalived:${host.name}`).integer(lowest, highest),
  };
  return { environment, files };
}

function statOf(stat: ReturnType<Host['fs']['stat']>): ScriptStat | undefined {
  if (stat instanceof FileError) return undefined;
  const kind =
    stat.kind === 'file' || stat.kind === 'directory' || stat.kind === 'symlink' ? stat.kind : 'other';
  return { kind, mode: stat.mode, uid: stat.uid, gid: stat.gid, inode: stat.ino };
}
