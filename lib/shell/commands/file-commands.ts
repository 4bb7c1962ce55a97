/** The tools that work on files, processes and the system, in the order of the manual's index. */
import { basename } from './basename';
import { chgrp, chown } from './chown';
import { chmod } from './chmod';
import { cp } from './cp';
import { dirname } from './dirname';
import { fallocate } from './fallocate';
import { install } from './install';
import { link, mkfifo, mknod, sync, unlink } from './link';
import { ln } from './ln';
import { dir, ls, vdir } from './ls/ls';
import { mkdir } from './mkdir';
import { mktemp } from './mktemp';
import { mv } from './mv';
import { pwd } from './pwd';
import { readlink, realpath } from './readlink';
import { rm } from './rm';
import { rmdir } from './rmdir';
import type { Command } from './tool';
import { touch } from './touch';
import { truncate } from './truncate';

export const FILE_COMMANDS: readonly Command[] = [
  basename,
  chgrp,
  chmod,
  chown,
  cp,
  dir,
  dirname,
  fallocate,
  install,
  link,
  ln,
  ls,
  mkdir,
  mkfifo,
  mknod,
  mktemp,
  mv,
  pwd,
  readlink,
  realpath,
  rm,
  rmdir,
  sync,
  touch,
  truncate,
  unlink,
  vdir,
];
