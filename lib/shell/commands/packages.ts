/** The Debian packages that the commands come in: what their tools share when they speak of themselves. */

import { USAGES } from './usages';

interface ToolPackage {
  /** Exit code for a wrong option. */
  readonly misuseCode: number;
  /** What follows a complaint about options. */
  readonly hint: (name: string, command?: { readonly synopsis: string; readonly name: string }) => string;
  readonly version: (command: string) => string;
}

const gnuHint = (name: string): string => `Try '${name} --help' for more information.\n`;
const LICENSE =
  'License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.\nThis is free software: you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n';
const gnu =
  (title: string, version: string, year: number): ((command: string) => string) =>
  (command) =>
    `${command} (${title}) ${version}\nCopyright (C) ${year} Free Software Foundation, Inc.\n${LICENSE}`;
const utilLinux = (command: string): string => `${command} from util-linux 2.38.1\n`;
const procps = (command: string): string => `${command} from procps-ng 4.0.2\n`;
const usageHint = (_name: string, command?: { readonly synopsis: string; readonly name: string }): string =>
  command === undefined ? '' : (USAGES[command.name] ?? `usage: ${command.synopsis}\n`);

export const PACKAGES = {
  coreutils: { misuseCode: 1, hint: gnuHint, version: gnu('GNU coreutils', '9.1', 2022) },
  grep: {
    misuseCode: 2,
    hint: (name) => `Usage: ${name} [OPTION]... PATTERNS [FILE]...\n${gnuHint(name)}`,
    version: (command) =>
      `${command} (GNU grep) 3.8\nCopyright (C) 2022 Free Software Foundation, Inc.\n${LICENSE}`,
  },
  sed: {
    misuseCode: 1,
    hint: () => '',
    version: () =>
      `sed (GNU sed) 4.9\nPackaged by Debian\nCopyright (C) 2022 Free Software Foundation, Inc.\n${LICENSE}\nWritten by Jay Fenlason, Tom Lord, Ken Pizzini,\nPaolo Bonzini, Jim Meyering, and Assaf Gordon.\n\nThis sed program was built with SELinux support.\nSELinux is disabled on this system.\n\nGNU sed home page: <https://www.gnu.org/software/sed/>.\nGeneral help using GNU software: <https://www.gnu.org/gethelp/>.\nE-mail bug reports to: <bug-sed@gnu.org>.\n`,
  },
  gawk: {
    misuseCode: 1,
    hint: () => '',
    version: () =>
      'GNU Awk 5.2.1, API 3.2, PMA Avon 8-g1, (GNU MPFR 4.2.0, GNU MP 6.2.1)\nCopyright (C) 1989, 1991-2022 Free Software Foundation.\n',
  },
  findutils: { misuseCode: 1, hint: gnuHint, version: gnu('GNU findutils', '4.9.0', 2022) },
  diffutils: {
    misuseCode: 2,
    hint: (name) => `${name}: Try '${name} --help' for more information.\n`,
    version: gnu('GNU diffutils', '3.8', 2021),
  },
  patch: {
    misuseCode: 2,
    hint: (name) => `${name}: Try '${name} --help' for more information.\n`,
    version: () => 'GNU patch 2.7.6\n',
  },
  tar: {
    misuseCode: 64,
    hint: (name) => `Try '${name} --help' or '${name} --usage' for more information.\n`,
    version: gnu('GNU tar', '1.34', 2021),
  },
  rsync: { misuseCode: 1, hint: () => '', version: () => '' },
  gzip: {
    misuseCode: 1,
    hint: (name) => `Try \`${name} --help' for more information.\n`,
    version: (command) => `${command} 1.12\nCopyright (C) 2022 Free Software Foundation, Inc.\n`,
  },
  bzip2: {
    misuseCode: 1,
    hint: () => '',
    version: () => 'bzip2, a block-sorting file compressor.  Version 1.0.8, 13-Jul-2019.\n',
  },
  'xz-utils': {
    misuseCode: 1,
    hint: (name) => `${name}: Try \`${name} --help' for more information.\n`,
    version: () => 'xz (XZ Utils) 5.4.1\nliblzma 5.4.1\n',
  },
  jq: { misuseCode: 2, hint: () => '', version: () => 'jq-1.6\n' },
  bc: {
    misuseCode: 1,
    hint: () => '',
    version: () =>
      'bc 1.07.1\nCopyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, 2012-2017 Free Software Foundation, Inc.\n',
  },
  'util-linux': { misuseCode: 1, hint: gnuHint, version: utilLinux },
  bsdextrautils: { misuseCode: 1, hint: gnuHint, version: utilLinux },
  procps: { misuseCode: 1, hint: usageHint, version: procps },
  psmisc: { misuseCode: 1, hint: usageHint, version: (command) => `${command} (PSmisc) 23.6\n` },
  sudo: { misuseCode: 1, hint: usageHint, version: () => 'Sudo version 1.9.13p3\n' },
  passwd: { misuseCode: 1, hint: usageHint, version: () => '' },
  cron: { misuseCode: 1, hint: usageHint, version: () => '' },
  time: { misuseCode: 125, hint: gnuHint, version: () => 'time (GNU Time) 1.9\n' },
  'gettext-base': { misuseCode: 1, hint: gnuHint, version: gnu('GNU gettext-runtime', '0.21', 2020) },
  hostname: { misuseCode: 255, hint: () => '', version: () => 'hostname 3.23\n' },
  debianutils: { misuseCode: 2, hint: () => '', version: () => '' },
  file: {
    misuseCode: 1,
    hint: () =>
      'Usage: file [-bcCdEhikLlNnprsSvzZ0] [--apple] [--extension] [--mime-encoding]\n            [--mime-type] [-e <testname>] [-F <separator>]  [-f <namefile>]\n            [-m <magicfiles>] [-P <parameter=value>] [--exclude-quiet]\n            <file> ...\n       file -C [-m <magicfiles>]\n       file [--help]\n',
    version: () => 'file-5.44\nmagic file from /etc/magic:/usr/share/misc/magic\n',
  },
  tree: {
    misuseCode: 1,
    hint: () => '',
    version: () =>
      'tree v2.1.0 © 1996 - 2022 by Steve Baker, Thomas Moore, Francesc Rocher, Florian Sesser, Kyosuke Tokoro\n',
  },
  xxd: { misuseCode: 1, hint: usageHint, version: () => 'xxd 2022-01-14 by Juergen Weigert et al.\n' },
  binutils: {
    misuseCode: 1,
    hint: usageHint,
    version: (command) => `GNU ${command} (GNU Binutils for Debian) 2.40\n`,
  },
  'libc-bin': {
    misuseCode: 64,
    hint: gnuHint,
    version: (command) => `${command} (Debian GLIBC 2.36-9+deb12u10) 2.36\n`,
  },
  less: { misuseCode: 1, hint: () => '', version: () => 'less 590 (GNU regular expressions)\n' },
  'man-db': { misuseCode: 1, hint: gnuHint, version: () => 'man 2.11.2\n' },
  'ncurses-bin': { misuseCode: 1, hint: usageHint, version: () => 'ncurses 6.4.20221231\n' },
  vim: {
    misuseCode: 1,
    hint: () => '',
    version: () => 'VIM - Vi IMproved 9.0 (2022 Jun 28, compiled Mar 13 2025 11:38:40)\n',
  },
  nano: { misuseCode: 1, hint: () => '', version: () => ' GNU nano, version 7.2\n' },
  lsof: { misuseCode: 1, hint: () => '', version: () => 'lsof version information:\n    revision: 4.95.0\n' },
  sysstat: { misuseCode: 1, hint: () => '', version: () => 'sysstat version 12.6.1\n' },
  bsdutils: { misuseCode: 1, hint: gnuHint, version: utilLinux },
  mount: { misuseCode: 1, hint: gnuHint, version: utilLinux },
  ncal: { misuseCode: 1, hint: usageHint, version: () => '' },
  'sysvinit-utils': { misuseCode: 1, hint: () => '', version: () => 'pidof from sysvinit-utils 3.06\n' },
  login: { misuseCode: 1, hint: usageHint, version: () => '' },
  apt: { misuseCode: 100, hint: () => '', version: () => 'apt 2.6.1 (amd64)\n' },
  dpkg: {
    misuseCode: 2,
    hint: () => '',
    version: () => "Debian 'dpkg' package management program version 1.21.22 (amd64).\n",
  },
  e2fsprogs: { misuseCode: 1, hint: usageHint, version: () => 'chattr 1.47.0 (5-Feb-2023)\n' },
  'systemd-sysv': { misuseCode: 1, hint: usageHint, version: () => 'systemd 252 (252.39-1~deb12u1)\n' },
} as const satisfies Record<string, ToolPackage>;

export type PackageName = keyof typeof PACKAGES;
