/** Columns of ps(1) as a table: heading, width, value. Source: ps(1) "STANDARD FORMAT SPECIFIERS". */
import { strftime } from '../../std/civil';
import type { ProcessState } from '../../world/process.contract';
import type { Host } from '../../world/world.contract';
import {
  commandLine,
  cpuShare,
  elapsedMicros,
  elapsedText,
  isZombie,
  memoryShare,
  residentKiB,
  shortUser,
  startedAt,
  stateLetter,
  stateText,
  terminalOf,
  virtualKiB,
} from './process-view';

export interface View {
  readonly host: Host;
  readonly asking: number;
}
export interface PsColumn {
  readonly heading: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly value: (process: ProcessState, view: View) => string;
  /** For --sort, where the text does not order. */
  readonly number?: (process: ProcessState, view: View) => number;
}

type Number_ = (process: ProcessState, view: View) => number;
const numeric = (heading: string, width: number, number: Number_): PsColumn => ({
  heading,
  width,
  align: 'right',
  value: (process, view) => String(number(process, view)),
  number,
});
const textual = (
  heading: string,
  width: number,
  value: PsColumn['value'],
  align: PsColumn['align'] = 'left',
): PsColumn => ({
  heading,
  width,
  align,
  value,
});
const fixed = (heading: string, number: Number_): PsColumn => ({
  heading,
  width: 4,
  align: 'right',
  value: (process, view) => {
    const share = number(process, view);
    return share >= 100 ? share.toFixed(0) : share.toFixed(1);
  },
  number,
});
const timeColumn = (heading: string, width: number, value: PsColumn['value']): PsColumn => ({
  heading,
  width,
  align: 'right',
  value,
  number: (process) => process.cpuMicros,
});
const two = (value: number): string => String(value).padStart(2, '0');

