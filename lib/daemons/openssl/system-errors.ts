/** errno(3) with its numbers and glibc's words, as OpenSSL prints them. */
import type { Errno } from '../../world/files.contract';

const ERRORS: Partial<Record<Errno, readonly [number: number, text: string]>> = {
  EPERM: [1, 'Operation not permitted'],
  ENOENT: [2, 'No such file or directory'],
  EIO: [5, 'Input/output error'],
  EACCES: [13, 'Permission denied'],
  EEXIST: [17, 'File exists'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  EINVAL: [22, 'Invalid argument'],
  ENOSPC: [28, 'No space left on device'],
  EROFS: [30, 'Read-only file system'],
  ENAMETOOLONG: [36, 'File name too long'],
  ELOOP: [40, 'Too many levels of symbolic links'],
};

export function systemError(errno: Errno): { readonly number: number; readonly text: string } {
  const [number, text] = ERRORS[errno] ?? [5, 'Input/output error'];
  return { number, text };
}
