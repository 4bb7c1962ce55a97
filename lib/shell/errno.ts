/** strerror(3) of Linux, for messages. */
import type { Errno } from '../world/files.contract';

const TEXTS: Readonly<Record<Errno, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  ELOOP: 'Too many levels of symbolic links',
  EINVAL: 'Invalid argument',
  EXDEV: 'Invalid cross-device link',
  ENOEXEC: 'Exec format error',
  EBUSY: 'Device or resource busy',
  ETXTBSY: 'Text file busy',
  ENAMETOOLONG: 'File name too long',
  EPIPE: 'Broken pipe',
  EBADF: 'Bad file descriptor',
  EIO: 'Input/output error',
  EMFILE: 'Too many open files',
  EMLINK: 'Too many links',
  ENXIO: 'No such device or address',
  ESRCH: 'No such process',
  ECHILD: 'No child processes',
  EAGAIN: 'Resource temporarily unavailable',
  EFBIG: 'File too large',
  EINTR: 'Interrupted system call',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ENETDOWN: 'Network is down',
  ENOTCONN: 'Transport endpoint is not connected',
  ENODEV: 'No such device',
  EALREADY: 'Operation already in progress',
  EOPNOTSUPP: 'Operation not supported',
  EAFNOSUPPORT: 'Address family not supported by protocol',
};

export function errorText(errno: Errno): string {
  return TEXTS[errno];
}