function clockTime({ cpuMicros }: ProcessState): string {
  const total = Math.floor(cpuMicros / 1_000_000);
  const days = Math.floor(total / 86_400);
  const text = `${two(Math.floor(total / 3600) % 24)}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return days > 0 ? `${days}-${text}` : text;
}
function bsdTime({ cpuMicros }: ProcessState): string {
  const total = Math.floor(cpuMicros / 1_000_000);
  return `${Math.floor(total / 60)}:${two(total % 60)}`;
}
function bsdStart(process: ProcessState, { host }: View): string {
  const at = startedAt(host, process);
  const age = host.clock() - at;
  return strftime(age > 86_400_000_000 ? '%b%d' : '%H:%M', at);
}
function startColumn(process: ProcessState, { host }: View): string {
  const at = startedAt(host, process);
  if (strftime('%Y', at) !== strftime('%Y', host.clock())) return strftime('%Y', at);
  return strftime(strftime('%j', at) === strftime('%j', host.clock()) ? '%H:%M' : '%b%d', at);
}
const user =
  (pick: (process: ProcessState) => number) =>
  (process: ProcessState, { host }: View): string =>
    shortUser(host, pick(process));
const group = (process: ProcessState, { host }: View): string => {
  const name = host.group(process.gid)?.name ?? String(process.gid);
  return name.length > 8 ? `${name.slice(0, 7)}+` : name;
};
const priority = (process: ProcessState): number => 19 - (process.nice ?? 0);

const pid = (heading: string, pick: Number_): PsColumn => numeric(heading, 7, pick);
const command = textual('COMMAND', 27, (process) => commandLine(process));
const name = textual('COMMAND', 15, (process) =>
  isZombie(process) ? `${process.comm} <defunct>` : process.comm,
);

export const PS_COLUMNS: Readonly<Record<string, PsColumn>> = {
  pid: pid('PID', (process) => process.pid),
  tgid: pid('TGID', (process) => process.pid),
  ppid: pid('PPID', (process) => process.ppid),
  pgid: pid('PGID', (process) => process.pgid),
  pgrp: pid('PGRP', (process) => process.pgid),
  sid: pid('SID', (process) => process.sid),
  sess: pid('SESS', (process) => process.sid),
  tpgid: pid('TPGID', (process, { host }) => host.terminals.find(process.tty ?? '')?.state?.foreground ?? -1),
  lwp: pid('LWP', (process) => process.pid),
  spid: pid('SPID', (process) => process.pid),
  uid: numeric('UID', 5, (process) => process.uid),
  euid: numeric('EUID', 5, (process) => process.uid),
  ruid: numeric('RUID', 5, (process) => process.uid),
  gid: numeric('GID', 5, (process) => process.gid),
  egid: numeric('EGID', 5, (process) => process.gid),
  rgid: numeric('RGID', 5, (process) => process.gid),
  user: textual(
    'USER',
    8,
    user((process) => process.uid),
  ),
  euser: textual(
    'EUSER',
    8,
    user((process) => process.uid),
  ),
  ruser: textual(
    'RUSER',
    8,
    user((process) => process.uid),
  ),
  /** -f's name for the user. */
  uid_hack: textual(
    'UID',
    8,
    user((process) => process.uid),
  ),
  uname: textual(
    'USER',
    8,
    user((process) => process.uid),
  ),
  group: textual('GROUP', 8, group),
  egroup: textual('EGROUP', 8, group),
  rgroup: textual('RGROUP', 8, group),
  '%cpu': fixed('%CPU', (process, { host }) => cpuShare(host, process)),
  pcpu: fixed('%CPU', (process, { host }) => cpuShare(host, process)),
  '%mem': fixed('%MEM', (process, { host }) => memoryShare(host, process)),
  pmem: fixed('%MEM', (process, { host }) => memoryShare(host, process)),
  c: numeric('C', 2, (process, { host }) => Math.floor(cpuShare(host, process))),
  vsz: numeric('VSZ', 6, virtualKiB),
  vsize: numeric('VSZ', 6, virtualKiB),
  rss: numeric('RSS', 5, residentKiB),
  rssize: numeric('RSS', 5, residentKiB),
  sz: numeric('SZ', 5, (process) => Math.ceil(virtualKiB(process) / 4)),
  size: numeric('SIZE', 5, (process) => Math.round(residentKiB(process) / 2)),
  tty: textual('TT', 8, terminalOf),
  tt: textual('TT', 8, terminalOf),
  tname: textual('TTY', 8, terminalOf),
  stat: textual('STAT', 4, (process, { host, asking }) => stateText(host, process, asking)),
  s: textual('S', 1, (process, { asking }) => stateLetter(process, asking)),
  state: textual('S', 1, (process, { asking }) => stateLetter(process, asking)),
  f: numeric('F', 1, (process) => (process.uid === 0 ? 4 : 0)),
  flags: numeric('F', 1, (process) => (process.uid === 0 ? 4 : 0)),
  start: textual(
    'STARTED',
    8,
    (process, { host }) => {
      const at = startedAt(host, process);
      return strftime(host.clock() - at > 86_400_000_000 ? '  %b %d' : '%H:%M:%S', at);
    },
    'right',
  ),
  start_time: textual('START', 5, startColumn),
  stime: textual('STIME', 5, startColumn),
  bsdstart: { ...textual('START', 5, bsdStart, 'right'), number: (process) => process.startedAt },
  lstart: textual(
    'STARTED',
    24,
    (process, { host }) => strftime('%a %b %e %H:%M:%S %Y', startedAt(host, process)),
    'right',
  ),
  etime: {
    ...textual('ELAPSED', 11, (process, { host }) => elapsedText(elapsedMicros(host, process)), 'right'),
    number: (process) => -process.startedAt,
  },
  etimes: numeric('ELAPSED', 7, (process, { host }) => Math.floor(elapsedMicros(host, process) / 1_000_000)),
  time: timeColumn('TIME', 8, clockTime),
  cputime: timeColumn('TIME', 8, clockTime),
  times: numeric('TIME', 5, (process) => Math.floor(process.cpuMicros / 1_000_000)),
  bsdtime: timeColumn('TIME', 6, bsdTime),
  ni: numeric('NI', 3, (process) => process.nice ?? 0),
  nice: numeric('NI', 3, (process) => process.nice ?? 0),
  pri: numeric('PRI', 3, priority),
  opri: numeric('PRI', 3, (process) => 80 + (process.nice ?? 0)),
  rtprio: textual('RTPRIO', 6, () => '-', 'right'),
  cls: textual('CLS', 3, () => 'TS', 'right'),
  psr: numeric('PSR', 3, () => 0),
  nlwp: numeric('NLWP', 4, () => 1),
  thcount: numeric('THCNT', 5, () => 1),
  addr: textual('ADDR', 4, () => '-'),
  wchan: textual('WCHAN', 6, (process) => (process.state === 'running' ? 'do_sys' : '-')),
  comm: name,
  ucmd: { ...name, heading: 'CMD' },
  ucomm: name,
  cmd: { ...command, heading: 'CMD' },
  args: command,
  command,
  exe: textual('EXE', 27, (process) => process.exe || '-'),
  unit: textual('UNIT', 31, (process) => process.unit ?? '-'),
  cgroup: textual(
    'CGROUP',
    27,
    (process) => `0::/${process.unit === undefined ? '' : `system.slice/${process.unit}`}`,
  ),
  slice: textual('SLICE', 31, (process) => (process.unit === undefined ? '-' : 'system.slice')),
  label: textual('LABEL', 31, () => 'unconfined'),
  environ: textual('ENVIRONMENT', 27, (process) =>
    [...process.env].map(([key, value]) => `${key}=${value}`).join(' '),
  ),
};
