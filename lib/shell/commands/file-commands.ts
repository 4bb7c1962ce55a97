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
import { env, printenv } from './env';
import { id, whoami, groups, logname, users } from './identity';
import { uname, arch, nproc, hostname, lscpu } from './machine';
import { sleep } from './sleep';
import { script } from './script';
import { timeout } from './timeout';
import { nice, renice, ionice, nohup, stdbuf, setsid, time, flock } from './nice';
import { date, cal } from './date';
import { which, whereis } from './which';
import { tty, stty, clear, reset, tput } from './terminal';
import { ps } from './ps';
import { kill, pgrep, pkill, killall, pidof } from './kill';
import { free, uptime, vmstat } from './free';
import { who, w, last, lastlog } from './who';
import { top } from './top';
import { pstree } from './pstree';
import { bzgrep, xzgrep, zegrep, zfgrep, zgrep } from './compress/zgrep';
import { look } from './look';
import { bzcmp, bzdiff, xzcmp, xzdiff, zcmp, zdiff } from './compress/zdiff';
import { bzless, bzmore, xzless, xzmore, zless, zmore } from './compress/zmore';
import { gzip, gunzip, zcat, bzip2, bunzip2, bzcat, xz, unxz, xzcat } from './compress/gzip';
import { rsync } from './rsync/rsync';
import { tar } from './tar/tar';
import { vim, view, nano } from './editor';
import { lsof, fuser } from './lsof';
import { watch } from './watch';
import { dmesg } from './dmesg';
import { addgroup, adduser, delgroup, deluser } from './adduser';
import { chage, hwclock } from './aging';
import { shred } from './shred';
import {
  chsh,
  useradd,
  usermod,
  userdel,
  groupadd,
  groupmod,
  groupdel,
  gpasswd,
  passwd,
  chpasswd,
} from './accounts';
import { tree } from './tree';
import { man, whatis, apropos } from './manual';
import { apt, aptCache, aptGet, aptMark, dpkg, dpkgDeb } from './apt';
import { mountpoint } from './mountpoint';
import { namei } from './namei';
import { getconf } from './getconf';
import { chattr, lsattr } from './attributes';
import { locale, pathchk } from './pathchk';
import { getopt } from './getopt-command';
import type { Command } from './tool';
import { touch } from './touch';
import { truncate } from './truncate';

export const FILE_COMMANDS: readonly Command[] = [
  apropos,
  apt,
  aptCache,
  aptMark,
  aptGet,
  arch,
  basename,
  blkid,
  bracket,
  bunzip2,
  bzcat,
  bzip2,
  cal,
  chattr,
  chgrp,
  chmod,
  chown,
  chpasswd,
  chsh,
  clear,
  cp,
  date,
  dd,
  df,
  dir,
  dirname,
  dmesg,
  dpkg,
  dpkgDeb,
  du,
  echo,
  env,
  fallocate,
  falseCommand,
  file,
  find,
  findmnt,
  flock,
  free,
  fuser,
  getopt,
  gpasswd,
  groupadd,
  groupdel,
  groupmod,
  shred,
  groups,
  gunzip,
  gzip,
  hostname,
  id,
  install,
  ionice,
  kill,
  killall,
  last,
  lastlog,
  link,
  ln,
  getconf,
  locale,
  logname,
  ls,
  lsattr,
  lsblk,
  lscpu,
  lsof,
  man,
  mkdir,
  mkfifo,
  mknod,
  mktemp,
  mount,
  mv,
  nano,
  nice,
  nohup,
  nproc,
  passwd,
  mountpoint,
  namei,
  pathchk,
  pgrep,
  pidof,
  pkill,
  printenv,
  printf,
  ps,
  pstree,
  pwd,
  readlink,
  realpath,
  renice,
  reset,
  rm,
  rmdir,
  setsid,
  sleep,
  stat,
  stdbuf,
  stty,
  swapon,
  sync,
  rsync,
  tar,
  test,
  time,
  script,
  timeout,
  top,
  touch,
  tput,
  tree,
  trueCommand,
  truncate,
  tty,
  umount,
  uname,
  unlink,
  unxz,
  uptime,
  addgroup,
  adduser,
  delgroup,
  deluser,
  chage,
  hwclock,
  useradd,
  userdel,
  usermod,
  users,
  vdir,
  view,
  vim,
  vmstat,
  w,
  watch,
  whatis,
  whereis,
  which,
  who,
  whoami,
  xz,
  xzcat,
  zcat,
  bzgrep,
  xzgrep,
  zegrep,
  zfgrep,
  zgrep,
  zdiff,
  zcmp,
  bzdiff,
  bzcmp,
  xzdiff,
  xzcmp,
  zless,
  zmore,
  bzless,
  bzmore,
  xzless,
  xzmore,
  look,
];
