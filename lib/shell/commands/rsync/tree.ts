/**
 * The two file systems of a copy: one's own, and that of another host behind a remote shell. What rsync does there
 * are the same few calls; over ssh they travel as lines of text to an `rsync --server` that runs with the rights of
 * the user who logged in. The real protocol is not spoken; what it would weigh is counted in `wire.ts`.
 */
import { errorNumber, strerror } from '../../../std/errno';
import { type Errno, FileError, type FileKind, type Stat } from '../../../world/files.contract';
import type { Step, Tool } from '../tool';

/** What lstat(2) and readlink(2) tell of a file. */
export interface FileInfo {
  kind: FileKind;
  mode: number;
  uid: number;
  gid: number;
  /** bytes */
  size: number;
  /** Microseconds since 1970. */
  mtime: number;
  ino: number;
  nlink: number;
  mount: string;
  link: string;
}

/** Who works on a side, and the names of its accounts. */
export interface Identity {
  uid: number;
  gids: number[];
  umask: number;
  cwd: string;
  users: [number, string][];
  groups: [number, string][];
}

export type TreeRequest =
  | { do: 'identity' }
  | { do: 'stat'; path: string; follow: boolean }
  | { do: 'list' | 'read' | 'unlink' | 'rmdir'; path: string }
  | { do: 'write'; path: string; text: string }
  | { do: 'mkdir' | 'chmod' | 'mkfifo'; path: string; mode: number }
  | { do: 'rename' | 'link'; from: string; path: string }
  | { do: 'symlink'; target: string; path: string }
  | { do: 'chown'; path: string; uid: number; gid: number }
  | { do: 'utimes'; path: string; mtime: number };

export interface TreeAnswer {
  errno?: Errno;
  info?: FileInfo;
  names?: string[];
  text?: string;
  identity?: Identity;
}

/** One side of a copy. */
export interface Tree {
  readonly isRemote: boolean;
  call(request: TreeRequest): Step<TreeAnswer>;
}

/** The files of the host that rsync runs on. */
export class LocalTree implements Tree {
  readonly isRemote = false;
  constructor(private readonly tool: Tool) {}

  *call(request: TreeRequest): Step<TreeAnswer> {
    if (this.tool.isPressed) yield* this.tool.drain();
    return answerTree(this.tool, request);
  }
}

/** Does what was asked, with the rights of the process. */
export function answerTree(tool: Tool, request: TreeRequest): TreeAnswer {
  const { fs, who, host } = tool.context;
  const at = (path: string): string => tool.resolve(path);
  const done = (result: undefined | FileError): TreeAnswer =>
    result === undefined ? {} : { errno: result.errno };
  switch (request.do) {
    case 'identity':
      return { identity: identityOf(tool) };
    case 'stat': {
      const info = request.follow ? tool.stat(request.path) : tool.lstat(request.path);
      if (info instanceof FileError) return { errno: info.errno };
      return { info: fileInfo(info, linkOf(tool, request.path, info)) };
    }
    case 'list': {
      const names = fs.readdir(at(request.path), who);
      return names instanceof FileError ? { errno: names.errno } : { names };
    }
    case 'read': {
      const text = fs.readFile(at(request.path), who);
      return text instanceof FileError ? { errno: text.errno } : { text };
    }
    case 'write':
      return done(fs.writeFile(at(request.path), request.text, who, { mode: 0o600 }));
    case 'mkdir':
      return done(fs.mkdir(at(request.path), request.mode & ~tool.context.umask, who));
    case 'mkfifo':
      return done(fs.mkfifo(at(request.path), request.mode, who));
    case 'rmdir':
      return done(fs.rmdir(at(request.path), who));
    case 'unlink':
      return done(fs.unlink(at(request.path), who));
    case 'rename':
      return done(fs.rename(at(request.from), at(request.path), who));
    case 'link':
      return done(fs.link(at(request.from), at(request.path), who));
    case 'symlink':
      return done(fs.symlink(request.target, at(request.path), who));
    case 'chmod':
      return done(fs.chmod(at(request.path), request.mode, who));
    case 'chown':
      return done(fs.chown(at(request.path), request.uid, request.gid, who, { noFollow: true }));
    case 'utimes':
      return done(fs.utimes(at(request.path), host.clock(), request.mtime, who, { noFollow: true }));
  }
}

function linkOf(tool: Tool, path: string, info: Stat): string {
  if (info.kind !== 'symlink') return '';
  const link = tool.context.fs.readlink(tool.resolve(path), tool.context.who);
  return link instanceof FileError ? '' : link;
}

function fileInfo(info: Stat, link: string): FileInfo {
  const { kind, mode, uid, gid, size, mtime, ino, nlink, mount } = info;
  return { kind, mode, uid, gid, size, mtime, ino, nlink, mount, link };
}

function identityOf(tool: Tool): Identity {
  const { fs, who, umask, cwd } = tool.context;
  return {
    uid: who.uid,
    gids: [who.gid, ...who.groups],
    umask,
    cwd,
    users: accounts(fs.readFile('/etc/passwd', who)),
    groups: accounts(fs.readFile('/etc/group', who)),
  };
}

/** Numbers and names of /etc/passwd or /etc/group. */
function accounts(text: string | FileError): [number, string][] {
  if (text instanceof FileError) return [];
  return text.split('\n').flatMap((line): [number, string][] => {
    const [name = '', , number = ''] = line.split(':');
    return /^\d+$/.test(number) ? [[Number(number), name]] : [];
  });
}

/** `Permission denied (13)` */
export function reasonOf(errno: Errno): string {
  return `${strerror(errno)} (${errorNumber(errno)})`;
}
