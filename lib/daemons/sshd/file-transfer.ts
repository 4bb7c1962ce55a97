/** What sftp-server(8) does for scp: stat, read, write, list, mkdir with the user's rights. */
import { FileError } from '../../world/files.contract';
import type { Host, UserRecord } from '../../world/world.contract';
import type { FileAnswer, FileRequest } from './wire';

export function answerFile(host: Host, user: UserRecord, request: FileRequest): FileAnswer {
  const who = { uid: user.uid, gid: user.gid, groups: user.groups };
  const path = pathOf(user, request.path);
  const failed = (error: FileError): FileAnswer => ({ ok: false, errno: error.errno });
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
function pathOf(user: UserRecord, path: string): string {
  if (path === '' || path === '.') return user.home;
  if (path.startsWith('~/')) return `${user.home}/${path.slice(2)}`;
  return path.startsWith('/') ? path : `${user.home}/${path}`;
}
