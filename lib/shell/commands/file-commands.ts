/** The tools that work on files, processes and the system, in the order of the manual's index. */
import { basename } from './basename';
import { chgrp, chown } from './chown';
import { chmod } from './chmod';
import { cp } from './cp';
import { dirname } from './dirname';
import { fallocate } from './fallocate';
import { file } from './file';
import { find } from './find/find';
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
import { stat } from './stat';
import { dd } from './dd';
import { df } from './df';
import { du } from './du';
import { echo, falseCommand, trueCommand } from './echo';
import { printf } from './printf';
import { blkid, lsblk } from './lsblk';
import { findmnt, mount, swapon, umount } from './mount';
import { bracket, test } from './test';
import type { Command } from './tool';
import { touch } from './touch';
import { truncate } from './truncate';

export const FILE_COMMANDS: readonly Command[] = [
  basename,
  blkid,
  bracket,
  chgrp,
  chmod,
  chown,
  cp,
  dd,
  df,
  dir,
  dirname,
  du,
  echo,
  fallocate,
  falseCommand,
  file,
  find,
  findmnt,
  install,
  link,
  ln,
  ls,
  lsblk,
  mkdir,
  mkfifo,
  mknod,
  mktemp,
  mount,
  mv,
  printf,
  pwd,
  readlink,
  realpath,
  rm,
  rmdir,
  stat,
  swapon,
  sync,
  test,
  touch,
  trueCommand,
  truncate,
  umount,
  unlink,
  vdir,
];
