/** What sftp-server(8) does for scp: stat, read, write, list, mkdir with the user's rights. */
import { FileError } from '../../world/files.contract';
import type { Host, UserRecord } from '../../world/world.contract';
import type { FileAnswer, FileDetails, FileRequest } from './wire';

export function answerFile(host: Host, user: UserRecord, request: FileRequest): FileAnswer {
  const who = { uid: user.uid, gid: user.gid, groups: user.groups };
  const path = pathOf(user, request.path);
  const failed = (error: FileError): FileAnswer => ({ ok: false, errno: error.errno });
  const done = (error: undefined | FileError): FileAnswer =>
    error === undefined ? { ok: true } : failed(error);
  switch (request.do) {
    case 'stat': {
      const info = host.fs.stat(path, who);
      if (info instanceof FileError) return failed(info);
      return {
        ok: true,
        kind: info.kind === 'directory' ? 'directory' : 'file',
        mode: info.mode & 0o777,
        path,
      };
    }
    case 'read': {
      const text = host.fs.readFile(path, who);
      const info = host.fs.stat(path, who);
      if (text instanceof FileError) return failed(text);
      if (info instanceof FileError) return { ok: true, text, mode: 0o644 };
      return { ok: true, text, mode: info.mode & 0o777, mtime: info.mtime };
    }
    case 'list': {
      const names = host.fs.readdir(path, who);
      return names instanceof FileError ? failed(names) : { ok: true, names };
    }
    case 'details':
      return detailsOf(host, user, path);
    case 'remove':
      return done(host.fs.unlink(path, who));
    case 'remove-directory':
      return done(host.fs.rmdir(path, who));
    case 'rename':
      return host.fs.exists(pathOf(user, request.to))
        ? { ok: false, errno: 'EEXIST' }
        : done(host.fs.rename(path, pathOf(user, request.to), who));
    case 'symlink':
      return done(host.fs.symlink(request.target, path, who));
    case 'link':
      return done(host.fs.link(pathOf(user, request.target), path, who));
    case 'chmod':
      return done(host.fs.chmod(path, request.mode, who));
    case 'make-directory': {
      const made = host.fs.mkdir(path, 0o755, who);
      return made === undefined || made.errno === 'EEXIST' ? { ok: true } : failed(made);
    }
    case 'write': {
      const written = host.fs.writeFile(path, request.text, who, { mode: request.mode & ~0o022 });
      if (written === undefined && request.mtime !== undefined)
        host.fs.utimes(path, host.clock(), request.mtime, who);
      return written === undefined ? { ok: true } : failed(written);
    }
  }
}
/** What stands in a directory (`.` and `..` too), or the one file. */
function detailsOf(host: Host, user: UserRecord, path: string): FileAnswer {
  const who = { uid: user.uid, gid: user.gid, groups: user.groups };
  const info = host.fs.stat(path, who);
  if (info instanceof FileError) return { ok: false, errno: info.errno };
  const isDirectory = info.kind === 'directory';
  const names = isDirectory ? host.fs.readdir(path, who) : [''];
  if (names instanceof FileError) return { ok: false, errno: names.errno };
  const details = (isDirectory ? ['.', '..', ...names] : names).flatMap((name): FileDetails[] => {
    const about = host.fs.lstat(name === '' ? path : `${path}/${name}`, who);
    if (about instanceof FileError) return [];
    const { kind, mode, uid, gid, size, mtime } = about;
    return [
      {
        name: name === '' ? path : name,
        mode: modeText(kind, mode),
        user: host.user(uid)?.name ?? String(uid),
        group: host.group(gid)?.name ?? String(gid),
        size,
        mtime,
      },
    ];
  });
  return { ok: true, kind: isDirectory ? 'directory' : 'file', details };
}
function modeText(kind: string, mode: number): string {
  const letter =
    { directory: 'd', symlink: 'l', fifo: 'p', socket: 's', character: 'c', block: 'b' }[kind] ?? '-';
  const bits = 'rwxrwxrwx';
  return letter + [...bits].map((bit, index) => ((mode >> (8 - index)) & 1 ? bit : '-')).join('');
}
function pathOf(user: UserRecord, path: string): string {
  if (path === '' || path === '.') return user.home;
  if (path.startsWith('~/')) return `${user.home}/${path.slice(2)}`;
  return path.startsWith('/') ? path : `${user.home}/${path}`;
}
